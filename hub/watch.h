/*
 * What this process knows of each tenant without asking the database: how far its feed
 * is, and whether somebody's access has changed. Kept by a thread of its own that looks
 * every WATCH_MS, for other processes write to the same database, and by those who have
 * just committed something here, so that nothing done by this process is ever missed.
 *
 * A revocation therefore works at once where it was done, and within WATCH_STALE_MS in
 * every other process: knowledge older than that is no longer used.
 */
#ifndef HUB_WATCH_H
#define HUB_WATCH_H

#include <stdbool.h>

#include "hub/credential.h"

#define WATCH_MS 500
#define WATCH_STALE_MS 3000

struct news {
	char epoch[ID_BYTES];
	int64_t seq;	/* of the last change that the feed tells */
	int64_t access; /* goes up with each change of who may what */
};

struct watch; /* NULL: nobody looks, and nothing is known */

int watch_start(struct watch **out, struct hub *hub, struct err *err);
void watch_stop(struct watch *watch);

/* Any thread. False: not known, or not known lately. */
bool watch_news(struct watch *watch, const char *tenant, struct news *news);
/* Any thread: the sum of all tenants' seq. False: it is not of lately. */
bool watch_total(struct watch *watch, int64_t *seq);
/* Goes up with each change of any news. */
unsigned long long watch_generation(const struct watch *watch);
/* Any thread, by its own connection and after its commit: look now. */
int watch_look(struct watch *watch, struct hub_db *db, struct err *err);

/*
 * Have credentials looked at again on the watch's thread: `checks` is yours again when
 * `done` is called there. False: others are still looked at.
 */
struct watch_check {
	char tenant[ID_BYTES], hash[SHA256_HEX_BYTES];
	int64_t access; /* the caller's */
	int holds;	/* what credential_holds() said, and */
	char scope[CREDENTIAL_SCOPE_BYTES];
};
typedef void watch_done_fn(void *data, struct watch_check *checks, size_t n);
bool watch_check(
	struct watch *watch, struct watch_check *checks, size_t n, watch_done_fn *done, void *data);

#endif
