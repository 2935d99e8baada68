/*
 * Server-sent events (WHATWG HTML, "Server-sent events"), as much of them as the hub's
 * stream has: bytes in pieces of any size in, "changed" events out. Pure.
 */
#ifndef SYNC_EVENTS_H
#define SYNC_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/str.h"

#define EVENTS_LINE_MAX 4096

struct events {
	struct buf line; /* not at its end yet */
	char data[1024]; /* of the event that is being told; a longer one is cut, and none */
	bool changed, cr;
	/* What came, until it is taken. */
	bool news;
	int64_t seq, spread_ms; /* of the last one; -1: it did not say */
};

void events_init(struct events *events);
void events_fini(struct events *events);
/* False: a line is longer than any event of a hub; no more is to be read. */
bool events_add(struct events *events, struct str bytes);
/* Did something change? Once for all that came. */
bool events_take(struct events *events, int64_t *seq, int64_t *spread_ms);

#endif
