/* Taking prompts out, and remembering that; see prompts.h. */
#include "core/clock.h"
#include "store/find.h"
#include "store/handle.h"
#include "store/index.h"
#include "store/prompts.h"
#include "store/trail.h"

static const char remove_failed[] = "cannot remove the prompt";

static int remove_row(struct store *store, int64_t key, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *statement;

	if (db_statement(db, DB_TOMBSTONE_PUT,
		    "INSERT OR REPLACE INTO tombstone (path, source, removed_ms) "
		    "SELECT path, source, ?2 FROM prompt WHERE key = ?1",
		    &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, key);
	db_bind_int(statement, 2, clock_now_ms());
	if (db_run(db, statement, remove_failed, err) != 0 ||
		db_statement(db, DB_PROMPT_DELETE, "DELETE FROM prompt WHERE key = ?", &statement,
			err) != 0)
		return -1;
	db_bind_int(statement, 1, key); /* versions, tags and names go with it */
	return db_run(db, statement, remove_failed, err);
}

/* 1: there is something of this prompt in ledger.db. */
static int remembers(struct db *ledger, struct str id, struct err *err)
{
	sqlite3_stmt *get;
	int result;

	if (db_statement(ledger, DB_REMEMBERED,
		    "SELECT EXISTS (SELECT 1 FROM value WHERE prompt_id = ?1) OR "
		    "EXISTS (SELECT 1 FROM execution WHERE prompt_id = ?1) OR "
		    "EXISTS (SELECT 1 FROM favourite WHERE prompt_id = ?1)",
		    &get, err) != 0)
		return -1;
	db_bind_str(get, 1, id);
	result = db_step(ledger, get, remove_failed, err);
	if (result == 1)
		result = sqlite3_column_int(get, 0);
	db_done(get);
	return result;
}

static int forget_from(
	struct db *ledger, enum db_slot slot, const char *sql, struct str id, struct err *err)
{
	sqlite3_stmt *statement;

	if (db_statement(ledger, slot, sql, &statement, err) != 0)
		return -1;
	db_bind_str(statement, 1, id);
	return db_run(ledger, statement, remove_failed, err);
}

static int forget(struct store *store, struct str id, struct err *err)
{
	bool own = !store->ledger.writing;
	struct db *ledger;
	int result;

	if (!store_can_record(store, err))
		return err->code == ERR_REFUSED ? 0 : -1; /* then nobody can */
	result = remembers(&store->ledger, id, err);
	if (result <= 0)
		return result;
	if (store_ledger_begin(store, &ledger, err) != 0)
		return -1;
	result = forget_from(
		ledger, DB_VALUE_DELETE, "DELETE FROM value WHERE prompt_id = ?", id, err);
	if (result == 0)
		result = forget_from(ledger, DB_EXECUTION_DELETE,
			"DELETE FROM execution WHERE prompt_id = ?", id, err);
	if (result == 0)
		result = forget_from(ledger, DB_FAVOURITE_FORGET,
			"DELETE FROM favourite WHERE prompt_id = ?", id, err);
	return store_ledger_end(store, own, result, err);
}

/* What was remembered of it, values and notes, goes with it; the counts of use and
 * the outbox hold neither. Before the prompt: that can be removed again. */
static int remove_remembered(struct store *store, int64_t key, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_PROMPT_ID, "SELECT id FROM prompt WHERE key = ?", &get, err) != 0)
		return -1;
	db_bind_int(get, 1, key);
	result = db_step(db, get, remove_failed, err);
	if (result == 1)
		result = forget(store, db_column_str(get, 0), err);
	db_done(get);
	return result;
}

static int remove_named(struct store *store, struct str name, struct err *err)
{
	struct found found;
	int result = find_prompt(store, name, true, &found, err);

	if (result != 0)
		return result;
	result = remove_remembered(store, found.key, err);
	if (result == 0)
		result = index_remove(store, found.key, err);
	if (result == 0)
		result = remove_row(store, found.key, err);
	if (result == 0)
		result = find_settle_path(store, str_of(found.path), err);
	return result;
}

int store_prompt_remove(struct store *store, struct str name, struct err *err)
{
	if (store_write_begin(store, err) != 0)
		return -1;
	return store_write_end(store, remove_named(store, name, err), err);
}

bool store_prompt_was_removed(struct store *store, struct str source, struct str path)
{
	struct db *db = &store->prompts;
	struct err ignored; /* a library that cannot be asked remembers nothing */
	sqlite3_stmt *get;
	bool found;

	if (db_statement(db, DB_TOMBSTONE_GET,
		    "SELECT 1 FROM tombstone WHERE path = ? AND source = ?", &get, &ignored) != 0)
		return false;
	db_bind_str(get, 1, path);
	db_bind_str(get, 2, source.n > 0 ? source : STR("local"));
	found = db_step(db, get, "", &ignored) == 1;
	db_done(get);
	return found;
}

/* 1 and its key; 0: there is none. */
static int find_at(
	struct store *store, struct str source, struct str path, int64_t *key, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *find;
	int result;

	if (db_statement(db, DB_PROMPT_AT, "SELECT key FROM prompt WHERE path = ? AND source = ?",
		    &find, err) != 0)
		return -1;
	db_bind_str(find, 1, path);
	db_bind_str(find, 2, source);
	result = db_step(db, find, remove_failed, err);
	if (result == 1)
		*key = sqlite3_column_int64(find, 0);
	db_done(find);
	return result;
}

static int move_row(
	struct store *store, struct str source, struct str from, struct str to, struct err *err)
{
	struct db *db = &store->prompts;
	int64_t key = 0, other = 0;
	sqlite3_stmt *move;
	int found = find_at(store, source, from, &key, err);

	if (found == 1)
		found = find_at(store, source, to, &other, err) == 0;
	if (found <= 0)
		return found;
	/* Without a status the put that follows finds something to write, whatever it puts,
	 * and writes all of the row. */
	if (index_forget(store, key, err) != 0 ||
		db_statement(db, DB_PROMPT_MOVE,
			"UPDATE prompt SET path = ?, status = '' WHERE key = ?", &move, err) != 0)
		return -1;
	db_bind_str(move, 1, to);
	db_bind_int(move, 2, key);
	if (db_run(db, move, "cannot rename the prompt", err) != 0)
		return -1;
	return find_settle_path(store, from, err);
}

int store_prompt_move(
	struct store *store, struct str source, struct str from, struct str to, struct err *err)
{
	if (store_write_begin(store, err) != 0)
		return -1;
	return store_write_end(store, move_row(store, source, from, to, err), err);
}

static int drop_row(struct store *store, int64_t key, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *statement;

	if (db_statement(db, DB_KEPT_PUT,
		    "INSERT OR REPLACE INTO kept_id (path, source, id) SELECT path, source, id "
		    "FROM prompt WHERE key = ?",
		    &statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, key);
	if (db_run(db, statement, remove_failed, err) != 0 ||
		db_statement(db, DB_PROMPT_DELETE, "DELETE FROM prompt WHERE key = ?", &statement,
			err) != 0)
		return -1;
	db_bind_int(statement, 1, key);
	return db_run(db, statement, remove_failed, err);
}

static int drop_at(struct store *store, struct str path, struct err *err)
{
	int64_t key = 0;
	int found = find_at(store, STR("personal"), path, &key, err);

	if (found <= 0)
		return found;
	if (index_remove(store, key, err) != 0 || drop_row(store, key, err) != 0)
		return -1;
	return find_settle_path(store, path, err);
}

int store_prompt_drop(struct store *store, struct str path, struct err *err)
{
	if (store_write_begin(store, err) != 0)
		return -1;
	return store_write_end(store, drop_at(store, path, err), err);
}
