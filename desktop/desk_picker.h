/*
 * The desk's own picker, in place of other people's menus: the palette on the platform's
 * window, over the store. Of desk.c only; what the desk does with a choice comes back by
 * desk_send().
 */
#ifndef DESKTOP_DESK_PICKER_H
#define DESKTOP_DESK_PICKER_H

#include "desktop/palette_library.h"
#include "desktop/palette_sources.h"
#include "desktop/view.h"
#include "platform/platform.h"

struct desk;

struct desk_picker {
	struct palette palette;
	struct view view;
	struct palette_calls calls;
	struct palette_library library; /* data of the calls; its owner is this */
	struct palette_sources sources;
	struct desk *desk;
	bool chosen; /* send() came before close() */
};

struct desk_picker *desk_picker_new(struct desk *desk);
void desk_picker_free(struct desk_picker *picker); /* NULL is nothing */

/* The hotkey, of the prompt `name` or of none (NULL); open already: closes. */
void desk_picker_call(struct desk_picker *picker, const char *name);
bool desk_picker_is_open(const struct desk_picker *picker);
void desk_picker_close(struct desk_picker *picker);
/* Those of the picker; others do nothing. */
void desk_picker_event(struct desk_picker *picker, const struct platform_event *event);

/* desk.c: paste or copy what was composed, to the window that the desk remembers. */
void desk_send(struct desk *desk, const struct prompt *prompt, const struct compose *compose,
	enum palette_send how);
/* desk.c: nothing was chosen; `why` is told, NULL: nothing is. */
void desk_give_up(struct desk *desk, const char *why);

#endif
