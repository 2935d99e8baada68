/* One SQLite file; see db.h. */
#include "store/db.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

#define DB_HURRY_MS 150
#define DB_BUSY_STEP_MS 25 /* how late a hurry is noticed at most */
#define DB_URI_MAX (3 * DB_PATH_MAX + 32)

/* What each kind costs and keeps; house.md, "The two files of the agent". No
 * mmap: a mapped page is looked through by cell_size_check at every use, not
 * once when it comes into the cache (searches took half as long again), and a
 * file cut short under a map kills the process. */
static const char *const db_pragmas[] = {
	[DB_REBUILDABLE] = "PRAGMA synchronous = NORMAL;"
			   "PRAGMA cache_size = -8192;"
			   "PRAGMA mmap_size = 0;",
	[DB_LEDGER] = "PRAGMA synchronous = FULL;"
		      "PRAGMA wal_autocheckpoint = 16;"
		      "PRAGMA cache_size = -1024;"
		      "PRAGMA mmap_size = 0;",
};
static const char db_pragmas_all[] = "PRAGMA trusted_schema = OFF;"
				     "PRAGMA cell_size_check = ON;"
				     "PRAGMA secure_delete = ON;"
				     "PRAGMA foreign_keys = ON;"
				     "PRAGMA temp_store = MEMORY;";

static bool db_is_damage(int code)
{
	return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

static enum err_code db_reason(int code, const char **reason)
{
	switch (code & 0xFF) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		*reason = "another program has been writing to it for too long; try again";
		return ERR_BUSY;
	case SQLITE_FULL:
		*reason = "the disk is full";
		return ERR_FAILED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		*reason = "the file is damaged; it is repaired at the next start";
		return ERR_FAILED;
	case SQLITE_READONLY:
		*reason = "it can only be read";
		return ERR_REFUSED;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		*reason = "permission denied";
		return ERR_REFUSED;
	case SQLITE_NOMEM:
		*reason = "out of memory";
		return ERR_MEMORY;
	case SQLITE_TOOBIG:
		*reason = "it is too large";
		return ERR_LIMIT;
	case SQLITE_IOERR:
		*reason = "the disk cannot be read or written";
		return ERR_FAILED;
	case SQLITE_CANTOPEN:
		*reason = "the file cannot be opened";
		return ERR_FAILED;
	case SQLITE_MISUSE:
		*reason = "the file is not open any more";
		return ERR_FAILED;
	case SQLITE_CONSTRAINT:
		*reason = "the library's rules do not allow it";
		return ERR_INVALID;
	default:
		*reason = sqlite3_errstr(code);
		return ERR_FAILED;
	}
}

int db_fail(struct db *db, int code, const char *what, struct err *err)
{
	const char *reason;
	enum err_code kind = db_reason(code, &reason);

	if (db_is_damage(code))
		db->damaged = true;
	db->full = (code & 0xFF) == SQLITE_FULL;
	return err_set(err, kind, "%s: %s: %s", what, db->name, reason);
}

/* When waiting ends for every file of this process; 0: not yet. */
static _Atomic(int64_t) db_hurry_until_us;

void db_hurry(void)
{
	int64_t never = 0;

	(void)atomic_compare_exchange_strong(
		&db_hurry_until_us, &never, clock_monotonic_us() + DB_HURRY_MS * INT64_C(1000));
}

bool db_is_hurried(void)
{
	return db_hurry_until_us != 0;
}

/* As sqlite3_busy_timeout() does it, but it can be told to come to an end. */
static int db_busy(void *wait, int tries)
{
	static const int delays[] = {1, 2, 5, 10, 15, 20, DB_BUSY_STEP_MS};
	static const int waited[] = {0, 1, 3, 8, 18, 33, 53};
	const int last = (int)(sizeof delays / sizeof delays[0]) - 1;
	int64_t until = db_hurry_until_us;
	int so_far = tries <= last ? waited[tries] : waited[last] + (tries - last) * delays[last];
	int left = (int)(intptr_t)wait - so_far;
	int delay = delays[tries <= last ? tries : last];

	if (left <= 0 || (until != 0 && clock_monotonic_us() >= until))
		return 0;
	(void)sqlite3_sleep(delay < left ? delay : left);
	return 1;
}

void db_wait(struct db *db, int ms)
{
	(void)sqlite3_busy_handler(db->sqlite, db_busy, (void *)(intptr_t)ms);
}

static int db_configure(struct db *db, enum db_kind kind)
{
	int rc;

	(void)sqlite3_extended_result_codes(db->sqlite, 1);
	db_wait(db, DB_BUSY_MS);
	rc = sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->sqlite, db_pragmas_all, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->sqlite, db_pragmas[kind], NULL, NULL, NULL);
	return rc;
}

/* The file as a URI that says it does not change. */
static void db_immutable_uri(const struct db *db, char uri[DB_URI_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-";
	const char *p;
	size_t n;

	n = (size_t)snprintf(uri, DB_URI_MAX, "file:");
	for (p = db->file; *p != '\0'; p++)
		n += strchr(plain, *p) != NULL ? (size_t)snprintf(uri + n, DB_URI_MAX - n, "%c", *p)
					       : (size_t)snprintf(uri + n, DB_URI_MAX - n, "%%%02X",
							 (unsigned)(unsigned char)*p);
	(void)snprintf(uri + n, DB_URI_MAX - n, "?immutable=1");
}

int db_open(struct db *db, enum db_kind kind, bool create, struct err *err)
{
	char uri[DB_URI_MAX];
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int rc;

	flags |= db->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	if (create && !db->read_only)
		flags |= SQLITE_OPEN_CREATE;
	if (db->immutable)
		db_immutable_uri(db, uri);
	rc = sqlite3_open_v2(db->immutable ? uri : db->file, &db->sqlite,
		flags | (db->immutable ? SQLITE_OPEN_URI : 0), NULL);
	if (rc == SQLITE_OK)
		rc = db_configure(db, kind);
	if (rc == SQLITE_OK)
		return 0;
	(void)db_fail(db, rc, "cannot open the library", err);
	db_close(db);
	return -1;
}

void db_close(struct db *db)
{
	size_t i;

	for (i = 0; i < DB_SLOTS; i++) {
		(void)sqlite3_finalize(db->statements[i]); /* says how its last step went */
		db->statements[i] = NULL;
	}
	(void)sqlite3_close_v2(db->sqlite); /* cannot fail in a way that leaves anything to do */
	db->sqlite = NULL;
	db->writing = db->set_up = false;
}

bool db_was_moved(struct db *db)
{
	int moved = 0;

	(void)sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

/* Not for who asks only whether anything changed: a process starts without it. */
static int db_set_up(struct db *db, enum db_slot slot, struct err *err)
{
	int rc;

	if (db->setup == NULL || db->set_up || slot == DB_DATA_VERSION)
		return 0;
	rc = sqlite3_exec(db->sqlite, db->setup, NULL, NULL, NULL);
	db->set_up = rc == SQLITE_OK;
	return db->set_up ? 0 : db_fail(db, rc, "cannot ask the library", err);
}

int db_statement(
	struct db *db, enum db_slot slot, const char *sql, sqlite3_stmt **out, struct err *err)
{
	sqlite3_stmt **kept = &db->statements[slot];

	if (*kept == NULL) {
		int rc;

		if (db_set_up(db, slot, err) != 0)
			return -1;
		rc = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);

		/* Our statements fit our tables: if not, those were changed. */
		if (rc == SQLITE_ERROR && !db->read_only)
			rc = SQLITE_CORRUPT;
		if (rc != SQLITE_OK)
			return db_fail(db, rc, "cannot ask the library", err);
	}
	/* Busy only when a callback came back into the function that called it. */
	assert(sqlite3_stmt_busy(*kept) == 0);
	*out = *kept;
	return 0;
}

void db_done(sqlite3_stmt *statement)
{
	(void)sqlite3_reset(statement); /* repeats what the last step said */
	(void)sqlite3_clear_bindings(statement);
}

/* Binding fails only on a wrong index or lack of memory, and then the step that
 * follows says so or finds nothing; the texts outlive the step. */
void db_bind_str(sqlite3_stmt *statement, int index, struct str text)
{
	if (text.p == NULL)
		(void)sqlite3_bind_null(statement, index);
	else
		(void)sqlite3_bind_text64(
			statement, index, text.p, text.n, SQLITE_STATIC, SQLITE_UTF8);
}

void db_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	db_bind_str(statement, index, str_of(text));
}

void db_bind_int(sqlite3_stmt *statement, int index, int64_t value)
{
	(void)sqlite3_bind_int64(statement, index, value);
}

struct str db_column_str(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	int n = sqlite3_column_bytes(statement, column);

	return (struct str){(const char *)text, text != NULL ? (size_t)n : 0};
}

int db_step(struct db *db, sqlite3_stmt *statement, const char *what, struct err *err)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return db_fail(db, rc, what, err);
}

int db_run(struct db *db, sqlite3_stmt *statement, const char *what, struct err *err)
{
	int result = db_step(db, statement, what, err);

	db_done(statement);
	return result < 0 ? -1 : 0;
}

int db_exec(struct db *db, const char *sql, const char *what, struct err *err)
{
	int rc = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(db, rc, what, err);
}

int db_number(struct db *db, const char *sql, int64_t *value, struct err *err)
{
	sqlite3_stmt *statement;
	int rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement); /* repeats rc */
	return rc == SQLITE_ROW ? 0 : db_fail(db, rc, "cannot read the library", err);
}

void db_read_begin(struct db *db)
{
	struct err ignored; /* without it every statement locks for itself */
	sqlite3_stmt *begin;

	if (db->reading++ > 0 || db->sqlite == NULL || sqlite3_get_autocommit(db->sqlite) == 0)
		return;
	if (db_statement(db, DB_READ, "BEGIN", &begin, &ignored) == 0)
		(void)db_run(db, begin, "", &ignored);
	db->read_open = sqlite3_get_autocommit(db->sqlite) == 0;
}

void db_read_end(struct db *db)
{
	struct err ignored; /* nothing was written */
	sqlite3_stmt *commit;

	if (--db->reading > 0 || !db->read_open)
		return;
	db->read_open = false;
	if (db_statement(db, DB_COMMIT, "COMMIT", &commit, &ignored) == 0)
		(void)db_run(db, commit, "", &ignored);
}

int db_begin(struct db *db, struct err *err)
{
	sqlite3_stmt *begin;

	assert(!db->writing);
	if (db_statement(db, DB_BEGIN, "BEGIN IMMEDIATE", &begin, err) != 0 ||
		db_run(db, begin, "cannot write to the library", err) != 0)
		return -1;
	db->writing = true;
	return 0;
}

int db_end(struct db *db, struct err *err)
{
	sqlite3_stmt *commit;

	assert(db->writing);
	if (db_statement(db, DB_COMMIT, "COMMIT", &commit, err) != 0 ||
		db_run(db, commit, "cannot write to the library", err) != 0) {
		db_rollback(db);
		return -1;
	}
	db->writing = false;
	return 0;
}

void db_rollback(struct db *db)
{
	/* Some faults (a full disk) have rolled back already; then there is
	 * nothing to do, and an error to that effect is no news. */
	if (db->writing && sqlite3_get_autocommit(db->sqlite) == 0)
		(void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	db->writing = false;
}
