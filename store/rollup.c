/* Oldest uses as daily counts; see rollup.h. */
#include "store/rollup.h"

#include <string.h>

#include "core/id.h"
#include "store/checksum.h"
#include "store/usage_row.h"
#include "store/usage_trace.h"

#define ROLLUP_DAY_MS (24 * 3600 * INT64_C(1000))
/* How often a handle looks: every so many rows. */
#define ROLLUP_EVERY 1000
/* No row is smaller: in a file of fewer bytes there cannot be too many. */
#define ROLLUP_ROW_BYTES_MIN 128

static const char rollup_failed[] = "cannot shorten the outbox";

/* One group being counted. Texts are kept: the statement moves on. */
struct rollup {
	struct db *db;
	int64_t day, version, count, latency_us, state;
	struct buf texts; /* prompt, client type, action, outcome: each ended by a newline */
};

static struct str rollup_text(const struct rollup *rollup, int which)
{
	struct str rest = {buf_text(&rollup->texts), rollup->texts.len}, text = rest;

	while (which-- >= 0)
		text = str_cut(rest, '\n', &rest);
	return text;
}

static int64_t rollup_checksum(struct str event_id, int64_t day, int64_t version, int64_t count,
	int64_t latency_us, int64_t state, const struct str texts[4])
{
	uint64_t sum = CHECKSUM_INIT;
	int i;

	checksum_str(&sum, event_id);
	checksum_word(&sum, (uint64_t)day);
	checksum_word(&sum, (uint64_t)version);
	checksum_word(&sum, (uint64_t)count);
	checksum_word(&sum, (uint64_t)latency_us);
	for (i = 0; i < 4; i++)
		checksum_str(&sum, texts[i]);
	if (state != USAGE_STATE_OLD)
		checksum_word(&sum, (uint64_t)state);
	return checksum_end(sum);
}

static int rollup_flush(struct rollup *rollup, struct err *err)
{
	struct str texts[4] = {rollup_text(rollup, 0), rollup_text(rollup, 1),
		rollup_text(rollup, 2), rollup_text(rollup, 3)};
	char id[ID_BYTES];
	sqlite3_stmt *add;
	int i;

	if (rollup->count == 0)
		return 0;
	if (db_statement(rollup->db, DB_DAILY_ADD,
		    "INSERT INTO daily (" ROLLUP_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?)", &add,
		    err) != 0)
		return -1;
	id_new(id);
	db_bind_text(add, 1, id);
	db_bind_int(add, 2, rollup->day);
	db_bind_int(add, 3, rollup->version);
	db_bind_int(add, 4, rollup->count);
	db_bind_int(add, 5, rollup->latency_us);
	for (i = 0; i < 4; i++)
		db_bind_str(add, 6 + i, texts[i]);
	db_bind_int(add, 10,
		rollup_checksum(str_of(id), rollup->day, rollup->version, rollup->count,
			rollup->latency_us, rollup->state, texts));
	db_bind_int(add, 11, rollup->state);
	rollup->count = 0;
	return db_run(rollup->db, add, rollup_failed, err);
}

/* The next row, in order of groups. */
static int rollup_add(struct rollup *rollup, const struct usage_row *row, struct err *err)
{
	static const enum usage_text texts[] = {
		USAGE_PROMPT_ID, USAGE_CLIENT_TYPE, USAGE_ACTION, USAGE_OUTCOME};
	int64_t day = row->numbers[USAGE_OCCURRED] / ROLLUP_DAY_MS;
	bool same = rollup->count > 0 && day == rollup->day && row->state == rollup->state &&
		    row->numbers[USAGE_VERSION] == rollup->version;
	int i;

	for (i = 0; i < 4; i++)
		same = same && str_equal(rollup_text(rollup, i), row->texts[texts[i]]);
	if (!same) {
		if (rollup_flush(rollup, err) != 0)
			return -1;
		buf_clear(&rollup->texts);
		for (i = 0; i < 4; i++) {
			(void)buf_add(
				&rollup->texts, row->texts[texts[i]].p, row->texts[texts[i]].n);
			(void)buf_add_char(&rollup->texts, '\n');
		}
		rollup->day = day;
		rollup->version = row->numbers[USAGE_VERSION];
		rollup->state = row->state;
		rollup->latency_us = 0;
	}
	rollup->count++;
	rollup->latency_us += row->numbers[USAGE_LATENCY];
	return buf_failed(&rollup->texts) ? err_set(err, ERR_MEMORY, "out of memory") : 0;
}

/* Count all rows up to an id. *rows is how many. */
static int rollup_count(struct rollup *rollup, const char *last, int64_t *rows, struct err *err)
{
	struct usage_row row;
	sqlite3_stmt *list;
	int result;

	if (db_statement(rollup->db, DB_USAGE_OLDEST,
		    "SELECT " USAGE_COLUMNS " FROM usage WHERE event_id <= ? ORDER BY "
		    "occurred_ms / 86400000, prompt_id, version, client_type, action, outcome, "
		    "state",
		    &list, err) != 0)
		return -1;
	db_bind_text(list, 1, last);
	while ((result = db_step(rollup->db, list, rollup_failed, err)) == 1) {
		++*rows;
		/* A damaged row is none to count. */
		if (usage_row_read(&row, list) && rollup_add(rollup, &row, err) != 0) {
			result = -1;
			break;
		}
	}
	db_done(list);
	return result < 0 ? -1 : rollup_flush(rollup, err);
}

/* The id of the n-th oldest row, or of the last. False: there is none. */
static int rollup_boundary(struct db *db, int64_t n, char last[ID_BYTES], struct err *err)
{
	sqlite3_stmt *get;
	struct str id;
	int result;

	if (db_statement(db, DB_USAGE_NTH,
		    "SELECT max(event_id) FROM (SELECT event_id FROM usage ORDER BY event_id LIMIT "
		    "?)",
		    &get, err) != 0)
		return -1;
	db_bind_int(get, 1, n);
	result = db_step(db, get, rollup_failed, err);
	id = str_prefix(db_column_str(get, 0), ID_BYTES - 1);
	if (result == 1 && id.n > 0) {
		memcpy(last, id.p, id.n);
		last[id.n] = '\0';
	} else if (result == 1) {
		result = 0;
	}
	db_done(get);
	return result;
}

static int rollup_delete(struct db *db, const char *last, int64_t rows, struct err *err)
{
	sqlite3_stmt *statement;

	if (db_statement(db, DB_USAGE_DELETE_TO, "DELETE FROM usage WHERE event_id <= ?",
		    &statement, err) != 0)
		return -1;
	db_bind_text(statement, 1, last);
	if (db_run(db, statement, rollup_failed, err) != 0 ||
		usage_trace_delete_to(db, last, err) != 0)
		return -1;
	if (db_statement(db, DB_FACT_ADD,
		    "INSERT INTO fact (name, value) VALUES ('rolled_up', ?1) "
		    "ON CONFLICT DO UPDATE SET value = value + ?1",
		    &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, rows);
	return db_run(db, statement, rollup_failed, err);
}

static int rollup_oldest(struct db *db, int64_t n, struct err *err)
{
	struct rollup rollup = {.db = db, .texts = BUF_INIT(4096)};
	char last[ID_BYTES];
	int64_t rows = 0;
	int result = rollup_boundary(db, n, last, err);

	if (result == 1) {
		result = rollup_count(&rollup, last, &rows, err);
		if (result == 0)
			result = rollup_delete(db, last, rows, err);
	}
	buf_fini(&rollup.texts);
	return result;
}

int rollup_run(struct store *store, int64_t rows, struct err *err)
{
	struct db *db;

	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	if (rollup_oldest(db, rows, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_end(db, err);
}

/* Rows in the outbox. They are counted when somebody else wrote there since they
 * were counted last: that is to read all of it. */
static int rollup_rows(struct store *store, int64_t added, struct err *err)
{
	struct db *db = &store->ledger;
	int64_t version;

	if (db_number(db, "PRAGMA data_version", &version, err) != 0)
		return -1;
	if (store->usage_version == version) {
		store->usage_rows += added;
		return 0;
	}
	if (db_number(db, "SELECT count(*) FROM usage", &store->usage_rows, err) != 0)
		return -1;
	store->usage_version = version;
	return 0;
}

static int rollup_bytes(struct db *db, int64_t *bytes, struct err *err)
{
	int64_t pages, free_pages;

	if (db_number(db, "PRAGMA page_count", &pages, err) != 0 ||
		db_number(db, "PRAGMA freelist_count", &free_pages, err) != 0)
		return -1;
	*bytes = (pages - free_pages) * 4096;
	return 0;
}

void rollup_if_due(struct store *store)
{
	struct db *db = &store->ledger;
	struct err ignored; /* tried again after the next thousand */
	int64_t bytes, rows = 0, added = store->usage_added;

	if (store->usage_looked && added < ROLLUP_EVERY)
		return;
	store->usage_looked = true;
	store->usage_added = 0;
	if (rollup_bytes(db, &bytes, &ignored) != 0 ||
		bytes < (int64_t)ROLLUP_ROWS_MAX * ROLLUP_ROW_BYTES_MIN ||
		rollup_rows(store, added, &ignored) != 0) {
		store->usage_version = 0;
		return;
	}
	if (store->usage_rows > ROLLUP_ROWS_MAX)
		rows = store->usage_rows - ROLLUP_ROWS_MAX * 9 / 10;
	else if (bytes > ROLLUP_BYTES_MAX)
		rows = store->usage_rows / 10;
	if (rows == 0)
		return;
	if (rollup_run(store, rows, &ignored) == 0)
		store->usage_rows -= rows;
	else
		store->usage_version = 0;
}

static void rollup_json(sqlite3_stmt *list, const struct str texts[4], struct buf *out)
{
	static const char *const names[] = {"prompt_id", "client_type", "action", "outcome"};
	int i;

	buf_clear(out);
	(void)buf_add_char(out, '{');
	usage_json_text(out, "event_id", db_column_str(list, 0));
	usage_json_time(out, sqlite3_column_int64(list, 1) * ROLLUP_DAY_MS);
	for (i = 0; i < 4; i++)
		usage_json_text(out, names[i], texts[i]);
	(void)buf_add_format(out, "\"version\":%lld,\"latency_us\":%lld,\"count\":%lld}",
		(long long)sqlite3_column_int64(list, 2), (long long)sqlite3_column_int64(list, 4),
		(long long)sqlite3_column_int64(list, 3));
}

static void rollup_texts(sqlite3_stmt *row, struct str texts[4])
{
	int i;

	for (i = 0; i < 4; i++)
		texts[i] = db_column_str(row, 5 + i);
}

int64_t rollup_row_checksum(sqlite3_stmt *row, int64_t state)
{
	struct str texts[4];

	rollup_texts(row, texts);
	return rollup_checksum(db_column_str(row, 0), sqlite3_column_int64(row, 1),
		sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3),
		sqlite3_column_int64(row, 4), state, texts);
}

bool rollup_row_is_good(sqlite3_stmt *row)
{
	return rollup_row_checksum(row, sqlite3_column_int64(row, 10)) ==
	       sqlite3_column_int64(row, 9);
}

int rollup_list(struct db *db, unsigned *limit, store_usage_fn *fn, void *data, struct err *err)
{
	struct buf json = BUF_INIT(16384);
	sqlite3_stmt *list;
	int result = 1;

	if (db_statement(db, DB_DAILY_LIST,
		    "SELECT " ROLLUP_COLUMNS " FROM daily ORDER BY event_id", &list, err) != 0)
		return -1;
	while (*limit > 0 && (result = db_step(db, list, "cannot read the ledger", err)) == 1) {
		struct str texts[4];

		if (!rollup_row_is_good(list)) {
			db->damaged = true;
			continue;
		}
		--*limit;
		rollup_texts(list, texts);
		rollup_json(list, texts, &json);
		if (fn(data, db_column_str(list, 0), (struct str){buf_text(&json), json.len}) != 0)
			*limit = 0;
	}
	db_done(list);
	buf_fini(&json);
	return result < 0 ? -1 : 0;
}
