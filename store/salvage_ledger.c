/* What can be read of a damaged ledger.db; see salvage.h. Rows of the outbox with
 * a good checksum are found also where the trees of the file are broken. */
#include "store/outbox_row.h"
#include "store/pages.h"
#include "store/rollup.h"
#include "store/salvage.h"
#include "store/usage_row.h"
#include "store/usage_trace.h"

static bool usage_row_is_good(sqlite3_stmt *row)
{
	struct usage_row read;

	return usage_row_read(&read, row);
}

static int ledger_count_bad(
	struct db *db, const char *select, salvage_keep_fn *good, int64_t *bad, struct err *err)
{
	sqlite3_stmt *rows;
	int result, rc = sqlite3_prepare_v2(db->sqlite, select, -1, &rows, NULL);

	if (rc != SQLITE_OK)
		return db_fail(db, rc, "cannot check the ledger", err);
	while ((result = db_step(db, rows, "cannot check the ledger", err)) == 1)
		*bad += !good(rows);
	(void)sqlite3_finalize(rows); /* repeats what the step said */
	return result;
}

/* A file from before 0005_sinks.sql, which may be looked at before it is brought up to
 * date. One that cannot be asked is taken for new. */
static bool ledger_is_old(struct db *db)
{
	sqlite3_stmt *ask = NULL;
	bool old = db->sqlite != NULL &&
		   sqlite3_prepare_v2(db->sqlite, "SELECT event_id FROM usage", -1, &ask, NULL) ==
			   SQLITE_OK;

	(void)sqlite3_finalize(ask);
	ask = NULL;
	old = old && sqlite3_prepare_v2(db->sqlite, "SELECT state FROM usage", -1, &ask, NULL) !=
			     SQLITE_OK;
	(void)sqlite3_finalize(ask);
	return old;
}

static const char usage_all[] = "SELECT " USAGE_COLUMNS " FROM usage";
static const char usage_all_old[] = "SELECT " USAGE_COLUMNS_OLD ", 129 FROM usage";
static const char daily_all[] = "SELECT " ROLLUP_COLUMNS " FROM daily";
static const char daily_all_old[] = "SELECT " ROLLUP_COLUMNS_OLD ", 129 FROM daily";

int salvage_ledger_bad(struct db *db, int64_t *bad, struct err *err)
{
	bool old = ledger_is_old(db);

	if (ledger_count_bad(db, old ? usage_all_old : usage_all, usage_row_is_good, bad, err) !=
			0 ||
		ledger_count_bad(
			db, old ? daily_all_old : daily_all, rollup_row_is_good, bad, err) != 0)
		return -1;
	if (!old && (ledger_count_bad(db, "SELECT " OUTBOX_BATCH_COLUMNS " FROM batch",
			     outbox_batch_is_good, bad, err) != 0 ||
			    ledger_count_bad(db, "SELECT " OUTBOX_DEAD_COLUMNS " FROM dead",
				    outbox_dead_is_good, bad, err) != 0))
		return -1;
	return ledger_count_bad(db, "SELECT " USAGE_TRACE_COLUMNS " FROM usage_trace",
		usage_trace_is_good, bad, err);
}

struct ledger_scan {
	struct db *fresh;
	struct salvaged *salvaged;
	struct err *err;
};

static int ledger_trace_record(struct ledger_scan *scan, const struct pages_value *values)
{
	struct usage_trace trace = {.event_id = values[0].text,
		.tracestate = values[1].text,
		.baggage = values[2].text,
		.checksum = values[3].number};

	if (trace.event_id.p == NULL || trace.checksum != usage_trace_checksum(&trace))
		return 0;
	return usage_trace_insert(scan->fresh, &trace, scan->err);
}

/* A record of some page: a row of the outbox, or what it was part of, if its checksum
 * says so. */
static int ledger_record(void *data, const struct pages_value *values, size_t n)
{
	struct ledger_scan *scan = data;
	struct usage_row row = {.event_id = values[0].text};
	size_t i, at = 1;

	if (n == USAGE_TRACE_COLUMNS_N)
		return ledger_trace_record(scan, values);
	if ((n != USAGE_COLUMNS_N && n != USAGE_COLUMNS_OLD_N) || row.event_id.p == NULL)
		return 0;
	for (i = 0; i < USAGE_TEXTS; i++)
		row.texts[i] = values[at++].text;
	for (i = 0; i < USAGE_NUMBERS; i++)
		row.numbers[i] = values[at++].number;
	row.checksum = values[at++].number;
	row.state = n == USAGE_COLUMNS_N ? values[at].number : USAGE_STATE_OLD;
	if (row.checksum != usage_row_checksum(&row))
		return 0;
	if (usage_row_insert(scan->fresh, &row, scan->err) != 0)
		return -1;
	scan->salvaged->kept += sqlite3_changes(scan->fresh->sqlite);
	return 0;
}

#define LEDGER_COUNTED 4 /* the first ones are what people count */
static const struct salvage_table ledger_all[] = {
	{usage_all, "event_id", true,
		"INSERT OR IGNORE INTO usage (" USAGE_COLUMNS
		") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		NULL, usage_row_is_good},
	{daily_all, "event_id", true,
		"INSERT OR IGNORE INTO daily (" ROLLUP_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?)",
		NULL, rollup_row_is_good},
	{"SELECT " OUTBOX_BATCH_COLUMNS " FROM batch", "seq", false,
		"INSERT OR IGNORE INTO batch (" OUTBOX_BATCH_COLUMNS ") VALUES (?,?,?,?,?,?,?)",
		NULL, outbox_batch_is_good},
	{"SELECT " OUTBOX_DEAD_COLUMNS " FROM dead", "event_id", true,
		"INSERT OR IGNORE INTO dead (" OUTBOX_DEAD_COLUMNS ") VALUES (?,?,?,?,?,?,?)", NULL,
		outbox_dead_is_good},
	{"SELECT " USAGE_TRACE_COLUMNS " FROM usage_trace", "event_id", true,
		"INSERT OR IGNORE INTO usage_trace (" USAGE_TRACE_COLUMNS ") VALUES (?,?,?,?)",
		NULL, usage_trace_is_good},
	{"SELECT prompt_id, count, last_ms FROM use", "prompt_id", true,
		"INSERT OR IGNORE INTO use (prompt_id, count, last_ms) VALUES (?,?,?)", NULL, NULL},
	{"SELECT name, value FROM fact", "name", true,
		"INSERT OR IGNORE INTO fact (name, value) VALUES (?,?)", NULL, NULL},
	{"SELECT key, prompt_id, version, executed_ms, model, rating, success, notes, "
	 "checksum FROM execution",
		"key", false,
		"INSERT OR IGNORE INTO execution (key, prompt_id, version, executed_ms, model, "
		"rating, success, notes, checksum) VALUES (?,?,?,?,?,?,?,?,?)",
		NULL, NULL},
	{"SELECT prompt_id, since_ms FROM favourite", "prompt_id", true,
		"INSERT OR IGNORE INTO favourite (prompt_id, since_ms) VALUES (?,?)", NULL, NULL},
	{"SELECT prompt_id, input, value, used_ms FROM value", "prompt_id", true,
		"INSERT OR IGNORE INTO value (prompt_id, input, value, used_ms) VALUES (?,?,?,?)",
		NULL, NULL},
	{"SELECT id, made_ms, state, path, of_id, body, hub_id, hub_version, told FROM proposal",
		"id", true,
		"INSERT OR IGNORE INTO proposal (id, made_ms, state, path, of_id, body, hub_id, "
		"hub_version, told) VALUES (?,?,?,?,?,?,?,?,?)",
		NULL, NULL},
	{"SELECT sink, target, ok_ms, tried_ms, sent, rejected, why FROM sink", "sink", false,
		"INSERT OR IGNORE INTO sink (sink, target, ok_ms, tried_ms, sent, rejected, why) "
		"VALUES (?,?,?,?,?,?,?)",
		NULL, NULL},
	{"SELECT prompt_id, day, count FROM use_day", "prompt_id", true,
		"INSERT OR IGNORE INTO use_day (prompt_id, day, count) VALUES (?,?,?)", NULL, NULL},
};

static int ledger_tables(
	struct db *old, struct db *fresh, struct salvaged *salvaged, struct err *err)
{
	struct salvaged others = {0, 0};
	bool is_old = ledger_is_old(old);
	struct salvage_table table;
	size_t i;

	for (i = 0; i < sizeof ledger_all / sizeof ledger_all[0]; i++) {
		table = ledger_all[i];
		if (is_old && i < 2)
			table.select = i == 0 ? usage_all_old : daily_all_old;
		else if (is_old && i < LEDGER_COUNTED)
			continue; /* it had none of these */
		if (salvage_copy(
			    old, fresh, &table, i < LEDGER_COUNTED ? salvaged : &others, err) != 0)
			return -1;
	}
	return 0;
}

int salvage_ledger(struct db *old, struct db *fresh, struct salvaged *salvaged, struct err *err)
{
	struct ledger_scan scan = {fresh, salvaged, err};

	if (db_begin(fresh, err) != 0)
		return -1;
	if (ledger_tables(old, fresh, salvaged, err) != 0 ||
		pages_scan(old->file, ledger_record, &scan, err) != 0 ||
		db_exec(fresh,
			"DELETE FROM usage_trace WHERE event_id NOT IN "
			"(SELECT event_id FROM usage)",
			"cannot repair the ledger", err) != 0) {
		db_rollback(fresh);
		return -1;
	}
	return db_end(fresh, err);
}
