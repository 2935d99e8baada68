/* Hotkeys, and what is known of the resident process; see report.h. */
#include "desktop/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"

#define REPORT_BYTES_MAX ((size_t)64 * 1024)

struct report {
	struct report_options options;
	const struct platform_backend *inner; /* the desktop's own table */
	struct platform_backend outer;	      /* the same, with our notify() */
	struct err taken[SETTINGS_HOTKEYS_MAX];
	char free_key[64]; /* instead of the picker's, when that is taken */
	struct err error;  /* what was said last */
	char error_time[CLOCK_TEXT_BYTES];
};

static struct report *only; /* notify() has no data of ours */

static json_t *hotkeys_json(const struct report *report)
{
	static const char *const states[] = {"held", "taken", "invalid"};
	const struct settings *settings = report->options.settings;
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < settings->n_hotkeys; i++) {
		const struct err *taken = &report->taken[i];
		int state = taken->code == ERR_NONE ? 0 : taken->code == ERR_BUSY ? 1 : 2;
		json_t *row;

		if (settings->hotkeys[i].keys[0] == '\0')
			continue;
		row = json_pack("{s:o*, s:o*, s:s}", "keys",
			json_from_str(str_of(settings->hotkeys[i].keys)), "prompt",
			json_from_str(str_of(settings->hotkeys[i].prompt)), "state", states[state]);
		if (state != 0)
			(void)json_object_set_new(row, "why", json_from_str(str_of(taken->text)));
		(void)json_array_append_new(list, row);
	}
	if (report->free_key[0] != '\0' && json_array_size(list) > 0)
		(void)json_object_set_new(
			json_array_get(list, 0), "free", json_string(report->free_key));
	return list;
}

static void set_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		(void)json_object_set_new(object, name, json_from_str(str_of(text)));
}

/* Who starts it again when it ends: they say so in its environment. */
static const char *watched_by(void)
{
	const char *by = getenv("PROMPTD_WATCHED_BY");

	return by != NULL && by[0] != '\0' ? by : "nobody";
}

static json_t *report_json(const struct report *report)
{
	struct platform_desktop *desktop = report->options.desktop;
	char manager[128];
	uint64_t start = 0;
	struct err ignored;
	json_t *json;
	long pid;

	(void)platform_process_start((long)getpid(), &start, &ignored);
	json = json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:o}", "version", PROMPTD_VERSION, "pid",
		(json_int_t)getpid(), "start", (json_int_t)start, "platform", report->inner->name,
		"picker", report->options.picker, "watched_by", watched_by(), "hotkeys",
		hotkeys_json(report));
	set_text(json, "display", getenv("DISPLAY"));
	report->inner->manager(desktop, manager, sizeof manager, &pid);
	set_text(json, "manager", manager);
	if (pid > 0)
		(void)json_object_set_new(json, "manager_pid", json_integer(pid));
	set_text(json, "error", report->error.text);
	set_text(json, "error_time", report->error_time);
	return json;
}

static void report_write(const struct report *report)
{
	struct buf text = BUF_INIT(REPORT_BYTES_MAX);
	const char *run = report->options.dirs->run;
	json_t *json = report_json(report);
	struct err err;

	if (json_write(json, &text) != 0 || platform_make_dir(run, &err) != 0 ||
		platform_put_private(run, REPORT_FILE, (struct str){text.data, text.len}, &err) !=
			0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.not_reported"));
	json_decref(json);
	buf_fini(&text);
}

static void on_notify(struct platform_desktop *desktop, const char *text)
{
	(void)err_set(&only->error, ERR_FAILED, "%s", text);
	clock_format(clock_now_ms(), only->error_time);
	only->inner->notify(desktop, text);
	report_write(only);
}

/* --- hotkeys ---------------------------------------------------------------------------- */

/* One that could be had instead: taken and let go. */
static void find_free_key(struct report *report)
{
	static const char *const others[] = {
		"Super+Space", "Ctrl+Alt+P", "Ctrl+Shift+Space", "Super+F2"};
	struct platform_desktop *desktop = report->options.desktop;
	const int number = SETTINGS_HOTKEYS_MAX - 1;
	struct err ignored;
	size_t i;

	if (report->options.settings->n_hotkeys == SETTINGS_HOTKEYS_MAX)
		return; /* no number is left to try with */
	for (i = 0; i < sizeof others / sizeof *others && report->free_key[0] == '\0'; i++) {
		if (report->inner->hotkey_set(desktop, number, str_of(others[i]), &ignored) ==
			PLATFORM_OK)
			(void)snprintf(report->free_key, sizeof report->free_key, "%s", others[i]);
		(void)report->inner->hotkey_set(desktop, number, STR(""), &ignored);
	}
}

static void hotkey_set(struct report *report, size_t number)
{
	struct platform_desktop *desktop = report->options.desktop;
	const char *keys = report->options.settings->hotkeys[number].keys;
	struct err *taken = &report->taken[number];
	char text[sizeof taken->text + 128];
	int outcome = report->inner->hotkey_set(desktop, (int)number, str_of(keys), taken);

	if (outcome == PLATFORM_OK) {
		taken->code = ERR_NONE;
		return;
	}
	if (number == 0 && outcome == PLATFORM_TAKEN)
		find_free_key(report);
	(void)snprintf(text, sizeof text, "%s%s%s%s", taken->text,
		report->free_key[0] != '\0' && number == 0 ? ". This is free: hotkey = " : "",
		number == 0 ? report->free_key : "",
		number == 0 && report->free_key[0] != '\0' ? " in desktop.conf" : "");
	on_notify(desktop, text);
}

struct report *report_open(const struct report_options *options)
{
	struct report *report = xcalloc(1, sizeof *report);
	size_t i;

	report->options = *options;
	report->inner = options->desktop->backend;
	report->outer = *report->inner;
	report->outer.notify = on_notify;
	only = report;
	for (i = 0; i < options->settings->n_hotkeys; i++)
		hotkey_set(report, i);
	options->desktop->backend = &report->outer;
	report_write(report);
	return report;
}

void report_event(struct report *report, const struct platform_event *event)
{
	struct err *taken;

	if (event->type != PLATFORM_EVENT_GRABBED || event->number < 0 ||
		(size_t)event->number >= report->options.settings->n_hotkeys)
		return;
	taken = &report->taken[event->number];
	if (event->text.n == 0)
		taken->code = ERR_NONE;
	else
		(void)err_set(taken, ERR_BUSY, "%.*s", (int)event->text.n, event->text.p);
	if (event->number == 0)
		report->free_key[0] = '\0';
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "desktop.hotkey"),
		LOG_TEXT("keys", report->options.settings->hotkeys[event->number].keys),
		LOG_TEXT("why", taken->code == ERR_NONE ? "held" : taken->text));
	report_write(report);
}

void report_close(struct report *report)
{
	char path[PLATFORM_PATH_MAX + sizeof REPORT_FILE];

	if (report == NULL)
		return;
	report->options.desktop->backend = report->inner;
	(void)snprintf(path, sizeof path, "%s/" REPORT_FILE, report->options.dirs->run);
	(void)unlink(path); /* who reads it looks whether the process runs */
	only = NULL;
	free(report);
}
