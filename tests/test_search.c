/* Tests of store/search and the query language. */
#include "store/query.h"
#include "tests/store_fixture.h"

static void query_takes_anything_apart(void)
{
	struct query query;

	query_parse(&query, STR("code -draft \"two words\" tag:x #y tag:\"a b\" in:team rev"));
	CHECK(query.n_terms == 4 && query.n_tags == 3);
	CHECK(str_is(query.terms[0].text, "code") && !query.terms[0].negated);
	CHECK(str_is(query.terms[1].text, "draft") && query.terms[1].negated);
	CHECK(str_is(query.terms[2].text, "two words") && query.terms[2].phrase);
	CHECK(str_is(query.terms[3].text, "rev") && query.prefix && !query.plain);
	CHECK(str_is(query.tags[2], "a b") && str_is(query.collection, "team"));
	query_parse(&query, STR("code "));
	CHECK(query.n_terms == 1 && !query.prefix && query.plain);
	query_parse(&query, STR(" - # tag: in: \" "));
	CHECK(query.n_tags == 0 && query.n_terms == 4);
	query_parse(&query, (struct str){NULL, 0});
	CHECK(query.n_terms == 0 && !query.prefix);
}

static struct store *filled(void)
{
	struct store *store = fixture_new();
	struct prompt *prompt;

	(void)fixture_put(store, "team/code-review", "Code review",
		"Read the diff as a careful colleague and name the worst problem first.");
	(void)fixture_put(store, "team/code-review-security", "Security code review",
		"Look for injection and for missing checks.");
	(void)fixture_put(store, "ops/postmortem", "Blameless postmortem",
		"Write what happened, why, and what we change after the incident.");
	(void)fixture_put(store, "write/cafe", "Caf\xc3\xa9 menu", "Translate the menu.");
	prompt = fixture_prompt("sql/explain", "Explain a query plan", "Explain step by step.");
	prompt_add_tag(prompt, STR("database"));
	prompt_add_alias(prompt, STR("eqp"));
	prompt_set(&prompt->collection, STR("data"));
	prompt_set(&prompt->description, STR("For PostgreSQL and SQLite"));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	return store;
}

static void search_finds_by_every_way_a_prompt_is_called(void)
{
	struct store *store = filled();

	CHECK_STR(fixture_search(store, "postm"), "ops/postmortem");
	CHECK_STR(fixture_search(store, "P"), "ops/postmortem sql/explain");
	CHECK_STR(fixture_search(store, "cafe"), "write/cafe");
	CHECK_STR(fixture_search(store, "CAF\xc3\x89"), "write/cafe");
	CHECK_STR(fixture_search(store, "eqp"), "sql/explain");
	CHECK_STR(fixture_search(store, "datab"), "sql/explain");
	CHECK_STR(fixture_search(store, "sql/explain"), "sql/explain");
	CHECK_STR(fixture_search(store, "plan query"), "sql/explain");
	CHECK_STR(fixture_search(store, "tag:database"), "sql/explain");
	CHECK_STR(fixture_search(store, "#database plan"), "sql/explain");
	CHECK_STR(fixture_search(store, "in:data"), "sql/explain");
	CHECK_STR(fixture_search(store, "in:dat"), "");
	CHECK_STR(fixture_search(store, "zzz"), "");
	store_close(store);
}

static void search_reads_texts_too(void)
{
	struct store *store = filled();

	CHECK_STR(fixture_search(store, "incident"), "ops/postmortem");
	CHECK_STR(fixture_search(store, "postgresql"), "sql/explain");
	CHECK_STR(fixture_search(store, "injection review"), "team/code-review-security");
	CHECK_STR(fixture_search(store, "\"missing checks\""), "team/code-review-security");
	CHECK_STR(fixture_search(store, "\"checks missing\""), "");
	CHECK_STR(fixture_search(store, "review -injection"), "team/code-review");
	CHECK_STR(fixture_search(store, "collea"), "team/code-review");
	CHECK_STR(fixture_search(store, "\"\""), fixture_search(store, ""));
	store_close(store);
}

static void an_exact_name_comes_first(void)
{
	struct store *store = filled();
	struct err err;

	fixture_use(store, "team/code-review-security", 5);
	CHECK(store_usage_rank(store, &err) == 0);
	CHECK_STR(fixture_search(store, "review"), "team/code-review-security team/code-review");
	CHECK_STR(
		fixture_search(store, "code review"), "team/code-review team/code-review-security");
	CHECK_STR(
		fixture_search(store, "Code-Review"), "team/code-review team/code-review-security");
	/* Of what is not used, what begins so comes first. */
	CHECK_STR(fixture_search(store, "e"), "sql/explain");
	store_close(store);
}

static void what_is_used_comes_first(void)
{
	struct store *store = filled();
	struct err err;

	CHECK(strncmp(fixture_search(store, ""), "team/code-review ", 17) == 0);
	fixture_use(store, "postmortem", 3);
	CHECK(store_usage_rank(store, &err) == 0);
	CHECK(strncmp(fixture_search(store, ""), "ops/postmortem ", 15) == 0);
	fixture_use(store, "cafe", 4);
	CHECK(store_usage_rank(store, &err) == 0);
	CHECK(strncmp(fixture_search(store, ""), "write/cafe ops/postmortem ", 26) == 0);
	CHECK_STR(fixture_search(store, "translate"), "write/cafe");
	store_close(store);
}

static void a_changed_prompt_is_found_by_its_new_words_only(void)
{
	struct store *store = filled();

	(void)fixture_put(store, "ops/postmortem", "Incident report", "Narrate it.");
	CHECK_STR(fixture_search(store, "blameless"), "");
	CHECK_STR(fixture_search(store, "happened"), "");
	CHECK_STR(fixture_search(store, "narrate"), "ops/postmortem");
	CHECK_STR(fixture_search(store, "incident"), "ops/postmortem");
	store_close(store);
}

static void pages_follow_one_another(void)
{
	struct store *store = filled();
	struct buf all = BUF_INIT(1000);
	unsigned i, pages = 0;
	bool more = true;
	struct err err;

	for (i = 0; more; i += 2) {
		struct store_search search = {.text = STR("e"), .limit = 2, .offset = i};

		search.text = STR("");
		CHECK(store_search(store, &search, fixture_path, &all, &more, &err) == 0);
		pages++;
	}
	CHECK(pages == 3);
	CHECK_STR(buf_text(&all), fixture_search(store, ""));
	buf_fini(&all);
	store_close(store);
}

int main(void)
{
	RUN(query_takes_anything_apart);
	RUN(search_finds_by_every_way_a_prompt_is_called);
	RUN(search_reads_texts_too);
	RUN(an_exact_name_comes_first);
	RUN(what_is_used_comes_first);
	RUN(a_changed_prompt_is_found_by_its_new_words_only);
	RUN(pages_follow_one_another);
	return 0;
}
