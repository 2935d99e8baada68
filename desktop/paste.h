/*
 * The paste: a state machine without a system in it. What happens is told to it
 * (functions below, events of platform.h, the time), what is to be done comes back
 * as a set of actions. No I/O, no clock, no memory of its own. One thread.
 *
 *   IDLE ─begin→ SAVING ─saved→ SAVED ─chosen→ OFFERED ─released→ KEY_SENT
 *     ↑            └──copied───────┘              │                   │
 *     │                              other window │ lost     never read or lost
 *     │                                           ▼                   ▼
 *     ├────────── text stays on the clipboard, one notice ────────────┤
 *     └───────── restored ←─ quiet ─ READ ←─ the target read ─────────┘
 *
 * Whatever comes, it ends in IDLE within PASTE_READ_MS and the waits before. It
 * never asks for a press without the target, never restores what was lost to a
 * newer copy, and never begins to save while a text of ours is on a selection.
 */
#ifndef DESKTOP_PASTE_H
#define DESKTOP_PASTE_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/platform.h"

#define PASTE_SAVE_MS 1000    /* at most, from the choice until the old content is held */
#define PASTE_RELEASE_MS 2000 /* at most, for keys that are held down */
#define PASTE_READ_MS 10000   /* how long a busy target may take */
/* Without a further read by the target; a browser reads twice, the second time when
 * its page gets to it. With reads of anybody counting, nothing is known of who. */
#define PASTE_QUIET_MS 1000
#define PASTE_QUIET_ANY_MS 1500
#define PASTE_AGAIN_MAX 3 /* another program that copies without end gets its way */

enum paste_state {
	PASTE_IDLE,
	PASTE_SAVING,	/* the old content is being read, while the person types */
	PASTE_SAVED,	/* it is held */
	PASTE_OFFERED,	/* our text is on the selections, keys are still held down */
	PASTE_KEY_SENT, /* nobody has read yet */
	PASTE_READ,	/* the target did; waiting for quiet */
};

/* How a paste ended. */
enum paste_result {
	PASTE_PASTED,	 /* read by the target, the old content is back */
	PASTE_COPIED,	 /* on the clipboard, as wanted */
	PASTE_CANCELLED, /* nothing was chosen */
	PASTE_LOST,	 /* somebody copied something newer, and keeps it */
	PASTE_TIMEOUT,	 /* never read; the text is on the clipboard */
	PASTE_REFUSED,	 /* not the same window, keys held, keys impossible, a rule */
};

/* What to do, in the order of their values. After OFFER and PRESS call
 * paste_offered() and paste_pressed() with what came of it. */
enum paste_action {
	PASTE_DO_OFFER = 1,    /* offer(paste.offer, the job's text) */
	PASTE_DO_RELEASE = 2,  /* release() */
	PASTE_DO_PRESS = 4,    /* press(paste.target, job.key, 1) */
	PASTE_DO_CARET = 8,    /* press(paste.target, PLATFORM_KEY_LEFT, job.caret) */
	PASTE_DO_RESTORE = 16, /* restore(paste.restore) */
	PASTE_DO_KEEP = 32,    /* keep(paste.keep) */
	PASTE_DO_FORGET = 64,  /* forget() */
	PASTE_DO_NOTICE = 128, /* notify(paste.notice) */
	PASTE_DONE = 256,      /* paste.done says of which job, and how it ended */
	PASTE_DO_SAVE = 512,   /* save(PLATFORM_BOTH) */
};

/* One choice. The text is the caller's, found again by `tag`. */
struct paste_job {
	uint64_t tag;
	enum platform_key key;
	unsigned caret;	    /* presses of Left after the paste */
	int64_t quiet_ms;   /* 0: as above */
	bool any_reader;    /* the target reads through another program's connection */
	bool copy_only;	    /* on the clipboard, no paste */
	bool typed;	    /* key by key: paste_pressed() with the outcome of type() */
	bool keep;	    /* paste, and leave it on the clipboard */
	const char *refuse; /* why a rule forbids pasting here; NULL: it does not. Static */
};

struct paste_done {
	uint64_t tag;
	enum paste_result result;
};

struct paste {
	/* For the actions; valid until the next call. */
	struct platform_window target;
	struct paste_job job;
	unsigned offer, restore, keep; /* selections */
	const char *notice;
	struct paste_done done;
	/* Of paste.c. */
	enum paste_state state;
	bool chosen;	  /* job waits for the old content to be held */
	unsigned offered; /* selections that serve our text */
	unsigned unsaved; /* those whose old content could not be held */
	unsigned again;	  /* offers that came too late for what was copied */
	int64_t deadline; /* -1: none */
	struct {
		bool begun, chosen;
		struct platform_window target;
		struct paste_job job;
	} next; /* begun while another is on its way */
};

void paste_init(struct paste *paste);

/* The person called the picker; this window had the keyboard. While a paste is on
 * its way this is the next one. Called again it begins anew; with a choice waiting
 * behind one on its way it does nothing. */
unsigned paste_begin(struct paste *paste, const struct platform_window *target, int64_t now_ms);
/* Is one begun and nothing chosen yet? Else a choice and a cancel do nothing. */
bool paste_awaits_choice(const struct paste *paste);
/* Something was chosen. */
unsigned paste_choose(struct paste *paste, const struct paste_job *job, int64_t now_ms);
/* The picker was closed without a choice (or the screen was locked): ends what has
 * not been chosen yet; a choice already made goes on. */
unsigned paste_cancel(struct paste *paste, int64_t now_ms);

/* Outcomes of offer() and press(): platform.h's. */
unsigned paste_offered(struct paste *paste, int outcome, int64_t now_ms);
unsigned paste_pressed(struct paste *paste, int outcome, int64_t now_ms);
/* Events of platform.h; those it has no use for do nothing. */
unsigned paste_event(struct paste *paste, const struct platform_event *event, int64_t now_ms);
/* The time has come: when paste_deadline() is not later than now. */
unsigned paste_tick(struct paste *paste, int64_t now_ms);

/* When to call paste_tick(); -1: not at all. */
int64_t paste_deadline(const struct paste *paste);
const char *paste_result_name(enum paste_result result); /* "pasted", … */

#endif
