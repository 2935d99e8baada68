/*
 * A desktop without a system: the whole of struct platform_backend in memory, with
 * a clock that tests turn and a model of who owns which selection with what. Calls
 * are written down; events come when the test says so, or by fake_settle() as a
 * well-behaved system would send them. One thread.
 */
#ifndef TESTS_FAKE_PLATFORM_H
#define TESTS_FAKE_PLATFORM_H

#include "core/buf.h"
#include "platform/platform.h"

enum fake_owner {
	FAKE_NOBODY,
	FAKE_OTHER, /* another program, with `content` */
	FAKE_TEXT,  /* we, with the text of an offer */
	FAKE_HELD,  /* we, with what was saved of others */
};

struct fake_selection {
	enum fake_owner owner;
	char content[64]; /* of the owner, whoever that is, as a reader gets it */
	char held[64];	  /* what save() took */
	bool holds;
	bool unreadable; /* its owner hangs: cannot be saved */
	bool copied;	 /* by others since the last save() */
	bool picture;	 /* it cannot be had as text */
	bool secret;	 /* a password manager put it there */
};

struct fake {
	struct platform_desktop base;
	platform_event_fn *fn;
	void *data;
	int64_t now_ms, timer_ms, remind_ms; /* -1: no timer */
	int watched;			     /* a descriptor, or -1 */
	struct fake_selection clipboard, primary;
	struct platform_window window; /* that has the keyboard */
	bool keys_held, locked;
	bool picker; /* is shown, with: */
	enum platform_picker_page page;
	size_t n_rows;
	char query[64], message[256];
	/* Faults. */
	bool save_hangs, offer_fails, press_fails, picker_fails;
	bool tells_readers; /* this system knows which program asks */
	uint64_t reader;    /* the client that the offer is for; 0: everybody */
	/* Awaited of us. */
	bool saving, releasing;
	bool unheld; /* an offer came before SAVED did */
	unsigned notices, presses;
	char notice[256];
	uint64_t pressed_in; /* the window that the last press went to */
	struct buf log;	     /* a line a call, as stories show them */
	struct buf menu;     /* what the menu was given; "" when none runs */
	int hotkey_outcome;
};

void fake_init(struct fake *fake, platform_event_fn *fn, void *data);
void fake_fini(struct fake *fake);
extern const struct platform_backend fake_backend;

struct fake_selection *fake_of(struct fake *fake, enum platform_selection selection);
struct platform_window fake_window(uint64_t id, const char *class_name);

void fake_send(struct fake *fake, const struct platform_event *event);
/* SAVED and RELEASED, when they are awaited and nothing hangs. */
void fake_settle(struct fake *fake);
/* READABLE when what is watched is within so much real time; else false. */
bool fake_await(struct fake *fake, int ms);
/* Somebody copies: takes the selection from whoever has it. */
void fake_copy(struct fake *fake, enum platform_selection selection, const char *content);
/* A program asks for data. What it gets, or NULL when the selection has no owner or
 * the offer is for another program. */
const char *fake_read(struct fake *fake, enum platform_selection selection, uint64_t client);
/* Time goes on, and the timer with it. */
void fake_advance(struct fake *fake, int64_t ms);

#endif
