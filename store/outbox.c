/* Where recorded uses go; see outbox.h. Rows of its tables are in outbox_row.c, how a
 * place was reached in outbox_state.c. */
#include "store/outbox_row.h"

#include <stdio.h>

#include "core/clock.h"
#include "store/ballast.h"
#include "store/handle.h"
#include "store/rollup.h"
#include "store/usage.h"
#include "store/usage_row.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))

static const char outbox_failed[] = "cannot read the outbox";

const char *outbox_sink_name(unsigned sink)
{
	switch (sink) {
	case OUTBOX_HUB:
		return "hub";
	case OUTBOX_OTLP:
		return "otlp";
	case OUTBOX_LANGFUSE:
		return "langfuse";
	default:
		return "file";
	}
}

void outbox_batch_init(struct outbox_batch *batch, unsigned sink)
{
	*batch = (struct outbox_batch){.sink = sink, .body = BUF_INIT(OUTBOX_BODY_MAX)};
	id_new(batch->key);
}

void outbox_batch_fini(struct outbox_batch *batch)
{
	buf_fini(&batch->body);
}

/* ── what waits ────────────────────────────────────────────────────────── */

static void use_of_row(const struct usage_row *row, struct outbox_use *use)
{
	*use = (struct outbox_use){
		.event_id = row->event_id,
		.prompt_id = row->texts[USAGE_PROMPT_ID],
		.client_type = row->texts[USAGE_CLIENT_TYPE],
		.client_name = row->texts[USAGE_CLIENT_NAME],
		.client_version = row->texts[USAGE_CLIENT_VERSION],
		.surface = row->texts[USAGE_SURFACE],
		.action = row->texts[USAGE_ACTION],
		.outcome = row->texts[USAGE_OUTCOME],
		.error_code = row->texts[USAGE_ERROR_CODE],
		.trace_id = row->texts[USAGE_TRACE_ID],
		.span_id = row->texts[USAGE_SPAN_ID],
		.model = row->texts[USAGE_MODEL],
		.occurred_ms = row->numbers[USAGE_OCCURRED],
		.version = row->numbers[USAGE_VERSION],
		.latency_us = row->numbers[USAGE_LATENCY],
		.rating = (int)row->numbers[USAGE_RATING],
		.success = (int)row->numbers[USAGE_SUCCESS],
		.personal = (row->state & OUTBOX_PERSONAL) != 0,
	};
}

static void use_of_day(sqlite3_stmt *row, struct outbox_use *use)
{
	*use = (struct outbox_use){
		.event_id = db_column_str(row, 0),
		.occurred_ms = sqlite3_column_int64(row, 1) * DAY_MS,
		.version = sqlite3_column_int64(row, 2),
		.count = sqlite3_column_int64(row, 3),
		.latency_us = sqlite3_column_int64(row, 4),
		.prompt_id = db_column_str(row, 5),
		.client_type = db_column_str(row, 6),
		.action = db_column_str(row, 7),
		.outcome = db_column_str(row, 8),
		.success = -1,
		.personal = (sqlite3_column_int64(row, 10) & OUTBOX_PERSONAL) != 0,
	};
}

static int list_days(struct db *db, unsigned sink, unsigned *limit, outbox_use_fn *fn, void *data,
	struct err *err)
{
	struct outbox_use use;
	sqlite3_stmt *list;
	int result = 1;

	if (db_statement(db, DB_OUTBOX_DAILY_LIST,
		    "SELECT " ROLLUP_COLUMNS " FROM daily WHERE (state & ?1) = 0 ORDER BY event_id",
		    &list, err) != 0)
		return -1;
	db_bind_int(list, 1, sink);
	while (*limit > 0 && (result = db_step(db, list, outbox_failed, err)) == 1) {
		if (!rollup_row_is_good(list)) {
			db->damaged = true;
			continue;
		}
		--*limit;
		use_of_day(list, &use);
		if (fn(data, &use) != 0)
			*limit = 0;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

/* The hub's rows have an index, which is found by these very words: most rows of most
 * people are none of its. */
static int list_statement(struct db *db, unsigned sink, sqlite3_stmt **list, struct err *err)
{
	if (sink == OUTBOX_HUB)
		return db_statement(db, DB_OUTBOX_LIST_HUB,
			"SELECT " USAGE_COLUMNS
			" FROM usage WHERE (state & 1) = 0 ORDER BY event_id",
			list, err);
	if (db_statement(db, DB_OUTBOX_LIST,
		    "SELECT " USAGE_COLUMNS " FROM usage WHERE (state & ?1) = 0 ORDER BY event_id",
		    list, err) != 0)
		return -1;
	db_bind_int(*list, 1, sink);
	return 0;
}

static int list_rows(struct db *db, unsigned sink, unsigned *limit, outbox_use_fn *fn, void *data,
	struct err *err)
{
	struct outbox_use use;
	struct usage_row row;
	sqlite3_stmt *list;
	int result = 1;

	if (list_statement(db, sink, &list, err) != 0)
		return -1;
	while (*limit > 0 && (result = db_step(db, list, outbox_failed, err)) == 1) {
		if (!usage_row_read(&row, list)) {
			db->damaged = true; /* looked at when it is opened next */
			continue;
		}
		--*limit;
		use_of_row(&row, &use);
		if (fn(data, &use) != 0)
			*limit = 0;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_outbox_list(struct store *store, unsigned sink, unsigned limit, outbox_use_fn *fn,
	void *data, struct err *err)
{
	struct db *db;

	if (store_ledger(store, &db, err) != 0 || list_days(db, sink, &limit, fn, data, err) != 0)
		return -1;
	return limit > 0 ? list_rows(db, sink, &limit, fn, data, err) : 0;
}

int store_outbox_waiting(
	struct store *store, unsigned sink, int64_t most, int64_t *n, struct err *err)
{
	sqlite3_stmt *count;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	if (sink == OUTBOX_HUB)
		result = db_statement(db, DB_OUTBOX_WAITING_HUB,
			"SELECT (SELECT count(*) FROM (SELECT 1 FROM usage WHERE (state & 1) = 0 "
			"LIMIT ?2)) + (SELECT count(*) FROM daily WHERE (state & ?1) = 0)",
			&count, err);
	else
		result = db_statement(db, DB_OUTBOX_WAITING,
			"SELECT (SELECT count(*) FROM (SELECT 1 FROM usage WHERE (state & ?1) = 0 "
			"LIMIT ?2)) + (SELECT count(*) FROM daily WHERE (state & ?1) = 0)",
			&count, err);
	if (result != 0)
		return -1;
	db_bind_int(count, 1, sink);
	db_bind_int(count, 2, most);
	result = db_step(db, count, outbox_failed, err);
	if (result == 1)
		*n = sqlite3_column_int64(count, 0);
	db_done(count);
	return result == 1 ? 0 : -1;
}

/* ── transactions ──────────────────────────────────────────────────────── */

/* What one of them does; positive: nothing is to be done after all. */
typedef int outbox_do_fn(struct db *db, const void *what, struct err *err);

static int outbox_try(struct store *store, outbox_do_fn *fn, const void *what, struct err *err)
{
	struct db *db;
	int result;

	/* Uses added before and not committed yet would go with it when it is taken back. */
	if (store->ledger.writing && store_usage_commit(store, err) != 0)
		return -1;
	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	store->usage_version = 0;
	result = fn(db, what, err);
	if (result == 0)
		return db_end(db, err);
	db_rollback(db);
	return result;
}

/* On a full disk even taking away needs room: that is what the ballast was kept for. */
static int outbox_write(struct store *store, outbox_do_fn *fn, const void *what, struct err *err)
{
	int result = outbox_try(store, fn, what, err);

	if (result < 0 && store->ledger.full && ballast_drop(store)) {
		result = outbox_try(store, fn, what, err);
		if (result == 0)
			ballast_keep(store);
	}
	return result;
}

struct claim {
	unsigned sink, enabled;
	const char (*event_ids)[ID_BYTES];
	size_t n;
	const struct outbox_batch *batch;
};

static int claim_do(struct db *db, const void *what, struct err *err)
{
	const struct claim *claim = what;
	int result = 0;
	size_t i;

	for (i = 0; i < claim->n && result == 0; i++)
		result = outbox_row_take(db, claim->sink, claim->enabled, claim->event_ids[i], err);
	if (result != 0)
		return result < 0 ? -1 : OUTBOX_CHANGED;
	return claim->batch != NULL ? outbox_batch_insert(db, claim->batch, err) : 0;
}

int store_outbox_claim(struct store *store, unsigned sink, unsigned enabled,
	const char (*event_ids)[ID_BYTES], size_t n, const struct outbox_batch *batch,
	struct err *err)
{
	const struct claim claim = {sink, enabled, event_ids, n, batch};

	return outbox_write(store, claim_do, &claim, err);
}

int store_outbox_next(struct store *store, unsigned sink, int64_t seq, struct outbox_batch *batch,
	struct err *err)
{
	sqlite3_stmt *get;
	struct db *db;
	int found;

	if (store_ledger(store, &db, err) != 0 ||
		db_statement(db, DB_BATCH_NEXT,
			"SELECT " OUTBOX_BATCH_COLUMNS
			" FROM batch WHERE sink = ? AND seq > ? ORDER BY seq",
			&get, err) != 0)
		return -1;
	db_bind_int(get, 1, sink);
	db_bind_int(get, 2, seq);
	while ((found = db_step(db, get, outbox_failed, err)) == 1) {
		if (outbox_batch_is_good(get)) {
			outbox_batch_read(get, batch);
			break;
		}
		db->damaged = true;
	}
	db_done(get);
	if (found == 1 && buf_failed(&batch->body))
		return err_set(err, ERR_MEMORY, "out of memory");
	return found;
}

static int settle_count(struct db *db, const struct outbox_settled *settled, struct err *err)
{
	sqlite3_stmt *count;

	if (db_statement(db, DB_SINK_COUNT,
		    "INSERT INTO sink (sink, target, ok_ms, tried_ms, sent, rejected, why) "
		    "VALUES (?1, '', 0, 0, ?2, ?3, '') ON CONFLICT DO UPDATE SET "
		    "sent = sent + ?2, rejected = rejected + ?3",
		    &count, err) != 0)
		return -1;
	db_bind_int(count, 1, settled->sink);
	db_bind_int(count, 2, settled->n_sent);
	db_bind_int(count, 3, (int64_t)settled->n_dead);
	return db_run(db, count, "cannot count what was sent", err);
}

static int settle_do(struct db *db, const void *what, struct err *err)
{
	const struct outbox_settled *settled = what;
	sqlite3_stmt *drop;
	size_t i;

	if (db_statement(db, DB_BATCH_DELETE, "DELETE FROM batch WHERE seq = ?", &drop, err) != 0)
		return -1;
	db_bind_int(drop, 1, settled->seq);
	if (db_run(db, drop, "cannot take from the outbox", err) != 0)
		return -1;
	/* Another process has settled it meanwhile, and what came of it is there. */
	if (sqlite3_changes(db->sqlite) == 0)
		return OUTBOX_CHANGED;
	for (i = 0; i < settled->n_batches; i++)
		if (outbox_batch_insert(db, &settled->batches[i], err) != 0)
			return -1;
	for (i = 0; i < settled->n_dead; i++)
		if (outbox_dead_insert(db, &settled->dead[i], err) != 0)
			return -1;
	return settle_count(db, settled, err);
}

int store_outbox_settle(struct store *store, const struct outbox_settled *settled, struct err *err)
{
	return outbox_write(store, settle_do, settled, err);
}

/* ── what was refused ──────────────────────────────────────────────────── */

int store_outbox_dead(struct store *store, outbox_dead_fn *fn, void *data, struct err *err)
{
	sqlite3_stmt *list;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0 ||
		db_statement(db, DB_DEAD_LIST,
			"SELECT " OUTBOX_DEAD_COLUMNS " FROM dead ORDER BY event_id, sink", &list,
			err) != 0)
		return -1;
	while ((result = db_step(db, list, outbox_failed, err)) == 1) {
		const struct outbox_dead dead = {
			.event_id = db_column_str(list, 0),
			.sink = (unsigned)sqlite3_column_int64(list, 1),
			.code = db_column_str(list, 2),
			.item = db_column_str(list, 3),
			.since_ms = sqlite3_column_int64(list, 4),
		};

		if (!outbox_dead_is_good(list))
			db->damaged = true;
		else if (fn(data, &dead) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

static int requeue_do(struct db *db, const void *what, struct err *err)
{
	const struct claim *claim = what;
	sqlite3_stmt *drop;
	size_t i;

	for (i = 0; i < claim->n; i++) {
		if (db_statement(db, DB_DEAD_DELETE,
			    "DELETE FROM dead WHERE event_id = ? AND sink = ?", &drop, err) != 0)
			return -1;
		db_bind_text(drop, 1, claim->event_ids[i]);
		db_bind_int(drop, 2, claim->sink);
		if (db_run(db, drop, "cannot take from what was refused", err) != 0)
			return -1;
		if (sqlite3_changes(db->sqlite) == 0)
			return OUTBOX_CHANGED;
	}
	return outbox_batch_insert(db, claim->batch, err);
}

int store_outbox_requeue(struct store *store, const char (*event_ids)[ID_BYTES], size_t n,
	const struct outbox_batch *batch, struct err *err)
{
	const struct claim claim = {batch->sink, 0, event_ids, n, batch};

	return outbox_write(store, requeue_do, &claim, err);
}

/* ── upkeep ────────────────────────────────────────────────────────────── */

static int sweep(struct db *db, unsigned enabled, struct err *err)
{
	static const char *const sql[] = {
		"INSERT INTO use_day (prompt_id, day, count) SELECT prompt_id, occurred_ms / "
		"86400000, count(*) FROM usage WHERE (state & ?1) = ?1 AND ifnull(action, '') <> "
		"'rate' GROUP BY 1, 2 ON CONFLICT DO UPDATE SET count = count + excluded.count",
		"INSERT INTO use_day (prompt_id, day, count) SELECT prompt_id, day, "
		"sum(daily.count) FROM daily WHERE (state & ?1) = ?1 AND action <> 'rate' "
		"GROUP BY 1, 2 ON CONFLICT DO UPDATE SET count = count + excluded.count",
		"DELETE FROM usage WHERE (state & ?1) = ?1",
		"DELETE FROM daily WHERE (state & ?1) = ?1",
		("DELETE FROM usage_trace WHERE ?1 <> 0 AND event_id NOT IN "
		 "(SELECT event_id FROM usage)"),
		"DELETE FROM use_day WHERE ?1 <> 0 AND day < (SELECT max(day) FROM use_day) - 60",
	};
	sqlite3_stmt *statement;
	size_t i;

	for (i = 0; i < sizeof sql / sizeof *sql; i++) {
		if (db_statement(
			    db, (enum db_slot)(DB_OUTBOX_SWEEP + i), sql[i], &statement, err) != 0)
			return -1;
		db_bind_int(statement, 1, enabled);
		if (db_run(db, statement, "cannot sweep the outbox", err) != 0)
			return -1;
	}
	return 0;
}

static int grow_old(struct db *db, struct err *err)
{
	int64_t today = clock_now_ms() / DAY_MS, day;
	char set[128];

	if (db_number(db, "SELECT ifnull((SELECT value FROM fact WHERE name = 'dead_day'), 0)",
		    &day, err) != 0)
		return -1;
	if (day == today)
		return 0;
	(void)snprintf(set, sizeof set,
		"INSERT OR REPLACE INTO fact (name, value) VALUES ('dead_day', %lld)",
		(long long)today);
	if (db_exec(db, set, "cannot keep the day", err) != 0 ||
		db_exec(db, "UPDATE dead SET days = days + 1", "cannot keep the day", err) != 0)
		return -1;
	(void)snprintf(set, sizeof set, "DELETE FROM dead WHERE days > %d", OUTBOX_DEAD_DAYS);
	return db_exec(db, set, "cannot keep the day", err);
}

static int upkeep_do(struct db *db, const void *what, struct err *err)
{
	const unsigned *enabled = what;

	/* Without any place nobody has them, and they stay. */
	if (*enabled != 0 && sweep(db, *enabled, err) != 0)
		return -1;
	return grow_old(db, err);
}

int store_outbox_upkeep(struct store *store, unsigned enabled, struct err *err)
{
	return outbox_write(store, upkeep_do, &enabled, err);
}
