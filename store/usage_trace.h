/*
 * What a use was part of, as its request said it: rows of usage_trace, written and
 * taken away in the transactions of the uses they belong to. Of this room only.
 */
#ifndef STORE_USAGE_TRACE_H
#define STORE_USAGE_TRACE_H

#include "store/db.h"
#include "store/usage.h"

#define USAGE_TRACE_COLUMNS "event_id, tracestate, baggage, checksum"
#define USAGE_TRACE_COLUMNS_N 4

struct usage_trace {
	struct str event_id, tracestate, baggage;
	int64_t checksum;
};

/* The row of an event that was just added, if it has any. */
int usage_trace_add(
	struct db *db, struct str event_id, const struct usage_event *event, struct err *err);
int usage_trace_insert(struct db *db, const struct usage_trace *trace, struct err *err);

/* Those of all events up to this one. */
int usage_trace_delete_to(struct db *db, const char *event_id, struct err *err);

int64_t usage_trace_checksum(const struct usage_trace *trace);
/* A row of USAGE_TRACE_COLUMNS: is it what was written? */
bool usage_trace_is_good(sqlite3_stmt *row);

#endif
