/*
 * A hub's database for a test, once on each driver. PostgreSQL is the one that
 * tests/e2e/postgres.sh started; where there is none, its half is left out and said.
 */
#ifndef TESTS_HUB_H
#define TESTS_HUB_H

#include <stdio.h>
#include <unistd.h>

#include "core/id.h"
#include "hub/db.h"
#include "tests/test.h"

struct hub_place {
	char url[512];
	char dir[256], name[64], socket[256];
};

static inline bool hub_postgres(char *socket, size_t size)
{
	FILE *file = fopen(BINARY_DIR "/postgres/url", "r");
	bool found = file != NULL && fgets(socket, (int)size, file) != NULL;

	if (file != NULL)
		(void)fclose(file);
	if (found)
		socket[strcspn(socket, "\n")] = '\0';
	return found;
}

/* CREATE and DROP DATABASE, which belong in no transaction. */
static inline void hub_admin(const struct hub_place *place, const char *verb, const char *rest)
{
	char url[512], sql[256];
	struct hub_db *db;
	struct err err;

	(void)snprintf(url, sizeof url, "postgresql:///postgres?host=%s&user=admin", place->socket);
	(void)snprintf(sql, sizeof sql, "%s DATABASE %s %s", verb, place->name, rest);
	CHECK(hub_db_open(&db, url, &err) == 0);
	if (db->driver->script(db, sql, &err) != 0)
		(void)fprintf(stderr, "%s\n", err.text);
	hub_db_close(db);
}

static inline void hub_place_make(struct hub_place *place, bool postgres)
{
	char id[ID_BYTES];

	*place = (struct hub_place){.url = ""};
	id_new(id);
	if (!postgres) {
		(void)snprintf(place->dir, sizeof place->dir, "%s/hub.XXXXXX",
			getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
		CHECK(mkdtemp(place->dir) != NULL);
		(void)snprintf(place->url, sizeof place->url, "sqlite:%s/hub.db", place->dir);
		return;
	}
	CHECK(hub_postgres(place->socket, sizeof place->socket));
	(void)snprintf(place->name, sizeof place->name, "hub_%s", id + 24);
	hub_admin(place, "CREATE", "OWNER hub");
	(void)snprintf(place->url, sizeof place->url, "postgresql:///%s?host=%s&user=hub",
		place->name, place->socket);
}

static inline void hub_place_remove(struct hub_place *place)
{
	static const char *const files[] = {"hub.db", "hub.db-wal", "hub.db-shm"};
	char path[512];
	size_t i;

	if (place->dir[0] == '\0') {
		hub_admin(place, "DROP", "WITH (FORCE)");
		return;
	}
	for (i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", place->dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(place->dir);
}

/* The test with a database that is new and up to date, for each driver. */
typedef void hub_test_fn(struct hub_db *db, const char *url);
static inline void hub_test_each(const char *name, hub_test_fn *test)
{
	char socket[256];
	struct hub_place place;
	struct hub_db *db;
	struct err err;
	int i, n = hub_postgres(socket, sizeof socket) ? 2 : 1;

	for (i = 0; i < n; i++) {
		hub_place_make(&place, i == 1);
		CHECK(hub_db_open(&db, place.url, &err) == 0);
		if (hub_db_migrate(db, &err) != 0) {
			(void)fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
		test(db, place.url);
		(void)printf("ok %s %s\n", name, hub_db_driver(db));
		hub_db_close(db);
		hub_place_remove(&place);
	}
}
#define HUB_RUN(test) hub_test_each(#test, test)

#endif
