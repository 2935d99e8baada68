/*
 * One desk: the hotkey leads to a menu, the menu to a prompt, the prompt to its
 * inputs, all of it to the window that had the keyboard. Between a platform and a
 * store, with the courier for the last step. One thread, the platform's.
 */
#ifndef DESKTOP_DESK_H
#define DESKTOP_DESK_H

#include <jansson.h>

#include "core/prompt.h"
#include "desktop/compose.h"
#include "desktop/courier.h"
#include "desktop/settings.h"
#include "store/store.h"

struct desk_options {
	struct platform_desktop *desktop;
	struct store *store;		 /* for a menu; NULL: there is none (yet: see find_store) */
	const char *dir;		 /* of the library, for our own picker; NULL: nowhere */
	const struct settings *settings; /* borrowed */
	const char *menu;		 /* as settings say it, or another; NULL: our own picker */
	int frame_ms; /* an answer of the library that comes so soon is waited for; 0: 16 */
	bool once;    /* end after one choice, as soon as nobody needs what we hold */
	int64_t (*now_ms)(void *data); /* of courier.h */
	/* For a menu: asked at each call as long as there is no store; NULL: there will be
	 * none. The store stays its owner's. */
	struct store *(*find_store)(void *data);
	void *data;
};

enum desk_stage {
	DESK_IDLE,
	DESK_KEYS,    /* the hotkey is still held: a menu could not take the keyboard */
	DESK_LIST,    /* which prompt? */
	DESK_INPUT,   /* which value? */
	DESK_CONFIRM, /* several lines into a terminal? */
	DESK_PICKER,  /* all of it, by our own picker */
};

struct desk_picker;

struct desk {
	/* Of desk.c, and for looking. */
	struct desk_options options;
	struct courier courier;
	enum desk_stage stage;
	struct desk_picker *picker; /* NULL: there is a menu */
	const char *wanted;	    /* prompt a hotkey goes straight to; NULL: the list */
	struct prompt *prompt;
	json_t *args;
	char *input; /* the one that is asked for */
	struct compose compose;
	/* What is on its way, for the usage rows. */
	struct desk_sent {
		uint64_t tag;
		struct prompt *prompt;
		int64_t started_us;
		bool copy_only;
	} sent[2];
	bool quitting;
};

void desk_init(struct desk *desk, const struct desk_options *options);
void desk_fini(struct desk *desk);
/* As if the hotkey had been pressed; name: straight to that prompt, or NULL. */
void desk_call(struct desk *desk, const char *name);
/* A platform_event_fn; data is the desk. */
void desk_event(void *data, const struct platform_event *event);

#endif
