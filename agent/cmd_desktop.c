/*
 * promptd desktop: promptd-desktop at login, now, and how it is. Where the session is
 * systemd's (graphical-session.target) the unit starts it; elsewhere the autostart entry
 * has the agent do it. Both may be written at once: systemd leaves out the entry
 * (X-systemd-skip), what the entry starts asks systemd first, and of two on one display
 * the second ends.
 */
#include "agent/command.h"
#include "agent/control.h"
#include "agent/resident.h"
#include "agent/unit_setup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"

#define START_MS 15000
#define STOP_MS 10000
#define LOOK_MS 20

static const char *const units[] = {UNIT_DESKTOP, NULL};
static const struct unit_plan plan = {
	.sources = schema_desktop_units, .units = units, .target = "graphical-session.target"};

static int no_program(struct call *call, const struct err *err)
{
	call_hint(call, "install " RESIDENT_PROGRAM " beside promptd; it needs a display");
	return call_fail(call, COMMAND_FAILED, "%s", err->text);
}

/* In place of this process. */
static int become(struct call *call, char *const argv[])
{
	char path[PLATFORM_PATH_MAX];
	struct err err;

	if (resident_program(path, &err) != 0)
		return no_program(call, &err);
	(void)execv(path, argv);
	return call_fail(call, COMMAND_FAILED, "%s cannot be started (error %d)", path, errno);
}

static int desktop_run(struct call *call)
{
	char name[] = RESIDENT_PROGRAM, *argv[] = {name, NULL};

	return become(call, argv);
}

static int desktop_why(struct call *call)
{
	char name[] = RESIDENT_PROGRAM, why[] = "--why", *argv[] = {name, why, NULL};

	if (call->json)
		return call_fail(call, COMMAND_USAGE, "desktop why has no --json");
	return become(call, argv);
}

/* --- how it is ---------------------------------------------------------------------------- */

static void print_hotkey(struct call *call, const json_t *hotkey)
{
	const char *prompt = json_text(hotkey, "prompt"), *why = json_text(hotkey, "why");
	struct output *out = call->out;

	output_print(out, "hotkey      ");
	output_text(out, json_str(hotkey, "keys"));
	output_print(out, " %s ", prompt == NULL || prompt[0] == '\0' ? "opens the picker:" : "->");
	if (prompt != NULL && prompt[0] != '\0') {
		output_text(out, str_of(prompt));
		output_print(out, ": ");
	}
	output_text(out, why != NULL ? str_of(why) : STR("held"));
	output_print(out, "\n");
	if (json_text(hotkey, "free") != NULL)
		output_print(out, "            free instead: %s\n", json_text(hotkey, "free"));
}

static void print_text(struct call *call, const char *label, const json_t *json, const char *name,
	const char *otherwise)
{
	const char *text = json_text(json, name);

	output_print(call->out, "%-12s", label);
	output_text(call->out, str_of(text != NULL ? text : otherwise));
	output_print(call->out, "\n");
}

static void print_resident(struct call *call, const json_t *json)
{
	const json_t *hotkeys = json_object_get(json, "hotkeys"), *hotkey;
	size_t i;

	output_print(call->out, "desktop     process %lld, %s, version %s, watched over by %s\n",
		(long long)json_integer_value(json_object_get(json, "pid")),
		json_text(json, "platform"), json_text(json, "version"),
		json_text(json, "watched_by"));
	print_text(call, "display", json, "display", "none");
	json_array_foreach (hotkeys, i, hotkey)
		print_hotkey(call, hotkey);
	print_text(call, "picker", json, "picker", "none");
	print_text(call, "clipboard", json, "manager", "no manager known");
	print_text(call, "last error", json, "error", "none");
}

static int desktop_status(struct call *call)
{
	static const char *const members[] = {"pid", "version", "platform", "display", "watched_by",
		"hotkeys", "picker", "manager", "error", "error_time"};
	json_t *json;
	size_t i;

	if (resident_read(call->dirs, &json) != ENDPOINT_OK) {
		call_answer(call, "running", json_false());
		call_hint(call, "promptd desktop start");
		return call_fail(call, COMMAND_FAILED, "promptd-desktop does not run");
	}
	call_answer(call, "running", json_true());
	for (i = 0; i < sizeof members / sizeof *members; i++)
		if (json_object_get(json, members[i]) != NULL)
			call_answer(
				call, members[i], json_incref(json_object_get(json, members[i])));
	if (!call->json)
		print_resident(call, json);
	json_decref(json);
	return COMMAND_DONE;
}

/* --- starting and ending -------------------------------------------------------------------- */

static bool unit_is_there(struct call *call)
{
	struct unit unit;
	struct err ignored;
	bool there = false;
	size_t i;

	for (i = 0; schema_desktop_units[i].name != NULL && !there; i++) {
		if (strcmp(schema_desktop_units[i].name, UNIT_DESKTOP) != 0)
			continue;
		there = unit_look(&unit, &schema_desktop_units[i], call->dirs, &ignored) == 0 &&
			unit.state != UNIT_ABSENT;
		unit_fini(&unit);
	}
	return there && unit_plan_runs(&plan, call->dirs);
}

/* Told to start it in this session, the agent watches over it. */
static int ask_agent(struct call *call)
{
	struct buf text = BUF_INIT((size_t)128 * 1024);
	json_t *session = resident_session();
	struct err err = {0};
	int result = -1;

	if (json_write(session, &text) == 0 && endpoint_make_place(call->dirs, &err) == 0 &&
		platform_put_private(call->dirs->run, RESIDENT_SESSION,
			(struct str){text.data, text.len}, &err) == 0)
		result = control_start(call->dirs, START_MS, &err);
	json_decref(session);
	buf_fini(&text);
	return result == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

static bool runs_here(struct call *call)
{
	const char *display = getenv("DISPLAY"), *there;
	bool here;
	json_t *json;

	if (resident_read(call->dirs, &json) != ENDPOINT_OK)
		return false;
	there = json_text(json, "display");
	here = display == NULL || (there != NULL && strcmp(display, there) == 0);
	json_decref(json);
	return here;
}

static int wait_until(struct call *call, bool running, int ms)
{
	int64_t until = clock_monotonic_us() / 1000 + ms;

	while (runs_here(call) != running) {
		if (clock_monotonic_us() / 1000 > until)
			return call_fail(call, COMMAND_FAILED,
				running ? "promptd-desktop does not come; promptd log says why"
					: "promptd-desktop does not end");
		if (call_cancelled())
			return call_cancel(call);
		(void)poll(NULL, 0, LOOK_MS);
	}
	return COMMAND_DONE;
}

static int desktop_start(struct call *call)
{
	const char *const start[] = {"start", UNIT_DESKTOP, NULL};
	const char *display = getenv("DISPLAY");
	char path[PLATFORM_PATH_MAX];
	int result = COMMAND_DONE;
	struct err err;

	if (resident_program(path, &err) != 0)
		return no_program(call, &err);
	if (display == NULL || display[0] == '\0')
		return call_fail(call, COMMAND_FAILED, "there is no display: DISPLAY is not set");
	if (!runs_here(call)) {
		if (!unit_is_there(call))
			result = ask_agent(call);
		else if (unit_systemctl(call->dirs, start, &err) != 0)
			result = call_fail_err(call, &err);
		if (result == COMMAND_DONE)
			result = wait_until(call, true, START_MS);
	}
	return result == COMMAND_DONE ? desktop_status(call) : result;
}

static int desktop_stop(struct call *call)
{
	const char *const stop[] = {"stop", UNIT_DESKTOP, NULL};
	struct err err;
	json_t *json;
	long pid;

	if (resident_read(call->dirs, &json) != ENDPOINT_OK)
		return COMMAND_DONE;
	pid = (long)json_integer_value(json_object_get(json, "pid"));
	json_decref(json);
	/* Ended by anybody but systemd, its unit is only told. */
	if (unit_is_there(call) && unit_systemctl(call->dirs, stop, &err) != 0)
		call_warn(call, "%s", err.text);
	(void)kill((pid_t)pid, SIGTERM);
	return wait_until(call, false, STOP_MS);
}

static int desktop_restart(struct call *call)
{
	int result = desktop_stop(call);

	return result == COMMAND_DONE ? desktop_start(call) : result;
}

/* --- at login ------------------------------------------------------------------------------- */

static int desktop_setup(struct call *call)
{
	struct unit_setup setup = {.call = call,
		.plan = &plan,
		.remove = call_flag(call, "remove"),
		.dry_run = call_flag(call, "dry-run")};
	char path[PLATFORM_PATH_MAX];
	struct err err;
	int result;

	if (!setup.remove && resident_program(path, &err) != 0)
		return no_program(call, &err);
	/* One that the agent watches over would have systemd's end as the second one. */
	if (!setup.remove && !setup.dry_run && !unit_is_there(call) &&
		unit_plan_runs(&plan, call->dirs) && desktop_stop(call) != COMMAND_DONE)
		return COMMAND_FAILED;
	result = unit_setup_run(&setup);
	if (result != COMMAND_DONE || setup.remove || setup.dry_run || call->json)
		return result;
	output_print(call->out, "%s\n",
		setup.managed
			? "started by systemd, now and with every session"
			: "starts with the next session; promptd desktop start starts it now");
	return result;
}

static int desktop(struct call *call)
{
	static const struct {
		const char *word;
		int (*run)(struct call *call);
	} words[] = {{"status", desktop_status}, {"why", desktop_why}, {"start", desktop_start},
		{"stop", desktop_stop}, {"restart", desktop_restart}, {"run", desktop_run}};
	size_t i;

	if (call_flag(call, "install") || call_flag(call, "remove") || call_flag(call, "dry-run"))
		return call->n_words == 0 &&
				       !(call_flag(call, "install") && call_flag(call, "remove"))
			       ? desktop_setup(call)
			       : call_fail(
					 call, COMMAND_USAGE, "--install and --remove stand alone");
	if (call->n_words == 0)
		return desktop_status(call);
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(call->words[0], words[i].word) == 0)
			return words[i].run(call);
	return call_fail(call, COMMAND_USAGE, "desktop has no \"%s\"", call->words[0]);
}

static const struct command_option options[] = {
	{.name = "dry-run", .letter = 'n', .help = "say what would be done, and do nothing"},
	{.name = "install", .help = "have it started with every session"},
	{.name = "remove", .help = "take away what --install wrote"},
	{0},
};

static const struct command_example examples[] = {
	{"promptd desktop --install", "the hotkey is there from now on"},
	{"promptd desktop", "does it run, and who has a key it cannot have?"},
	{"promptd desktop why", "how would it paste into the focused window?"},
	{0},
};

const struct command command_desktop = {
	.name = "desktop",
	.summary = "the hotkey: start it at login, and how it is",
	.words = "[status|why|start|stop|restart|run]",
	.description =
		"Without a word or with status: does promptd-desktop run in this session, who "
		"watches over it, which hotkeys it holds and who has those that are taken, the "
		"clipboard manager, and what it said last. why names the rule of desktop.conf "
		"that the focused window gets.\n\n"
		"start has it started here and watched over: by systemd where --install wrote "
		"its unit and the session has graphical-session.target, else by the agent. stop "
		"ends it, restart does both, and run is promptd-desktop itself, in the "
		"foreground.\n\n"
		"--install writes a systemd user unit that comes and goes with the graphical "
		"session, and an autostart entry for sessions without systemd. Never are two "
		"at work: systemd leaves the entry out, what the entry starts asks systemd "
		"first, and the second on one display ends by itself.",
	.answer = "running, pid, version, platform, display, watched_by, hotkeys (keys, prompt, "
		  "state, why, free), picker, manager, error, error_time, files (file, result), "
		  "dry_run",
	.words_max = 1,
	.kind = COMMAND_CHOICE,
	.choices = "status why start stop restart run",
	.options = options,
	.examples = examples,
	.always = true,
	.looks = true,
	.run = desktop,
};
