/* store_upkeep(): what is done while nothing else happens. */
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

int main(void)
{
	RUN(use_comes_into_the_order_and_journals_are_emptied);
	RUN(who_writes_is_not_disturbed);
	RUN(in_the_middle_of_a_batch_nothing_is_done);
	RUN(what_can_only_be_read_stays);
	return 0;
}
