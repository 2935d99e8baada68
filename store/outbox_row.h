/*
 * Rows of the outbox's own tables and their checksums. Of this room only.
 */
#ifndef STORE_OUTBOX_ROW_H
#define STORE_OUTBOX_ROW_H

#include "store/db.h"
#include "store/outbox.h"

#define OUTBOX_BATCH_COLUMNS "seq, sink, key, gzip, n, body, checksum"
#define OUTBOX_DEAD_COLUMNS "event_id, sink, code, item, since_ms, days, checksum"

/* A row of these columns: is it what was written? */
bool outbox_batch_is_good(sqlite3_stmt *row);
bool outbox_dead_is_good(sqlite3_stmt *row);

int outbox_batch_insert(struct db *db, const struct outbox_batch *batch, struct err *err);
int outbox_dead_insert(struct db *db, const struct outbox_dead *dead, struct err *err);
/* The current row, into *batch; the body is copied. */
void outbox_batch_read(sqlite3_stmt *row, struct outbox_batch *batch);

/* The bits of its own when every sink of `enabled` has a row that has `state`. */
static inline bool outbox_is_done(int64_t state, unsigned enabled)
{
	return (state & (int64_t)enabled) == (int64_t)enabled;
}

/*
 * Give one row (or daily count) the sink's bit; it leaves when all of `enabled` have it,
 * and its use stays counted in use_day. 1: it is not there, or has it already.
 */
int outbox_row_take(
	struct db *db, unsigned sink, unsigned enabled, const char *event_id, struct err *err);

#endif
