/* Migrations; see migrate.h. */
#include "store/migrate.h"

#include <stdio.h>
#include <time.h>

#include "store/store.h"

#define MIGRATE_TRIES 100 /* 5 s */

void (*migrate_hook)(int number, int step);

static void migrate_step(int number, int step)
{
	if (migrate_hook != NULL)
		migrate_hook(number, step);
}

static int migrate_number(struct db *db, int *number, struct err *err)
{
	int64_t value;

	if (db_number(db, "PRAGMA user_version", &value, err) != 0)
		return -1;
	*number = (int)value;
	return 0;
}

/* WAL once, when the file is new: it is written in the file. SQLite does not
 * wait for others here as it does elsewhere, so we do. */
static int migrate_set_wal(struct db *db, struct err *err)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	int i, rc = SQLITE_BUSY;

	for (i = 0; i < MIGRATE_TRIES && (rc & 0xFF) == SQLITE_BUSY; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		rc = sqlite3_exec(db->sqlite, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	}
	return rc == SQLITE_OK ? 0 : db_fail(db, rc, "cannot make the library", err);
}

static int migrate_run(struct db *db, const struct schema_file *file, int number, struct err *err)
{
	char set[64];

	migrate_step(number, 0);
	(void)snprintf(set, sizeof set, "PRAGMA user_version = %d", number);
	if (db_exec(db, file->text, "cannot update the library", err) != 0 ||
		db_exec(db, set, "cannot update the library", err) != 0)
		return -1;
	migrate_step(number, 1);
	return 0;
}

/* One migration, unless another process did it while we waited for the lock. */
static int migrate_one(struct db *db, const struct schema_file *file, int number, struct err *err)
{
	int now;

	if (db_begin(db, err) != 0)
		return -1;
	if (migrate_number(db, &now, err) != 0 ||
		(now < number && migrate_run(db, file, number, err) != 0)) {
		db_rollback(db);
		return -1;
	}
	if (db_end(db, err) != 0)
		return -1;
	migrate_step(number, 2);
	return 0;
}

int migrate(struct db *db, const struct schema_file *files, struct err *err)
{
	int last = 0, number;

	if (migrate_number(db, &db->schema, err) != 0)
		return -1;
	while (files[last].name != NULL)
		last++;
	if (db->schema > last) {
		(void)err_set(err, ERR_NEWER,
			"%s was made by a newer promptd (its format is %d, this one knows %d); "
			"it is only read",
			db->name, db->schema, last);
		return STORE_NEWER;
	}
	if (db->schema == last || db->read_only)
		return 0;
	if (db->schema == 0 && migrate_set_wal(db, err) != 0)
		return -1;
	for (number = db->schema + 1; number <= last; number++) {
		if (migrate_one(db, &files[number - 1], number, err) != 0)
			return -1;
		db->schema = number;
	}
	return 0;
}
