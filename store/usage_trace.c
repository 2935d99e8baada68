/* What uses were part of; see usage_trace.h. */
#include "store/usage_trace.h"

#include "store/checksum.h"

/* Whole or not at all: what is cut says something else. */
static struct str usage_trace_text(struct str text, size_t max)
{
	size_t i;

	if (text.n == 0 || text.n > max)
		return (struct str){NULL, 0};
	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '\t' && (text.p[i] < 0x20 || text.p[i] > 0x7E))
			return (struct str){NULL, 0};
	}
	return text;
}

int64_t usage_trace_checksum(const struct usage_trace *trace)
{
	uint64_t sum = CHECKSUM_INIT;

	checksum_str(&sum, trace->event_id);
	checksum_str(&sum, trace->tracestate);
	checksum_str(&sum, trace->baggage);
	return checksum_end(sum);
}

int usage_trace_insert(struct db *db, const struct usage_trace *trace, struct err *err)
{
	sqlite3_stmt *insert;

	if (db_statement(db, DB_USAGE_TRACE_INSERT,
		    "INSERT OR IGNORE INTO usage_trace (" USAGE_TRACE_COLUMNS ") VALUES (?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_str(insert, 1, trace->event_id);
	db_bind_str(insert, 2, trace->tracestate);
	db_bind_str(insert, 3, trace->baggage);
	db_bind_int(insert, 4, trace->checksum);
	return db_run(db, insert, "cannot record the use", err);
}

int usage_trace_add(
	struct db *db, struct str event_id, const struct usage_event *event, struct err *err)
{
	struct usage_trace trace = {.event_id = event_id,
		.tracestate = usage_trace_text(event->tracestate, USAGE_TRACESTATE_MAX),
		.baggage = usage_trace_text(event->baggage, USAGE_BAGGAGE_MAX)};

	if (trace.tracestate.n == 0 && trace.baggage.n == 0)
		return 0;
	trace.checksum = usage_trace_checksum(&trace);
	return usage_trace_insert(db, &trace, err);
}

int usage_trace_delete_to(struct db *db, const char *event_id, struct err *err)
{
	sqlite3_stmt *drop;

	if (db_statement(db, DB_USAGE_TRACE_DELETE_TO,
		    "DELETE FROM usage_trace WHERE event_id <= ?", &drop, err) != 0)
		return -1;
	db_bind_text(drop, 1, event_id);
	return db_run(db, drop, "cannot shorten the outbox", err);
}

bool usage_trace_is_good(sqlite3_stmt *row)
{
	struct usage_trace trace = {.event_id = db_column_str(row, 0),
		.tracestate = db_column_str(row, 1),
		.baggage = db_column_str(row, 2)};

	return usage_trace_checksum(&trace) == sqlite3_column_int64(row, 3);
}
