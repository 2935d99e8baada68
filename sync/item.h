/*
 * One use as each place wants it, and many of them as the body of a request, a line
 * each. Bytes only: knows neither the network nor the store's files. Any thread.
 *
 *	hub, file        sync.md's event, a line each
 *	otlp, langfuse   OTLP/HTTP JSON: one line that begins the request, a span a line,
 *	                 one line that ends it
 */
#ifndef SYNC_ITEM_H
#define SYNC_ITEM_H

#include "core/buf.h"
#include "core/err.h"
#include "core/id.h"
#include "store/outbox.h"

#define ITEM_MAX 2048 /* bytes; texts of a use are 64 at most */

/* Appended to out. `name`: the prompt's, for spans; NULL: only its id is known. */
void item_add(unsigned sink, const struct outbox_use *use, const char *name, struct buf *out);

/* A body of n of them. `head` is the first line of one that is to be like another
 * (item_split()); empty: made, for otlp of `resource` ("key=value" lines, the first of a name
 * counts; NULL: only that it is promptd). */
int item_join(unsigned sink, struct str head, const char *resource, const struct str *items,
	size_t n, struct buf *out, struct err *err);
/* The items of a body, at most OUTBOX_ROWS_MAX, borrowed from it; *head: see above.
 * ERR_INVALID: it is no such body. */
int item_split(unsigned sink, struct str body, struct str *head, struct str *items, size_t *n,
	struct err *err);
/* Which use it is. False: it is no item. */
bool item_event_id(struct str item, char event_id[ID_BYTES]);

#endif
