/*
 * The ceiling of the outbox: 100,000 rows or 64 MiB. Past it the oldest tenth
 * becomes daily counts: the counts stay exact, the detail is lost and that is
 * counted too. Of this room only.
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include "store/handle.h"
#include "store/usage.h"

#define ROLLUP_ROWS_MAX 100000
#define ROLLUP_BYTES_MAX (64 * 1024 * 1024)

/* After a commit: look whether the ceiling is near, rarely; act if it is passed.
 * What fails is tried again later. */
void rollup_if_due(struct store *store);

/* Roll the oldest `rows` rows up, in one transaction. */
int rollup_run(struct store *store, int64_t rows, struct err *err);

/* A row of daily counts in this order: is it what was written? */
#define ROLLUP_COLUMNS_OLD                                                            \
	"event_id, day, version, count, latency_us, prompt_id, client_type, action, " \
	"outcome, checksum"
#define ROLLUP_COLUMNS ROLLUP_COLUMNS_OLD ", state"
bool rollup_row_is_good(sqlite3_stmt *row);
/* What its checksum is to be in another state. */
int64_t rollup_row_checksum(sqlite3_stmt *row, int64_t state);

/* Daily counts as JSON, oldest first, at most *limit, which is counted down. */
int rollup_list(struct db *db, unsigned *limit, store_usage_fn *fn, void *data, struct err *err);

#endif
