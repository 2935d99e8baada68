/*
 * Send the drafts that wait to the hub, each as a version under review. What the hub
 * made is written down before it is submitted, and every question has a key of its own:
 * a kill or a cut at any place makes nothing twice. The thread's own store handle.
 */
#ifndef SYNC_PROPOSE_H
#define SYNC_PROPOSE_H

#include "store/store.h"
#include "sync/http.h"
#include "sync/pull.h"

struct propose_report {
	int64_t sent, refused;
	char why[256]; /* of the last that was refused, filtered */
};

/*
 * All that wait, oldest first. PULL_DONE: none waits any more; PULL_SIGN_IN, PULL_TOO_OLD,
 * PULL_LATER as there, err says why: the rest goes on waiting. A draft that the hub will not
 * have is refused and does not hold the others. Negative: the store's.
 */
int sync_propose(struct store *store, struct sync_http *http, const char *token,
	struct propose_report *report, struct err *err);

#endif
