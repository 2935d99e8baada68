/* Search in a library of several blocks of titles (store/shelf.h): what the memory
 * answers, what the file answers, and what a look at every title says. */
#include "tests/store_fixture.h"

#define PROMPTS 2500

static const char *const words[] = {"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf",
	"hotel", "india", "juliett", "kilo", "lima", "mike"};

static void title_of(int i, char title[64])
{
	(void)snprintf(title, 64, "%s %s no%d", words[i % 7], words[i * 3 % 13], i);
}

static struct store *filled(void)
{
	struct store *store = fixture_new();
	struct err err;
	int i;

	CHECK(store_begin(store, &err) == 0);
	for (i = 0; i < PROMPTS; i++) {
		char path[32], title[64], text[64];

		(void)snprintf(path, sizeof path, "p%d", i);
		(void)snprintf(
			text, sizeof text, "The text of %s, of %s.", words[i % 5], words[i % 11]);
		title_of(i, title);
		(void)fixture_put(store, path, title, text);
	}
	CHECK(store_commit(store, &err) == 0);
	fixture_use(store, "p2400", 3);
	fixture_use(store, "p7", 1);
	CHECK(store_usage_rank(store, &err) == 0);
	return store;
}

/* Five pages of an answer, in a buffer of its own; to be freed. */
static char *answer(struct store *store, const char *text)
{
	struct buf out = BUF_INIT(100000);
	struct store_search search = {.text = str_of(text), .limit = 100};
	struct err err;
	bool more = true;

	for (search.offset = 0; search.offset < 500 && more; search.offset += 100)
		CHECK(store_search(store, &search, fixture_path, &out, &more, &err) == 0);
	return buf_take(&out);
}

static const char *const questions[] = {"", "a", "al", "alpha", "bravo", "br", "no", "no24",
	"no2499", "no1023", "no1024 ", "alpha m", "mike alpha", "golf golf", "golf hot", "p1024",
	"p20", "lima text", "the text", "text of kilo", "bravp", "chalrie", "foxtort mike",
	"nothing", "alpha -bravo", "\"text of golf\"", "in:none alpha", "jltt"};

static void memory_and_file_answer_the_same(void)
{
	struct store *store = filled(), *fresh;
	size_t i;

	free(answer(store, "alpha")); /* from the second search on: from memory */
	for (i = 0; i < sizeof questions / sizeof *questions; i++) {
		char *memory = answer(store, questions[i]), *file;

		/* Of five pages only the first is read from the file by a handle,
		 * so each is asked of a new one. */
		struct store_search search = {.text = str_of(questions[i]), .limit = 100};
		struct buf out = BUF_INIT(100000);
		struct err err;
		bool more = true;

		for (search.offset = 0; search.offset < 500 && more; search.offset += 100) {
			fresh = fixture_open();
			CHECK(store_search(fresh, &search, fixture_path, &out, &more, &err) == 0);
			store_close(fresh);
		}
		file = buf_take(&out);
		if (strcmp(memory, file) != 0)
			(void)fprintf(stderr, "of '%s'\n", questions[i]);
		CHECK_STR(memory, file);
		free(memory);
		free(file);
	}
	store_close(store);
}

/* Does one of a title's words begin so? */
static bool begins(int i, const char *text)
{
	char title[64];
	struct str rest;

	title_of(i, title);
	for (rest = str_of(title); rest.n > 0;) {
		struct str word = str_cut(rest, ' ', &rest);

		if (word.n >= strlen(text) && memcmp(word.p, text, strlen(text)) == 0)
			return true;
	}
	return false;
}

static int count(void *data, const struct store_row *row)
{
	(void)row;
	++*(int *)data;
	return 0;
}

static void every_title_that_fits_is_found_and_no_other(void)
{
	static const char *const beginnings[] = {"mi", "mike", "no249", "no9", "golf", "kil", "zz"};
	struct store *store = filled();
	struct err err;
	size_t at;

	for (at = 0; at < sizeof beginnings / sizeof *beginnings; at++) {
		struct store_search search = {
			.text = str_of(beginnings[at]), .limit = 100, .titles_only = true};
		int found = 0, all = 0, i;
		bool more = true;

		for (i = 0; i < PROMPTS; i++)
			all += begins(i, beginnings[at]);
		for (search.offset = 0; search.offset < 500 && more; search.offset += 100)
			CHECK(store_search(store, &search, count, &found, &more, &err) == 0);
		CHECK(found == (all < 500 ? all : 500));
		CHECK(more == (all > 500));
	}
	store_close(store);
}

int main(void)
{
	RUN(memory_and_file_answer_the_same);
	RUN(every_title_that_fits_is_found_and_no_other);
	return 0;
}
