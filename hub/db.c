/* What both drivers share: which one, transactions tried again, migrations; see
 * db.h. */
#include "hub/db.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/id.h"
#include "schema/schema.h"

#define RETRY_STEP_US 2000

int hub_db_open(struct hub_db **out, const char *url, struct err *err)
{
	if (strncmp(url, "sqlite:", 7) == 0)
		return db_driver_sqlite.open(out, url + 7, err);
	if (strncmp(url, "postgresql:", 11) == 0 || strncmp(url, "postgres:", 9) == 0)
		return db_driver_postgres.open(out, url, err);
	return err_set(err, ERR_INVALID,
		"the database is neither sqlite:FILE nor postgresql://...: %.*s",
		(int)(strcspn(url, ":/@") < 32 ? strcspn(url, ":/@") : 32), url);
}

void hub_db_close(struct hub_db *db)
{
	if (db != NULL)
		db->driver->close(db);
}

const char *hub_db_driver(const struct hub_db *db)
{
	return db->driver->name;
}

int hub_db_run(struct hub_db *db, const char *sql, const struct db_value *args, size_t n_args,
	db_row_fn *fn, void *data, struct err *err)
{
	return db->driver->run(db, sql, args, n_args, fn, data, err);
}

int64_t hub_db_changes(const struct hub_db *db)
{
	return db->changes;
}

void db_copy(const struct db_value *column, char *out, size_t size)
{
	bool text = column->kind == DB_TEXT;

	(void)snprintf(
		out, size, "%.*s", text ? (int)column->text.n : 0, text ? column->text.p : "");
}

/* Full jitter, twice as long each time: those that met do not meet again. */
static void pause_before(unsigned try)
{
	uint32_t random;
	uint64_t most = (uint64_t)RETRY_STEP_US << (try < 8 ? try : 8);
	struct timespec pause;

	id_random(&random, sizeof random);
	pause = (struct timespec){.tv_nsec = (long)((random % most) * 1000)};
	(void)nanosleep(&pause, NULL);
}

static int transaction_once(struct hub_db *db, enum db_mode mode, const char *tenant,
	db_work_fn *work, void *data, struct err *err)
{
	int rc = db->driver->begin(db, mode, tenant, err);

	if (rc != 0)
		return rc;
	db->in_transaction = true;
	rc = work(db, data, err);
	if (rc == 0)
		rc = db->driver->commit(db, err);
	if (rc != 0)
		db->driver->rollback(db);
	db->in_transaction = false;
	return rc;
}

int hub_transaction(struct hub_db *db, enum db_mode mode, const char *tenant, db_work_fn *work,
	void *data, struct err *err)
{
	int64_t end_us = clock_monotonic_us() + DB_TRIES_MS * INT64_C(1000);
	unsigned try;
	int rc;

	for (try = 0; try < DB_TRIES && (try == 0 || clock_monotonic_us() < end_us); try++) {
		if (try > 0)
			pause_before(try);
		rc = transaction_once(db, mode, tenant, work, data, err);
		if (rc != DB_AGAIN)
			return rc;
	}
	return err_set(err, ERR_BUSY, "others write to the database all the time; try again");
}

int hub_db_upkeep(struct hub_db *db, struct err *err)
{
	return db->driver->upkeep(db, err);
}

/* ── migrations ────────────────────────────────────────────────────────── */

static int take_number(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	*(int64_t *)data = columns[0].number;
	return 0;
}

int hub_db_schema(struct hub_db *db, int64_t *number, struct err *err)
{
	int64_t value = 0;

	if (db->driver->script(db,
		    "CREATE TABLE IF NOT EXISTS hub_schema ("
		    "number BIGINT PRIMARY KEY, name TEXT NOT NULL)",
		    err) != 0 ||
		hub_db_run(db, "SELECT coalesce(max(number), 0) FROM hub_schema", DB_NO_ARGS,
			take_number, &value, err) != 0)
		return -1;
	*number = value;
	return 0;
}

struct migration {
	const struct schema_file *file;
	int64_t number;
};

/* "0001_hub.sql" is for both, "0002_search.sqlite.sql" for one. */
static bool is_ours(const struct hub_db *db, const char *name)
{
	char suffix[32];

	(void)snprintf(suffix, sizeof suffix, ".%s.sql", db->driver->name);
	return strchr(name, '.') == strrchr(name, '.') || str_ends(str_of(name), suffix);
}

static int migrate_one(struct hub_db *db, void *data, struct err *err)
{
	const struct migration *migration = data;
	int64_t now;

	if (hub_db_schema(db, &now, err) != 0)
		return -1;
	if (now >= migration->number)
		return 0; /* another program did it meanwhile */
	if (is_ours(db, migration->file->name) &&
		db->driver->script(db, migration->file->text, err) != 0)
		return -1;
	return hub_db_run(db, "INSERT INTO hub_schema (number, name) VALUES ($1, $2)",
		DB_ARGS(db_number(migration->number), db_string(migration->file->name)), NULL, NULL,
		err);
}

#define ALL INT64_MAX
static int migrate_all(struct hub_db *db, int64_t wanted, struct err *err)
{
	const struct schema_file *files = schema_hub;
	struct migration migration;
	int64_t now, last = 0;

	while (files[last].name != NULL)
		last++;
	if (hub_db_schema(db, &now, err) != 0)
		return -1;
	if (wanted != ALL && wanted > last)
		return err_set(err, ERR_NEWER,
			"this is of a newer promptd-hub (of format %lld, this one knows %lld)",
			(long long)wanted, (long long)last);
	if (now > last)
		return err_set(err, ERR_NEWER,
			"the database was made by a newer promptd-hub (its format is %lld, this "
			"one knows %lld)",
			(long long)now, (long long)last);
	if (wanted != ALL)
		last = wanted;
	for (; now < last; now++) {
		migration = (struct migration){&files[now], now + 1};
		if (hub_transaction(db, DB_WRITE, "", migrate_one, &migration, err) != 0)
			return -1;
	}
	return 0;
}

int hub_db_migrate(struct hub_db *db, struct err *err)
{
	return hub_db_migrate_to(db, ALL, err);
}

int hub_db_migrate_to(struct hub_db *db, int64_t number, struct err *err)
{
	int rc = db->driver->lock_schema(db, true, err);

	if (rc != 0)
		return -1;
	rc = migrate_all(db, number, err);
	if (db->driver->lock_schema(db, false, rc == 0 ? err : NULL) != 0)
		rc = -1;
	return rc;
}
