/* What can be read of a damaged prompts.db; see salvage.h. Prompts and versions
 * are carried over with their numbers, dates and digests; the search tables are
 * made anew. */
#include <stdio.h>
#include <stdlib.h>

#include "store/index.h"
#include "store/row.h"
#include "store/salvage.h"
#include "store/words.h"

#define VERSION_COLUMNS                                                             \
	"v.key, v.prompt, v.number, v.channel, v.digest, v.created_ms, v.message, " \
	"v.text_bytes, v.checksum, v.inputs"
#define VERSION_WITH_BODY                                                                \
	"SELECT " VERSION_COLUMNS ", b.layout, b.text FROM version v CROSS JOIN body b " \
	"ON b.version = v.key"

enum version_column {
	VERSION_NUMBER = 2,
	VERSION_DIGEST = 4,
	VERSION_CHECKSUM = 8,
	VERSION_INPUTS = 9,
	VERSION_LAYOUT = 10,
	VERSION_TEXT = 11
};

static bool prompt_row_is_good(sqlite3_stmt *row)
{
	return row_checksum(row) == sqlite3_column_int64(row, ROW_CHECKSUM);
}

static bool version_row_is_good(sqlite3_stmt *row)
{
	return row_version_checksum(db_column_str(row, VERSION_DIGEST),
		       sqlite3_column_int64(row, VERSION_NUMBER),
		       db_column_str(row, VERSION_INPUTS), db_column_str(row, VERSION_LAYOUT),
		       db_column_str(row, VERSION_TEXT)) ==
	       sqlite3_column_int64(row, VERSION_CHECKSUM);
}

static int count_bad(
	struct db *db, const char *select, salvage_keep_fn *good, int64_t *bad, struct err *err)
{
	sqlite3_stmt *rows;
	int result, rc = sqlite3_prepare_v2(db->sqlite, select, -1, &rows, NULL);

	if (rc != SQLITE_OK)
		return db_fail(db, rc, "cannot check the library", err);
	while ((result = db_step(db, rows, "cannot check the library", err)) == 1)
		*bad += !good(rows);
	(void)sqlite3_finalize(rows); /* repeats what the step said */
	return result;
}

int salvage_prompts_bad(struct db *db, int64_t *bad, struct err *err)
{
	if (count_bad(db, "SELECT " ROW_COLUMNS " FROM prompt p", prompt_row_is_good, bad, err) !=
		0)
		return -1;
	return count_bad(db, VERSION_WITH_BODY, version_row_is_good, bad, err);
}

/* Rows are written as they were; what they refer to is put in order after. A
 * version comes with its text or not at all. */
static const struct salvage_table copy_counted[] = {
	{"SELECT " ROW_COLUMNS " FROM prompt p", "p.key", false,
		"INSERT OR IGNORE INTO prompt (key, active, edge, edge_channel, shadowed, "
		"checksum, id, path, source, title, description, tags, aliases, collection, "
		"model, extra, origin, format, status, flags, created_ms, updated_ms) VALUES "
		"(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		NULL, prompt_row_is_good},
	{VERSION_WITH_BODY, "v.key", false,
		"INSERT OR IGNORE INTO version (key, prompt, number, channel, digest, "
		"created_ms, message, text_bytes, checksum, inputs) VALUES "
		"(?,?,?,?,?,?,?,?,?,?)",
		"INSERT OR IGNORE INTO body (version, layout, text) SELECT ?1, ?11, ?12 "
		"WHERE EXISTS (SELECT 1 FROM version WHERE key = ?1)",
		version_row_is_good},
};

static const struct salvage_table copy_others[] = {
	{"SELECT prompt, name, version FROM channel", "prompt", false,
		"INSERT OR IGNORE INTO channel (prompt, name, version) VALUES (?,?,?)", NULL, NULL},
	{"SELECT name, description FROM collection", "name", true,
		"INSERT OR IGNORE INTO collection (name, description) VALUES (?,?)", NULL, NULL},
	{"SELECT path, source, removed_ms FROM tombstone", "path", true,
		"INSERT OR IGNORE INTO tombstone (path, source, removed_ms) VALUES (?,?,?)", NULL,
		NULL},
};

static int copy_tables(struct db *old, struct db *fresh, struct salvaged *salvaged, struct err *err)
{
	struct salvaged others = {0, 0}; /* not what people count */
	size_t i;

	if (salvage_copy(old, fresh, &copy_counted[0], salvaged, err) != 0 ||
		salvage_copy(old, fresh, &copy_counted[1], &others, err) != 0)
		return -1;
	salvaged->lost += others.lost;
	for (i = 0; i < sizeof copy_others / sizeof copy_others[0]; i++) {
		if (salvage_copy(old, fresh, &copy_others[i], &others, err) != 0)
			return -1;
	}
	return 0;
}

/* Versions without a text or a prompt go; pointers to what is gone point to the
 * newest there is; prompts without any version go. */
static const char copy_settle[] =
	"DELETE FROM version WHERE key NOT IN (SELECT version FROM body);"
	"DELETE FROM version WHERE prompt NOT IN (SELECT key FROM prompt);"
	"DELETE FROM body WHERE version NOT IN (SELECT key FROM version);"
	"UPDATE prompt SET active = (SELECT key FROM version v WHERE v.prompt = prompt.key AND "
	"v.channel = 'production' ORDER BY number DESC LIMIT 1) WHERE active IS NOT NULL AND "
	"active NOT IN (SELECT key FROM version);"
	"UPDATE prompt SET edge = (SELECT key FROM version v WHERE v.prompt = prompt.key "
	"ORDER BY number DESC LIMIT 1), edge_channel = ifnull((SELECT channel FROM version v "
	"WHERE v.prompt = prompt.key ORDER BY number DESC LIMIT 1), '') "
	"WHERE edge IS NULL OR edge NOT IN (SELECT key FROM version);"
	"DELETE FROM prompt WHERE edge IS NULL;"
	"UPDATE prompt SET (number, digest, text_bytes, inputs) = (SELECT number, digest, "
	"text_bytes, inputs FROM version WHERE key = ifnull(active, edge)), shadowed "
	"= " ROW_IS_SHADOWED("prompt.path") ";"
					    "DELETE FROM channel WHERE version NOT IN (SELECT key "
					    "FROM version) OR prompt NOT IN "
					    "(SELECT key FROM prompt);"
					    "INSERT OR IGNORE INTO channel (prompt, name, version) "
					    "SELECT key, 'production', active "
					    "FROM prompt WHERE active IS NOT NULL;"
					    "INSERT OR IGNORE INTO collection (name) SELECT "
					    "DISTINCT collection FROM prompt WHERE "
					    "collection <> '';";

static int copy_tag(struct db *fresh, int64_t key, const char *tag, struct err *err)
{
	sqlite3_stmt *insert;

	if (db_statement(fresh, DB_TAG_INSERT,
		    "INSERT OR IGNORE INTO tag (prompt, name) VALUES (?, ?)", &insert, err) != 0)
		return -1;
	db_bind_int(insert, 1, key);
	db_bind_text(insert, 2, tag);
	return db_run(fresh, insert, "cannot carry rows over", err);
}

/* What is made from a prompt's row: its tags and the search tables. */
static int copy_derived(struct store *store, sqlite3_stmt *row, struct err *err)
{
	int64_t key = sqlite3_column_int64(row, ROW_KEY);
	bool hidden = sqlite3_column_type(row, ROW_ACTIVE) == SQLITE_NULL ||
		      !str_is(db_column_str(row, ROW_STATUS), "approved");
	struct prompt *prompt = prompt_new();
	int result = 0;
	size_t i;

	row_prompt(row, prompt);
	for (i = 0; i < prompt->n_tags && result == 0; i++)
		result = copy_tag(&store->prompts, key, prompt->tags[i], err);
	if (result == 0)
		result = index_put(store, key, prompt, hidden, err);
	prompt_free(prompt);
	return result;
}

static int copy_all_derived(struct store *store, struct err *err)
{
	sqlite3_stmt *rows;
	int result, rc = sqlite3_prepare_v2(store->prompts.sqlite,
			    "SELECT " ROW_COLUMNS " FROM prompt p ORDER BY p.key", -1, &rows, NULL);

	if (rc != SQLITE_OK)
		return db_fail(&store->prompts, rc, "cannot carry rows over", err);
	while ((result = db_step(&store->prompts, rows, "cannot carry rows over", err)) == 1) {
		if (copy_derived(store, rows, err) != 0) {
			result = -1;
			break;
		}
	}
	(void)sqlite3_finalize(rows);
	return result;
}

int salvage_prompts(const char *dir, struct db *old, struct db *fresh, struct salvaged *salvaged,
	struct err *err)
{
	struct store *store = calloc(1, sizeof *store);
	int result = -1;

	if (store == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	(void)snprintf(store->dir, sizeof store->dir, "%s", dir);
	store->prompts = *fresh;
	store->batch = true;
	if (db_exec(&store->prompts, "PRAGMA foreign_keys = OFF", "cannot carry rows over", err) ==
			0 &&
		db_begin(&store->prompts, err) == 0) {
		if (copy_tables(old, &store->prompts, salvaged, err) == 0 &&
			db_exec(&store->prompts, copy_settle, "cannot carry rows over", err) == 0 &&
			copy_all_derived(store, err) == 0 && index_flush(store, false, err) == 0)
			result = db_end(&store->prompts, err);
		else
			db_rollback(&store->prompts);
	}
	store->batch = false;
	if (result == 0)
		result = index_catch_up(store, err);
	index_queue_free(store);
	words_free(store->words);
	*fresh = store->prompts;
	free(store);
	return result;
}
