/*
 * Carries out what the paste machine asks for, on a platform: between the two,
 * with the texts and the time. One thread, the platform's.
 */
#ifndef DESKTOP_COURIER_H
#define DESKTOP_COURIER_H

#include "core/buf.h"
#include "desktop/paste.h"

struct courier_options {
	struct platform_desktop *desktop;
	/* A paste ended; the tag is what courier_choose() returned, 0 for one that was
	 * cancelled. */
	void (*done)(void *data, const struct paste_done *done);
	int64_t (*now_ms)(void *data); /* never jumps; NULL: the real one */
	void *data;
};

struct courier {
	/* Of courier.c, and for looking. */
	struct paste paste;
	struct courier_options options;
	struct courier_text {
		uint64_t tag;
		char *text;
		size_t len;
	} texts[2]; /* of the job on its way and of the next one */
	uint64_t last_tag;
};

void courier_init(struct courier *courier, const struct courier_options *options);
void courier_fini(struct courier *courier);

/* The picker was called: remembers the window that has the keyboard now. `done` is
 * called from within these functions and calls none of them. */
void courier_begin(struct courier *courier);
/* job->tag is set here, and returned; the text is copied. ERR_INVALID (an empty
 * text), ERR_LIMIT (over PLATFORM_OFFER_MAX), ERR_BUSY (nothing awaits a choice): nothing
 * happens, returns 0. */
uint64_t courier_choose(
	struct courier *courier, const struct paste_job *job, struct str text, struct err *err);
void courier_cancel(struct courier *courier);
/* Every event of the platform comes here too. */
void courier_event(struct courier *courier, const struct platform_event *event);
/* Nothing is on its way, and nothing is chosen. */
bool courier_idle(const struct courier *courier);
/* The window that the choice will go to. */
const struct platform_window *courier_target(const struct courier *courier);

#endif
