/* Executions, and the values given before; see usage.h. */
#include "core/clock.h"
#include "store/checksum.h"
#include "store/handle.h"
#include "store/usage.h"

#define VALUE_BYTES_MAX 256
#define NOTES_BYTES_MAX (16 * 1024)

static int execution_insert(struct db *db, const struct execution *execution, struct err *err)
{
	int64_t now = clock_now_ms();
	struct str notes = str_prefix(execution->notes, NOTES_BYTES_MAX);
	uint64_t sum = CHECKSUM_INIT;
	sqlite3_stmt *insert;

	if (db_statement(db, DB_EXECUTION_INSERT,
		    "INSERT INTO execution (prompt_id, version, executed_ms, model, rating, "
		    "success, notes, checksum) VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), "
		    "nullif(?6, -1), ?7, ?8)",
		    &insert, err) != 0)
		return -1;
	checksum_str(&sum, execution->prompt_id);
	checksum_word(&sum, (uint64_t)execution->version);
	checksum_word(&sum, (uint64_t)now);
	checksum_str(&sum, notes);
	db_bind_str(insert, 1, execution->prompt_id);
	db_bind_int(insert, 2, execution->version);
	db_bind_int(insert, 3, now);
	db_bind_str(insert, 4, execution->model);
	db_bind_int(insert, 5, execution->rating);
	db_bind_int(insert, 6, execution->success < 0 ? -1 : execution->success > 0);
	db_bind_str(insert, 7, notes);
	db_bind_int(insert, 8, checksum_end(sum));
	return db_run(db, insert, "cannot record the result", err);
}

int store_execution_add(struct store *store, const struct execution *execution, struct err *err)
{
	bool own = !store->ledger.writing;
	struct db *db;

	if (execution->rating < 0 || execution->rating > 5)
		return err_set(err, ERR_INVALID, "a rating is a number from 1 to 5");
	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	return store_ledger_end(store, own, execution_insert(db, execution, err), err);
}

static int value_trim(struct db *db, struct str prompt_id, struct str input, struct err *err)
{
	sqlite3_stmt *trim;

	if (db_statement(db, DB_VALUE_TRIM,
		    "DELETE FROM value WHERE prompt_id = ?1 AND input = ?2 AND value NOT IN "
		    "(SELECT value FROM value WHERE prompt_id = ?1 AND input = ?2 "
		    "ORDER BY used_ms DESC, value LIMIT 20)",
		    &trim, err) != 0)
		return -1;
	db_bind_str(trim, 1, prompt_id);
	db_bind_str(trim, 2, input);
	return db_run(db, trim, "cannot remember the value", err);
}

/* 1: it is known and the newest now, 0: it is not known, negative. */
static int value_touch(
	struct db *db, struct str prompt_id, struct str input, struct str value, struct err *err)
{
	sqlite3_stmt *touch;

	if (db_statement(db, DB_VALUE_TOUCH,
		    "UPDATE value SET used_ms = ?4 WHERE prompt_id = ?1 AND input = ?2 AND value = "
		    "?3",
		    &touch, err) != 0)
		return -1;
	db_bind_str(touch, 1, prompt_id);
	db_bind_str(touch, 2, input);
	db_bind_str(touch, 3, value);
	db_bind_int(touch, 4, clock_now_ms());
	if (db_run(db, touch, "cannot remember the value", err) != 0)
		return -1;
	return sqlite3_changes(db->sqlite) > 0;
}

static int value_put(
	struct db *db, struct str prompt_id, struct str input, struct str value, struct err *err)
{
	sqlite3_stmt *put;
	int known;

	/* Most are known: those cost one step, and there is nothing to trim. */
	known = value_touch(db, prompt_id, input, value, err);
	if (known != 0)
		return known < 0 ? -1 : 0;
	if (db_statement(db, DB_VALUE_PUT,
		    "INSERT INTO value (prompt_id, input, value, used_ms) VALUES (?, ?, ?, ?)",
		    &put, err) != 0)
		return -1;
	db_bind_str(put, 1, prompt_id);
	db_bind_str(put, 2, input);
	db_bind_str(put, 3, value);
	db_bind_int(put, 4, clock_now_ms());
	if (db_run(db, put, "cannot remember the value", err) != 0)
		return -1;
	return value_trim(db, prompt_id, input, err);
}

int store_value_add(struct store *store, struct str prompt_id, struct str input, struct str value,
	struct err *err)
{
	bool own = !store->ledger.writing;
	struct db *db;

	if (value.n == 0 || value.n > VALUE_BYTES_MAX)
		return 0;
	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	return store_ledger_end(store, own, value_put(db, prompt_id, input, value, err), err);
}

int store_value_list(struct store *store, struct str prompt_id, struct str input, struct str prefix,
	unsigned limit, store_value_fn *fn, void *data, struct err *err)
{
	sqlite3_stmt *list;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	if (db_statement(db, DB_VALUE_LIST,
		    "SELECT value FROM value WHERE prompt_id = ?1 AND input = ?2 "
		    "AND substr(value, 1, length(?3)) = ?3 ORDER BY used_ms DESC, value LIMIT ?4",
		    &list, err) != 0)
		return -1;
	db_bind_str(list, 1, prompt_id);
	db_bind_str(list, 2, input);
	db_bind_str(list, 3, prefix.p != NULL ? prefix : STR(""));
	db_bind_int(list, 4, limit);
	while ((result = db_step(db, list, "cannot read the values", err)) == 1) {
		if (fn(data, db_column_str(list, 0)) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}
