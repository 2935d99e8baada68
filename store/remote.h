/*
 * Prompts that are followed from a hub, and how far. Written by who syncs (sync/pull.c),
 * between store_begin() and store_commit(): a page of the feed and the cursor behind it
 * are there together or not at all. See store.h for threads.
 */
#ifndef STORE_REMOTE_H
#define STORE_REMOTE_H

#include "core/buf.h"
#include "store/prompts.h"

struct store_remote {
	struct buf cursor, etag; /* empty: nothing was asked yet */
	int64_t round;		 /* of the last full one */
	bool within;		 /* that one has not come to its end yet */
	int64_t synced_ms;	 /* when the hub was heard last; 0: never */
};
void store_remote_init(struct store_remote *remote);
void store_remote_fini(struct store_remote *remote);

/* All empty when this source was never followed. */
int store_remote_get(
	struct store *store, struct str source, struct store_remote *remote, struct err *err);
int store_remote_set(
	struct store *store, struct str source, const struct store_remote *remote, struct err *err);

/* Is the text of this version here already, and is it the one that was told before? */
enum store_held {
	STORE_HELD_NOT = 0,	  /* not here: its text is needed */
	STORE_HELD = 1,		  /* here */
	STORE_HELD_OTHERWISE = 2, /* this version was told with another digest: refuse it */
	STORE_HELD_FOREIGN = 3,	  /* a prompt of another source has this id: refuse it */
};
int store_remote_held(struct store *store, struct str source, struct str id, int64_t version,
	struct str digest, struct err *err);

/*
 * prompt->id, version and digest are the hub's. A prompt that it had under another path
 * moves, and keeps what is remembered of it. `first`: no other version of it is served from
 * now on; else beside what was put before (of another channel).
 */
int store_remote_put(struct store *store, const struct prompt *prompt, bool first, int64_t round,
	struct err *err);
/* The part of it that put.c does: one version is served, and all that came before
 * stay as they were. */
int store_remote_put_version(struct store *store, const struct prompt *prompt, struct err *err);
/* It is still the hub's, and stays as it is here: told in this round, too. */
int store_remote_keep(
	struct store *store, struct str source, struct str id, int64_t round, struct err *err);
/* The hub has withdrawn it: it goes, without a tombstone. 0 also when it is not here. */
int store_remote_remove(struct store *store, struct str source, struct str id, struct err *err);
/* All that no full round since `round` has brought; *n: how many went. */
int store_remote_sweep(
	struct store *store, struct str source, int64_t round, int64_t *n, struct err *err);
/* Everything of the source, and that it was followed. */
int store_remote_forget(struct store *store, struct str source, int64_t *n, struct err *err);

#endif
