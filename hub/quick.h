/*
 * What most agents ask most of the time, whether there is anything new, answered without
 * the database when the answer is known: 304, on the loop's thread.
 */
#ifndef HUB_QUICK_H
#define HUB_QUICK_H

#include "hub/http.h"
#include "hub/hub.h"
#include "hub/principals.h"

/* A GET of /api/v1/sync by this credential. True: the answer is set. False: nobody knows;
 * ask the database. */
bool quick_answer(struct hub *hub, struct http_exchange *http, const char *hash);

/* The fields of every answer of the feed. */
void quick_fields(const struct hub *hub, struct http_exchange *http, const char *etag);

/*
 * Promptd-Poll-After, the hub's brake: a minute, and more the longer requests wait for a
 * worker, up to a quarter of an hour.
 */
#define QUICK_POLL_S 60
#define QUICK_POLL_MAX_S 900
#define QUICK_DELAY_US 100000 /* a wait like this is nothing; twice, and the brake is twice */
int64_t quick_poll_after_s(int64_t delay_us);

#endif
