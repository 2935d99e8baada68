/*
 * The desk's own picker, in place of other people's menus: the palette on the platform's
 * window, over a library that a clerk reads. Of desk.c only; what the desk does with a
 * choice comes back by desk_send().
 *
 * An answer that comes within a frame is part of what the key did; one that takes longer
 * is shown when it comes, and nothing stands still for it.
 */
#ifndef DESKTOP_DESK_PICKER_H
#define DESKTOP_DESK_PICKER_H

#include "desktop/clerk.h"
#include "desktop/palette_library.h"
#include "desktop/palette_sources.h"
#include "desktop/view.h"
#include "platform/platform.h"
#include "store/usage.h"

#define DESK_PICKER_FRAME_MS 16
#define DESK_PICKER_OPEN_MS 4	/* then it opens, with rows or without */
#define DESK_PICKER_LATE_MS 250 /* then one says that something is waited for */

struct desk;

struct desk_picker {
	struct palette palette;
	struct view view;
	struct palette_calls calls;
	struct palette_library library; /* data of the calls; its owner is this; the clerk's */
	struct clerk *clerk; /* NULL: there is no thread to be had, and all is done at once */
	struct palette_sources sources;
	struct desk *desk;
	bool chosen; /* send() came before close() */
	bool slow;   /* a frame was waited for an answer that did not come */
	bool reminded;
};

struct desk_picker *desk_picker_new(struct desk *desk);
void desk_picker_free(struct desk_picker *picker); /* NULL is nothing */

/* The hotkey, of the prompt `name` or of none (NULL); open already: closes. */
void desk_picker_call(struct desk_picker *picker, const char *name);
bool desk_picker_is_open(const struct desk_picker *picker);
void desk_picker_close(struct desk_picker *picker);
/* Those of the picker; others do nothing. */
void desk_picker_event(struct desk_picker *picker, const struct platform_event *event);
/* The text of `prompt` (which this takes) was pasted or not: its usage row. Texts within
 * the event are string literals, or the prompt's. */
void desk_picker_record(
	struct desk_picker *picker, struct prompt *prompt, const struct usage_event *event);

/* desk.c: paste or copy what was composed, to the window that the desk remembers. */
void desk_send(struct desk *desk, const struct prompt *prompt, const struct compose *compose,
	enum palette_send how);
/* desk.c: nothing was chosen; `why` is told, NULL: nothing is. */
void desk_give_up(struct desk *desk, const char *why);

#endif
