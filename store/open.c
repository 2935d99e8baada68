/* Opening one of the two files, whatever state it is in; see handle.h. */
#include <stdio.h>
#include <string.h>

#include "schema/schema.h"
#include "store/ballast.h"
#include "store/files.h"
#include "store/handle.h"
#include "store/migrate.h"
#include "store/salvage.h"

int store_file_path(const struct store *store, struct db *db, struct err *err)
{
	int n = snprintf(db->file, sizeof db->file, "%s/%s", store->dir, db->name);

	if (n < 0 || (size_t)n >= sizeof db->file)
		return err_set(err, ERR_LIMIT, "path is too long: %.60s", store->dir);
	return 0;
}

static int open_too_old(struct db *db, struct err *err)
{
	db_close(db);
	if (db->schema == 0)
		return err_set(err, ERR_NOT_FOUND, "%s is empty and can only be read", db->file);
	return err_set(err, ERR_REFUSED,
		"%s was made by an older promptd and cannot be updated: it can only be read",
		db->file);
}

/* A file that can only be read, with no other process beside it: SQLite wants to
 * make its shared memory there and cannot. */
static bool open_may_be_immutable(const struct db *db)
{
	return db->read_only && !db->immutable && files_wal_bytes(db->file) == 0;
}

/* Open what is there and bring it up to date. */
int open_migrated(struct db *db, enum db_kind kind, struct err *err)
{
	const struct schema_file *files =
		kind == DB_LEDGER ? schema_store_ledger : schema_store_prompts;
	int result, last = 0;

	result = db_open(db, kind, false, err);
	if (result == 0)
		result = migrate(db, files, err);
	if (result < 0) {
		db_close(db);
		if (!open_may_be_immutable(db))
			return -1;
		db->immutable = true;
		return open_migrated(db, kind, err);
	}
	if (result == STORE_NEWER && !db->read_only) {
		db_close(db);
		db->read_only = true;
		return db_open(db, kind, false, err) == 0 ? STORE_NEWER : -1;
	}
	while (files[last].name != NULL)
		last++;
	return result == 0 && db->schema < last ? open_too_old(db, err) : result;
}

static int open_file(struct store *store, struct db *db, enum db_kind kind, struct err *err)
{
	int absent;

	if (store_file_path(store, db, err) != 0 ||
		(!db->read_only && salvage_finish(store, db, err) != 0))
		return -1;
	absent = files_claim(db->file, !db->read_only, err);
	if (absent < 0)
		return -1;
	if (absent == 1)
		return err_set(err, ERR_NOT_FOUND, "there is no library in %s yet", store->dir);
	if (!files_writable(store->dir) || !files_writable(db->file))
		db->read_only = true;
	if (!db->read_only && salvage_is_suspect(db))
		return salvage_run(store, db, kind, err);
	return open_migrated(db, kind, err);
}

int store_open_file(struct store *store, struct db *db, enum db_kind kind, struct err *err)
{
	int result = open_file(store, db, kind, err);

	if (result < 0 && db->damaged && !db->read_only)
		result = salvage_run(store, db, kind, err);
	if (result >= 0 && kind == DB_LEDGER)
		ballast_keep(store);
	if (result >= 0)
		db_wait(db, store->wait_ms);
	if (result == STORE_SALVAGED || result == STORE_NEWER)
		(void)snprintf(store->notice, sizeof store->notice, "%s", err->text);
	return result;
}
