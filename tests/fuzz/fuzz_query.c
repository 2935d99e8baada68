/*
 * What people type into a search: taken apart within the text it came from, and
 * asked of a real library. Any UTF-8 is a query; none is an error, and none finds
 * more rows than were asked for. The first byte chooses limit, page and whether
 * texts are looked at.
 */
#include <stdint.h>

#include "store/query.h"
#include "tests/store_fixture.h"

static void check_inside(struct str part, struct str text)
{
	CHECK(part.n == 0 || (part.p >= text.p && part.p + part.n <= text.p + text.n));
	CHECK(str_is_utf8(part));
}

static void check_query(struct str text)
{
	struct query query;
	size_t i;

	query_parse(&query, text);
	CHECK(query.n_terms <= QUERY_TERMS_MAX && query.n_tags <= QUERY_TAGS_MAX);
	for (i = 0; i < query.n_terms; i++) {
		check_inside(query.terms[i].text, text);
		CHECK(!query.plain || (!query.terms[i].phrase && !query.terms[i].negated));
	}
	for (i = 0; i < query.n_tags; i++)
		check_inside(query.tags[i], text);
	check_inside(query.collection, text);
}

static struct store *library(void)
{
	static struct store *store;
	struct prompt *prompt;

	if (store != NULL)
		return store;
	store = fixture_new();
	(void)fixture_put(store, "code-review", "Code review", "Review the code for \"errors\".");
	(void)fixture_put(
		store, "team/sql", "SQL: slow queries", "Why is this query slow? -- {{q}}");
	(void)fixture_put(store,
		"b\xC3\xBCro/gr\xC3\xBC\xC3\x9F"
		"e",
		"Gr\xC3\xBC\xC3\x9F"
		"e",
		"\xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80 ne\xCC\x81");
	prompt = fixture_prompt("tagged", "Tagged", "some words here");
	prompt_add_tag(prompt, STR("c++"));
	prompt_set(&prompt->collection, STR("a b"));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	return store;
}

static int count_row(void *data, const struct store_row *row)
{
	unsigned *n = data;

	CHECK(row->path.n > 0 && str_is_utf8(row->title));
	++*n;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char how = size > 0 ? data[0] : 0;
	struct store_search search = {
		.limit = 1 + how % 4, .offset = how / 4 % 4, .titles_only = how / 16 % 2};
	struct err err = {0};
	unsigned n = 0;
	bool more;

	if (size > 0)
		search.text = (struct str){(const char *)data + 1, size - 1};
	if (!str_is_utf8(search.text))
		return 0;
	check_query(search.text);
	if (store_search(library(), &search, count_row, &n, &more, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	CHECK(n <= search.limit);
	return 0;
}
