/* Opening and closing the two files, and what concerns both; see store.h. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/id.h"
#include "schema/schema.h"
#include "store/files.h"
#include "store/handle.h"
#include "store/index.h"
#include "store/migrate.h"
#include "store/shelf.h"
#include "store/usage.h"
#include "store/words.h"

/* In the header of the file, so that `file` and we know it: "prmd". */
#define STORE_APPLICATION_ID "PRAGMA application_id = 1886547300"

static int store_path(struct store *store, struct db *db, struct err *err)
{
	int n = snprintf(db->file, sizeof db->file, "%s/%s", store->dir, db->name);

	if (n < 0 || (size_t)n >= sizeof db->file)
		return err_set(err, ERR_LIMIT, "path is too long: %.60s", store->dir);
	return 0;
}

/* Open one of the two, which is there, and bring it up to date. */
static int store_open_db(
	struct db *db, enum db_kind kind, const struct schema_file *files, struct err *err)
{
	int result;

	if (db_open(db, kind, false, err) != 0)
		return -1;
	result = migrate(db, files, err);
	if (result == STORE_NEWER && !db->read_only) {
		db_close(db);
		db->read_only = true;
		return db_open(db, kind, false, err) == 0 ? STORE_NEWER : -1;
	}
	if (result < 0)
		db_close(db);
	return result;
}

static int store_open_prompts(struct store *store, struct err *err)
{
	struct db *db = &store->prompts;
	int absent, result;

	if (store_path(store, db, err) != 0)
		return -1;
	absent = files_claim(db->file, !db->read_only, err);
	if (absent < 0)
		return -1;
	if (absent == 1)
		return err_set(err, ERR_NOT_FOUND, "there is no library in %s yet", store->dir);
	if (!files_writable(store->dir) || !files_writable(db->file))
		db->read_only = true;
	result = store_open_db(db, DB_REBUILDABLE, schema_store_prompts, err);
	if (result == 0 && db->schema == 0) {
		db_close(db);
		return err_set(err, ERR_NOT_FOUND, "there is no library in %s yet", store->dir);
	}
	return result;
}

int store_open(struct store **out, const struct store_options *options, struct err *err)
{
	struct store *store = calloc(1, sizeof *store);
	int result;

	if (store == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	store->prompts.name = "prompts.db";
	store->ledger.name = "ledger.db";
	store->prompts.read_only = store->ledger.read_only = options->read_only;
	result = files_dir(options->dir, !options->read_only, store->dir, sizeof store->dir, err);
	if (result == 1)
		result = err_set(err, ERR_NOT_FOUND, "there is no library in %s yet", options->dir);
	if (result == 0)
		result = store_open_prompts(store, err);
	if (result < 0) {
		free(store);
		return -1;
	}
	*out = store;
	return result;
}

void store_close(struct store *store)
{
	struct err ignored;

	if (store == NULL)
		return;
	if (store->ledger.writing)
		(void)store_usage_commit(store, &ignored); /* nobody is left to tell */
	if (store->batch)
		store_rollback(store);
	index_queue_free(store);
	shelf_free(store->shelf);
	words_free(store->words);
	db_close(&store->ledger);
	db_close(&store->prompts);
	free(store);
}

int store_ledger(struct store *store, struct db **out, struct err *err)
{
	struct db *db = &store->ledger;
	int absent, result;

	if (db->sqlite != NULL) {
		*out = db;
		return 0;
	}
	if (store_path(store, db, err) != 0)
		return -1;
	absent = files_claim(db->file, !db->read_only, err);
	if (absent < 0)
		return -1;
	if (absent == 1)
		return err_set(err, ERR_NOT_FOUND, "there is no ledger in %s yet", store->dir);
	if (!files_writable(store->dir) || !files_writable(db->file))
		db->read_only = true;
	result = store_open_db(db, DB_LEDGER, schema_store_ledger, err);
	if (result < 0)
		return -1;
	*out = db;
	return 0;
}

uint64_t store_data_version(struct store *store)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *statement;
	struct err ignored;
	uint64_t others = 0;

	/* Fails only with the disk under it; "nothing changed" is then the
	 * answer that does no harm. */
	if (db_statement(db, DB_DATA_VERSION, "PRAGMA data_version", &statement, &ignored) == 0) {
		if (db_step(db, statement, "", &ignored) == 1)
			others = (uint64_t)sqlite3_column_int64(statement, 0);
		db_done(statement);
	}
	return others << 32 | (store->commits & UINT32_MAX);
}

bool store_is_read_only(const struct store *store)
{
	return store->prompts.read_only;
}

int store_write_begin(struct store *store, struct err *err)
{
	if (store->prompts.read_only)
		return err_set(err, ERR_REFUSED, "the library can only be read");
	return store->batch ? 0 : db_begin(&store->prompts, err);
}

static int store_write_commit(struct store *store, int result, struct err *err)
{
	if (result >= 0 && db_end(&store->prompts, err) == 0) {
		store->commits++;
		return result;
	}
	index_queue_clear(store);
	db_rollback(&store->prompts);
	return -1;
}

int store_write_end(struct store *store, int result, struct err *err)
{
	if (store->batch)
		return result;
	if (result >= 0 && index_flush(store, true, err) != 0)
		result = -1;
	return store_write_commit(store, result, err);
}

int store_begin(struct store *store, struct err *err)
{
	if (store_write_begin(store, err) != 0)
		return -1;
	store->batch = true;
	return 0;
}

int store_commit(struct store *store, struct err *err)
{
	int result;

	store->batch = false;
	result = index_flush(store, false, err);
	if (store_write_commit(store, result, err) != 0)
		return -1;
	return index_catch_up(store, err); /* found by title from here on */
}

void store_rollback(struct store *store)
{
	store->batch = false;
	index_queue_clear(store);
	db_rollback(&store->prompts);
}

static int store_secret_read(struct db *db, unsigned char secret[32], struct err *err)
{
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_FACT_GET, "SELECT value FROM fact WHERE name = ?", &get, err) != 0)
		return -1;
	db_bind_text(get, 1, "secret");
	result = db_step(db, get, "cannot read the secret", err);
	if (result == 1 && sqlite3_column_bytes(get, 0) == 32)
		memcpy(secret, sqlite3_column_blob(get, 0), 32);
	else if (result == 1)
		result = 0; /* of another length: as good as none */
	db_done(get);
	return result;
}

static int store_secret_get(struct store *store, unsigned char secret[32], struct err *err)
{
	unsigned char fresh[32];
	sqlite3_stmt *put;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	result = store_secret_read(db, secret, err);
	if (result != 0)
		return result < 0 ? -1 : 0;
	id_random(fresh, sizeof fresh);
	if (db_statement(db, DB_FACT_PUT, "INSERT OR IGNORE INTO fact (name, value) VALUES (?, ?)",
		    &put, err) != 0)
		return -1;
	db_bind_text(put, 1, "secret");
	(void)sqlite3_bind_blob(put, 2, fresh, sizeof fresh, SQLITE_STATIC);
	if (db_run(db, put, "cannot keep the secret", err) != 0)
		return -1;
	/* Another process may have been first: what is kept is what counts. */
	result = store_secret_read(db, secret, err);
	if (result == 0)
		return err_set(err, ERR_FAILED, "cannot keep the secret");
	return result < 0 ? -1 : 0;
}

int store_secret(struct store *store, unsigned char secret[32], struct err *err)
{
	if (!store->has_secret && store_secret_get(store, store->secret, err) != 0)
		return -1;
	store->has_secret = true;
	memcpy(secret, store->secret, sizeof store->secret);
	return 0;
}

static int store_check_db(struct db *db, struct err *err)
{
	sqlite3_stmt *check;
	int result = -1;

	if (sqlite3_prepare_v2(db->sqlite, "PRAGMA quick_check(1)", -1, &check, NULL) == SQLITE_OK)
		result = db_step(db, check, "cannot check the library", err);
	if (result == 1 && !str_is(db_column_str(check, 0), "ok")) {
		db->damaged = true;
		result = err_set(err, ERR_FAILED, "%s is damaged", db->name);
	}
	(void)sqlite3_finalize(check); /* repeats what the step said */
	return result < 0 ? -1 : 0;
}

int store_check(struct store *store, struct err *err)
{
	struct db *ledger;

	if (store_check_db(&store->prompts, err) != 0 || store_ledger(store, &ledger, err) != 0)
		return -1;
	return store_check_db(ledger, err);
}

int store_facts(struct store *store, struct store_facts *facts, struct err *err)
{
	static const char visible[] =
		"SELECT count(*) FROM prompt WHERE shadowed = 0 AND active IS NOT NULL "
		"AND status = 'approved'";
	struct db *prompts = &store->prompts, *ledger;

	memset(facts, 0, sizeof *facts);
	if (store_ledger(store, &ledger, err) != 0)
		return -1;
	memcpy(facts->prompts_file, prompts->file, sizeof facts->prompts_file);
	memcpy(facts->ledger_file, ledger->file, sizeof facts->ledger_file);
	facts->prompts_bytes = files_bytes(prompts->file);
	facts->ledger_bytes = files_bytes(ledger->file);
	facts->schema_prompts = prompts->schema;
	facts->schema_ledger = ledger->schema;
	if (db_number(prompts, visible, &facts->n_prompts, err) != 0 ||
		db_number(prompts, "SELECT count(*) FROM version", &facts->n_versions, err) != 0 ||
		db_number(prompts, "SELECT count(DISTINCT name) FROM tag", &facts->n_tags, err) !=
			0 ||
		db_number(prompts, "SELECT count(*) FROM collection", &facts->n_collections, err) !=
			0)
		return -1;
	return db_number(ledger, "SELECT count(*) FROM usage", &facts->n_usage_pending, err);
}
