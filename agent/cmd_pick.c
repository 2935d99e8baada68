/* promptd pick: opens the menu of promptd-desktop, for a window manager's own binding. */
#include "agent/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DESKTOP "promptd-desktop"

static int pick_run(struct call *call)
{
	const char *menu = call_value(call, "menu");
	char path[PLATFORM_PATH_MAX], option[1100], pick[] = "--pick";
	char *argv[] = {path, pick, NULL, NULL};
	struct err err;

	/* Its own picker and the menus it knows need one; a command may be for less. */
	if (menu == NULL && getenv("DISPLAY") == NULL && getenv("WAYLAND_DISPLAY") == NULL)
		return call_fail(call, COMMAND_FAILED, "there is no display: DISPLAY is not set");
	if (platform_program(DESKTOP, path, &err) != 0)
		return call_fail_err(call, &err);
	if (menu != NULL) {
		if (snprintf(option, sizeof option, "--menu=%s", menu) >= (int)sizeof option)
			return call_fail(call, COMMAND_USAGE, "the menu's command is too long");
		argv[2] = option;
	}
	if (access(path, X_OK) != 0) {
		call_hint(call, "install " DESKTOP " beside promptd; it needs a display");
		return call_fail(call, COMMAND_FAILED, "%s is not there", path);
	}
	(void)execv(path, argv);
	return call_fail(call, COMMAND_FAILED, "%s cannot be started (error %d)", path, errno);
}

static const struct command_option options[] = {
	{"menu", 0, "MENU", "rofi, fuzzel, dmenu, fzf or a command that reads lines and prints one",
		COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd pick", "choose a prompt and paste it into this window"},
	{"promptd pick --menu=rofi", "with this menu"},
	{0},
};

const struct command command_pick = {
	.name = "pick",
	.summary = "choose a prompt and paste it into the focused window",
	.words = "",
	.description =
		"Opens the menu and pastes what is chosen into the window that has the keyboard: "
		"for a binding of the window manager, where promptd-desktop's own hotkey is not "
		"wanted. Where promptd-desktop runs it does the work; else one is started for "
		"this choice, and stays as long as the clipboard needs it. With --menu it is "
		"always one of its own.",
	.options = options,
	.examples = examples,
	.run = pick_run,
};
