/* Words that most texts of a large library have: FTS5 is not asked for them, and what
 * it finds without them is looked through (store/finder_common.c). */
#include <sqlite3.h>

#include "tests/store_fixture.h"

/* So few that a test can put them; the key of one makes the library a large one. */
#define COMMON 220
#define WITHOUT 230

static void put_many(struct store *store, const char *name, int n, const char *text)
{
	char path[64];
	int i;

	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s-%d", name, i);
		(void)fixture_put(store, path, path, text);
	}
}

static void make_large(void)
{
	char file[128];
	sqlite3 *db;

	(void)snprintf(file, sizeof file, "%s/prompts.db", fixture_dir);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db,
		      "INSERT INTO prompt (key, id, path, source, shadowed, title, tags, aliases, "
		      "status, flags, created_ms, updated_ms, checksum) "
		      "VALUES (1000000, 'x', 'x', 'x', 1, 'x', '', '', 'approved', 0, 0, 0, 0)",
		      NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* In order of use, which is of arrival: first the texts by which one can tell that
 * "alpha" is common, then more that have "bravo" and not "alpha" than are ranked. */
static struct store *filled(void)
{
	struct store *store = fixture_new();
	struct err err;

	CHECK(store_begin(store, &err) == 0);
	put_many(store, "common", COMMON, "Say alpha, and do as it says.");
	put_many(store, "without", WITHOUT, "Say bravo, and do as it says.");
	(void)fixture_put(store, "both-1", "both-1", "First bravo; ALPHA comes after it.");
	(void)fixture_put(store, "both-2", "both-2", "Bravo and (alpha).");
	(void)fixture_put(store, "few-1", "few-1", "Charlie calls alpha.");
	(void)fixture_put(store, "few-2", "few-2", "Charlie calls \xC3\xA4lph\xC3\xA1 too.");
	(void)fixture_put(store, "few-3", "few-3", "Charlie calls alphas, not the other; alpha1.");
	(void)fixture_put(store, "few-4", "few-4", "Charlie calls nobody.");
	(void)fixture_put(store, "growing", "growing", "Delta needs an alphabet.");
	CHECK(store_commit(store, &err) == 0);
	store_close(store);
	make_large();
	return fixture_open();
}

static void check_answer(struct store *store, const char *text, unsigned limit, const char *paths)
{
	struct store_search search = {.text = str_of(text), .limit = limit};
	struct buf out = BUF_INIT(100000);
	bool more = true;
	struct err err;

	for (search.offset = 0; search.offset < 500 && more; search.offset += limit)
		CHECK(store_search(store, &search, fixture_path, &out, &more, &err) == 0);
	CHECK_STR(buf_text(&out), paths);
	buf_fini(&out);
}

static void a_common_word_is_looked_for_in_what_is_found_without_it(void)
{
	struct store *store = filled();

	check_answer(store, "charlie alpha ", 20, "few-1 few-2");
	check_answer(store, "alpha charlie ", 1, "few-1 few-2");
	check_answer(store, "charlie alpha nobody ", 20, "");
	store_close(store);
}

static void texts_after_many_that_lack_the_common_word_are_found(void)
{
	struct store *store = filled();

	check_answer(store, "bravo alpha ", 20, "both-1 both-2");
	check_answer(store, "bravo alpha ", 1, "both-1 both-2");
	store_close(store);
}

static void a_common_word_may_still_be_growing(void)
{
	struct store *store = filled();

	check_answer(store, "delta alpha", 20, "growing");
	store_close(store);
}

int main(void)
{
	RUN(a_common_word_is_looked_for_in_what_is_found_without_it);
	RUN(texts_after_many_that_lack_the_common_word_are_found);
	RUN(a_common_word_may_still_be_growing);
	return 0;
}
