/*
 * The palette's calls over the library: rows with what is told of them, prompts,
 * favourites, remembered values, details. Whoever owns the palette has the rest of its
 * calls. One thread, the store's: that of palette_answer_make().
 *
 *	struct palette_library library;
 *	struct palette_calls calls = {.data = &library, .send = …, .close = …};
 *
 *	palette_library_init(&library, dir);
 *	library.owner = me;             for the functions of one's own
 *	palette_library_calls(&calls);
 */
#ifndef DESKTOP_PALETTE_LIBRARY_H
#define DESKTOP_PALETTE_LIBRARY_H

#include "desktop/palette.h"
#include "store/store.h"
#include "store/usage.h"

/* Nobody waits longer at a keystroke for another process that writes. */
#define PALETTE_LIBRARY_WAIT_MS 50
#define PALETTE_LIBRARY_RECENTS 10
#define PALETTE_LIBRARY_SOURCES 32

struct palette_library {
	struct store *store; /* NULL: there is no library yet; it is looked for at each call */
	void *owner;	     /* for the calls that are not ours */
	bool experimental;   /* rows that are not approved too */
	bool forgetful;	     /* values are neither kept nor offered */
	/* Of palette_library.c. */
	char dir[512];
	bool own; /* the store */
	struct palette_library_source {
		char name[64];
		int64_t updated_ms;
	} sources[PALETTE_LIBRARY_SOURCES]; /* as sources.json said when it was called */
	size_t n_sources;
	int64_t hub_ms; /* when the hub was heard last; 0: never */
};

/* `dir` holds the library; nothing is created there. */
void palette_library_init(struct palette_library *library, const char *dir);
/* With a store that stays its owner's, who sets it where there is none yet. */
void palette_library_init_store(
	struct palette_library *library, const char *dir, struct store *store);
void palette_library_fini(struct palette_library *library);
/* 0 when there is one now; else err says what to do. */
int palette_library_open(struct palette_library *library, struct err *err);
/* Opened and read for the first key, if it is there. */
void palette_library_warm(struct palette_library *library);
/* The row of one use, durable when this returns 0. */
int palette_library_record(
	struct palette_library *library, const struct usage_event *event, struct err *err);

/* Sets search, get, compose, favourite, values, remember and details, for which data is
 * a struct palette_library. */
void palette_library_calls(struct palette_calls *calls);

#endif
