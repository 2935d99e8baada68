/*
 * The hotkeys of the resident process, and what others may know of it: desktop.json in
 * the runtime directory (0600), for `promptd desktop status` and `promptd doctor`, as
 * long as it runs. What the person is told is kept there as the last error. One thread.
 */
#ifndef DESKTOP_REPORT_H
#define DESKTOP_REPORT_H

#include "desktop/settings.h"

#define REPORT_FILE "desktop.json"

struct report_options {
	const struct platform_dirs *dirs;
	const struct settings *settings;
	struct platform_desktop *desktop;
	const char *picker; /* what opens: "overlay", "window", or another's menu */
};
struct report;

/*
 * Set the hotkeys and write the file. Those that cannot be had are told to the person,
 * for the picker's with a key that is free. From now on notify() of the desktop goes
 * through here. All options are borrowed until report_close(). One at a time.
 */
struct report *report_open(const struct report_options *options);
/* Every event of the platform comes here too. */
void report_event(struct report *report, const struct platform_event *event);
/* Take the file away. NULL is nothing. */
void report_close(struct report *report);

#endif
