/*
 * The hub's stream of events (GET /api/v1/sync/stream): it only tells that there is
 * something to ask for. One thread, which waits in sync_stream_wait() for everything it
 * waits for; nothing here blocks but that.
 */
#ifndef SYNC_STREAM_H
#define SYNC_STREAM_H

#include <poll.h>

#include "sync/http.h"

#define STREAM_OPEN_S 20    /* until it must have begun */
#define STREAM_SILENT_S 100 /* a hub says something every 30 s; then it is taken for dead */

struct sync_stream;

/* Begin to connect. `url` and `token` are those of a hub and are copied. */
int sync_stream_open(struct sync_stream **out, const char *url, const char *token, struct err *err);
void sync_stream_close(struct sync_stream *stream); /* NULL is nothing */

/* Wait, as poll() does, for the descriptors (POLLIN) and for the stream, which may be
 * NULL; timeout_ms < 0: without end. Returns early when there is anything to do. */
void sync_stream_wait(
	struct sync_stream *stream, struct pollfd *fds, unsigned n, int64_t timeout_ms);

enum sync_stream_state { STREAM_CONNECTING, STREAM_OPEN, STREAM_ENDED };
struct sync_stream_news {
	enum sync_stream_state state;
	bool changed;	   /* since it was looked at last */
	int64_t spread_ms; /* of that; 0 when it did not say */
	/* Of one that has ended: */
	long status; /* 0: no answer */
	int64_t retry_after_s;
	struct err why;
};
void sync_stream_look(struct sync_stream *stream, struct sync_stream_news *news);

#endif
