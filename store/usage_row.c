/* Rows of the usage outbox; see usage_row.h. */
#include "store/usage_row.h"

#include "core/clock.h"
#include "core/text_filter.h"
#include "store/checksum.h"
#include "store/outbox.h"

#define USAGE_TEXT_MAX 64

/* Fields are words of ours and names of programs; whatever else a client sends
 * is cut, and dropped where it holds what does not show. */
static struct str usage_text(struct str text)
{
	text = str_prefix(text, USAGE_TEXT_MAX);
	if (text.n == 0 || text_filter_find(text) < text.n)
		return (struct str){NULL, 0};
	return text;
}

void usage_row_init(struct usage_row *row, const struct usage_event *event, const char *id)
{
	const struct str texts[USAGE_TEXTS] = {event->prompt_id, event->digest, event->client_type,
		event->client_name, event->client_version, event->era, event->surface,
		event->action, event->outcome, event->error_code, event->trace_id, event->span_id,
		event->model};
	int i;

	row->event_id = str_of(id);
	for (i = 0; i < USAGE_TEXTS; i++)
		row->texts[i] = usage_text(texts[i]);
	if (row->texts[USAGE_PROMPT_ID].p == NULL)
		row->texts[USAGE_PROMPT_ID] = STR("");
	row->numbers[USAGE_OCCURRED] =
		event->occurred_ms != 0 ? event->occurred_ms : clock_now_ms();
	row->numbers[USAGE_VERSION] = event->version;
	row->numbers[USAGE_LATENCY] = event->latency_us;
	row->numbers[USAGE_RATING] = event->rating >= 1 && event->rating <= 5 ? event->rating : 0;
	row->numbers[USAGE_SUCCESS] = event->success < 0 ? -1 : event->success > 0;
	row->state = str_is(event->source, STORE_HUB) ? 0 : OUTBOX_PERSONAL | OUTBOX_HUB;
	row->checksum = usage_row_checksum(row);
}

int64_t usage_row_checksum(const struct usage_row *row)
{
	uint64_t sum = CHECKSUM_INIT;
	int i;

	checksum_str(&sum, row->event_id);
	for (i = 0; i < USAGE_TEXTS; i++)
		checksum_str(&sum, row->texts[i]);
	for (i = 0; i < USAGE_NUMBERS; i++)
		checksum_word(&sum, (uint64_t)row->numbers[i]);
	if (row->state != USAGE_STATE_OLD)
		checksum_word(&sum, (uint64_t)row->state);
	return checksum_end(sum);
}

int usage_row_insert(struct db *db, const struct usage_row *row, struct err *err)
{
	sqlite3_stmt *insert;
	int i, at = 1;

	if (db_statement(db, DB_USAGE_INSERT,
		    "INSERT OR IGNORE INTO usage (" USAGE_COLUMNS
		    ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_str(insert, at++, row->event_id);
	for (i = 0; i < USAGE_TEXTS; i++)
		db_bind_str(insert, at++, row->texts[i]);
	for (i = 0; i < USAGE_NUMBERS; i++)
		db_bind_int(insert, at++, row->numbers[i]);
	db_bind_int(insert, at++, row->checksum);
	db_bind_int(insert, at, row->state);
	return db_run(db, insert, "cannot record the use", err);
}

void usage_json_text(struct buf *out, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	(void)buf_add_format(out, "\"%s\":", name);
	(void)buf_add_json_string(out, text.p, text.n);
	(void)buf_add_char(out, ',');
}

void usage_json_time(struct buf *out, int64_t time_ms)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(time_ms, text);
	/* Seconds are not enough to put events in order. */
	(void)buf_add_format(out, "\"occurred_at\":\"%.19s.%03dZ\",", text, (int)(time_ms % 1000));
}

/* The object of sync.md, "usage:batch". */
void usage_row_json(const struct usage_row *row, struct buf *out)
{
	static const char *const names[USAGE_TEXTS] = {"prompt_id", "digest", "client_type",
		"client_name", "client_version", "era", "surface", "action", "outcome",
		"error_code", "trace_id", "span_id", "model"};
	int i;

	buf_clear(out);
	(void)buf_add_char(out, '{');
	usage_json_text(out, "event_id", row->event_id);
	usage_json_time(out, row->numbers[USAGE_OCCURRED]);
	for (i = 0; i < USAGE_TEXTS; i++)
		usage_json_text(out, names[i], row->texts[i]);
	if (row->numbers[USAGE_RATING] != 0)
		(void)buf_add_format(out, "\"rating\":%d,", (int)row->numbers[USAGE_RATING]);
	if (row->numbers[USAGE_SUCCESS] >= 0)
		(void)buf_add_format(out, "\"success\":%s,",
			row->numbers[USAGE_SUCCESS] != 0 ? "true" : "false");
	(void)buf_add_format(out, "\"version\":%lld,\"latency_us\":%lld}",
		(long long)row->numbers[USAGE_VERSION], (long long)row->numbers[USAGE_LATENCY]);
}

bool usage_row_read(struct usage_row *row, sqlite3_stmt *statement)
{
	int i, at = 0;

	row->event_id = db_column_str(statement, at++);
	for (i = 0; i < USAGE_TEXTS; i++)
		row->texts[i] = db_column_str(statement, at++);
	for (i = 0; i < USAGE_NUMBERS; i++)
		row->numbers[i] = sqlite3_column_int64(statement, at++);
	row->checksum = sqlite3_column_int64(statement, at++);
	row->state = sqlite3_column_int64(statement, at);
	return row->checksum == usage_row_checksum(row);
}
