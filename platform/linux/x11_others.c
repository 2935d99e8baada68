/*
 * Other programs that have what we want or keep what we paste; see x11.h. The server
 * does not tell who grabbed a key: what is said here is read from what runs and from
 * the settings of those that are known to grab keys.
 */
#include "platform/linux/x11.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024
#define LINES_MAX 20000

enum { CTRL = 1, ALT = 2, SUPER = 4, SHIFT = 8 };

/* --- processes of this user ------------------------------------------------------------- */

/* The first of those names that runs; its position, or n. *pid is its process. */
static size_t running(const char *const *names, size_t n, long *pid)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	size_t found = n, i;

	while (dir != NULL && found > 0 && (entry = readdir(dir)) != NULL) {
		char path[300], name[32] = "";
		struct stat st;
		FILE *file;

		(void)snprintf(path, sizeof path, "/proc/%.200s/comm", entry->d_name);
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || stat(path, &st) != 0 ||
			st.st_uid != getuid() || (file = fopen(path, "re")) == NULL)
			continue;
		if (fgets(name, sizeof name, file) != NULL)
			name[strcspn(name, "\n")] = '\0';
		(void)fclose(file); /* only read */
		for (i = 0; i < found; i++)
			if (strcmp(name, names[i]) == 0) {
				found = i;
				*pid = strtol(entry->d_name, NULL, 10);
				break;
			}
	}
	if (dir != NULL)
		(void)closedir(dir);
	return found;
}

static bool runs(const char *name)
{
	long pid;

	return running(&name, 1, &pid) == 0;
}

/* --- a key in somebody's settings --------------------------------------------------------- */

/* What a line says is cut into words: "<Primary><Alt>space", "ctrl + alt + space",
 * "C-A-space" and "$mod+Ctrl+space" are all modifiers and then a key. */
struct words {
	const char *at;
	char word[32];
	bool dash; /* a '-' follows */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '$' || c == '_';
}

static bool next_word(struct words *words)
{
	size_t n = 0;

	while (*words->at != '\0' && !is_letter(*words->at))
		words->at++;
	for (; is_letter(*words->at); words->at++)
		if (n + 1 < sizeof words->word)
			words->word[n++] = *words->at;
	words->word[n] = '\0';
	words->dash = *words->at == '-';
	return n > 0;
}

static unsigned modifier(const struct words *words, unsigned variable)
{
	static const struct {
		const char *name;
		unsigned bit;
	} names[] = {{"ctrl", CTRL}, {"control", CTRL}, {"primary", CTRL}, {"alt", ALT},
		{"mod1", ALT}, {"super", SUPER}, {"mod4", SUPER}, {"meta", SUPER}, {"win", SUPER},
		{"modkey", SUPER}, {"shift", SHIFT}};
	size_t i;

	if (words->word[0] == '$')
		return variable;
	if (words->word[1] == '\0' && words->dash)
		return words->word[0] == 'C'   ? CTRL
		       : words->word[0] == 'A' ? ALT
		       : words->word[0] == 'W' ? SUPER
		       : words->word[0] == 'S' ? SHIFT
					       : 0;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(words->word, names[i].name) == 0)
			return names[i].bit;
	return 0;
}

static bool line_has(const char *line, unsigned modifiers, const char *key, unsigned *variable)
{
	struct words words = {.at = line};
	bool set = false;
	unsigned held = 0, bit;

	while (next_word(&words)) {
		set = set || strcmp(words.word, "set") == 0;
		bit = modifier(&words, set ? 0 : *variable);
		if (set && bit != 0)
			*variable = bit; /* set $mod Mod4 */
		if (bit != 0)
			held |= bit;
		else if (held == modifiers && strcasecmp(words.word, key) == 0)
			return true;
		else if (strcmp(words.word, "lt") != 0 && strcmp(words.word, "gt") != 0)
			held = 0;
	}
	return false;
}

/* The line that has these keys; 0: none. */
static unsigned line_of(const char *path, unsigned modifiers, const char *key)
{
	FILE *file = fopen(path, "re");
	char line[LINE_MAX_BYTES];
	unsigned number = 0, found = 0, variable = 0;

	while (file != NULL && found == 0 && number < LINES_MAX &&
		fgets(line, sizeof line, file) != NULL) {
		const char *text = line + strspn(line, " \t");

		number++;
		if (*text != '#' && strncmp(text, "<!--", 4) != 0 &&
			line_has(text, modifiers, key, &variable))
			found = number;
	}
	if (file != NULL)
		(void)fclose(file); /* only read */
	return found;
}

/* --- who has a key -------------------------------------------------------------------------- */

/* By their settings: ~ is the home directory, + the directory of configurations. */
static const struct {
	const char *program, *path;
} settings[] = {
	{"i3", "+/i3/config"},
	{"i3", "~/.i3/config"},
	{"i3", "/etc/i3/config"},
	{"openbox", "+/openbox/rc.xml"},
	{"openbox", "/etc/xdg/openbox/rc.xml"},
	{"awesome", "+/awesome/rc.lua"},
	{"sxhkd", "+/sxhkd/sxhkdrc"},
	{"xbindkeys", "~/.xbindkeysrc"},
	{"xfsettingsd", "+/xfce4/xfconf/xfce-perchannel-xml/xfce4-keyboard-shortcuts.xml"},
	{"kglobalaccel5", "+/kglobalshortcutsrc"},
	{"kglobalacceld", "+/kglobalshortcutsrc"},
	{"kwin_x11", "+/kglobalshortcutsrc"},
};

/* By what they take unless told otherwise. */
static const struct {
	const char *program;
	unsigned modifiers;
	const char *key;
} defaults[] = {
	{"ulauncher", CTRL, "space"},
	{"espanso", ALT, "space"},
	{"krunner", ALT, "space"},
	{"ibus-daemon", SUPER, "space"},
	{"fcitx5", CTRL, "space"},
	{"fcitx", CTRL, "space"},
	{"guake", 0, "f12"},
	{"yakuake", 0, "f12"},
	{"gnome-shell", SUPER, "space"},
};

static void settings_path(const char *path, char *out, size_t size)
{
	const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");

	home = home != NULL ? home : "";
	if (path[0] == '~')
		(void)snprintf(out, size, "%s%s", home, path + 1);
	else if (path[0] == '+' && config != NULL && config[0] == '/')
		(void)snprintf(out, size, "%s%s", config, path + 1);
	else if (path[0] == '+')
		(void)snprintf(out, size, "%s/.config%s", home, path + 1);
	else
		(void)snprintf(out, size, "%s", path);
}

static bool holder_by_settings(unsigned modifiers, const char *key, char *text, size_t size)
{
	char path[PLATFORM_PATH_MAX];
	unsigned line;
	size_t i;

	for (i = 0; i < sizeof settings / sizeof *settings; i++) {
		settings_path(settings[i].path, path, sizeof path);
		line = line_of(path, modifiers, key);
		if (line == 0 || !runs(settings[i].program))
			continue;
		(void)snprintf(text, size, "%s (%s:%u)", settings[i].program, path, line);
		return true;
	}
	return false;
}

static bool holder_by_default(unsigned modifiers, const char *key, char *text, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof defaults / sizeof *defaults; i++) {
		if (defaults[i].modifiers != modifiers || strcasecmp(defaults[i].key, key) != 0 ||
			!runs(defaults[i].program))
			continue;
		(void)snprintf(text, size, "probably %s", defaults[i].program);
		return true;
	}
	return false;
}

/* The text of a property, cut to fit. */
static bool property_text(struct x11 *x11, Window window, Atom property, char *text, size_t size)
{
	unsigned long n = 0, rest;
	unsigned char *data = NULL;
	Atom type;
	int format = 0;

	if (XGetWindowProperty(x11->display, window, property, 0, 64, False, AnyPropertyType, &type,
		    &format, &n, &rest, &data) != Success)
		return false;
	if (format == 8 && n > 0)
		(void)snprintf(text, size, "%.*s", (int)n, (const char *)data);
	XFree(data);
	return format == 8 && n > 0;
}

static bool window_manager(struct x11 *x11, char *text, size_t size)
{
	Atom check = XInternAtom(x11->display, "_NET_SUPPORTING_WM_CHECK", True), type;
	Atom name = XInternAtom(x11->display, "_NET_WM_NAME", True);
	unsigned long n = 0, rest;
	unsigned char *data = NULL;
	Window window = None;
	int format = 0;

	if (check == None || name == None ||
		XGetWindowProperty(x11->display, x11->root, check, 0, 1, False, XA_WINDOW, &type,
			&format, &n, &rest, &data) != Success)
		return false;
	if (format == 32 && n == 1)
		memcpy(&window, data, sizeof window);
	XFree(data);
	return window != None && property_text(x11, window, name, text, size);
}

void x11_key_holder(struct x11 *x11, const char *keys, char *text, size_t size)
{
	struct words words = {.at = keys};
	unsigned modifiers = 0, bit;
	char key[32] = "", name[64];

	while (next_word(&words)) {
		bit = modifier(&words, 0);
		modifiers |= bit;
		if (bit == 0)
			(void)snprintf(key, sizeof key, "%s", words.word);
	}
	text[0] = '\0';
	if (holder_by_settings(modifiers, key, text, size) ||
		holder_by_default(modifiers, key, text, size))
		return;
	if (window_manager(x11, name, sizeof name))
		(void)snprintf(text, size, "perhaps the window manager, %s", name);
}

/* --- who keeps a history of the clipboard ------------------------------------------------------
 */

void x11_manager(struct platform_desktop *desktop, char *name, size_t size, long *pid)
{
	static const char *const known[] = {"parcellite", "clipit", "copyq", "klipper",
		"xfce4-clipman", "clipman", "gpaste-daemon", "diodon", "greenclip", "clipmenud",
		"gsd-clipboard", "mate-settings-d"};
	const size_t n = sizeof known / sizeof *known;
	struct x11 *x11 = x11_of(desktop);
	size_t found;
	Window owner;

	*pid = 0;
	(void)snprintf(name, size, "%s", "");
	found = running(known, n, pid);
	if (found < n) {
		(void)snprintf(name, size, "%s", known[found]);
		return;
	}
	/* One nobody knows, but which does its duty. */
	owner = XGetSelectionOwner(x11->display, x11->atoms[X11_CLIPBOARD_MANAGER]);
	if (owner != None && !property_text(x11, owner, XA_WM_NAME, name, size))
		(void)snprintf(name, size, "a program without a name");
}
