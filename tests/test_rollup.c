/* Tests of store/rollup: past its ceiling the outbox loses detail, and no use. */
#include "core/clock.h"
#include "core/json.h"
#include "store/rollup.h"
#include "tests/store_fixture.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define START_MS INT64_C(1700000000000)

/* What is in the outbox. */
struct outbox {
	int64_t rows, groups, uses, latency_us;
	struct buf ids; /* of the groups, a line each */
};

static int take(void *data, struct str event_id, struct str text)
{
	struct outbox *outbox = data;
	const json_t *count;
	struct err err;
	json_t *json;

	CHECK(json_door_parse(text, &json, &err) == 0);
	count = json_object_get(json, "count");
	outbox->rows += count == NULL;
	outbox->groups += count != NULL;
	outbox->uses += count != NULL ? json_integer_value(count) : 1;
	outbox->latency_us += json_integer_value(json_object_get(json, "latency_us"));
	if (count != NULL)
		(void)buf_add_format(&outbox->ids, "%.*s\n", (int)event_id.n, event_id.p);
	json_decref(json);
	return 0;
}

static struct outbox look(struct store *store)
{
	struct outbox outbox = {.ids = BUF_INIT(1 << 20)};
	struct err err;

	CHECK(store_usage_list(store, ROLLUP_ROWS_MAX * 2, take, &outbox, &err) == 0);
	return outbox;
}

static void use(struct store *store, int64_t at_ms, const char *prompt, int64_t version)
{
	struct usage_event event = {.occurred_ms = at_ms,
		.prompt_id = str_of(prompt),
		.digest = STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
		.version = version,
		.client_type = STR("mcp"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.latency_us = 7,
		.success = -1};
	struct err err;

	CHECK(store_usage_add(store, &event, &err) == 0);
}

static void the_oldest_become_daily_counts(void)
{
	struct store *store = fixture_new();
	struct outbox outbox;
	struct str line, rest;
	struct err err;
	int i;

	/* Ids follow the clock: what was used on the two days is older. */
	clock_freeze(START_MS);
	for (i = 0; i < 20; i++)
		use(store, START_MS + (i % 2) * DAY_MS, i % 4 < 2 ? "p" : "q", 1 + i % 5 / 4);
	clock_freeze(START_MS + 5 * DAY_MS);
	for (i = 0; i < 10; i++)
		use(store, START_MS + 5 * DAY_MS, "p", 1);
	CHECK(store_usage_commit(store, &err) == 0);
	clock_freeze(-1);
	CHECK(rollup_run(store, 20, &err) == 0);
	outbox = look(store);
	CHECK(outbox.rows == 10 && outbox.uses == 30 && outbox.latency_us == 30 * 7);
	CHECK(outbox.groups == 8); /* days x prompts x versions */
	/* They are sent and acknowledged as rows are. */
	rest = (struct str){buf_text(&outbox.ids), outbox.ids.len};
	while (str_next_line(&rest, &line))
		CHECK(store_usage_acknowledge(store, &line, 1, &err) == 0);
	buf_fini(&outbox.ids);
	outbox = look(store);
	CHECK(outbox.rows == 10 && outbox.groups == 0);
	buf_fini(&outbox.ids);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
}

static void past_the_ceiling_no_use_is_lost(void)
{
	struct store *store = fixture_new();
	struct outbox outbox;
	struct err err;
	int i;

	for (i = 0; i < ROLLUP_ROWS_MAX; i++)
		use(store, START_MS + i, "p", 1);
	CHECK(store_usage_commit(store, &err) == 0);
	outbox = look(store);
	CHECK(outbox.rows == ROLLUP_ROWS_MAX && outbox.groups == 0); /* not past it yet */
	buf_fini(&outbox.ids);
	/* It is looked at every thousand rows. */
	for (i = 0; i < 1000; i++)
		use(store, START_MS + i, "p", 1);
	CHECK(store_usage_commit(store, &err) == 0);
	outbox = look(store);
	CHECK(outbox.rows == ROLLUP_ROWS_MAX * 9 / 10);
	CHECK(outbox.groups > 0 && outbox.uses == ROLLUP_ROWS_MAX + 1000);
	CHECK(outbox.latency_us == 7 * (ROLLUP_ROWS_MAX + 1000));
	buf_fini(&outbox.ids);
	store_close(store);
}

int main(void)
{
	json_door_init();
	RUN(the_oldest_become_daily_counts);
	RUN(past_the_ceiling_no_use_is_lost);
	return 0;
}
