/*
 * promptd setup: have the agent started at login, by systemd's user manager where
 * there is one, else by the desktop's autostart. Only files that we wrote are
 * changed or taken away.
 */
#include "agent/command.h"
#include "agent/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct setup {
	struct call *call;
	bool remove, dry_run;
	bool changed; /* a file was written or taken away */
	bool broken;  /* something failed: what comes after it is not begun */
	json_t *rows;
};

/* A step that the manager refuses is told, and the files stay. */
static bool systemctl(struct setup *setup, const char *const *words)
{
	struct err err;

	if (unit_systemctl(setup->call->dirs, words, &err) == 0)
		return true;
	call_warn(setup->call, "%s", err.text);
	return false;
}

static const char *write_unit(struct unit *unit, struct err *err)
{
	const struct str text = {unit->text.data, unit->text.len};
	int outcome = connect_file_write(&unit->there, text, 0644, err);

	if (outcome == 1)
		(void)err_set(err, ERR_BUSY, "%s changed meanwhile; try again", unit->path);
	return outcome == 0 ? "written" : NULL;
}

/* The manager ends it while it knows it by its file. What it refuses is told. */
static const char *remove_unit(struct setup *setup, struct unit *unit, struct err *err)
{
	const char *const disable[] = {"disable", "--now", unit->source->name, NULL};
	int outcome;

	if (unit_manager_runs() && !str_ends(str_of(unit->source->name), ".desktop"))
		(void)systemctl(setup, disable);
	outcome = connect_file_remove(&unit->there, err);
	if (outcome == 1)
		(void)err_set(err, ERR_BUSY, "%s changed meanwhile; try again", unit->path);
	return outcome == 0 ? "removed" : NULL;
}

/* What became of it, a word for people and programs; NULL: it failed. */
static const char *unit_apply(struct setup *setup, struct unit *unit, struct err *err)
{
	if (unit->state == UNIT_FOREIGN)
		return "not ours, left alone";
	if (unit->state == (setup->remove ? UNIT_ABSENT : UNIT_SAME))
		return setup->remove ? "absent" : "unchanged";
	setup->changed = true;
	if (setup->dry_run)
		return setup->remove ? "would be removed" : "would be written";
	return setup->remove ? remove_unit(setup, unit, err) : write_unit(unit, err);
}

static void say(struct setup *setup, const struct unit *unit, const char *word)
{
	struct output *out = setup->call->out;

	(void)json_array_append_new(
		setup->rows, json_pack("{s:o, s:s}", "file", call_text_json(str_of(unit->path)),
				     "result", word));
	if (setup->call->json)
		return;
	output_print(out, "%-10s ", word);
	output_text(out, str_of(unit->path));
	output_print(out, "\n");
}

static int setup_unit(struct setup *setup, const struct schema_file *source)
{
	struct call *call = setup->call;
	const char *word = NULL;
	int result = COMMAND_DONE;
	struct unit unit;
	struct err err;

	if (unit_look(&unit, source, call->dirs, &err) == 0)
		word = unit_apply(setup, &unit, &err);
	setup->broken = word == NULL;
	if (word == NULL)
		result = call_fail_err(call, &err);
	else
		say(setup, &unit, word);
	if (word != NULL && unit.state == UNIT_FOREIGN && !setup->remove)
		result = call_fail(call, COMMAND_FAILED, "%s is there and is not ours", unit.path);
	unit_fini(&unit);
	return result;
}

static const char *const reload[] = {"daemon-reload", NULL};

/* Ends what ran by the files before, so that what runs is by these. */
static bool manager_learn(struct setup *setup)
{
	static const char *const enable[] = {"enable", UNIT_SOCKET, UNIT_SERVICE, NULL};
	static const char *const stop[] = {"stop", UNIT_SERVICE, UNIT_SOCKET, NULL};
	static const char *const start[] = {"start", UNIT_SOCKET, UNIT_SERVICE, NULL};

	return systemctl(setup, reload) && systemctl(setup, enable) &&
	       (!setup->changed || systemctl(setup, stop)) && systemctl(setup, start);
}

static void tell_manager(struct setup *setup)
{
	struct output *out = setup->call->out;
	bool runs = unit_manager_runs();

	if (setup->dry_run)
		return;
	if (runs && setup->remove && setup->changed)
		(void)systemctl(setup, reload);
	if (setup->remove || (runs && !manager_learn(setup)) || setup->call->json)
		return;
	output_print(out, "%s\n",
		runs ? "started by systemd, now and at every login"
		     : "starts at the next login; promptd agent starts it now");
}

/* A home of trials has no logins: what is started there serves the person's own. */
static int refuse_other_home(struct call *call)
{
	call_hint(call, "unset PROMPTD_HOME");
	return call_fail(call, COMMAND_REFUSED,
		"PROMPTD_HOME is set, and the agent that is started at login would serve "
		"another home");
}

static int setup_run(struct call *call)
{
	struct setup setup = {.call = call,
		.remove = call_flag(call, "remove"),
		.dry_run = call_flag(call, "dry-run"),
		.rows = json_array()};
	const char *home = getenv("PROMPTD_HOME");
	int result, first = COMMAND_DONE;
	size_t i, n = 0;

	call_answer(call, "files", setup.rows);
	if (home != NULL && home[0] != '\0' && !setup.remove)
		return refuse_other_home(call);
	while (schema_units[n].name != NULL)
		n++;
	/* The socket, which is last, goes first: it would start the service again. */
	for (i = 0; i < n && !setup.broken; i++) {
		result = setup_unit(&setup, &schema_units[setup.remove ? n - 1 - i : i]);
		first = first == COMMAND_DONE ? result : first;
	}
	if (first == COMMAND_DONE)
		tell_manager(&setup);
	call_answer(call, "dry_run", json_boolean(setup.dry_run));
	return first;
}

static const struct command_option options[] = {
	{.name = "dry-run", .letter = 'n', .help = "say what would be done, and do nothing"},
	{.name = "remove", .help = "take away what setup wrote"},
	{0},
};

static const struct command_example examples[] = {
	{"promptd setup", "the agent starts at login from now on"},
	{"promptd setup --remove", "and no longer"},
	{0},
};

const struct command command_setup = {
	.name = "setup",
	.summary = "start the agent at login",
	.words = "",
	.description =
		"Writes a systemd user unit, its socket, and an autostart entry for desktops "
		"without systemd, and starts the agent by systemd where that runs. Files of "
		"these names that promptd did not write are left alone.",
	.answer = "files (file, result), dry_run",
	.options = options,
	.examples = examples,
	.run = setup_run,
};
