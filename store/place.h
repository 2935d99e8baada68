/*
 * How well a text answers a question: our own rank of hits in `bodies`. FTS5's
 * bm25 counts every hit of every word first; this looks at one row and nothing
 * else. Of this room only.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include "store/handle.h"

/* Make SQL function place(bodies) known to the connection; once a handle. */
int place_register(struct store *store, struct err *err);

#endif
