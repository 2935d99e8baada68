/* How each place was reached last; see outbox.h. */
#include "store/handle.h"
#include "store/outbox.h"

#include <stdio.h>

static const char state_failed[] = "cannot read how it was reached";

static void copy_text(char *out, size_t size, struct str text)
{
	(void)snprintf(out, size, "%.*s", (int)(text.n < size ? text.n : size - 1),
		text.n > 0 ? text.p : "");
}

static int state_counts(
	struct store *store, struct db *db, struct outbox_state *state, struct err *err)
{
	sqlite3_stmt *count;
	int result;

	if (store_outbox_waiting(store, state->sink, INT32_MAX, &state->waiting, err) != 0 ||
		db_statement(db, DB_SINK_COUNTS,
			"SELECT (SELECT ifnull(sum(n), 0) FROM batch WHERE sink = ?1), "
			"(SELECT count(*) FROM dead WHERE sink = ?1)",
			&count, err) != 0)
		return -1;
	db_bind_int(count, 1, state->sink);
	result = db_step(db, count, state_failed, err);
	if (result == 1) {
		state->batched = sqlite3_column_int64(count, 0);
		state->dead = sqlite3_column_int64(count, 1);
	}
	db_done(count);
	return result == 1 ? 0 : -1;
}

int store_outbox_state(
	struct store *store, unsigned sink, struct outbox_state *state, struct err *err)
{
	sqlite3_stmt *get;
	struct db *db;
	int found;

	*state = (struct outbox_state){.sink = sink};
	if (store_ledger(store, &db, err) != 0 ||
		db_statement(db, DB_SINK_GET,
			"SELECT target, ok_ms, tried_ms, sent, rejected, why FROM sink WHERE sink "
			"= ?",
			&get, err) != 0)
		return -1;
	db_bind_int(get, 1, sink);
	found = db_step(db, get, state_failed, err);
	if (found == 1) {
		copy_text(state->target, sizeof state->target, db_column_str(get, 0));
		state->ok_ms = sqlite3_column_int64(get, 1);
		state->tried_ms = sqlite3_column_int64(get, 2);
		state->sent = sqlite3_column_int64(get, 3);
		state->rejected = sqlite3_column_int64(get, 4);
		copy_text(state->why, sizeof state->why, db_column_str(get, 5));
	}
	db_done(get);
	return found < 0 ? -1 : state_counts(store, db, state, err);
}

int store_outbox_set_state(struct store *store, const struct outbox_state *state, struct err *err)
{
	sqlite3_stmt *set;
	struct db *db;

	if (store_ledger(store, &db, err) != 0 ||
		db_statement(db, DB_SINK_SET,
			"INSERT INTO sink (sink, target, ok_ms, tried_ms, sent, rejected, why) "
			"VALUES (?1, ?2, ?3, ?4, 0, 0, ?5) ON CONFLICT DO UPDATE SET "
			"target = ?2, ok_ms = ?3, tried_ms = ?4, why = ?5",
			&set, err) != 0)
		return -1;
	db_bind_int(set, 1, state->sink);
	db_bind_text(set, 2, state->target);
	db_bind_int(set, 3, state->ok_ms);
	db_bind_int(set, 4, state->tried_ms);
	db_bind_text(set, 5, state->why);
	return db_run(db, set, "cannot keep how it was reached", err);
}
