/* Tests of store/usage: the outbox, executions, values. */
#include "core/clock.h"
#include "store/stats.h"
#include "tests/store_fixture.h"

static int add_json(void *data, struct str event_id, struct str json)
{
	(void)event_id;
	return buf_add_format(data, "%.*s\n", (int)json.n, json.p);
}

static void usage_lists_what_was_recorded(void)
{
	struct store *store = fixture_new();
	struct buf out = BUF_INIT(10000);
	struct usage_event event = {.event_id = "01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e",
		.occurred_ms = 1700000000123,
		.prompt_id = STR("p1"),
		.digest = STR("d"),
		.version = 2,
		.client_type = STR("mcp"),
		.client_name = STR("a \"client\""),
		.surface = STR("tool\x1b"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.latency_us = 17,
		.rating = 4,
		.success = 1};
	struct err err;

	CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_add(store, &event, &err) == 0); /* the same event */
	CHECK(store_usage_commit(store, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0); /* nothing is nothing */
	CHECK(store_usage_list(store, 10, add_json, &out, &err) == 0);
	CHECK_STR(buf_text(&out),
		"{\"event_id\":\"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e\","
		"\"occurred_at\":\"2023-11-14T22:13:20.123Z\",\"prompt_id\":\"p1\","
		"\"digest\":\"d\",\"client_type\":\"mcp\",\"client_name\":\"a \\\"client\\\"\","
		"\"action\":\"get\",\"outcome\":\"ok\",\"rating\":4,\"success\":true,"
		"\"version\":2,\"latency_us\":17}\n");
	buf_fini(&out);
	store_close(store);
}

static void usage_is_durable_when_committed_and_not_before(void)
{
	struct store *store = fixture_new(), *other;
	struct usage_event event = {.prompt_id = STR("p1"), .success = -1};
	struct store_facts facts;
	struct err err;

	CHECK(store_usage_add(store, &event, &err) == 0);
	other = fixture_open();
	CHECK(store_facts(other, &facts, &err) == 0 && facts.n_usage_pending == 0);
	CHECK(store_usage_commit(store, &err) == 0);
	CHECK(store_facts(other, &facts, &err) == 0 && facts.n_usage_pending == 1);
	CHECK(store_usage_add(store, &event, &err) == 0);
	store_close(store); /* commits */
	CHECK(store_facts(other, &facts, &err) == 0 && facts.n_usage_pending == 2);
	store_close(other);
}

static int take_uses(void *data, const struct store_row *row)
{
	*(int64_t *)data = row->uses;
	return 0;
}

static void uses_are_shown_with_the_prompt(void)
{
	struct store *store = fixture_new();
	struct store_filter filter = {.count_uses = true};
	struct store_search search = {.text = STR("a"), .filter = filter, .limit = 1};
	struct err err;
	int64_t uses = 0;

	(void)fixture_put(store, "a", "A", "1");
	fixture_use(store, "a", 7);
	CHECK(store_prompt_list(store, &filter, STR(""), 1, take_uses, &uses, &err) == 0);
	CHECK(uses == 7);
	uses = 0;
	CHECK(store_search(store, &search, take_uses, &uses, NULL, &err) == 0);
	CHECK(uses == 7);
	/* Who does not ask is spared the ledger. */
	CHECK(store_prompt_list(store, NULL, STR(""), 1, take_uses, &uses, &err) == 0);
	CHECK(uses == 0);
	store_close(store);
}

static void uses_in_one_commit_are_all_counted(void)
{
	struct store *store = fixture_new();
	struct str acknowledged = STR("01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e");
	struct stats stats;
	struct err err;
	int i;

	for (i = 0; i < 120; i++) {
		char id[8];
		struct usage_event event = {.prompt_id = {id, 0}, .success = -1};

		event.prompt_id.n = (size_t)snprintf(id, sizeof id, "p%d", i % 20);
		CHECK(store_usage_add(store, &event, &err) == 0);
	}
	/* Ends the transaction that they are in. */
	CHECK(store_usage_acknowledge(store, &acknowledged, 1, &err) == 0);
	store_close(store);
	store = fixture_open();
	CHECK(store_stats(store, STR(""), &stats, &err) == 0 && stats.uses == 120);
	CHECK(store_stats(store, STR("p0"), &stats, &err) == 0 && stats.uses == 6);
	CHECK(store_stats(store, STR("p19"), &stats, &err) == 0 && stats.uses == 6);
	store_close(store);
}

static int add_value(void *data, struct str value)
{
	return buf_add_format(data, "%.*s ", (int)value.n, value.p);
}

static void values_are_remembered_newest_first(void)
{
	struct store *store = fixture_new();
	struct buf out = BUF_INIT(1000);
	char long_value[300], value[16];
	struct err err;
	int i;

	for (i = 0; i < 25; i++) {
		clock_freeze(1000 + i);
		(void)snprintf(value, sizeof value, "v%02d", i);
		CHECK(store_value_add(store, STR("p"), STR("in"), str_of(value), &err) == 0);
	}
	CHECK(store_value_add(store, STR("p"), STR("other"), STR("v99"), &err) == 0);
	memset(long_value, 'x', sizeof long_value);
	CHECK(store_value_add(store, STR("p"), STR("in"),
		      (struct str){long_value, sizeof long_value}, &err) == 0);
	clock_freeze(-1);
	CHECK(store_value_list(store, STR("p"), STR("in"), STR("v0"), 30, add_value, &out, &err) ==
		0);
	CHECK_STR(buf_text(&out), "v09 v08 v07 v06 v05 ");
	buf_clear(&out);
	CHECK(store_value_list(store, STR("p"), STR("in"), STR(""), 2, add_value, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "v24 v23 ");
	buf_fini(&out);
	store_close(store);
}

static void executions_want_a_rating_from_1_to_5(void)
{
	struct store *store = fixture_new();
	struct execution execution = {
		.prompt_id = STR("p"), .version = 1, .rating = 5, .success = 1};
	struct err err;

	CHECK(store_execution_add(store, &execution, &err) == 0);
	execution.rating = 6;
	CHECK(store_execution_add(store, &execution, &err) == -1);
	CHECK(err.code == ERR_INVALID);
	store_close(store);
}

/* Is this text in the ledger's files, of a table or of the log? */
static bool ledger_holds(const char *text)
{
	static const char *const names[] = {"ledger.db", "ledger.db-wal"};
	size_t i, n, at, len = strlen(text);
	bool found = false;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		static char bytes[1 << 20];
		char path[128];
		FILE *file;

		(void)snprintf(path, sizeof path, "%s/%s", fixture_dir, names[i]);
		file = fopen(path, "rb");
		n = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
		CHECK(n < sizeof bytes);
		for (at = 0; at + len <= n && !found; at++)
			found = memcmp(bytes + at, text, len) == 0;
		if (file != NULL)
			(void)fclose(file);
	}
	return found;
}

static void what_was_said_to_a_prompt_goes_with_it(void)
{
	struct store *store = fixture_new();
	struct execution execution = {.rating = 5, .success = 1, .notes = STR("sang like a wren")};
	struct stats stats;
	struct store_facts facts;
	struct buf out = BUF_INIT(4096);
	struct prompt *prompt, *other;
	struct err err;

	(void)fixture_put(store, "a", "A", "text");
	(void)fixture_put(store, "b", "B", "text");
	fixture_use(store, "a", 2);
	prompt = fixture_get(store, "a");
	other = fixture_get(store, "b");
	execution.prompt_id = str_of(prompt->id);
	CHECK(store_execution_add(store, &execution, &err) == 0);
	CHECK(store_value_add(store, str_of(prompt->id), STR("in"), STR("heron"), &err) == 0);
	CHECK(store_value_add(store, str_of(other->id), STR("in"), STR("plover"), &err) == 0);
	CHECK(ledger_holds("heron") && ledger_holds("sang like a wren"));
	CHECK(store_prompt_remove(store, STR("a"), &err) == 0);
	CHECK(store_stats(store, STR(""), &stats, &err) == 0);
	CHECK(stats.executions == 0);
	CHECK(store_value_list(store, str_of(prompt->id), STR("in"), STR(""), 9, add_value, &out,
		      &err) == 0);
	CHECK(out.len == 0);
	CHECK(store_value_list(
		      store, str_of(other->id), STR("in"), STR(""), 9, add_value, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "plover ");
	CHECK(store_facts(store, &facts, &err) == 0 && facts.n_usage_pending == 2);
	store_close(store);
	CHECK(!ledger_holds("heron") && !ledger_holds("sang like a wren"));
	CHECK(ledger_holds("plover"));
	buf_fini(&out);
	prompt_free(prompt);
	prompt_free(other);
}

static int take_stats(void *data, const struct stats_prompt *row)
{
	(void)buf_add_format(data, "%.*s:%d/%d/%d/%d ", (int)row->prompt_id.n, row->prompt_id.p,
		(int)row->uses, (int)row->rated, (int)row->rating_sum, (int)row->failed);
	return 0;
}

static void stats_count_uses_and_results(void)
{
	struct store *store = fixture_new();
	struct usage_event event = {.prompt_id = STR("a"), .action = STR("get"), .success = -1};
	struct execution good = {.prompt_id = STR("a"), .version = 1, .rating = 5, .success = 1};
	struct execution bad = {.prompt_id = STR("b"), .version = 1, .rating = 2, .success = 0};
	struct execution mute = {.prompt_id = STR("a"), .version = 1, .success = -1};
	struct buf out = BUF_INIT(1000);
	struct stats stats;
	struct err err;

	CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_add(store, &event, &err) == 0);
	event.occurred_ms = clock_now_ms() - 86400000;
	event.prompt_id = STR("b");
	CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
	CHECK(store_execution_add(store, &good, &err) == 0);
	CHECK(store_execution_add(store, &bad, &err) == 0);
	CHECK(store_execution_add(store, &mute, &err) == 0);
	CHECK(store_stats(store, STR(""), &stats, &err) == 0);
	CHECK(stats.uses == 3 && stats.executions == 3);
	CHECK(stats.succeeded == 1 && stats.failed == 1);
	CHECK(stats.ratings[5] == 1 && stats.ratings[2] == 1 && stats.ratings[0] == 1);
	CHECK(stats.days[STATS_DAYS - 1] == 2 && stats.days[STATS_DAYS - 2] == 1);
	CHECK(store_stats(store, STR("b"), &stats, &err) == 0);
	CHECK(stats.uses == 1 && stats.executions == 1 && stats.failed == 1);
	CHECK(store_stats_prompts(store, 10, take_stats, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "a:2/1/5/0 b:1/1/2/1 ");
	buf_fini(&out);
	store_close(store);
}

int main(void)
{
	RUN(usage_lists_what_was_recorded);
	RUN(usage_is_durable_when_committed_and_not_before);
	RUN(uses_are_shown_with_the_prompt);
	RUN(uses_in_one_commit_are_all_counted);
	RUN(values_are_remembered_newest_first);
	RUN(executions_want_a_rating_from_1_to_5);
	RUN(what_was_said_to_a_prompt_goes_with_it);
	RUN(stats_count_uses_and_results);
	return 0;
}
