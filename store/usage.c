/* The usage outbox; see usage.h. Counts are in use.c, values in value.c. */
#include "store/usage.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/text_filter.h"
#include "store/checksum.h"
#include "store/handle.h"
#include "store/use.h"

static const char usage_failed[] = "cannot record the use";

#define USAGE_TEXT_MAX 64

/* The texts of a row in the order of its columns; each cut and clean. */
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

#define USAGE_NUMBERS 5 /* occurred, version, latency, rating, success */

struct usage_row {
	struct str event_id;
	struct str texts[USAGE_TEXTS];
	int64_t numbers[USAGE_NUMBERS];
};

#define USAGE_COLUMNS                                                                   \
	"event_id, prompt_id, digest, client_type, client_name, client_version, era, "  \
	"surface, action, outcome, error_code, trace_id, span_id, model, occurred_ms, " \
	"version, latency_us, rating, success, checksum"

/* Fields are words of ours and names of programs; whatever else a client sends
 * is cut, and dropped where it holds what does not show. */
static struct str usage_text(struct str text)
{
	text = str_prefix(text, USAGE_TEXT_MAX);
	if (text.n == 0 || text_filter_find(text) < text.n)
		return (struct str){NULL, 0};
	return text;
}

static void usage_row_init(struct usage_row *row, const struct usage_event *event, const char *id)
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
	row->numbers[0] = event->occurred_ms != 0 ? event->occurred_ms : clock_now_ms();
	row->numbers[1] = event->version;
	row->numbers[2] = event->latency_us;
	row->numbers[3] = event->rating >= 1 && event->rating <= 5 ? event->rating : 0;
	row->numbers[4] = event->success < 0 ? -1 : event->success > 0;
}

static int64_t usage_checksum(const struct usage_row *row)
{
	uint64_t sum = CHECKSUM_INIT;
	int i;

	checksum_str(&sum, row->event_id);
	for (i = 0; i < USAGE_TEXTS; i++)
		checksum_str(&sum, row->texts[i]);
	for (i = 0; i < USAGE_NUMBERS; i++)
		checksum_word(&sum, (uint64_t)row->numbers[i]);
	return checksum_end(sum);
}

static int usage_insert(struct db *db, const struct usage_row *row, struct err *err)
{
	sqlite3_stmt *insert;
	int i, at = 1;

	if (db_statement(db, DB_USAGE_INSERT,
		    "INSERT OR IGNORE INTO usage (" USAGE_COLUMNS
		    ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_str(insert, at++, row->event_id);
	for (i = 0; i < USAGE_TEXTS; i++)
		db_bind_str(insert, at++, row->texts[i]);
	for (i = 0; i < USAGE_NUMBERS; i++)
		db_bind_int(insert, at++, row->numbers[i]);
	db_bind_int(insert, at, usage_checksum(row));
	return db_run(db, insert, usage_failed, err);
}

static int usage_add(
	struct store *store, struct db *db, const struct usage_row *row, struct err *err)
{
	if (usage_insert(db, row, err) != 0)
		return -1;
	/* The same event again is no second use. */
	if (sqlite3_changes(db->sqlite) == 0)
		return 0;
	return use_add(store, row->texts[USAGE_PROMPT_ID], row->numbers[0], err);
}

int store_usage_add(struct store *store, const struct usage_event *event, struct err *err)
{
	char id[ID_BYTES];
	struct usage_row row;
	struct db *db;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	if (db->read_only)
		return err_set(err, ERR_REFUSED, "%s: the ledger can only be read", usage_failed);
	if (event->event_id[0] == '\0')
		id_new(id);
	usage_row_init(&row, event, event->event_id[0] != '\0' ? event->event_id : id);
	if (!db->writing && db_begin(db, err) != 0)
		return -1;
	if (usage_add(store, db, &row, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

int store_usage_commit(struct store *store, struct err *err)
{
	return store->ledger.writing ? db_end(&store->ledger, err) : 0;
}

static void usage_json_text(struct buf *out, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	(void)buf_add_format(out, "\"%s\":", name);
	(void)buf_add_json_string(out, text.p, text.n);
	(void)buf_add_char(out, ',');
}

static void usage_json_time(struct buf *out, int64_t time_ms)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(time_ms, text);
	/* Seconds are not enough to put events in order. */
	(void)buf_add_format(out, "\"occurred_at\":\"%.19s.%03dZ\",", text, (int)(time_ms % 1000));
}

/* The object of sync.md, "usage:batch". */
static void usage_json(const struct usage_row *row, struct buf *out)
{
	static const char *const names[USAGE_TEXTS] = {"prompt_id", "digest", "client_type",
		"client_name", "client_version", "era", "surface", "action", "outcome",
		"error_code", "trace_id", "span_id", "model"};
	int i;

	buf_clear(out);
	(void)buf_add_char(out, '{');
	usage_json_text(out, "event_id", row->event_id);
	usage_json_time(out, row->numbers[0]);
	for (i = 0; i < USAGE_TEXTS; i++)
		usage_json_text(out, names[i], row->texts[i]);
	if (row->numbers[3] != 0)
		(void)buf_add_format(out, "\"rating\":%d,", (int)row->numbers[3]);
	if (row->numbers[4] >= 0)
		(void)buf_add_format(
			out, "\"success\":%s,", row->numbers[4] != 0 ? "true" : "false");
	(void)buf_add_format(out, "\"version\":%lld,\"latency_us\":%lld}",
		(long long)row->numbers[1], (long long)row->numbers[2]);
}

static void usage_row_read(struct usage_row *row, sqlite3_stmt *list)
{
	int i;

	row->event_id = db_column_str(list, 0);
	for (i = 0; i < USAGE_TEXTS; i++)
		row->texts[i] = db_column_str(list, 1 + i);
	for (i = 0; i < USAGE_NUMBERS; i++)
		row->numbers[i] = sqlite3_column_int64(list, 1 + USAGE_TEXTS + i);
}

int store_usage_list(
	struct store *store, unsigned limit, store_usage_fn *fn, void *data, struct err *err)
{
	struct buf json = BUF_INIT(16384);
	struct usage_row row;
	sqlite3_stmt *list;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	if (db_statement(db, DB_USAGE_LIST,
		    "SELECT " USAGE_COLUMNS " FROM usage ORDER BY event_id LIMIT ?", &list,
		    err) != 0)
		return -1;
	db_bind_int(list, 1, limit);
	while ((result = db_step(db, list, "cannot read the ledger", err)) == 1) {
		usage_row_read(&row, list);
		if (sqlite3_column_int64(list, 1 + USAGE_TEXTS + USAGE_NUMBERS) !=
			usage_checksum(&row)) {
			db->damaged = true;
			continue;
		}
		usage_json(&row, &json);
		if (fn(data, row.event_id, (struct str){buf_text(&json), json.len}) != 0)
			break;
	}
	db_done(list);
	buf_fini(&json);
	return result < 0 ? -1 : 0;
}
