/*
 * Setting a damaged file aside; see salvage.h. In this order, so that a kill at
 * any moment leaves either the old file with its log or a whole new one:
 *
 *	NAME.new		made and filled, closed
 *	NAME.damaged-TIME	a second name for the old file, and for its log
 *	NAME.new -> NAME.salvaged	from here on the new one counts
 *	NAME-wal, NAME-shm	taken away: they belong to the old one
 *	NAME.salvaged -> NAME	salvage_finish() does this again if need be
 *
 * Processes that still have the old file open notice that it moved before they
 * write (store_ledger_begin()) or read on (store_data_version()).
 */
#include "store/salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "store/files.h"
#include "store/migrate.h"

#define SALVAGE_LOCK "salvage.lock"
#define SALVAGE_TRIES 200 /* 10 s */

#define SALVAGE_PATH (DB_PATH_MAX + 64)

static const char *salvage_path(char out[SALVAGE_PATH], const struct db *db, const char *tail)
{
	(void)snprintf(out, SALVAGE_PATH, "%s%s", db->file, tail);
	return out;
}

void salvage_suspect(const struct db *db)
{
	char path[SALVAGE_PATH];
	int fd;

	if (db->read_only)
		return;
	fd = open(salvage_path(path, db, ".suspect"), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		0600);
	if (fd >= 0)
		(void)close(fd); /* it is its being there that counts */
}

bool salvage_is_suspect(const struct db *db)
{
	char path[SALVAGE_PATH];

	return access(salvage_path(path, db, ".suspect"), F_OK) == 0;
}

/* --- One at a time ------------------------------------------------------------ */

/* A lock that ends with its process. Negative when it cannot be had. */
static int salvage_lock(const struct store *store, struct err *err)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[SALVAGE_PATH];
	int fd, i;

	(void)snprintf(path, sizeof path, "%s/" SALVAGE_LOCK, store->dir);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	for (i = 0; i < SALVAGE_TRIES; i++) {
		if (fcntl(fd, F_SETLK, &lock) == 0)
			return fd;
		(void)nanosleep(&pause, NULL);
	}
	(void)close(fd);
	return err_set(err, ERR_BUSY, "another program is repairing the library");
}

static void salvage_unlock(int fd)
{
	(void)close(fd); /* and with it the lock */
}

/* --- Looking through ---------------------------------------------------------- */

static int salvage_quick_check(struct db *db, struct err *err)
{
	sqlite3_stmt *check;
	int rc, result = -1;

	rc = sqlite3_prepare_v2(db->sqlite, "PRAGMA quick_check(1)", -1, &check, NULL);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, "cannot check the library", err);
	result = db_step(db, check, "cannot check the library", err);
	if (result == 1 && !str_is(db_column_str(check, 0), "ok")) {
		db->damaged = true;
		result = err_set(err, ERR_FAILED, "%s is damaged", db->name);
	}
	(void)sqlite3_finalize(check); /* repeats what the step said */
	return result < 0 ? -1 : 0;
}

static int salvage_read_schema(sqlite3 *sqlite, struct buf *out)
{
	sqlite3_stmt *list;
	int rc = sqlite3_prepare_v2(sqlite,
		"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name", -1,
		&list, NULL);
	int i;

	while (rc == SQLITE_OK && (rc = sqlite3_step(list)) == SQLITE_ROW) {
		for (i = 0; i < 4; i++) {
			struct str text = db_column_str(list, i);

			(void)buf_add(out, text.p, text.n);
			(void)buf_add_char(out, '\n');
		}
		rc = SQLITE_OK;
	}
	(void)sqlite3_finalize(list); /* repeats rc */
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* What the migrations make of an empty file. */
static int salvage_expected_schema(enum db_kind kind, struct buf *out)
{
	const struct schema_file *files =
		kind == DB_LEDGER ? schema_store_ledger : schema_store_prompts;
	sqlite3 *sqlite;
	int rc = sqlite3_open_v2(":memory:", &sqlite,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	for (; rc == SQLITE_OK && files->name != NULL; files++)
		rc = sqlite3_exec(sqlite, files->text, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = salvage_read_schema(sqlite, out);
	(void)sqlite3_close_v2(sqlite);
	return rc;
}

/* Definitions are text in a page like any other. */
static int salvage_check_schema(struct db *db, enum db_kind kind, struct err *err)
{
	struct buf is = BUF_INIT(1024 * 1024), should = BUF_INIT(1024 * 1024);
	int rc = salvage_read_schema(db->sqlite, &is), result = 0;

	if (rc == SQLITE_OK)
		rc = salvage_expected_schema(kind, &should);
	if (rc != SQLITE_OK) {
		result = db_fail(db, rc, "cannot check the library", err);
	} else if (strcmp(buf_text(&is), buf_text(&should)) != 0) {
		db->damaged = true;
		result = err_set(
			err, ERR_FAILED, "%s is damaged: its tables are not as made", db->name);
	}
	buf_fini(&is);
	buf_fini(&should);
	return result;
}

/* FTS5 knows by itself whether its tables are whole, but says so only to one who
 * may write; the transaction is undone. */
static int salvage_check_search(struct db *db, struct err *err)
{
	int result;

	if (db_begin(db, err) != 0)
		return -1;
	result = db_exec(db,
		"INSERT INTO titles (titles) VALUES ('integrity-check');"
		"INSERT INTO bodies (bodies) VALUES ('integrity-check');",
		"cannot check the search tables", err);
	db_rollback(db);
	return result;
}

int salvage_check(struct db *db, enum db_kind kind, bool search, struct err *err)
{
	int64_t bad = 0;

	if (salvage_check_schema(db, kind, err) != 0 || salvage_quick_check(db, err) != 0)
		return -1;
	if (search && kind == DB_REBUILDABLE && salvage_check_search(db, err) != 0)
		return -1;
	if ((kind == DB_LEDGER ? salvage_ledger_bad : salvage_prompts_bad)(db, &bad, err) != 0)
		return -1;
	if (bad == 0)
		return 0;
	db->damaged = true;
	return err_set(err, ERR_FAILED, "%s has %lld damaged rows", db->name, (long long)bad);
}

/* --- Setting aside ------------------------------------------------------------ */

/* A second name; a copy is not needed, for nobody writes to either any more. */
static int salvage_link(const char *from, const char *to, struct err *err)
{
	if (link(from, to) == 0 || errno == ENOENT)
		return 0;
	return err_errno(err, errno, "cannot set %s aside", from);
}

static int salvage_put_aside(const struct db *db, char aside[SALVAGE_PATH], struct err *err)
{
	char from[SALVAGE_PATH], to[SALVAGE_PATH + 8], text[CLOCK_TEXT_BYTES];

	clock_format(clock_now_ms(), text);
	(void)snprintf(aside, SALVAGE_PATH, "%s.damaged-%s", db->file, text);
	/* A second time within a second: the first keeps its name. */
	if (access(aside, F_OK) == 0)
		(void)snprintf(
			aside, SALVAGE_PATH, "%s.damaged-%s-%ld", db->file, text, (long)getpid());
	if (salvage_link(db->file, aside, err) != 0)
		return -1;
	(void)snprintf(to, sizeof to, "%s-wal", aside);
	return salvage_link(salvage_path(from, db, "-wal"), to, err);
}

static int salvage_replace(const struct db *db, struct err *err)
{
	char ready[SALVAGE_PATH], beside[SALVAGE_PATH];

	(void)unlink(salvage_path(beside, db, "-wal"));
	(void)unlink(salvage_path(beside, db, "-shm"));
	if (rename(salvage_path(ready, db, ".salvaged"), db->file) != 0)
		return err_errno(err, errno, "cannot put the repaired %s in place", db->name);
	(void)unlink(salvage_path(beside, db, ".suspect"));
	return files_sync_dir(db->file, err);
}

int salvage_finish(struct store *store, const struct db *db, struct err *err)
{
	char ready[SALVAGE_PATH];
	int lock, result = 0;

	if (access(salvage_path(ready, db, ".salvaged"), F_OK) != 0)
		return 0;
	lock = salvage_lock(store, err);
	if (lock < 0)
		return -1;
	if (access(ready, F_OK) == 0)
		result = salvage_replace(db, err);
	salvage_unlock(lock);
	return result;
}

/* --- All of it ---------------------------------------------------------------- */

/* The new file under its first name: made, filled, closed, on the disk. */
static int salvage_fill(struct store *store, struct db *old, struct db *fresh, enum db_kind kind,
	struct salvaged *salvaged, struct err *err)
{
	struct err ignored; /* what cannot be opened has no rows */
	int result;

	if (files_claim(fresh->file, true, err) < 0 || open_migrated(fresh, kind, err) != 0)
		return -1;
	if (db_open(old, kind, false, &ignored) != 0)
		old->sqlite = NULL;
	result = kind == DB_LEDGER ? salvage_ledger(old, fresh, salvaged, err)
				   : salvage_prompts(store->dir, old, fresh, salvaged, err);
	db_close(old);
	if (result == 0)
		result = db_exec(
			fresh, "PRAGMA wal_checkpoint(TRUNCATE)", "cannot write the library", err);
	db_close(fresh);
	return result;
}

static int salvage_make(struct store *store, struct db *db, enum db_kind kind, char *aside,
	struct salvaged *salvaged, struct err *err)
{
	struct db old = {.name = db->name}, fresh = {.name = db->name};
	char ready[SALVAGE_PATH], beside[SALVAGE_PATH];

	memcpy(old.file, db->file, sizeof old.file);
	if (snprintf(fresh.file, sizeof fresh.file, "%s.new", db->file) >= (int)sizeof fresh.file)
		return err_set(err, ERR_LIMIT, "path is too long: %.60s", db->file);
	/* Left by one that was killed at it. */
	(void)unlink(fresh.file);
	(void)unlink(salvage_path(beside, &fresh, "-wal"));
	(void)unlink(salvage_path(beside, &fresh, "-shm"));
	if (salvage_fill(store, &old, &fresh, kind, salvaged, err) != 0 ||
		salvage_put_aside(db, aside, err) != 0)
		return -1;
	if (rename(fresh.file, salvage_path(ready, db, ".salvaged")) != 0)
		return err_errno(err, errno, "cannot put the repaired %s in place", db->name);
	return salvage_replace(db, err);
}

/* What a person can do about what is lost. */
static const char *salvage_advice(enum db_kind kind, const struct salvaged *salvaged)
{
	if (salvaged->lost == 0)
		return "";
	return kind == DB_LEDGER
		       ? ", some were lost"
		       : ", some were lost: bring back what came from files with 'promptd import', "
			 "from a repository with 'promptd pull'";
}

static int salvage_report(const struct db *db, enum db_kind kind, const char *aside,
	const struct salvaged *salvaged, struct err *err)
{
	const char *slash = strrchr(aside, '/');

	(void)err_set(err, ERR_FAILED,
		"%s was damaged; it is kept as %s, and %lld rows were carried over%s", db->name,
		slash != NULL ? slash + 1 : aside, (long long)salvaged->kept,
		salvage_advice(kind, salvaged));
	return STORE_SALVAGED;
}

/* Another process may have done it while we waited; or nothing is wrong. */
static int salvage_look(struct db *db, enum db_kind kind, struct err *err)
{
	char path[SALVAGE_PATH];
	int result;

	db->damaged = false;
	result = open_migrated(db, kind, err);
	if (result >= 0 && result != STORE_NEWER &&
		salvage_check(db, kind, !db->read_only, err) != 0) {
		db_close(db);
		return -1;
	}
	if (result >= 0)
		(void)unlink(salvage_path(path, db, ".suspect"));
	return result;
}

int salvage_run(struct store *store, struct db *db, enum db_kind kind, struct err *err)
{
	struct salvaged salvaged = {0, 0};
	char aside[SALVAGE_PATH];
	int lock = salvage_lock(store, err), result;

	if (lock < 0)
		return -1;
	result = salvage_look(db, kind, err);
	if (result < 0 && db->damaged) {
		db->damaged = false;
		result = salvage_make(store, db, kind, aside, &salvaged, err);
		if (result == 0)
			result = open_migrated(db, kind, err);
		if (result == 0)
			result = salvage_report(db, kind, aside, &salvaged, err);
	}
	salvage_unlock(lock);
	return result;
}
