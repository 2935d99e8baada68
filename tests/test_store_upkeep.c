/* store_upkeep(): what is done while nothing else happens. */
#include <sqlite3.h>

#include "tests/store_fixture.h"

static int64_t journal_bytes(const char *name)
{
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/%s-wal", fixture_dir, name);
	return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static struct store *two_prompts(void)
{
	struct store *store = fixture_new();

	fixture_put(store, "team/first", "First", "Do this.");
	fixture_put(store, "team/second", "Second", "Do that.");
	return store;
}

/* Used by a process that did not live to carry it over. */
static void use_second(struct store *store)
{
	fixture_use(store, "second", 4);
	CHECK_STR(fixture_search(store, "team"), "team/first team/second");
}

static void use_comes_into_the_order_and_journals_are_emptied(void)
{
	struct store *store = two_prompts();

	use_second(store);
	CHECK(journal_bytes("prompts.db") > 0 && journal_bytes("ledger.db") > 0);
	store_upkeep(store);
	CHECK_STR(fixture_search(store, "team"), "team/second team/first");
	CHECK(journal_bytes("prompts.db") == 0 && journal_bytes("ledger.db") == 0);
	store_upkeep(store); /* nothing to do is nothing done */
	CHECK_STR(fixture_search(store, "team"), "team/second team/first");
	store_close(store);
}

/* Another one writes: it is done the next time, and waiting works as before. */
static void who_writes_is_not_disturbed(void)
{
	struct store *store = two_prompts(), *other = fixture_open();
	struct err err;

	use_second(store);
	CHECK(store_begin(other, &err) == 0);
	store_upkeep(store);
	CHECK_STR(fixture_search(store, "team"), "team/first team/second");
	fixture_put(other, "team/third", "Third", "Do it.");
	CHECK(store_commit(other, &err) == 0);
	store_upkeep(store);
	CHECK(strncmp(fixture_search(store, "team"), "team/second ", 12) == 0);
	store_close(other);
	store_close(store);
}

static void in_the_middle_of_a_batch_nothing_is_done(void)
{
	struct store *store = two_prompts();
	struct err err;

	use_second(store);
	CHECK(store_begin(store, &err) == 0);
	store_upkeep(store);
	CHECK(store_commit(store, &err) == 0);
	store_close(store);
}

static void what_can_only_be_read_stays(void)
{
	struct store_options options = {.read_only = true};
	struct store *store = two_prompts();
	struct err err;

	use_second(store);
	store_close(store);
	options.dir = fixture_dir;
	CHECK(store_open(&store, &options, &err) == 0);
	store_upkeep(store);
	CHECK(strncmp(fixture_search(store, "team"), "team/", 5) == 0);
	store_close(store);
}

/* How many segments a search looks into. */
static int64_t segments(const char *table)
{
	char file[128], sql[100];
	sqlite3_stmt *ask;
	sqlite3 *db;
	int64_t n;

	(void)snprintf(file, sizeof file, "%s/prompts.db", fixture_dir);
	(void)snprintf(sql, sizeof sql, "SELECT count(DISTINCT segid) FROM %s_idx", table);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(ask) == SQLITE_ROW);
	n = sqlite3_column_int64(ask, 0);
	CHECK(sqlite3_finalize(ask) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	return n;
}

static void segments_are_put_together(void)
{
	struct store *store = fixture_new(), *other = fixture_open();
	struct err err;
	char path[32];
	int i;

	for (i = 0; i < 15; i++) {
		(void)snprintf(path, sizeof path, "p%02d", i);
		(void)fixture_put(store, path, "Heron", i < 8 ? "wades in water" : "eats a fish");
	}
	CHECK(segments("titles") > 3 && segments("bodies") > 3);
	CHECK_STR(fixture_search(other, "wades water p07"), "p07");
	/* Who writes keeps the lock: then it is done the next time. */
	CHECK(store_begin(other, &err) == 0);
	store_upkeep(store);
	CHECK(segments("bodies") > 3);
	store_rollback(other);
	for (i = 0; i < 4; i++)
		store_upkeep(store);
	CHECK(segments("titles") <= 3 && segments("bodies") <= 3);
	CHECK_STR(fixture_search(other, "wades water"), "p00 p01 p02 p03 p04 p05 p06 p07");
	CHECK_STR(fixture_search(other, "p14"), "p14");
	CHECK(store_check(store, &err) == 0);
	store_close(other);
	store_close(store);
}

int main(void)
{
	RUN(segments_are_put_together);
	RUN(use_comes_into_the_order_and_journals_are_emptied);
	RUN(who_writes_is_not_disturbed);
	RUN(in_the_middle_of_a_batch_nothing_is_done);
	RUN(what_can_only_be_read_stays);
	return 0;
}
