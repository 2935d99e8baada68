/*
 * desktop.conf, beside promptd.conf: `name = value`, one a line, # begins a comment.
 *
 *   hotkey = Ctrl+Alt+Space              opens the picker; empty: none
 *   hotkey.NAME = KEYS -> PROMPT         goes straight to a prompt
 *   menu = rofi | fuzzel | dmenu | fzf | COMMAND    in place of our own picker
 *   picker.mode = auto | window          window: always one with the focus
 *   picker.colours = auto | light | dark
 *   window.CLASS = WORDS                 how to paste into windows of that class
 *
 * CLASS is the window's class or instance (X11: WM_CLASS), * and ? as in file names,
 * capitals and small letters alike. WORDS:
 *
 *   terminal                       trailing newlines are cut, several lines ask once
 *   key shift+insert | ctrl+v | ctrl+shift+v
 *   any-reader                     it reads through another program's connection
 *   quiet MS                       how long to wait for another read (100-10000)
 *   refuse                         nothing is pasted there; it goes to the clipboard
 *   typing                         typed key by key: one line of 2,000 characters at most
 *   plain                          none of these, whatever stands in our table
 *
 * Our own table is in the same language, in settings.c; a line of the person's comes
 * before it, and of theirs the last one that fits. Unknown names and bad values are
 * errors with file and line. Any thread.
 */
#ifndef DESKTOP_SETTINGS_H
#define DESKTOP_SETTINGS_H

#include "core/str.h"
#include "platform/platform.h"

#define SETTINGS_FILE "desktop.conf"
#define SETTINGS_HOTKEYS_MAX 16
#define SETTINGS_RULES_MAX 256
#define SETTINGS_MENU_MAX 1024

struct settings_hotkey {
	char keys[64];
	char prompt[256]; /* empty: the picker */
};

struct settings_rule {
	char pattern[PLATFORM_CLASS_MAX];
	unsigned line; /* of the person's file; 0: of our table */
	enum platform_key key;
	int64_t quiet_ms; /* 0: as paste.h says */
	bool terminal, any_reader, refuse, typing;
};

struct settings {
	struct settings_hotkey hotkeys[SETTINGS_HOTKEYS_MAX];
	size_t n_hotkeys;
	char menu[SETTINGS_MENU_MAX]; /* empty: none is named */
	bool picker_window;
	bool forgetful;	   /* promptd.conf: remember_values = no */
	bool experimental; /* promptd.conf: experimental = yes */
	enum platform_colours colours;
	struct settings_rule rules[SETTINGS_RULES_MAX];
	size_t n_rules;
};

/* Defaults and our table of windows. */
void settings_init(struct settings *settings);
/* A file's text over what is there; err is "file:line: message". */
int settings_parse(struct settings *settings, const char *file, struct str text, struct err *err);
/* Both, with desktop.conf of that directory, if it is there, and what promptd.conf says
 * of `remember_values` and `experimental`; the rest of that is for others to check. */
int settings_load(struct settings *settings, const char *dir, struct err *err);

/* The rule of a window; one that says nothing where none fits. Borrowed. */
const struct settings_rule *settings_rule(
	const struct settings *settings, const struct platform_window *window);

#endif
