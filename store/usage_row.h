/*
 * A row of the usage outbox: its fields in the order of its columns, its
 * checksum, and the JSON that is sent. Of this room only.
 */
#ifndef STORE_USAGE_ROW_H
#define STORE_USAGE_ROW_H

#include "core/buf.h"
#include "store/db.h"
#include "store/usage.h"

enum usage_text {
	USAGE_PROMPT_ID,
	USAGE_DIGEST,
	USAGE_CLIENT_TYPE,
	USAGE_CLIENT_NAME,
	USAGE_CLIENT_VERSION,
	USAGE_ERA,
	USAGE_SURFACE,
	USAGE_ACTION,
	USAGE_OUTCOME,
	USAGE_ERROR_CODE,
	USAGE_TRACE_ID,
	USAGE_SPAN_ID,
	USAGE_MODEL,
	USAGE_TEXTS
};

enum usage_number {
	USAGE_OCCURRED,
	USAGE_VERSION,
	USAGE_LATENCY,
	USAGE_RATING,
	USAGE_SUCCESS,
	USAGE_NUMBERS
};

struct usage_row {
	struct str event_id;
	struct str texts[USAGE_TEXTS];
	int64_t numbers[USAGE_NUMBERS];
	int64_t checksum;
	int64_t state; /* bits of outbox.h: which places have it */
};

/* Of a row from before there were places; it counts for nothing in checksums. */
#define USAGE_STATE_OLD 129

#define USAGE_COLUMNS_OLD                                                               \
	"event_id, prompt_id, digest, client_type, client_name, client_version, era, "  \
	"surface, action, outcome, error_code, trace_id, span_id, model, occurred_ms, " \
	"version, latency_us, rating, success, checksum"
#define USAGE_COLUMNS USAGE_COLUMNS_OLD ", state"
#define USAGE_COLUMNS_OLD_N (1 + USAGE_TEXTS + USAGE_NUMBERS + 1)
#define USAGE_COLUMNS_N (USAGE_COLUMNS_OLD_N + 1)

/* Fields cut and cleaned, the checksum made. Borrows from event and id. */
void usage_row_init(struct usage_row *row, const struct usage_event *event, const char *id);
int64_t usage_row_checksum(const struct usage_row *row);

/* Insert, or do nothing when the event is there already. */
int usage_row_insert(struct db *db, const struct usage_row *row, struct err *err);
/* The current row of a statement that gives USAGE_COLUMNS; false when it is not
 * what was written. Borrowed until the next step. */
bool usage_row_read(struct usage_row *row, sqlite3_stmt *statement);

/* The object of sync.md, "usage:batch", in place of what out holds. */
void usage_row_json(const struct usage_row *row, struct buf *out);

/* Members of such an object, each followed by a comma. */
void usage_json_text(struct buf *out, const char *name, struct str text);
void usage_json_time(struct buf *out, int64_t time_ms);

#endif
