/*
 * Who waits for news of the feed: streams of events (GET /api/v1/sync/stream) and
 * questions that are answered when there is something to tell (Prefer: wait). A stream
 * tells only that something changed and how far to spread the questions that follow.
 *
 *	event: changed
 *	data: {"seq":4711,"spread_ms":240}
 *
 * Everything but streams_wait() on the loop's thread.
 */
#ifndef HUB_STREAMS_H
#define HUB_STREAMS_H

#include "hub/request.h"

#define STREAMS_MAX 10000   /* that wait at once, in this process */
#define STREAMS_EACH_MAX 32 /* of one person */
#define STREAMS_BEAT_S 30   /* a comment, when nothing else was sent for so long */
#define STREAMS_WAIT_MAX_S 60
/* A notified client's question comes within this for each stream that is open: with
 * 1,000 of them 250 questions a second. */
#define STREAMS_SPREAD_MS 4
#define STREAMS_SPREAD_MAX_MS 60000

struct streams;

struct streams *streams_new(struct hub *hub);
void streams_free(struct streams *streams); /* after http_close() */

/* A worker, within a request: what was set as its answer is not sent yet. A stream
 * begins; a question (wait_s) is asked again at the first news and is otherwise answered
 * as it was set. `seq` and `access` of the tenant are as the request has seen them. */
void streams_wait(
	struct request *request, bool stream, int64_t wait_s, int64_t seq, int64_t access);

/* As struct http_options has them. */
void streams_held(struct streams *streams, struct http_exchange *exchange);
void streams_gone(struct streams *streams, struct http_exchange *exchange);
void streams_stop(struct streams *streams);
void streams_tick(struct streams *streams);

/* Any thread; of NULL none. */
size_t streams_open(const struct streams *streams);
size_t streams_waiting(const struct streams *streams);

#endif
