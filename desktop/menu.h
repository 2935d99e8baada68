/*
 * Other people's menus: how each is started, what it is given, what its answer
 * means. No I/O: the platform runs them.
 */
#ifndef DESKTOP_MENU_H
#define DESKTOP_MENU_H

#include "core/buf.h"
#include "store/store.h"

#define MENU_ARGS_MAX 12
#define MENU_ROWS_MAX 100000

/* The command line of a menu: "rofi", "fuzzel", "dmenu", "fzf" (in a terminal of its
 * own), or a command for the shell, which has the label in $PROMPTD_LABEL's place as
 * its $1. Borrows menu and label. */
struct menu_command {
	const char *argv[MENU_ARGS_MAX];
	char label[128];
};
void menu_command(struct menu_command *command, const char *menu, const char *label);

/* All prompts that may be used, a line each, most used first: "PATH  TITLE". */
int menu_rows(struct store *store, struct buf *out, struct err *err);
/* The path in such a line: up to the first blank. */
struct str menu_path(struct str line);

#endif
