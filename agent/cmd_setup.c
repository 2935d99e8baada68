/*
 * promptd setup: have the agent started at login, by systemd's user manager where
 * there is one, else by the desktop's autostart.
 */
#include "agent/unit_setup.h"

static int setup_run(struct call *call)
{
	static const char *const units[] = {UNIT_SOCKET, UNIT_SERVICE, NULL};
	static const struct unit_plan plan = {.sources = schema_units, .units = units};
	struct unit_setup setup = {.call = call,
		.plan = &plan,
		.remove = call_flag(call, "remove"),
		.dry_run = call_flag(call, "dry-run")};
	int result = unit_setup_run(&setup);

	if (result == COMMAND_DONE && !setup.remove && !setup.dry_run && !call->json &&
		(setup.managed || !unit_manager_runs()))
		output_print(call->out, "%s\n",
			setup.managed ? "started by systemd, now and at every login"
				      : "starts at the next login; promptd agent starts it now");
	return result;
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
