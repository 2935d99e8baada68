/* desktop.conf, and the windows we know; see settings.h. */
#include "desktop/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/lines.h"

#define FILE_BYTES_MAX (64 * 1024)

/* Terminals are known by name: a window does not say what it is. */
static const char shipped[] = "window.*term = terminal\n"
			      "window.*term-* = terminal\n"
			      "window.*terminal* = terminal\n"
			      "window.urxvt* = terminal\n"
			      "window.rxvt* = terminal\n"
			      "window.st-* = terminal\n"
			      "window.st = terminal\n"
			      "window.alacritty = terminal\n"
			      "window.kitty = terminal\n"
			      "window.foot* = terminal\n"
			      "window.konsole = terminal\n"
			      "window.yakuake = terminal\n"
			      "window.guake = terminal\n"
			      "window.tilda = terminal\n"
			      "window.tilix = terminal\n"
			      "window.terminator = terminal\n"
			      "window.ghostty = terminal\n"
			      "window.*wezfurlong* = terminal\n"
			      "window.kgx = terminal\n"
			      "window.org.gnome.console = terminal\n"
			      "window.*wine* = any-reader\n"
			      "window.*.exe = any-reader\n"
			      "window.*remmina* = any-reader\n"
			      "window.xfreerdp = any-reader\n"
			      "window.*vncviewer* = any-reader\n"
			      "window.virt-viewer = any-reader\n"
			      "window.keepassxc = refuse\n"
			      "window.pinentry* = refuse\n"
			      "window.polkit* = refuse\n"
			      "window.*askpass* = refuse\n";

static bool word_is(struct str word, const char *text)
{
	return str_is(word, text);
}

static int rule_key(struct settings_rule *rule, struct str word, struct err *err)
{
	static const struct {
		const char *name;
		enum platform_key key;
	} keys[] = {{"shift+insert", PLATFORM_KEY_SHIFT_INSERT}, {"ctrl+v", PLATFORM_KEY_CTRL_V},
		{"ctrl+shift+v", PLATFORM_KEY_CTRL_SHIFT_V}};
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_is(word, keys[i].name)) {
			rule->key = keys[i].key;
			return 0;
		}
	return err_set(err, ERR_INVALID, "key must be shift+insert, ctrl+v or ctrl+shift+v");
}

static int rule_parse(struct settings_rule *rule, struct str words, struct err *err)
{
	struct str word;

	while (words.n > 0) {
		word = str_cut(words, ' ', &words);
		words = str_trim(words);
		if (word_is(word, "terminal")) {
			rule->terminal = true;
		} else if (word_is(word, "any-reader")) {
			rule->any_reader = true;
		} else if (word_is(word, "refuse")) {
			rule->refuse = true;
		} else if (word_is(word, "typing")) {
			rule->typing = true;
		} else if (word_is(word, "key")) {
			if (rule_key(rule, str_cut(words, ' ', &words), err) != 0)
				return -1;
			words = str_trim(words);
		} else if (word_is(word, "quiet")) {
			if (!str_to_int(str_cut(words, ' ', &words), 100, 10000, &rule->quiet_ms))
				return err_set(err, ERR_INVALID,
					"quiet must be a number from 100 to 10000");
			words = str_trim(words);
		} else if (!word_is(word, "plain")) {
			return err_set(err, ERR_INVALID, "windows have no \"%.*s\"",
				(int)(word.n < 40 ? word.n : 40), word.p);
		}
	}
	return 0;
}

static int rule_add(struct settings *settings, struct str pattern, struct str words, unsigned line,
	struct err *err)
{
	struct settings_rule *rule = &settings->rules[settings->n_rules];

	if (settings->n_rules == SETTINGS_RULES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d windows", SETTINGS_RULES_MAX);
	if (pattern.n == 0 || pattern.n >= sizeof rule->pattern)
		return err_set(err, ERR_INVALID, "the class of a window has 1 to %zu bytes",
			sizeof rule->pattern - 1);
	*rule = (struct settings_rule){.line = line};
	(void)snprintf(rule->pattern, sizeof rule->pattern, "%.*s", (int)pattern.n, pattern.p);
	if (rule_parse(rule, words, err) != 0)
		return -1;
	settings->n_rules++;
	return 0;
}

/* KEYS, or KEYS -> PROMPT (an arrow as people type it or as they paste it). */
static int hotkey_add(struct settings *settings, struct str value, bool to_prompt, struct err *err)
{
	static const char *const arrows[] = {"->", "\xe2\x86\x92"};
	struct settings_hotkey *hotkey = &settings->hotkeys[settings->n_hotkeys];
	struct str keys = value, prompt = {NULL, 0};
	size_t i, at;

	for (i = 0; to_prompt && prompt.p == NULL && i < 2; i++)
		for (at = 0; prompt.p == NULL && at + strlen(arrows[i]) <= value.n; at++)
			if (memcmp(value.p + at, arrows[i], strlen(arrows[i])) == 0) {
				keys = str_trim((struct str){value.p, at});
				prompt = str_trim((struct str){value.p + at + strlen(arrows[i]),
					value.n - at - strlen(arrows[i])});
			}
	if (to_prompt && prompt.n == 0)
		return err_set(err, ERR_INVALID, "expected: hotkey.NAME = KEYS -> PROMPT");
	if (keys.n >= sizeof hotkey->keys || prompt.n >= sizeof hotkey->prompt)
		return err_set(err, ERR_INVALID, "that is too long");
	if (settings->n_hotkeys == SETTINGS_HOTKEYS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d hotkeys", SETTINGS_HOTKEYS_MAX);
	(void)snprintf(hotkey->keys, sizeof hotkey->keys, "%.*s", (int)keys.n, keys.p);
	(void)snprintf(hotkey->prompt, sizeof hotkey->prompt, "%.*s", (int)prompt.n,
		prompt.n > 0 ? prompt.p : "");
	settings->n_hotkeys++;
	return 0;
}

static int picker_set(struct settings *settings, struct str name, struct str value, struct err *err)
{
	static const char *const colours[] = {"auto", "light", "dark"};
	unsigned i;

	if (str_is(name, "mode")) {
		settings->picker_window = str_is(value, "window");
		return settings->picker_window || str_is(value, "auto")
			       ? 0
			       : err_set(err, ERR_INVALID, "picker.mode must be auto or window");
	}
	if (!str_is(name, "colours"))
		return err_set(err, ERR_INVALID, "there is no setting named picker.%.*s",
			(int)(name.n < 60 ? name.n : 60), name.p);
	for (i = 0; i < sizeof colours / sizeof *colours; i++)
		if (str_is(value, colours[i])) {
			settings->colours = (enum platform_colours)i;
			return 0;
		}
	return err_set(err, ERR_INVALID, "picker.colours must be auto, light or dark");
}

static int line_parse(void *data, struct str line, unsigned number, struct err *err)
{
	struct settings *settings = data;
	struct str value, name = str_trim(str_cut(line, '=', &value));

	value = str_trim(value);
	if (name.n == 0 || memchr(line.p, '=', line.n) == NULL)
		return err_set(err, ERR_INVALID, "expected: name = value");
	if (str_starts(name, "window."))
		return rule_add(settings, (struct str){name.p + 7, name.n - 7}, value, number, err);
	if (str_starts(name, "hotkey."))
		return hotkey_add(settings, value, true, err);
	if (str_starts(name, "picker."))
		return picker_set(settings, (struct str){name.p + 7, name.n - 7}, value, err);
	if (str_is(name, "hotkey")) {
		/* The first one is the picker's. */
		if (value.n >= sizeof settings->hotkeys[0].keys)
			return err_set(err, ERR_INVALID, "that is too long");
		(void)snprintf(settings->hotkeys[0].keys, sizeof settings->hotkeys[0].keys, "%.*s",
			(int)value.n, value.n > 0 ? value.p : "");
		return 0;
	}
	if (!str_is(name, "menu"))
		return err_set(err, ERR_INVALID, "there is no setting named %.*s",
			(int)(name.n < 60 ? name.n : 60), name.p);
	if (value.n >= sizeof settings->menu)
		return err_set(err, ERR_INVALID, "that is too long");
	(void)snprintf(settings->menu, sizeof settings->menu, "%.*s", (int)value.n,
		value.n > 0 ? value.p : "");
	return 0;
}

int settings_parse(struct settings *settings, const char *file, struct str text, struct err *err)
{
	return lines_parse(file, text, line_parse, settings, err);
}

void settings_init(struct settings *settings)
{
	struct str text = STR(shipped), line;

	memset(settings, 0, sizeof *settings);
	(void)hotkey_add(settings, STR("Ctrl+Alt+Space"), false, NULL);
	while (str_next_line(&text, &line))
		(void)line_parse(settings, line, 0, NULL);
}

/* 1: it is not there. */
static int read_file(const char *path, struct buf *text, struct err *err)
{
	FILE *file = fopen(path, "re");
	char block[4096];
	int result = 0;
	size_t n;

	if (file == NULL)
		return errno == ENOENT || errno == ENOTDIR
			       ? 1
			       : err_errno(err, errno, "cannot read %s", path);
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		(void)buf_add(text, block, n);
	if (ferror(file))
		result = err_errno(err, errno, "cannot read %s", path);
	else if (buf_failed(text))
		result = err_set(
			err, ERR_LIMIT, "%s: is larger than %d bytes", path, FILE_BYTES_MAX);
	(void)fclose(file); /* only read */
	return result;
}

static int common_line(void *data, struct str line, unsigned number, struct err *err)
{
	struct settings *settings = data;
	struct str value, name = str_trim(str_cut(line, '=', &value));
	bool yes;

	(void)number;
	(void)err;
	value = str_trim(value);
	yes = str_is(value, "yes") || str_is(value, "true") || str_is(value, "on");
	if (str_is(name, "remember_values"))
		settings->forgetful = !yes;
	else if (str_is(name, "experimental"))
		settings->experimental = yes;
	return 0;
}

/* What cannot be read there is told by those whose file it is; but then nothing is
 * remembered that the person may not want to be. */
static void load_common(struct settings *settings, const char *dir)
{
	char path[PLATFORM_PATH_MAX + 32];
	struct buf text = BUF_INIT(FILE_BYTES_MAX);
	struct err ignored;
	int result;

	(void)snprintf(path, sizeof path, "%s/promptd.conf", dir);
	result = read_file(path, &text, &ignored);
	if (result < 0 || (result == 0 && lines_parse(path, (struct str){buf_text(&text), text.len},
						  common_line, settings, &ignored) != 0))
		settings->forgetful = true;
	buf_fini(&text);
}

int settings_load(struct settings *settings, const char *dir, struct err *err)
{
	char path[PLATFORM_PATH_MAX + 32];
	struct buf text = BUF_INIT(FILE_BYTES_MAX);
	int result;

	settings_init(settings);
	load_common(settings, dir);
	(void)snprintf(path, sizeof path, "%s/%s", dir, SETTINGS_FILE);
	result = read_file(path, &text, err);
	if (result == 0)
		result = settings_parse(
			settings, path, (struct str){buf_text(&text), text.len}, err);
	buf_fini(&text);
	return result < 0 ? -1 : 0;
}

static void lower(char out[PLATFORM_CLASS_MAX], const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0' && i < PLATFORM_CLASS_MAX - 1; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[i] = '\0';
}

static bool fits(const char *pattern, const char *name)
{
	char small[PLATFORM_CLASS_MAX], small_name[PLATFORM_CLASS_MAX];

	lower(small, pattern);
	lower(small_name, name);
	return name[0] != '\0' && fnmatch(small, small_name, 0) == 0;
}

const struct settings_rule *settings_rule(
	const struct settings *settings, const struct platform_window *window)
{
	static const struct settings_rule none;
	size_t i;

	for (i = settings->n_rules; i > 0; i--) {
		const struct settings_rule *rule = &settings->rules[i - 1];

		if (fits(rule->pattern, window->class_name) ||
			fits(rule->pattern, window->instance))
			return rule;
	}
	return &none;
}
