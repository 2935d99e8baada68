/*
 * The picker's window, made with GTK, as the X11 backend holds it: shown, hidden, given
 * keys. It knows nothing of grabs and of the focus; x11_picker.c does. One thread,
 * GLib's default loop.
 */
#ifndef PLATFORM_LINUX_PICKER_H
#define PLATFORM_LINUX_PICKER_H

#include "platform/platform.h"

struct picker;

struct picker_calls {
	void *data;
	/* PLATFORM_EVENT_PICKER_*; borrowed. */
	void (*event)(void *data, const struct platform_event *event);
	/* The window got the keyboard by focus (not by picker_key()), or lost it. */
	void (*focus)(void *data, bool ours);
	/* A key was let go, of those that come by focus. */
	void (*released)(void *data, unsigned code);
};

/* Made, laid out and drawn once where nobody sees it, then hidden. ERR_FAILED: GTK finds
 * no display. A theme that cannot be read is told in err with 0 returned; else err's
 * text is empty then. Options are copied. */
int picker_new(struct picker **out, const struct platform_picker_options *options,
	const struct picker_calls *calls, struct err *err);
void picker_free(struct picker *picker); /* NULL is nothing */

/* Must the window have the focus? By options, or because a screen reader or an input
 * method of its own process is there. */
bool picker_wants_focus(const struct picker *picker);

/* What is to be seen, now or with the next picker_map(). */
void picker_show(struct picker *picker, const struct platform_picker *what);
/* On the monitor with this point (the server's pixels). With `held` the keyboard comes
 * by picker_key(), and GTK is told that the window had the focus. */
void picker_map(struct picker *picker, int x, int y, bool held);
void picker_unmap(struct picker *picker);
uint64_t picker_window(const struct picker *picker); /* its id at the server */
/* Does the point (the server's pixels) lie within it? */
bool picker_holds(const struct picker *picker, int x, int y);

/* A key of a grab, as the server told it. */
struct picker_stroke {
	unsigned code, state; /* state: with the keyboard's group in bits 13 and 14 */
	uint32_t time;
	bool down;
};
void picker_key(struct picker *picker, const struct picker_stroke *stroke);

#endif
