/*
 * Where a request stands in somebody's trace: what of its _meta is well-formed, and
 * what is kept of it in the ledger beside the use, as long as the use and no longer.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <fcntl.h>
#include <sqlite3.h>

#include "mcp/trace.h"
#include "store/rollup.h"
#include "tests/mcp_fixture.h"

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

/* ── well-formed ───────────────────────────────────────────────────────── */

static void a_traceparent_has_two_ids_or_is_none(void)
{
	static const char *const bad[] = {"",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", PARENT "-more",
		"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
		"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
		"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
	static const char *const good[] = {
		PARENT, "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"};
	struct str trace, span;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!trace_parent(str_of(bad[i]), &trace, &span) && trace.n == 0 && span.n == 0);
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK(trace_parent(str_of(good[i]), &trace, &span));
		CHECK(str_is(trace, "0af7651916cd43dd8448eb211c80319c"));
		CHECK(str_is(span, "b7ad6b7169203331"));
	}
}

/* `n` members "k0=1,k1=1…" of a list. */
static char *members(unsigned n)
{
	struct buf out = BUF_INIT(10000);
	unsigned i;

	for (i = 0; i < n; i++)
		(void)buf_add_format(&out, "%sk%u=1", i > 0 ? "," : "", i);
	return buf_take(&out);
}

static char *value_of(const char *key, size_t n)
{
	struct buf out = BUF_INIT(10000);

	(void)buf_add_str(&out, key);
	while (out.len < n)
		(void)buf_add_char(&out, 'v');
	return buf_take(&out);
}

static void check_text(bool (*is_good)(struct str), char *text, bool good)
{
	CHECK(is_good(str_of(text)) == good);
	free(text);
}

static void a_tracestate_is_what_the_specification_says(void)
{
	static const char *const good[] = {"congo=t61rcWkgMzE", "rojo=00f067,congo=t61 rcWk",
		"a=1 ,\t b=2,,c=3", "0tenant@system=x", "a_-*/z=!", ",a=1"};
	static const char *const bad[] = {"", ",", "a", "a=", "=1", "A=1", "1a=1", "a=1,a=2",
		"a=b=c", "a=\x01", "a=\xC3\xA4", "t@=1", "@s=1", "t@s@u=1", "a b=1", "a=1\nb=2",
		"t@system-is-too-long=1"};
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(trace_state_is_good(str_of(good[i])));
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!trace_state_is_good(str_of(bad[i])));
	check_text(trace_state_is_good, members(32), true);
	check_text(trace_state_is_good, members(33), false);
	check_text(trace_state_is_good, value_of("a=", 2 + 256), true);
	check_text(trace_state_is_good, value_of("a=", 2 + 257), false);
	check_text(trace_state_is_good, value_of("a=0123456789,b=1,c=", 513), false);
}

static void a_baggage_is_what_the_specification_says(void)
{
	static const char *const good[] = {
		"userId=alice", "a=1,b=2", "a=1 ; p ; q = 2 , b=", "a=%20%C3%A4", "a==", "!#$=x"};
	static const char *const bad[] = {"", "a", "a=1,", "a=1,,b=2", "a b=1", "a=x y", "a=\"x\"",
		"a=\\", "a=1;", "a=1;;p", "a=1;p q", "=1", "a=\xC3\xA4", "a=1\n"};
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(trace_baggage_is_good(str_of(good[i])));
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!trace_baggage_is_good(str_of(bad[i])));
	check_text(trace_baggage_is_good, value_of("a=", 1024), true);
	check_text(trace_baggage_is_good, value_of("a=", 1025), false);
}

/* ── kept ──────────────────────────────────────────────────────────────── */

/* Rows of usage_trace, "tracestate|baggage" each, a blank between; oldest first. */
static const char *kept(void)
{
	static struct buf out = BUF_INIT(100000);
	char file[128];
	sqlite3_stmt *rows;
	sqlite3 *db;

	buf_clear(&out);
	(void)snprintf(file, sizeof file, "%s/ledger.db", fixture_dir);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db,
		      "SELECT ifnull(tracestate, '') || '|' || ifnull(baggage, '') "
		      "FROM usage_trace JOIN usage USING (event_id) ORDER BY event_id",
		      -1, &rows, NULL) == SQLITE_OK);
	while (sqlite3_step(rows) == SQLITE_ROW)
		(void)buf_add_format(&out, "%s%s", out.len > 0 ? " " : "",
			(const char *)sqlite3_column_text(rows, 0));
	CHECK(sqlite3_finalize(rows) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	return buf_text(&out);
}

static void get(
	struct mcp_fixture *fixture, const char *parent, const char *state, const char *baggage)
{
	json_t *meta = json_object();

	json_object_set_new(meta, "traceparent", json_string(parent));
	json_object_set_new(meta, "tracestate", json_string(state));
	json_object_set_new(meta, "baggage", json_string(baggage));
	json_decref(mcp_fixture_ask(fixture, "prompts/get",
		json_pack("{s:s, s:o}", "name", "team/plain", "_meta", meta)));
}

static int take_all(void *data, struct str event_id, struct str json)
{
	(void)event_id;
	return buf_add_format(data, "%.*s\n", (int)json.n, json.p);
}

static void what_is_well_formed_is_kept_beside_the_use(void)
{
	struct buf out = BUF_INIT(100000);
	struct mcp_fixture fixture;
	struct err err;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	get(&fixture, PARENT, "a=1", "user=1");
	get(&fixture, PARENT, "A=1", "user=2");
	get(&fixture, "none", "a=3", "user=3"); /* a state of no trace */
	get(&fixture, PARENT, "a=4", "user");
	get(&fixture, PARENT, "", "no=\"thing\"");
	CHECK_STR(kept(), "a=1|user=1 |user=2 |user=3 a=4|");
	/* A hub has the ids of the trace and never what stands beside them. */
	CHECK(store_usage_list(fixture.store, 100, take_all, &out, &err) == 0);
	CHECK(strstr(buf_text(&out), "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"") != NULL);
	CHECK(strstr(buf_text(&out), "user") == NULL && strstr(buf_text(&out), "a=") == NULL);
	buf_fini(&out);
	mcp_fixture_free(&fixture);
}

static void use(struct store *store, const char *event_id, const char *baggage)
{
	struct usage_event event = {.prompt_id = STR("p"), .success = -1};
	struct err err;

	(void)snprintf(event.event_id, sizeof event.event_id, "%s", event_id);
	event.baggage = str_of(baggage);
	CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
}

#define EVENT(n) "01938a3e-7c1f-7d2a-9e37-00000000000" #n

static int64_t count(const char *table)
{
	char file[128], sql[80];
	sqlite3_stmt *rows;
	sqlite3 *db;
	int64_t n;

	(void)snprintf(file, sizeof file, "%s/ledger.db", fixture_dir);
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK);
	CHECK(sqlite3_step(rows) == SQLITE_ROW);
	n = sqlite3_column_int64(rows, 0);
	CHECK(sqlite3_finalize(rows) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	return n;
}

static void it_goes_when_its_use_goes(void)
{
	const struct str first = STR(EVENT(1));
	struct store *store = fixture_new();
	struct err err;

	use(store, EVENT(1), "n=1");
	use(store, EVENT(1), "n=again"); /* the same event: no second row, no other */
	use(store, EVENT(2), "n=2");
	use(store, EVENT(3), "");
	use(store, EVENT(4), "n=4");
	CHECK_STR(kept(), "|n=1 |n=2 |n=4");
	CHECK(store_usage_acknowledge(store, &first, 1, &err) == 0);
	CHECK_STR(kept(), "|n=2 |n=4");
	CHECK(count("usage_trace") == 2);
	CHECK(rollup_run(store, 2, &err) == 0);
	CHECK_STR(kept(), "|n=4");
	CHECK(count("usage_trace") == 1 && count("usage") == 1);
	CHECK(store_check(store, &err) == 0);
	store_close(store);
}

static void run_sql(const char *sql)
{
	char file[128];
	sqlite3 *db;

	(void)snprintf(file, sizeof file, "%s/ledger.db", fixture_dir);
	CHECK(sqlite3_open(file, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* The checksum is of the row: another text in it is damage. */
static void a_changed_one_is_damage(void)
{
	struct store *store = fixture_new();
	struct err err;

	use(store, EVENT(1), "n=1");
	use(store, EVENT(2), "n=2");
	store_close(store);
	run_sql("UPDATE usage_trace SET baggage = 'n=7' WHERE baggage = 'n=1'");
	store = fixture_open();
	CHECK(store_check(store, &err) != 0);
	store_close(store);
	/* Repaired: the use stays, what was beside it is gone. */
	CHECK(fixture_try_open(&store, &err) == STORE_SALVAGED);
	CHECK(store_check(store, &err) == 0);
	CHECK_STR(kept(), "|n=2");
	CHECK(count("usage") == 2);
	store_close(store);
}

static void it_is_found_without_the_first_page(void)
{
	char file[128], page[4096] = {0};
	struct store *store = fixture_new();
	struct store_facts facts;
	struct err err;
	int fd;

	use(store, EVENT(1), "n=1");
	store_close(store);
	run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
	(void)snprintf(file, sizeof file, "%s/ledger.db", fixture_dir);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && write(fd, page, sizeof page) == (ssize_t)sizeof page);
	CHECK(close(fd) == 0);
	store = fixture_open();
	CHECK(store_facts(store, &facts, &err) == 0 && facts.n_usage_pending == 1);
	CHECK_STR(kept(), "|n=1");
	store_close(store);
}

int main(void)
{
	json_door_init();
	RUN(a_traceparent_has_two_ids_or_is_none);
	RUN(a_tracestate_is_what_the_specification_says);
	RUN(a_baggage_is_what_the_specification_says);
	RUN(what_is_well_formed_is_kept_beside_the_use);
	RUN(it_goes_when_its_use_goes);
	RUN(a_changed_one_is_damage);
	RUN(it_is_found_without_the_first_page);
	return 0;
}
