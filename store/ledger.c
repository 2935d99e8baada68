/* Opening ledger.db, which is done when it is first needed; its transactions; the
 * secret it keeps. See store.h and handle.h. */
#include <string.h>

#include "core/id.h"
#include "store/files.h"
#include "store/handle.h"
#include "store/use.h"

int store_ledger(struct store *store, struct db **out, struct err *err)
{
	struct db *db = &store->ledger;

	if (db->sqlite == NULL && store_open_file(store, db, DB_LEDGER, err) < 0)
		return -1;
	*out = db;
	return 0;
}

int store_ledger_begin(struct store *store, struct db **out, struct err *err)
{
	struct db *db;
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if (store_ledger(store, &db, err) != 0)
			return -1;
		if (db->read_only)
			return err_set(err, ERR_REFUSED, "the ledger can only be read");
		*out = db;
		if (db->writing)
			return 0;
		if (db_begin(db, err) != 0)
			return -1;
		if (!db_was_moved(db))
			return 0;
		/* Another process set the file aside since: what is written there
		 * nobody would read. */
		db_rollback(db);
		db_close(db);
		store->usage_version = 0;
	}
	return err_set(err, ERR_BUSY, "the ledger is being repaired; try again");
}

int store_ledger_end(struct store *store, bool own, int result, struct err *err)
{
	struct db *db = &store->ledger;

	if (result == 0)
		return own ? db_end(db, err) : 0;
	if (own) {
		db_rollback(db);
	} else if (db->writing && sqlite3_get_autocommit(db->sqlite) != 0) {
		db->writing = false;
		store->usage_lost = true; /* store_usage_commit() tells */
		use_drop(store);
	}
	return -1;
}

bool store_can_record(struct store *store, struct err *err)
{
	struct db *db;

	if (store_ledger(store, &db, err) != 0)
		return false;
	if (db->read_only)
		(void)err_set(err, ERR_REFUSED, "%s can only be read", db->file);
	return !db->read_only;
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
