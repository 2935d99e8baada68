/* Taking prompts out, and remembering that; see prompts.h. */
#include "core/clock.h"
#include "store/find.h"
#include "store/index.h"
#include "store/prompts.h"

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

static int remove_named(struct store *store, struct str name, struct err *err)
{
	struct found found;
	int result = find_prompt(store, name, true, &found, err);

	if (result != 0)
		return result;
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

static int move_row(
	struct store *store, struct str source, struct str from, struct str to, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *move;

	if (db_statement(db, DB_PROMPT_MOVE,
		    "UPDATE OR IGNORE prompt SET path = ?3 WHERE source = ?1 AND path = ?2", &move,
		    err) != 0)
		return -1;
	db_bind_str(move, 1, source);
	db_bind_str(move, 2, from);
	db_bind_str(move, 3, to);
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
