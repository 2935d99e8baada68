/* Other people's menus; see menu.h. */
#include "desktop/menu.h"

#include <stdio.h>
#include <string.h>

#include "core/text_filter.h"
#include "store/search.h"

/* fzf wants a terminal: one is opened for it, and its answer comes back by a file. */
static const char in_terminal[] =
	"d=$(mktemp -d) || exit; trap 'rm -rf \"$d\"' EXIT; cat >\"$d/in\"; "
	"${TERMINAL:-x-terminal-emulator} -e sh -c "
	"'fzf --prompt=\"$1 \" <\"$0/in\" >\"$0/out\"' \"$d\" \"$1\"; "
	"[ -s \"$d/out\" ] && cat \"$d/out\"";

void menu_command(struct menu_command *command, const char *menu, const char *label)
{
	static const char *const rofi[] = {"rofi", "-dmenu", "-i", "-p"};
	static const char *const dmenu[] = {"dmenu", "-i", "-l", "15", "-p"};
	static const char *const fuzzel[] = {"fuzzel", "--dmenu", "--prompt"};
	static const char *const shell[] = {"sh", "-c"};
	const char *const *words = shell;
	size_t n = 2, i;

	(void)snprintf(command->label, sizeof command->label, "%s", label);
	memset(command->argv, 0, sizeof command->argv);
	if (strcmp(menu, "rofi") == 0) {
		words = rofi;
		n = sizeof rofi / sizeof *rofi;
	} else if (strcmp(menu, "dmenu") == 0) {
		words = dmenu;
		n = sizeof dmenu / sizeof *dmenu;
	} else if (strcmp(menu, "fuzzel") == 0) {
		words = fuzzel;
		n = sizeof fuzzel / sizeof *fuzzel;
	}
	for (i = 0; i < n; i++)
		command->argv[i] = words[i];
	if (words == shell) {
		command->argv[i++] = strcmp(menu, "fzf") == 0 ? in_terminal : menu;
		command->argv[i++] = "promptd";
	}
	command->argv[i] = command->label;
}

static int add_row(void *data, const struct store_row *row)
{
	struct buf *out = data;

	(void)buf_add(out, row->path.p, row->path.n);
	(void)buf_add_str(out, "  ");
	text_filter_terminal(row->title, false, out);
	return buf_add_char(out, '\n');
}

int menu_rows(struct store *store, struct buf *out, struct err *err)
{
	struct store_search most_used = {.limit = STORE_SEARCH_LIMIT_MAX};
	struct store_filter all = {0};
	bool more = false;

	/* A menu sorts by what is typed; what is used most stands first until then. */
	if (store_search(store, &most_used, add_row, out, &more, err) != 0)
		return -1;
	if (!more)
		return 0;
	buf_clear(out);
	return store_prompt_list(store, &all, STR(""), MENU_ROWS_MAX, add_row, out, err);
}

struct str menu_path(struct str line)
{
	struct str rest, path = str_cut(line, ' ', &rest);

	(void)rest;
	return str_trim(path);
}
