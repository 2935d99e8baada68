/*
 * Every allocation of SQLite's failed in turn, once and for good, through a
 * whole life of the store: clean errors, nothing committed lost, files whole.
 * (Allocations of ours that a peer cannot make grow abort by design: xmalloc().)
 */
#include <sqlite3.h>

#include "store/picks.h"
#include "tests/store_fixture.h"

static sqlite3_mem_methods real;
static int64_t fail_at; /* 0: none */
static bool fail_on;	/* every one after it too */

static bool fails(void)
{
	if (fail_at <= 0 || --fail_at > 0)
		return false;
	if (fail_on)
		fail_at = 1;
	return true;
}

static void *failing_malloc(int n)
{
	return fails() ? NULL : real.xMalloc(n);
}

static void *failing_realloc(void *p, int n)
{
	return fails() ? NULL : real.xRealloc(p, n);
}

static int row(void *data, const struct store_row *got)
{
	(void)got;
	++*(int *)data;
	return 0;
}

/* A bit of everything. Returns how many uses were acknowledged. */
static int a_life(void)
{
	const struct usage_event event = {.prompt_id = STR("p"), .success = -1};
	const struct store_want want = {.version = 0};
	struct store_search search = {.text = STR("walrs"), .limit = 5, .marks = true};
	struct prompt *prompt = fixture_prompt("team/walrus", "Walrus", "text of it"), *got;
	struct store *store;
	struct store_facts facts;
	struct err err;
	int acknowledged = 0, rows = 0, result;
	bool more;

	err.text[0] = '\0';
	if (fixture_try_open(&store, &err) < 0) {
		CHECK(err.text[0] != '\0');
		prompt_free(prompt);
		return 0;
	}
	(void)store_prompt_put(store, prompt, NULL, &err);
	prompt_set(&prompt->title, STR("Walrus again"));
	(void)store_prompt_put(store, prompt, NULL, &err);
	if (store_usage_add(store, &event, &err) == 0)
		acknowledged += store_usage_commit(store, &err) == 0;
	result = store_prompt_get(store, STR("walrus"), &want, &got, &err);
	if (result == 0)
		prompt_free(got);
	CHECK(result >= 0 || err.text[0] != '\0');
	(void)store_search(store, &search, row, &rows, &more, &err);
	search.text = STR("it");
	(void)store_search(store, &search, row, &rows, &more, &err);
	(void)store_prompt_list(store, NULL, STR(""), 5, row, &rows, &err);
	(void)store_value_add(store, STR("p"), STR("i"), STR("v"), &err);
	(void)store_favourite_put(store, STR("p"), true, &err);
	(void)store_favourite_list(store, &search.filter, 5, row, &rows, &err);
	(void)store_recent_list(store, &search.filter, 5, row, &rows, &err);
	(void)store_usage_rank(store, &err);
	(void)store_facts(store, &facts, &err);
	(void)store_check(store, &err);
	store_close(store);
	prompt_free(prompt);
	return acknowledged;
}

static void check_after(int acknowledged)
{
	struct store *store;
	struct store_facts facts;
	struct err err;
	int result;

	fail_at = 0;
	result = fixture_try_open(&store, &err);
	if (result != 0)
		(void)fprintf(stderr, "%d %s\n", result, err.text);
	CHECK(result == 0);
	CHECK(store_facts(store, &facts, &err) == 0);
	CHECK(facts.n_usage_pending >= acknowledged);
	CHECK(store_check(store, &err) == 0);
	(void)fixture_put(store, "after", "After", "text");
	CHECK_STR(fixture_search(store, "after"), "after");
	store_close(store);
}

/* From an empty directory and from a library that is there. */
static void run(bool on, bool fresh, int64_t step)
{
	int64_t at;
	int acknowledged = 0;

	if (!fresh)
		store_close(fixture_new());
	for (at = 1;; at += step) {
		if (fresh)
			fixture_new_dir();
		fail_on = on;
		fail_at = at;
		acknowledged = a_life();
		if (fail_at > 1 || (fail_at == 1 && !on))
			break;
		check_after(acknowledged);
	}
	fail_at = 0;
	CHECK(acknowledged == 1);
	CHECK(at > 500);
}

static int64_t stride = 61;

static void one_allocation_may_fail(void)
{
	run(false, true, stride);
	run(false, false, stride);
}

static void memory_may_be_out_from_any_moment_on(void)
{
	run(true, true, 3 * stride);
	run(true, false, 3 * stride);
}

/* fault_store_memory [stride]: 1 fails every one, the default every 61st. */
int main(int argc, char **argv)
{
	sqlite3_mem_methods failing;
	int64_t value;

	if (argc > 1 && str_to_int(str_of(argv[1]), 1, 1000, &value))
		stride = value;
	CHECK(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) == SQLITE_OK);
	failing = real;
	failing.xMalloc = failing_malloc;
	failing.xRealloc = failing_realloc;
	CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK);
	RUN(one_allocation_may_fail);
	RUN(memory_may_be_out_from_any_moment_on);
	return 0;
}
