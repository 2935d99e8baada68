/*
 * Follow a hub's feed: ask, check a whole page, apply it in one transaction. The
 * thread's own store handle.
 */
#ifndef SYNC_PULL_H
#define SYNC_PULL_H

#include "store/store.h"
#include "sync/http.h"

#define PULL_PAGES_MAX 2000	/* of one pull: a hub that never ends is left alone */
#define PULL_PROMPTS_MAX 200000 /* likewise */

struct pull_report {
	int64_t pages, put, removed, refused;
	char why[256];	       /* of the first that was refused */
	bool full;	       /* all of it was asked for */
	int64_t poll_after_s;  /* when to ask again; -1: not said */
	int64_t retry_after_s; /* of a hub that wants to be left alone; -1 */
};

enum pull_outcome {
	PULL_DONE = 0,
	PULL_SIGN_IN = 1, /* the token is not good (401); prompts stay as they are */
	PULL_SHUT = 2,	  /* not for this person (403): stop asking, prompts stay */
	PULL_TOO_OLD = 3, /* 426: this program is too old for the hub */
	PULL_LATER = 4,	  /* no answer, 429, 503, none that can be used: err says why */
	PULL_ENDED = 5,	  /* proceed() said so */
};

/* What an answer of this status that is no success means; never PULL_DONE, and err says it. */
int pull_outcome(long status, struct err *err);

struct pull_options {
	const char *token;
	bool experimental; /* ask for experimental versions too; the hub decides */
	/* Each may be NULL. After each page; within the transaction that takes one over:
	 * false, and it is not taken. */
	void (*progress)(void *data, const struct pull_report *report);
	bool (*proceed)(void *data);
	void *data;
};

/*
 * All pages there are. A negative outcome is the store's. What was applied before stays,
 * with its cursor.
 */
int sync_pull(struct store *store, struct sync_http *http, const struct pull_options *options,
	struct pull_report *report, struct err *err);

#endif
