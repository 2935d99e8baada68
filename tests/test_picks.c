/* Tests of store/picks (favourites, recents) and of the marks of a search. */
#include "core/clock.h"
#include "store/picks.h"
#include "tests/store_fixture.h"

static const struct store_filter plain = {.favourites = true};

static int add_row(void *data, const struct store_row *row)
{
	return buf_add_format(data, "%s%.*s%s", ((struct buf *)data)->len > 0 ? " " : "",
		(int)row->path.n, row->path.p, row->favourite ? "*" : "");
}

typedef int list_fn(struct store *store, const struct store_filter *filter, unsigned limit,
	store_row_fn *fn, void *data, struct err *err);

static const char *listed(list_fn *list, struct store *store, unsigned limit)
{
	static struct buf out = BUF_INIT(100000);
	struct err err;

	buf_clear(&out);
	CHECK(list(store, &plain, limit, add_row, &out, &err) == 0);
	return buf_text(&out);
}

static void mark(struct store *store, const char *name, bool on)
{
	struct prompt *prompt = fixture_get(store, name);
	struct err err;

	CHECK(store_favourite_put(store, str_of(prompt->id), on, &err) == 0);
	CHECK(store_favourite_is(store, str_of(prompt->id)) == on);
	prompt_free(prompt);
}

static void use_at(struct store *store, const char *name, int64_t time_ms)
{
	clock_freeze(time_ms);
	fixture_use(store, name, 1);
	clock_freeze(-1);
}

static struct store *three(void)
{
	struct store *store = fixture_new();

	(void)fixture_put(store, "a/one", "One", "text");
	(void)fixture_put(store, "a/two", "Two", "text");
	(void)fixture_put(store, "b/three", "Three", "text");
	return store;
}

static void favourites_stand_in_the_order_they_became_some(void)
{
	struct store *store = three();

	clock_freeze(1000);
	mark(store, "b/three", true);
	clock_freeze(2000);
	mark(store, "a/one", true);
	clock_freeze(3000);
	mark(store, "b/three", true); /* it is one already */
	clock_freeze(-1);
	CHECK_STR(listed(store_favourite_list, store, 9), "b/three* a/one*");
	CHECK_STR(listed(store_favourite_list, store, 1), "b/three*");
	mark(store, "b/three", false);
	mark(store, "b/three", false);
	CHECK_STR(listed(store_favourite_list, store, 9), "a/one*");
	store_close(store);
	store = fixture_open();
	CHECK_STR(listed(store_favourite_list, store, 9), "a/one*");
	store_close(store);
}

static void favourite_stays_one_under_another_name(void)
{
	struct store *store = three();
	struct err err;

	mark(store, "a/two", true);
	CHECK(store_prompt_move(store, STR("local"), STR("a/two"), STR("b/second"), &err) == 0);
	(void)fixture_put(store, "b/second", "Second", "text");
	CHECK_STR(listed(store_favourite_list, store, 9), "b/second*");
	store_close(store);
}

static void favourite_goes_with_its_prompt(void)
{
	struct store *store = three();
	struct prompt *prompt = fixture_get(store, "a/two");
	struct err err;

	mark(store, "a/two", true);
	CHECK(store_prompt_remove(store, STR("a/two"), &err) == 0);
	CHECK(!store_favourite_is(store, str_of(prompt->id)));
	CHECK_STR(listed(store_favourite_list, store, 9), "");
	prompt_free(prompt);
	store_close(store);
}

static void withdrawn_favourite_is_still_listed(void)
{
	struct store *store = three();
	struct prompt *prompt = fixture_get(store, "a/two");

	mark(store, "a/two", true);
	use_at(store, "a/two", 5000);
	prompt_set(&prompt->status, STR("deprecated"));
	(void)fixture_put_prompt(store, prompt);
	CHECK_STR(listed(store_favourite_list, store, 9), "a/two*");
	CHECK_STR(listed(store_recent_list, store, 9), "");
	prompt_free(prompt);
	store_close(store);
}

static void there_is_a_ceiling(void)
{
	struct store *store = three();
	char id[32];
	struct err err;
	int i;

	for (i = 0; i < STORE_FAVOURITES_MAX; i++) {
		(void)snprintf(id, sizeof id, "id-%d", i);
		CHECK(store_favourite_put(store, str_of(id), true, &err) == 0);
	}
	CHECK(store_favourite_put(store, STR("one more"), true, &err) == -1);
	CHECK(err.code == ERR_LIMIT && !store_favourite_is(store, STR("one more")));
	CHECK(store_favourite_put(store, STR("id-7"), false, &err) == 0);
	CHECK(store_favourite_put(store, STR("one more"), true, &err) == 0);
	store_close(store);
}

static void recents_are_newest_first(void)
{
	struct store *store = three();
	struct prompt *prompt;
	int64_t count, last_ms;
	struct err err;

	use_at(store, "a/one", 1000);
	use_at(store, "b/three", 2000);
	use_at(store, "a/two", 3000);
	use_at(store, "a/one", 4000);
	CHECK_STR(listed(store_recent_list, store, 9), "a/one a/two b/three");
	CHECK_STR(listed(store_recent_list, store, 2), "a/one a/two");
	mark(store, "a/two", true);
	CHECK_STR(listed(store_recent_list, store, 9), "a/one a/two* b/three");
	CHECK(store_prompt_remove(store, STR("a/one"), &err) == 0);
	CHECK_STR(listed(store_recent_list, store, 9), "a/two* b/three");
	prompt = fixture_get(store, "b/three");
	CHECK(store_use_of(store, str_of(prompt->id), &count, &last_ms, &err) == 0);
	CHECK(count == 1 && last_ms == 2000);
	CHECK(store_use_of(store, STR("nobody"), &count, &last_ms, &err) == 0);
	CHECK(count == 0 && last_ms == 0);
	prompt_free(prompt);
	store_close(store);
}

static void lists_and_searches_tell_favourites_when_asked(void)
{
	struct store *store = three();
	struct store_search search = {.text = STR("t"), .limit = 9, .filter = {.favourites = true}};
	struct buf out = BUF_INIT(1000);
	struct err err;

	mark(store, "a/two", true);
	CHECK(store_prompt_list(store, &plain, STR(""), 9, add_row, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "a/one a/two* b/three");
	buf_clear(&out);
	CHECK(store_search(store, &search, add_row, &out, NULL, &err) == 0);
	CHECK(strstr(buf_text(&out), "a/two*") != NULL);
	buf_clear(&out);
	search.filter.favourites = false;
	CHECK(store_search(store, &search, add_row, &out, NULL, &err) == 0);
	CHECK(strchr(buf_text(&out), '*') == NULL);
	buf_fini(&out);
	store_close(store);
}

/* --- marks --------------------------------------------------------------------------- */

static void add_marked(struct buf *out, struct str text, const struct store_marks *marks)
{
	size_t at = 0;
	unsigned i;

	CHECK(marks != NULL);
	for (i = 0; i < marks->n; i++) {
		CHECK(marks->marks[i].from >= at && marks->marks[i].n > 0);
		CHECK(marks->marks[i].from + marks->marks[i].n <= text.n);
		(void)buf_add(out, text.p + at, marks->marks[i].from - at);
		at = marks->marks[i].from + marks->marks[i].n;
		(void)buf_add_format(
			out, "[%.*s]", (int)marks->marks[i].n, text.p + marks->marks[i].from);
	}
	(void)buf_add(out, text.p + at, text.n - at);
}

static int add_marks(void *data, const struct store_row *row)
{
	struct buf *out = data;

	if (out->len > 0)
		(void)buf_add_str(out, "; ");
	add_marked(out, row->title, row->title_marks);
	(void)buf_add_str(out, " ");
	add_marked(out, row->path, row->path_marks);
	return 0;
}

static void check_marks(struct store *store, const char *text, const char *expected)
{
	struct store_search search = {.text = str_of(text), .limit = 5, .marks = true};
	struct buf out = BUF_INIT(10000);
	struct err err;

	CHECK(store_search(store, &search, add_marks, &out, NULL, &err) == 0);
	CHECK_STR(buf_text(&out), expected);
	buf_fini(&out);
}

static void typed_letters_are_marked(void)
{
	struct store *store = fixture_new();

	(void)fixture_put(store, "team/code-review", "Code Review for Caf\xc3\xa9s", "body words");
	check_marks(store, "code", "[Code] Review for Caf\xc3\xa9s team/[code]-review");
	/* Growing, and two words in another order. */
	check_marks(store, "rev code", "[Code] [Rev]iew for Caf\xc3\xa9s team/[code]-[rev]iew");
	check_marks(store, "code rev", "[Code] [Rev]iew for Caf\xc3\xa9s team/[code]-[rev]iew");
	/* What is folded: case, accents; the mark ends with the letter. */
	check_marks(store, "CAFE", "Code Review for [Caf\xc3\xa9]s team/code-review");
	check_marks(store, "caf\xc3\xa9s", "Code Review for [Caf\xc3\xa9s] team/code-review");
	/* Found by its text: nothing of the title was typed. */
	check_marks(store, "body", "Code Review for Caf\xc3\xa9s team/code-review");
	store_close(store);
}

static void slips_and_letters_are_marked_where_they_are_meant(void)
{
	struct store *store = fixture_new();

	(void)fixture_put(store, "team/code-review", "Code review", "text");
	check_marks(store, "reveiw", "Code [review] team/code-[review]");
	check_marks(store, "cod review", "[Cod]e [review] team/[cod]e-[review]");
	check_marks(store, "cdrv", "[C]o[d]e [r]e[v]iew team/[c]o[d]e-[r]e[v]iew");
	store_close(store);
}

static void marks_of_decomposed_letters_hold_their_accents(void)
{
	struct store *store = fixture_new();

	/* e and a combining acute accent */
	(void)fixture_put(store, "a/resume", "Re\xcc\x81sume\xcc\x81 check", "text");
	check_marks(store, "res", "[Re\xcc\x81s]ume\xcc\x81 check a/[res]ume");
	check_marks(store, "resume", "[Re\xcc\x81sume\xcc\x81] check a/[resume]");
	store_close(store);
}

int main(void)
{
	RUN(favourites_stand_in_the_order_they_became_some);
	RUN(favourite_stays_one_under_another_name);
	RUN(favourite_goes_with_its_prompt);
	RUN(withdrawn_favourite_is_still_listed);
	RUN(there_is_a_ceiling);
	RUN(recents_are_newest_first);
	RUN(lists_and_searches_tell_favourites_when_asked);
	RUN(typed_letters_are_marked);
	RUN(slips_and_letters_are_marked_where_they_are_meant);
	RUN(marks_of_decomposed_letters_hold_their_accents);
	return 0;
}
