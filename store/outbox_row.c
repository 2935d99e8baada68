/* Rows of batch and dead, and the way of a row out of the outbox; see outbox_row.h. */
#include "store/outbox_row.h"

#include <string.h>

#include "core/clock.h"
#include "store/checksum.h"
#include "store/rollup.h"
#include "store/usage_row.h"

static const char take_failed[] = "cannot take from the outbox";

/* ── batches ───────────────────────────────────────────────────────────── */

static int64_t batch_checksum(
	int64_t sink, struct str key, int64_t gzip, int64_t n, struct str body)
{
	uint64_t sum = CHECKSUM_INIT;

	checksum_word(&sum, (uint64_t)sink);
	checksum_str(&sum, key);
	checksum_word(&sum, (uint64_t)gzip);
	checksum_word(&sum, (uint64_t)n);
	checksum_str(&sum, body);
	return checksum_end(sum);
}

static struct str column_blob(sqlite3_stmt *row, int column)
{
	const void *bytes = sqlite3_column_blob(row, column);

	return (struct str){bytes, (size_t)sqlite3_column_bytes(row, column)};
}

bool outbox_batch_is_good(sqlite3_stmt *row)
{
	return batch_checksum(sqlite3_column_int64(row, 1), db_column_str(row, 2),
		       sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4),
		       column_blob(row, 5)) == sqlite3_column_int64(row, 6);
}

void outbox_batch_read(sqlite3_stmt *row, struct outbox_batch *batch)
{
	struct str key = str_prefix(db_column_str(row, 2), ID_BYTES - 1);
	struct str body = column_blob(row, 5);

	batch->seq = sqlite3_column_int64(row, 0);
	batch->sink = (unsigned)sqlite3_column_int64(row, 1);
	if (key.n > 0)
		memcpy(batch->key, key.p, key.n);
	batch->key[key.n] = '\0';
	batch->gzip = sqlite3_column_int64(row, 3) != 0;
	batch->n = sqlite3_column_int64(row, 4);
	buf_clear(&batch->body);
	(void)buf_add(&batch->body, body.p, body.n);
}

int outbox_batch_insert(struct db *db, const struct outbox_batch *batch, struct err *err)
{
	struct str body = {buf_text(&batch->body), batch->body.len};
	sqlite3_stmt *insert;

	if (db_statement(db, DB_BATCH_INSERT,
		    "INSERT INTO batch (sink, key, gzip, n, body, checksum) VALUES (?,?,?,?,?,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_int(insert, 1, batch->sink);
	db_bind_text(insert, 2, batch->key);
	db_bind_int(insert, 3, batch->gzip);
	db_bind_int(insert, 4, batch->n);
	(void)sqlite3_bind_blob(insert, 5, body.p, (int)body.n, SQLITE_STATIC);
	db_bind_int(insert, 6,
		batch_checksum(batch->sink, str_of(batch->key), batch->gzip, batch->n, body));
	return db_run(db, insert, "cannot keep what is to be sent", err);
}

/* ── what was refused ──────────────────────────────────────────────────── */

/* Without its age, which grows. */
static int64_t dead_checksum(
	struct str event_id, int64_t sink, struct str code, struct str item, int64_t since_ms)
{
	uint64_t sum = CHECKSUM_INIT;

	checksum_str(&sum, event_id);
	checksum_word(&sum, (uint64_t)sink);
	checksum_str(&sum, code);
	checksum_str(&sum, item);
	checksum_word(&sum, (uint64_t)since_ms);
	return checksum_end(sum);
}

bool outbox_dead_is_good(sqlite3_stmt *row)
{
	return dead_checksum(db_column_str(row, 0), sqlite3_column_int64(row, 1),
		       db_column_str(row, 2), db_column_str(row, 3),
		       sqlite3_column_int64(row, 4)) == sqlite3_column_int64(row, 6);
}

int outbox_dead_insert(struct db *db, const struct outbox_dead *dead, struct err *err)
{
	struct str code = str_prefix(dead->code, OUTBOX_CODE_MAX);
	int64_t now_ms = clock_now_ms();
	sqlite3_stmt *insert;

	if (db_statement(db, DB_DEAD_INSERT,
		    "INSERT OR IGNORE INTO dead (event_id, sink, code, item, since_ms, days, "
		    "checksum) VALUES (?,?,?,?,?,0,?)",
		    &insert, err) != 0)
		return -1;
	db_bind_str(insert, 1, dead->event_id);
	db_bind_int(insert, 2, dead->sink);
	db_bind_str(insert, 3, code);
	db_bind_str(insert, 4, dead->item);
	db_bind_int(insert, 5, now_ms);
	db_bind_int(insert, 6, dead_checksum(dead->event_id, dead->sink, code, dead->item, now_ms));
	return db_run(db, insert, "cannot keep what was refused", err);
}

/* ── a row's way out ───────────────────────────────────────────────────── */

/* Both tables are treated alike. */
struct outbox_table {
	enum db_slot get, set, drop;
	const char *get_sql, *set_sql, *drop_sql, *count_sql;
	enum db_slot count;
};

static const struct outbox_table tables[] = {
	{DB_OUTBOX_GET, DB_OUTBOX_SET, DB_USAGE_DELETE,
		"SELECT " USAGE_COLUMNS " FROM usage WHERE event_id = ?",
		"UPDATE usage SET state = ?2, checksum = ?3 WHERE event_id = ?1",
		"DELETE FROM usage WHERE event_id = ?",
		"INSERT INTO use_day (prompt_id, day, count) SELECT prompt_id, occurred_ms / "
		"86400000, 1 FROM usage WHERE event_id = ? AND ifnull(action, '') <> 'rate' "
		"ON CONFLICT DO UPDATE SET count = count + 1",
		DB_OUTBOX_COUNT},
	{DB_OUTBOX_DAILY_GET, DB_OUTBOX_DAILY_SET, DB_DAILY_DELETE,
		"SELECT " ROLLUP_COLUMNS " FROM daily WHERE event_id = ?",
		"UPDATE daily SET state = ?2, checksum = ?3 WHERE event_id = ?1",
		"DELETE FROM daily WHERE event_id = ?",
		"INSERT INTO use_day (prompt_id, day, count) SELECT prompt_id, day, daily.count "
		"FROM daily WHERE event_id = ? AND action <> 'rate' "
		"ON CONFLICT DO UPDATE SET count = count + excluded.count",
		DB_OUTBOX_DAILY_COUNT},
};

/* Its state, and the checksum it is to have with the sink's bit. 1: it is there, is what
 * was written, and has not that bit. */
static int row_look(struct db *db, const struct outbox_table *table, unsigned sink,
	const char *event_id, int64_t *state, int64_t *checksum, struct err *err)
{
	struct usage_row row;
	sqlite3_stmt *get;
	bool good = false;
	int found;

	if (db_statement(db, table->get, table->get_sql, &get, err) != 0)
		return -1;
	db_bind_text(get, 1, event_id);
	found = db_step(db, get, take_failed, err);
	if (found == 1 && table == &tables[0]) {
		good = usage_row_read(&row, get);
		*state = row.state | (int64_t)sink;
		good = good && *state != row.state;
		row.state = *state;
		*checksum = usage_row_checksum(&row);
	} else if (found == 1) {
		*state = sqlite3_column_int64(get, 10) | (int64_t)sink;
		good = rollup_row_is_good(get) && *state != sqlite3_column_int64(get, 10);
		*checksum = rollup_row_checksum(get, *state);
	}
	db_done(get);
	return found == 1 ? good : found;
}

static int run_on(
	struct db *db, enum db_slot slot, const char *sql, const char *event_id, struct err *err)
{
	sqlite3_stmt *statement;

	if (db_statement(db, slot, sql, &statement, err) != 0)
		return -1;
	db_bind_text(statement, 1, event_id);
	return db_run(db, statement, take_failed, err);
}

static int row_leave(
	struct db *db, const struct outbox_table *table, const char *event_id, struct err *err)
{
	if (run_on(db, table->count, table->count_sql, event_id, err) != 0 ||
		run_on(db, table->drop, table->drop_sql, event_id, err) != 0)
		return -1;
	return run_on(db, DB_USAGE_TRACE_DELETE, "DELETE FROM usage_trace WHERE event_id = ?",
		event_id, err);
}

static int row_mark(struct db *db, const struct outbox_table *table, const char *event_id,
	int64_t state, int64_t checksum, struct err *err)
{
	sqlite3_stmt *set;

	if (db_statement(db, table->set, table->set_sql, &set, err) != 0)
		return -1;
	db_bind_text(set, 1, event_id);
	db_bind_int(set, 2, state);
	db_bind_int(set, 3, checksum);
	return db_run(db, set, take_failed, err);
}

int outbox_row_take(
	struct db *db, unsigned sink, unsigned enabled, const char *event_id, struct err *err)
{
	int64_t state = 0, checksum = 0;
	int i, found = 0;

	for (i = 0; i < 2 && found == 0; i++)
		found = row_look(db, &tables[i], sink, event_id, &state, &checksum, err);
	if (found <= 0)
		return found < 0 ? -1 : 1;
	i--;
	return outbox_is_done(state, enabled)
		       ? row_leave(db, &tables[i], event_id, err)
		       : row_mark(db, &tables[i], event_id, state, checksum, err);
}
