/* Prompts that are followed from a hub; see remote.h. */
#include "store/remote.h"

#include <stdio.h>
#include <string.h>

#include "core/id.h"
#include "store/find.h"
#include "store/handle.h"
#include "store/index.h"

#define CURSOR_MAX 512

static const char remote_failed[] = "cannot keep what the hub said";

void store_remote_init(struct store_remote *remote)
{
	*remote =
		(struct store_remote){.cursor = BUF_INIT(CURSOR_MAX), .etag = BUF_INIT(CURSOR_MAX)};
}

void store_remote_fini(struct store_remote *remote)
{
	buf_fini(&remote->cursor);
	buf_fini(&remote->etag);
}

int store_remote_get(
	struct store *store, struct str source, struct store_remote *remote, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	struct str text;
	int found;

	if (db_statement(db, DB_REMOTE_GET,
		    "SELECT cursor, etag, round, synced_ms, within FROM remote WHERE source = ?",
		    &get, err) != 0)
		return -1;
	db_bind_str(get, 1, source);
	found = db_step(db, get, remote_failed, err);
	if (found == 1) {
		text = db_column_str(get, 0);
		(void)buf_add(&remote->cursor, text.p, text.n);
		text = db_column_str(get, 1);
		(void)buf_add(&remote->etag, text.p, text.n);
		remote->round = sqlite3_column_int64(get, 2);
		remote->synced_ms = sqlite3_column_int64(get, 3);
		remote->within = sqlite3_column_int64(get, 4) != 0;
	}
	db_done(get);
	return found < 0 ? -1 : 0;
}

int store_remote_set(
	struct store *store, struct str source, const struct store_remote *remote, struct err *err)
{
	sqlite3_stmt *set;

	if (db_statement(&store->prompts, DB_REMOTE_SET,
		    "INSERT OR REPLACE INTO remote (source, cursor, etag, round, synced_ms, "
		    "within) "
		    "VALUES (?, ?, ?, ?, ?, ?)",
		    &set, err) != 0)
		return -1;
	db_bind_str(set, 1, source);
	db_bind_text(set, 2, buf_text(&remote->cursor));
	db_bind_text(set, 3, buf_text(&remote->etag));
	db_bind_int(set, 4, remote->round);
	db_bind_int(set, 5, remote->synced_ms);
	db_bind_int(set, 6, remote->within ? 1 : 0);
	return db_run(&store->prompts, set, remote_failed, err);
}

int store_remote_held(struct store *store, struct str source, struct str id, int64_t version,
	struct str digest, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_REMOTE_HELD,
		    "SELECT v.digest, p.source = ?2 FROM prompt p LEFT JOIN version v ON v.prompt "
		    "= p.key AND v.number = ?3 WHERE p.id = ?1",
		    &get, err) != 0)
		return -1;
	db_bind_str(get, 1, id);
	db_bind_str(get, 2, source);
	db_bind_int(get, 3, version);
	result = db_step(db, get, remote_failed, err);
	if (result == 1 && sqlite3_column_int64(get, 1) == 0)
		result = STORE_HELD_FOREIGN;
	else if (result == 1 && sqlite3_column_type(get, 0) == SQLITE_NULL)
		result = STORE_HELD_NOT;
	else if (result == 1 && !str_equal(db_column_str(get, 0), digest))
		result = STORE_HELD_OTHERWISE;
	db_done(get);
	return result;
}

/* Where the prompt of that id stands. 1: there is one. */
struct place_of {
	int64_t key;
	char path[PROMPT_PATH_MAX + 1];
};

static int remote_at(
	struct store *store, struct str source, struct str id, struct place_of *at, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	struct str path;
	int found;

	if (db_statement(db, DB_REMOTE_AT,
		    "SELECT key, path FROM prompt WHERE id = ? AND source = ?", &get, err) != 0)
		return -1;
	db_bind_str(get, 1, id);
	db_bind_str(get, 2, source);
	found = db_step(db, get, remote_failed, err);
	if (found == 1) {
		at->key = sqlite3_column_int64(get, 0);
		path = str_prefix(db_column_str(get, 1), PROMPT_PATH_MAX);
		(void)snprintf(at->path, sizeof at->path, "%.*s", (int)path.n, path.p);
	}
	db_done(get);
	return found;
}

static int put_object(
	struct store *store, struct str source, struct str id, int64_t round, struct err *err)
{
	sqlite3_stmt *put;

	if (db_statement(&store->prompts, DB_REMOTE_OBJECT_PUT,
		    "INSERT OR REPLACE INTO remote_object (source, id, round) VALUES (?, ?, ?)",
		    &put, err) != 0)
		return -1;
	db_bind_str(put, 1, source);
	db_bind_str(put, 2, id);
	db_bind_int(put, 3, round);
	return db_run(&store->prompts, put, remote_failed, err);
}

int store_remote_keep(
	struct store *store, struct str source, struct str id, int64_t round, struct err *err)
{
	struct place_of at;
	int found = remote_at(store, source, id, &at, err);

	return found == 1 ? put_object(store, source, id, round, err) : found;
}

/* Who else of the source is at that path, into id. 1: somebody is. */
static int remote_other(
	struct store *store, const struct prompt *prompt, char id[ID_BYTES], struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	struct str text;
	int found;

	if (db_statement(db, DB_REMOTE_OTHER,
		    "SELECT id FROM prompt WHERE path = ? AND source = ? AND id <> ?", &get,
		    err) != 0)
		return -1;
	db_bind_text(get, 1, prompt->path);
	db_bind_text(get, 2, prompt->source);
	db_bind_text(get, 3, prompt->id);
	found = db_step(db, get, remote_failed, err);
	if (found == 1) {
		text = str_prefix(db_column_str(get, 0), ID_BYTES - 1);
		(void)snprintf(id, ID_BYTES, "%.*s", (int)text.n, text.p);
	}
	db_done(get);
	return found;
}

/* Whoever had that name before has another now, or none; the hub tells that later, for it
 * tells of each prompt once, as it is. */
static int make_way(struct store *store, const struct prompt *prompt, struct err *err)
{
	char id[ID_BYTES];
	int other = remote_other(store, prompt, id, err);

	return other == 1 ? store_remote_remove(store, str_of(prompt->source), str_of(id), err)
			  : other;
}

/* Production alone serves it. */
static int leave_channels(struct store *store, int64_t key, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *statement;

	if (db_statement(db, DB_REMOTE_CHANNELS,
		    "DELETE FROM channel WHERE prompt = ? AND name <> 'production'", &statement,
		    err) != 0)
		return -1;
	db_bind_int(statement, 1, key);
	if (db_run(db, statement, remote_failed, err) != 0 ||
		db_statement(db, DB_REMOTE_EDGE,
			"UPDATE prompt SET edge = active, edge_channel = 'production' WHERE key = "
			"? AND edge <> active",
			&statement, err) != 0)
		return -1;
	db_bind_int(statement, 1, key);
	return db_run(db, statement, remote_failed, err);
}

int store_remote_put(struct store *store, const struct prompt *prompt, bool first, int64_t round,
	struct err *err)
{
	bool production = prompt->channel == NULL || strcmp(prompt->channel, "production") == 0;
	struct str source = str_of(prompt->source), id = str_of(prompt->id);
	struct place_of at;
	int found = make_way(store, prompt, err);

	if (found == 0)
		found = remote_at(store, source, id, &at, err);
	/* Nothing of it is approved any more: as if it had not been. */
	if (found == 1 && first && !production)
		found = store_remote_remove(store, source, id, err);
	if (found == 1 && first && leave_channels(store, at.key, err) != 0)
		return -1;
	if (found < 0 || (found == 1 && strcmp(at.path, prompt->path) != 0 &&
				 store_prompt_move(store, source, str_of(at.path),
					 str_of(prompt->path), err) != 0))
		return -1;
	/* A lock that comes or goes changes who is seen. */
	if (store_remote_put_version(store, prompt, err) != 0 ||
		find_settle_path(store, str_of(prompt->path), err) != 0)
		return -1;
	return put_object(store, source, id, round, err);
}

int store_remote_remove(struct store *store, struct str source, struct str id, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *statement;
	struct place_of at;
	int found = remote_at(store, source, id, &at, err);

	if (found < 0 || db_statement(db, DB_REMOTE_OBJECT_DELETE,
				 "DELETE FROM remote_object WHERE source = ? AND id = ?",
				 &statement, err) != 0)
		return -1;
	db_bind_str(statement, 1, source);
	db_bind_str(statement, 2, id);
	if (db_run(db, statement, remote_failed, err) != 0)
		return -1;
	if (found == 0)
		return 0;
	if (index_remove(store, at.key, err) != 0 ||
		db_statement(db, DB_PROMPT_DELETE, "DELETE FROM prompt WHERE key = ?", &statement,
			err) != 0)
		return -1;
	db_bind_int(statement, 1, at.key);
	if (db_run(db, statement, remote_failed, err) != 0)
		return -1;
	return find_settle_path(store, str_of(at.path), err);
}

/* The next one behind id that an older round brought, into id. 1: there is one. */
static int find_old(
	struct store *store, struct str source, int64_t round, char id[ID_BYTES], struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	struct str text;
	int found;

	if (db_statement(db, DB_REMOTE_OLD,
		    "SELECT id FROM remote_object WHERE source = ? AND round < ? AND id > ? "
		    "ORDER BY id LIMIT 1",
		    &get, err) != 0)
		return -1;
	db_bind_str(get, 1, source);
	db_bind_int(get, 2, round);
	db_bind_text(get, 3, id);
	found = db_step(db, get, remote_failed, err);
	if (found == 1) {
		text = str_prefix(db_column_str(get, 0), ID_BYTES - 1);
		(void)snprintf(id, ID_BYTES, "%.*s", (int)text.n, text.p);
	}
	db_done(get);
	return found;
}

int store_remote_sweep(
	struct store *store, struct str source, int64_t round, int64_t *n, struct err *err)
{
	char id[ID_BYTES] = "";
	int found;

	*n = 0;
	while ((found = find_old(store, source, round, id, err)) == 1) {
		if (store_remote_remove(store, source, str_of(id), err) != 0)
			return -1;
		(*n)++;
	}
	return found;
}

int store_remote_forget(struct store *store, struct str source, int64_t *n, struct err *err)
{
	struct store_remote none;

	store_remote_init(&none);
	if (store_remote_sweep(store, source, INT64_MAX, n, err) != 0)
		return -1;
	return store_remote_set(store, source, &none, err);
}
