/*
 * The hub's database: one contract, two drivers, SQLite 3.40 and PostgreSQL 15.
 *
 * SQL is written once, in what both understand: columns are TEXT and BIGINT,
 * parameters are $1…$n, INSERT … ON CONFLICT and RETURNING are there, times are
 * milliseconds, what is binary is hexadecimal. What only one of them has (row
 * security, search tables) stands in migrations of its own.
 *
 * A connection belongs to one thread at a time. SQLite waits for another writer
 * for DB_WAIT_MS; on PostgreSQL what writes runs at the level SERIALIZABLE, what
 * only reads sees one state (REPEATABLE READ), and it says when a transaction has
 * to be done again (SQLSTATE 40001, 40P01, 53200), which hub_transaction() does.
 */
#ifndef HUB_DB_H
#define HUB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/str.h"

#define DB_WAIT_MS 5000
#define DB_TRIES 12	 /* of a transaction that met another one */
#define DB_TRIES_MS 4000 /* and none begins later than this after the first */
#define DB_ARGS_MAX 900
#define DB_COLUMNS_MAX 32

enum db_outcome {
	DB_OK = 0,
	/* The row is there already: a key that must be unique (23505). */
	DB_EXISTS = 1,
	/* A rule of the schema says no (a check, a trigger, a missing parent): the
	 * text is the rule's own word where it has one ("own_version"). */
	DB_RULE = 2,
	/* Met another transaction: everything since it began is undone, do it again.
	 * Never leaves hub_transaction(). */
	DB_AGAIN = 3,
};

enum db_kind { DB_NULL, DB_NUMBER, DB_TEXT };
struct db_value {
	enum db_kind kind;
	int64_t number;
	struct str text; /* borrowed; a result's until the row function returns */
};

static inline struct db_value db_number(int64_t number)
{
	return (struct db_value){DB_NUMBER, number, {NULL, 0}};
}

/* A text without memory (p NULL) is NULL, an empty one is not. */
static inline struct db_value db_text(struct str text)
{
	return (struct db_value){text.p != NULL ? DB_TEXT : DB_NULL, 0, text};
}

static inline struct db_value db_string(const char *text)
{
	return db_text(str_of(text));
}

static inline struct db_value db_null(void)
{
	return (struct db_value){DB_NULL, 0, {NULL, 0}};
}

/* For a column that is never NULL. */
static inline struct db_value db_text_or_empty(struct str text)
{
	return text.p != NULL ? db_text(text) : db_string("");
}

/* A column's text with a NUL behind, cut to `size` bytes with it; of NULL "". */
void db_copy(const struct db_value *column, char *out, size_t size);

/* Arguments of a call: hub_db_run(db, sql, DB_ARGS(db_number(1), …), …). */
#define DB_ARGS(...)                            \
	(const struct db_value[]){__VA_ARGS__}, \
		sizeof((struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_ARGS NULL, 0

struct hub_db;

/* Non-zero stops the rows and is what the call returns. */
typedef int db_row_fn(void *data, const struct db_value *columns, size_t n, struct err *err);

/*
 * "sqlite:FILE" (made 0600 when absent) or "postgresql:…" as libpq takes it.
 * Nothing is migrated. ERR_NEWER comes from hub_db_migrate().
 */
int hub_db_open(struct hub_db **out, const char *url, struct err *err);
void hub_db_close(struct hub_db *db);
const char *hub_db_driver(const struct hub_db *db); /* "sqlite", "postgresql" */

/*
 * One statement. `sql` is kept prepared by its text, so it is a literal or one of
 * few. fn may be NULL. Outside a transaction it is one of its own. DB_OK, DB_EXISTS,
 * DB_RULE, DB_AGAIN (only within hub_transaction), or negative.
 */
int hub_db_run(struct hub_db *db, const char *sql, const struct db_value *args, size_t n_args,
	db_row_fn *fn, void *data, struct err *err);
/* Rows that the last hub_db_run() inserted, changed or removed. */
int64_t hub_db_changes(const struct hub_db *db);

/*
 * Everything in it or nothing; sees one state of the database. `tenant` is what
 * PostgreSQL's row security lets through in it (empty: tables without a tenant
 * only). A work function that returns non-zero undoes all; it may be called several
 * times and so has no effect but on the database and on what it sets anew each time.
 * Returns what it returned, or negative. ERR_BUSY after DB_TRIES. Not nested.
 */
enum db_mode {
	DB_READ,
	DB_WRITE,
	DB_PEEK, /* DB_READ that stands in nobody's way (READ COMMITTED): a look */
};
typedef int db_work_fn(struct hub_db *db, void *data, struct err *err);
int hub_transaction(struct hub_db *db, enum db_mode mode, const char *tenant, db_work_fn *work,
	void *data, struct err *err);

/* What is to be done now and then: SQLite's log is taken into the file, which readers
 * that never pause would put off for ever. Not within a transaction. */
int hub_db_upkeep(struct hub_db *db, struct err *err);

/* Bring the schema up to date, each migration in a transaction, once even when
 * several programs do it. ERR_NEWER: a newer program made it; nothing is changed. */
int hub_db_migrate(struct hub_db *db, struct err *err);
/* No further than to this number; a later one is left as it is. ERR_NEWER: this program
 * does not know it. */
int hub_db_migrate_to(struct hub_db *db, int64_t number, struct err *err);
/* Number of the last migration; 0: an empty database. */
int hub_db_schema(struct hub_db *db, int64_t *number, struct err *err);

/* --- Of the drivers (db_sqlite.c, db_postgres.c) and db.c only -------------- */

struct db_driver {
	const char *name;
	int (*open)(struct hub_db **out, const char *where, struct err *err);
	void (*close)(struct hub_db *db);
	int (*run)(struct hub_db *db, const char *sql, const struct db_value *args, size_t n_args,
		db_row_fn *fn, void *data, struct err *err);
	/* Several statements without arguments. */
	int (*script)(struct hub_db *db, const char *sql, struct err *err);
	int (*begin)(struct hub_db *db, enum db_mode mode, const char *tenant, struct err *err);
	int (*commit)(struct hub_db *db, struct err *err);
	void (*rollback)(struct hub_db *db);
	int (*upkeep)(struct hub_db *db, struct err *err);
	/* One program at a time migrates; not within a transaction. */
	int (*lock_schema)(struct hub_db *db, bool lock, struct err *err);
};

struct hub_db {
	const struct db_driver *driver;
	int64_t changes;
	bool in_transaction;
};

extern const struct db_driver db_driver_sqlite, db_driver_postgres;

#endif
