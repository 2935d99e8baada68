/* The hub on one SQLite file: WAL, every commit on the disk; see db.h. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "hub/db.h"

#define KEPT 256 /* prepared statements; a hash of their text leads to them */

#define OPEN_STEP_MS 5
#define UPKEEP_WAIT_MS 200  /* for readers, while those who write wait too */
#define LOG_FRAMES_MAX 2048 /* pages of the log that may be left lying: 8 MiB */

struct kept {
	char *sql;
	sqlite3_stmt *statement;
	unsigned short *which; /* argument stands at its i-th place, from 1; 0: none */
	int n;
};

struct sqlite {
	struct hub_db db;
	sqlite3 *handle;
	bool first; /* of those of this program who would write */
	struct kept kept[KEPT];
};

static const char pragmas[] = "PRAGMA journal_mode = WAL;"
			      "PRAGMA synchronous = FULL;"
			      "PRAGMA journal_size_limit = 4194304;"
			      "PRAGMA foreign_keys = ON;"
			      "PRAGMA trusted_schema = OFF;"
			      "PRAGMA cell_size_check = ON;"
			      "PRAGMA secure_delete = ON;"
			      "PRAGMA temp_store = MEMORY;"
			      "PRAGMA cache_size = -16384;";

static int outcome_of(sqlite3 *handle, int code, struct err *err)
{
	switch (code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_DONE:
		return DB_OK;
	case SQLITE_CONSTRAINT:
		code = sqlite3_extended_errcode(handle);
		(void)err_set(err, ERR_REFUSED, "%s", sqlite3_errmsg(handle));
		return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE ||
				       code == SQLITE_CONSTRAINT_ROWID
			       ? DB_EXISTS
			       : DB_RULE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		(void)err_set(err, ERR_BUSY, "another program has been writing for too long");
		return DB_AGAIN;
	case SQLITE_FULL:
		return err_set(err, ERR_FAILED, "the disk of the database is full");
	default:
		return err_set(err, ERR_FAILED, "database: %s", sqlite3_errmsg(handle));
	}
}

static void forget(struct kept *kept)
{
	(void)sqlite3_finalize(kept->statement);
	free(kept->sql);
	free(kept->which);
	*kept = (struct kept){.sql = NULL};
}

static void sqlite_close(struct hub_db *db)
{
	struct sqlite *sqlite = (struct sqlite *)db;
	size_t i;

	for (i = 0; i < KEPT; i++) {
		forget(&sqlite->kept[i]);
	}
	(void)sqlite3_close(sqlite->handle);
	free(sqlite);
}

/* Of two who open a new file at once both turn it to WAL: one of them is told at once that
 * it is busy, for waiting would be for each other. */
static int set_up(sqlite3 *handle)
{
	int64_t end_us = clock_monotonic_us() + DB_WAIT_MS * INT64_C(1000);
	int rc;

	while ((rc = sqlite3_exec(handle, pragmas, NULL, NULL, NULL)) != SQLITE_OK &&
		(rc & 0xFF) == SQLITE_BUSY && clock_monotonic_us() < end_us)
		(void)sqlite3_sleep(OPEN_STEP_MS);
	return rc;
}

static int sqlite_open(struct hub_db **out, const char *where, struct err *err)
{
	struct sqlite *sqlite = xcalloc(1, sizeof *sqlite);
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
			  SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
	int rc;

	sqlite->db.driver = &db_driver_sqlite;
	rc = sqlite3_open_v2(where, &sqlite->handle, flags, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(sqlite->handle, DB_WAIT_MS);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = set_up(sqlite->handle);
	if (rc != SQLITE_OK) {
		(void)err_set(err, ERR_FAILED, "cannot open %s: %s", where,
			sqlite->handle != NULL ? sqlite3_errmsg(sqlite->handle)
					       : sqlite3_errstr(rc));
		sqlite_close(&sqlite->db);
		return -1;
	}
	*out = &sqlite->db;
	return 0;
}

/* $7 is the seventh argument wherever it stands; SQLite counts as it meets them, and
 * looks through all of its names for one: so they are looked at once. */
static void number_arguments(struct kept *kept)
{
	const char *name;
	int64_t which;
	int i;

	kept->n = sqlite3_bind_parameter_count(kept->statement);
	kept->which = xcalloc((size_t)kept->n + 1, sizeof *kept->which);
	for (i = 1; i <= kept->n; i++) {
		name = sqlite3_bind_parameter_name(kept->statement, i);
		if (name != NULL && str_to_int(str_of(name + 1), 1, DB_ARGS_MAX, &which))
			kept->which[i] = (unsigned short)which;
	}
}

/* The statement of this text, ready to be bound; NULL, and why. One that is in its place
 * goes. */
static const struct kept *statement_of(
	struct sqlite *sqlite, const char *sql, int *outcome, struct err *err)
{
	uint32_t hash = 2166136261U; /* FNV-1a */
	struct kept *kept;
	const char *p;
	int rc;

	for (p = sql; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	kept = &sqlite->kept[hash % KEPT];
	if (kept->sql == NULL || strcmp(kept->sql, sql) != 0) {
		forget(kept);
		rc = sqlite3_prepare_v3(
			sqlite->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &kept->statement, NULL);
		if (rc != SQLITE_OK) {
			*outcome = outcome_of(sqlite->handle, rc, err);
			return NULL;
		}
		kept->sql = xstrdup(sql);
		number_arguments(kept);
	}
	return kept;
}

static void bind(const struct kept *kept, const struct db_value *args, size_t n_args)
{
	const struct db_value *arg;
	int i;

	for (i = 1; i <= kept->n; i++) {
		if (kept->which[i] == 0 || kept->which[i] > n_args)
			continue; /* stays NULL, which no statement of ours means */
		arg = &args[kept->which[i] - 1];
		switch (arg->kind) {
		case DB_NULL:
			(void)sqlite3_bind_null(kept->statement, i);
			break;
		case DB_NUMBER:
			(void)sqlite3_bind_int64(kept->statement, i, arg->number);
			break;
		case DB_TEXT:
			(void)sqlite3_bind_text64(kept->statement, i, arg->text.p, arg->text.n,
				SQLITE_STATIC, SQLITE_UTF8);
			break;
		}
	}
}

static int give_row(sqlite3_stmt *statement, db_row_fn *fn, void *data, struct err *err)
{
	struct db_value columns[DB_COLUMNS_MAX];
	size_t i, n = (size_t)sqlite3_column_count(statement);

	if (n > DB_COLUMNS_MAX)
		return err_set(err, ERR_LIMIT, "too many columns");
	for (i = 0; i < n; i++) {
		switch (sqlite3_column_type(statement, (int)i)) {
		case SQLITE_INTEGER:
			columns[i] = db_number(sqlite3_column_int64(statement, (int)i));
			break;
		case SQLITE_NULL:
			columns[i] = db_null();
			break;
		default:
			columns[i] = db_text(
				(struct str){(const char *)sqlite3_column_text(statement, (int)i),
					(size_t)sqlite3_column_bytes(statement, (int)i)});
			break;
		}
	}
	return fn(data, columns, n, err);
}

static int sqlite_run(struct hub_db *db, const char *sql, const struct db_value *args,
	size_t n_args, db_row_fn *fn, void *data, struct err *err)
{
	struct sqlite *sqlite = (struct sqlite *)db;
	int rc, outcome = 0;
	const struct kept *kept = statement_of(sqlite, sql, &outcome, err);
	sqlite3_stmt *statement;

	if (kept == NULL)
		return outcome;
	statement = kept->statement;
	bind(kept, args, n_args);
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
		if (fn != NULL && (outcome = give_row(statement, fn, data, err)) != 0)
			break;
	if (outcome == 0)
		outcome = outcome_of(sqlite->handle, rc, err);
	(void)sqlite3_reset(statement); /* says again what step said */
	(void)sqlite3_clear_bindings(statement);
	db->changes = sqlite3_changes64(sqlite->handle);
	return outcome;
}

static int sqlite_script(struct hub_db *db, const char *sql, struct err *err)
{
	struct sqlite *sqlite = (struct sqlite *)db;

	return outcome_of(sqlite->handle, sqlite3_exec(sqlite->handle, sql, NULL, NULL, NULL), err);
}

/* SQLite lets those who would write look again and again, and whoever looks at the right
 * moment is next: with several threads of one program some wait for seconds. Here they
 * stand in line; other programs they still meet as above. */
static pthread_mutex_t writers = PTHREAD_MUTEX_INITIALIZER;

static void stand_in_line(struct sqlite *sqlite)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += DB_WAIT_MS / 1000;
	sqlite->first = pthread_mutex_timedlock(&writers, &until) == 0;
}

static void leave_line(struct sqlite *sqlite)
{
	if (sqlite->first)
		(void)pthread_mutex_unlock(&writers);
	sqlite->first = false;
}

static int sqlite_begin(struct hub_db *db, enum db_mode mode, const char *tenant, struct err *err)
{
	struct sqlite *sqlite = (struct sqlite *)db;
	int rc;

	(void)tenant; /* every statement names it; here nothing stands behind them */
	if (mode != DB_WRITE)
		return sqlite_script(db, "BEGIN", err);
	stand_in_line(sqlite);
	rc = sqlite_script(db, "BEGIN IMMEDIATE", err);
	if (rc != 0)
		leave_line(sqlite);
	return rc;
}

static int sqlite_commit(struct hub_db *db, struct err *err)
{
	int rc = sqlite_script(db, "COMMIT", err);

	if (rc == 0)
		leave_line((struct sqlite *)db);
	return rc; /* else it is rolled back */
}

static void sqlite_rollback(struct hub_db *db)
{
	struct sqlite *sqlite = (struct sqlite *)db;

	if (sqlite3_get_autocommit(sqlite->handle) == 0)
		(void)sqlite3_exec(sqlite->handle, "ROLLBACK", NULL, NULL, NULL);
	leave_line(sqlite);
}

/* SQLite does it after a commit, but only as far as no reader stands in the way; when
 * there always is one, the log grows. Then once with those who write kept waiting. */
static int sqlite_upkeep(struct hub_db *db, struct err *err)
{
	struct sqlite *sqlite = (struct sqlite *)db;
	int frames = 0, rc;

	rc = sqlite3_wal_checkpoint_v2(
		sqlite->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, NULL);
	if (rc == SQLITE_OK && frames > LOG_FRAMES_MAX) {
		(void)sqlite3_busy_timeout(sqlite->handle, UPKEEP_WAIT_MS);
		rc = sqlite3_wal_checkpoint_v2(
			sqlite->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		(void)sqlite3_busy_timeout(sqlite->handle, DB_WAIT_MS);
	}
	return rc == SQLITE_BUSY ? 0 : outcome_of(sqlite->handle, rc, err); /* the next time */
}

static int sqlite_lock_schema(struct hub_db *db, bool lock, struct err *err)
{
	(void)db;
	(void)lock;
	(void)err;
	return 0; /* each migration begins with BEGIN IMMEDIATE */
}

const struct db_driver db_driver_sqlite = {
	.name = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.run = sqlite_run,
	.script = sqlite_script,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.upkeep = sqlite_upkeep,
	.lock_schema = sqlite_lock_schema,
};
