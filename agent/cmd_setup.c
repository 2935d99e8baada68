/*
 * promptd setup: have the agent started at login, by systemd's user manager where
 * there is one, else by the desktop's autostart. Only files that we wrote are
 * changed or taken away.
 */
#include "agent/command.h"
#include "agent/connect_file.h"
#include "agent/connect_run.h"
#include "agent/control.h"
#include "core/buf.h"
#include "schema/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define UNIT_BYTES_MAX 16384
#define MARK "# Written by promptd setup; promptd setup --remove takes it away.\n"

enum place_outcome { PLACE_WRITTEN, PLACE_SAME, PLACE_REMOVED, PLACE_ABSENT, PLACE_FOREIGN };
static const char *const outcome_words[] = {
	"written", "unchanged", "removed", "absent", "not ours, left alone"};

/* Where a unit of that name belongs. */
static int place(struct call *call, const char *name, char path[ENDPOINT_PATH_MAX], struct err *err)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	const char *below = str_ends(str_of(name), ".desktop") ? "autostart" : "systemd/user";
	bool given = base != NULL && base[0] == '/';
	int len = snprintf(path, ENDPOINT_PATH_MAX, "%s%s/%s/%s", given ? base : call->dirs->home,
		given ? "" : "/.config", below, name);

	if (len < 0 || len >= ENDPOINT_PATH_MAX)
		return err_set(err, ERR_LIMIT, "the path of the configuration is too long");
	return 0;
}

/* The unit's text, @PROMPTD@ put in. */
static int unit_text(const struct schema_file *unit, struct buf *text, struct err *err)
{
	struct str rest = {unit->text, unit->len}, line;
	char program[PLATFORM_PATH_MAX];

	if (platform_program("promptd", program, err) != 0)
		return -1;
	(void)buf_add_str(text, MARK);
	while (str_next_line(&rest, &line)) {
		const char *at = memchr(line.p, '@', line.n);
		size_t before = at != NULL ? (size_t)(at - line.p) : line.n;

		/* @system-service is no mark of ours. */
		if (at != NULL && strncmp(at, "@PROMPTD@", 9) == 0) {
			(void)buf_add(text, line.p, before);
			(void)buf_add_str(text, program);
			(void)buf_add(text, at + 9, line.n - before - 9);
		} else {
			(void)buf_add(text, line.p, line.n);
		}
		(void)buf_add_char(text, '\n');
	}
	return buf_failed(text) ? err_set(err, ERR_LIMIT, "the path of promptd is too long") : 0;
}

static bool is_ours(const struct connect_file *file)
{
	return str_starts((struct str){buf_text(&file->text), file->text.len}, MARK);
}

static int unit_install(const struct schema_file *unit, struct connect_file *there, struct err *err)
{
	struct buf text = BUF_INIT(UNIT_BYTES_MAX);
	int result = unit_text(unit, &text, err);

	if (result != 0)
		result = -1;
	else if (there->exists && strcmp(buf_text(&there->text), buf_text(&text)) == 0)
		result = PLACE_SAME;
	else if (there->exists && !is_ours(there))
		result = PLACE_FOREIGN;
	else
		result =
			connect_file_write(there, (struct str){text.data, text.len}, 0644, err) == 0
				? PLACE_WRITTEN
				: -1;
	buf_fini(&text);
	return result;
}

static int unit_remove(struct connect_file *there, struct err *err)
{
	if (!there->exists)
		return PLACE_ABSENT;
	if (!is_ours(there))
		return PLACE_FOREIGN;
	return connect_file_remove(there, err) == 0 ? PLACE_REMOVED : -1;
}

static int unit_place(
	const struct schema_file *unit, const char *path, bool remove, struct err *err)
{
	struct connect_file there;
	int result = connect_file_read(&there, path, err);

	if (result == 0)
		result = remove ? unit_remove(&there, err) : unit_install(unit, &there, err);
	connect_file_fini(&there);
	return result;
}

/* Does this user's service manager run? Its runtime directory says so. */
static bool manager_runs(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	char path[PLATFORM_PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/systemd/private", run != NULL ? run : "");
	return run != NULL && run[0] == '/' && stat(path, &st) == 0;
}

/* 0, also where no manager runs; -1: said why. */
static int systemctl(struct call *call, const char *const *argv)
{
	struct run run = {.argv = argv, .timeout_ms = 30000, .mask = 022};
	struct run_result result;
	char *program = run_find("systemctl", call->dirs->home, NULL);
	struct err err;
	int failed;

	if (program == NULL)
		return 0;
	run.program = program;
	failed = run_program(&run, &result, &err);
	if (failed == 0 && result.exit != 0)
		failed = err_set(&err, ERR_FAILED, "systemctl --user %s: %.200s", argv[2],
			buf_text(&result.notes));
	if (failed != 0)
		call_warn(call, "%s", err.text);
	run_result_fini(&result);
	free(program);
	return failed;
}

static int tell_manager(struct call *call, bool remove)
{
	const char *const reload[] = {"systemctl", "--user", "daemon-reload", NULL};
	const char *const now[] = {"systemctl", "--user", remove ? "disable" : "enable", "--now",
		"promptd-agent.socket", "promptd-agent.service", NULL};

	if (!manager_runs())
		return 0;
	if (!remove && systemctl(call, reload) != 0)
		return -1;
	return systemctl(call, now);
}

static int setup_unit(struct call *call, const struct schema_file *unit, bool remove, json_t *rows)
{
	char path[ENDPOINT_PATH_MAX];
	struct err err;
	int outcome;

	if (place(call, unit->name, path, &err) != 0)
		return call_fail_err(call, &err);
	outcome = unit_place(unit, path, remove, &err);
	if (outcome < 0)
		return call_fail_err(call, &err);
	json_array_append_new(rows, json_pack("{s:o, s:s}", "file", call_text_json(str_of(path)),
					    "result", outcome_words[outcome]));
	if (!call->json) {
		output_print(call->out, "%-10s ", outcome_words[outcome]);
		output_text(call->out, str_of(path));
		output_print(call->out, "\n");
	}
	return outcome == PLACE_FOREIGN && !remove
		       ? call_fail(call, COMMAND_FAILED, "%s is there and is not ours", unit->name)
		       : COMMAND_DONE;
}

static int setup_run(struct call *call)
{
	bool remove = call_flag(call, "remove");
	int result = COMMAND_DONE, first = COMMAND_DONE;
	json_t *rows = json_array();
	size_t i;

	/* Stopped before its unit goes, started after it came. */
	if (remove)
		(void)tell_manager(call, true);
	for (i = 0; schema_units[i].name != NULL; i++) {
		result = setup_unit(call, &schema_units[i], remove, rows);
		first = first == COMMAND_DONE ? result : first;
	}
	call_answer(call, "files", rows);
	if (first == COMMAND_DONE && !remove && tell_manager(call, false) == 0 && !call->json)
		output_print(call->out, "%s\n",
			manager_runs() ? "started by systemd, now and at every login"
				       : "starts at the next login; promptd agent starts it now");
	return first;
}

static const struct command_option options[] = {
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
	.answer = "files (file, result)",
	.options = options,
	.examples = examples,
	.run = setup_run,
};
