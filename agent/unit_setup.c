/* Files that start us at login, written and taken away; see unit_setup.h. */
#include "agent/unit_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_PLAN_MAX 4

/* A step that the manager refuses is told, and the files stay. */
static bool systemctl(struct unit_setup *setup, const char *const *words)
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
static const char *remove_unit(struct unit_setup *setup, struct unit *unit, struct err *err)
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
static const char *unit_apply(struct unit_setup *setup, struct unit *unit, struct err *err)
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

static void say(struct unit_setup *setup, const struct unit *unit, const char *word)
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

static int setup_unit(struct unit_setup *setup, const struct schema_file *source)
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

/* `systemctl WORD UNITS…` */
static bool each(struct unit_setup *setup, const char *word)
{
	const char *words[UNIT_PLAN_MAX + 2] = {word};
	size_t i;

	for (i = 0; i < UNIT_PLAN_MAX && setup->plan->units[i] != NULL; i++)
		words[i + 1] = setup->plan->units[i];
	return systemctl(setup, words);
}

bool unit_plan_runs(const struct unit_plan *plan, const struct platform_dirs *dirs)
{
	const char *const words[] = {"is-active", "--quiet", plan->target, NULL};
	struct err ignored;

	return unit_manager_runs() &&
	       (plan->target == NULL || unit_systemctl(dirs, words, &ignored) == 0);
}

/* Ends what ran by the files before, so that what runs is by these. */
static bool manager_learn(struct unit_setup *setup)
{
	if (!systemctl(setup, reload) || !each(setup, "enable") ||
		(setup->changed && !each(setup, "stop")))
		return false;
	setup->managed = unit_plan_runs(setup->plan, setup->call->dirs) && each(setup, "start");
	return true;
}

static void tell_manager(struct unit_setup *setup)
{
	bool runs = unit_manager_runs();

	if (runs && setup->remove && setup->changed)
		(void)systemctl(setup, reload);
	if (runs && !setup->remove)
		(void)manager_learn(setup);
}

static int refuse_other_home(struct call *call)
{
	call_hint(call, "unset PROMPTD_HOME");
	return call_fail(call, COMMAND_REFUSED,
		"PROMPTD_HOME is set, and what is started at login would serve another home");
}

int unit_setup_run(struct unit_setup *setup)
{
	const struct schema_file *sources = setup->plan->sources;
	const char *home = getenv("PROMPTD_HOME");
	int result, first = COMMAND_DONE;
	size_t i, n = 0;

	setup->rows = json_array();
	call_answer(setup->call, "files", setup->rows);
	if (home != NULL && home[0] != '\0' && !setup->remove)
		return refuse_other_home(setup->call);
	while (sources[n].name != NULL)
		n++;
	/* A socket, which is last, goes first: it would start the service again. */
	for (i = 0; i < n && !setup->broken; i++) {
		result = setup_unit(setup, &sources[setup->remove ? n - 1 - i : i]);
		first = first == COMMAND_DONE ? result : first;
	}
	if (first == COMMAND_DONE && !setup->dry_run)
		tell_manager(setup);
	call_answer(setup->call, "dry_run", json_boolean(setup->dry_run));
	return first;
}
