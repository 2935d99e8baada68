/* Tests of sync/upload: what leaves, what stays, and what is said how often. */
#include "sync/upload.h"

#include <sqlite3.h>

#include "core/clock.h"
#include "core/json.h"
#include "store/rollup.h"
#include "sync/item.h"
#include "tests/store_fixture.h"
#include "tests/upstream.h"

static struct upstream hub;

static void use_of(struct store *store, const char *source, const char *prompt, int n)
{
	struct usage_event event = {.prompt_id = str_of(prompt),
		.source = str_of(source),
		.version = 1,
		.client_type = STR("mcp"),
		.client_name = STR("codex"),
		.surface = STR("prompt"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.latency_us = 1500,
		.success = -1};
	struct err err;

	while (n-- > 0)
		CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(store_usage_commit(store, &err) == 0);
}

static struct upload *open_upload(struct store *store, const struct upload_options *more)
{
	struct upload_options options = more != NULL ? *more : (struct upload_options){0};
	struct upload *upload = NULL;
	struct err err;

	options.store = store;
	if (options.token == NULL)
		options.token = "t";
	if (more == NULL)
		options.url[UPLOAD_HUB] = hub.url;
	CHECK(sync_upload_new(&upload, &options, &err) == 0);
	return upload;
}

/* Steps, without regard for backoff, until nothing is to be done or it fails. */
static struct upload_report push(struct upload *upload)
{
	struct upload_report report, sum = {.wait_ms = -1};
	struct err err;

	sync_upload_wish(upload);
	do {
		CHECK(sync_upload_step(upload, true, &report, &err) == 0);
		sum.sent += report.sent;
		sum.refused += report.refused;
		sum.sign_in = sum.sign_in || report.sign_in;
		if (report.why[0] != '\0')
			memcpy(sum.why, report.why, sizeof sum.why);
	} while (report.wait_ms == 0);
	sum.wait_ms = report.wait_ms;
	upstream_look(&hub);
	return sum;
}

static struct outbox_state state_of(struct store *store, unsigned sink)
{
	struct outbox_state state;
	struct err err;

	CHECK(store_outbox_state(store, sink, &state, &err) == 0);
	return state;
}

/* A life: a library, a hub that takes all. */
static struct store *begin(void)
{
	upstream_start(&hub, upstream_takes_all, NULL);
	return fixture_new();
}

static void end(struct store *store, struct upload *upload)
{
	struct err err;

	CHECK(store_check(store, &err) == 0);
	sync_upload_free(upload);
	store_close(store);
	upstream_stop(&hub);
}

static void what_was_taken_leaves(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct upload_report report;

	use_of(store, "hub", "p1", 7);
	use_of(store, "local", "mine", 3);
	report = push(upload);
	CHECK(report.sent == 7 && report.refused == 0 && report.wait_ms == -1);
	CHECK(strstr(buf_text(&hub.all), "mine") == NULL);
	CHECK(strstr(buf_text(&hub.all), "Authorization: Bearer t\r\n") != NULL);
	CHECK(state_of(store, OUTBOX_HUB).waiting == 0 && state_of(store, OUTBOX_HUB).sent == 7);
	CHECK(push(upload).sent == 0 && hub.n == 1);
	end(store, upload);
}

static void an_event_has_the_fields_of_the_design_and_no_other(void)
{
	static const char *const fields[] = {"event_id", "occurred_at", "prompt_id", "version",
		"client_type", "client_name", "action", "outcome", "latency_ms"};
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	json_t *event = NULL;
	struct str rest;
	struct str line;
	size_t i;

	use_of(store, "hub", "p1", 1);
	CHECK(push(upload).sent == 1);
	rest = (struct str){buf_text(&hub.body), hub.body.len};
	CHECK(str_next_line(&rest, &line) && rest.n == 0);
	CHECK(json_door_parse(line, &event, NULL) == 0);
	CHECK(json_object_size(event) == sizeof fields / sizeof *fields);
	for (i = 0; i < sizeof fields / sizeof *fields; i++)
		CHECK(json_object_get(event, fields[i]) != NULL);
	json_decref(event);
	end(store, upload);
}

static void fifty_go_at_once_and_fewer_wait(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct upload_report report;
	struct err err;

	use_of(store, "hub", "p1", UPLOAD_FLUSH_EVENTS - 1);
	CHECK(sync_upload_step(upload, false, &report, &err) == 0);
	CHECK(report.wait_ms > 0 && report.wait_ms <= UPLOAD_FLUSH_MS && hub.n == 0);
	use_of(store, "hub", "p1", 1);
	CHECK(sync_upload_step(upload, false, &report, &err) == 0 && report.wait_ms == 0);
	CHECK(sync_upload_step(upload, false, &report, &err) == 0);
	upstream_look(&hub);
	CHECK(report.sent == UPLOAD_FLUSH_EVENTS && hub.n == 1);
	end(store, upload);
}

static void many_go_in_batches_of_five_hundred(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);

	use_of(store, "hub", "p1", 1201);
	CHECK(push(upload).sent == 1201);
	CHECK(hub.n == 3);
	end(store, upload);
}

/* ── again ─────────────────────────────────────────────────────────────── */

struct sent_once {
	struct buf raw;
	char key[ID_BYTES];
};

static void is_sent_again(struct sent_once *first)
{
	CHECK(strcmp(first->key, hub.key) == 0 && first->raw.len == hub.raw.len);
	CHECK(memcmp(first->raw.data, hub.raw.data, hub.raw.len) == 0);
}

static void hangs_up(struct upstream *upstream, struct buf *answer)
{
	(void)upstream;
	(void)answer;
}

static void what_was_not_answered_is_sent_again_byte_by_byte(void)
{
	static int statuses[] = {500, 502, 503, 429, 408, 302, 401, 403, 404, 999};
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct sent_once first = {.raw = BUF_INIT(1 << 20)};
	size_t i;

	use_of(store, "hub", "p1", 5);
	upstream_answers(&hub, hangs_up, NULL);
	CHECK(push(upload).sent == 0);
	(void)buf_add(&first.raw, hub.raw.data, hub.raw.len);
	memcpy(first.key, hub.key, sizeof first.key);
	CHECK(strlen(first.key) == ID_BYTES - 1);
	for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		upstream_answers(&hub, upstream_says_status, &statuses[i]);
		use_of(store, "hub", "p1", 1); /* what comes later is not in it */
		CHECK(push(upload).sent == 0 && state_of(store, OUTBOX_HUB).batched == 5);
		is_sent_again(&first);
		/* Another process goes on with it. */
		sync_upload_free(upload);
		upload = open_upload(store, NULL);
	}
	CHECK(hub.n == 1 + i);
	upstream_answers(&hub, upstream_takes_all, NULL);
	CHECK(push(upload).sent == 5 + (int64_t)i);
	buf_fini(&first.raw);
	end(store, upload);
}

/* The first bytes of the hub's answer, with its length told or not. */
struct cut {
	size_t bytes;
	bool length, whole;
};

static void is_cut(struct upstream *upstream, struct buf *answer)
{
	struct cut *cut = upstream->data;
	struct buf body = BUF_INIT(1 << 20);

	upstream_list(upstream, &body);
	if (cut->length)
		upstream_say(answer, 200, "", (struct str){buf_text(&body), body.len});
	else
		(void)buf_add_format(
			answer, "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n%s", buf_text(&body));
	cut->whole = cut->bytes >= answer->len;
	if (!cut->whole)
		buf_truncate(answer, cut->bytes);
	buf_fini(&body);
}

static void an_answer_cut_at_any_byte_is_none(bool length)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct cut cut = {.length = length};
	int64_t sent = 0;

	use_of(store, "hub", "p1", 3);
	upstream_answers(&hub, is_cut, &cut);
	while (sent == 0) {
		sent = push(upload).sent;
		CHECK((sent != 0) == cut.whole);
		CHECK(state_of(store, OUTBOX_HUB).batched == 3 - sent);
		cut.bytes++;
	}
	CHECK(sent == 3 && cut.bytes > 150);
	end(store, upload);
}

static void an_answer_that_was_cut_is_none(void)
{
	an_answer_cut_at_any_byte_is_none(true);
	an_answer_cut_at_any_byte_is_none(false);
}

static void says_text(struct upstream *upstream, struct buf *answer)
{
	const char *text = upstream->data;

	upstream_say(answer, 200, "", str_of(text));
}

/* 64 MiB, or as much of it as anybody reads. */
static void says_much(struct upstream *upstream, struct buf *answer)
{
	(void)upstream;
	(void)buf_add_format(answer, "HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n{\"accepted\":[",
		64 * 1024 * 1024);
	while (answer->len < (size_t)64 * 1024 * 1024)
		(void)buf_add_str(answer, "\"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e\",");
}

static void hostile_answers_take_nothing(void)
{
	static const char *const texts[] = {"", "{}", "[]", "null", "true", "\"ok\"",
		"{\"accepted\":[]}", "{\"accepted\":[],\"duplicate\":[],\"rejected\":[]}",
		"{\"accepted\":[\"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e\"],\"duplicate\":[],"
		"\"rejected\":[{\"event_id\":\"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e\"}]}",
		"{\"accepted\":{},\"duplicate\":[],\"rejected\":[]}",
		"{\"accepted\":[1,null,{},[[]],true],\"duplicate\":[\"\"],\"rejected\":[1,\"x\",[]]"
		"}",
		"{\"accepted\":[],\"duplicate\":[],\"rejected\":[{\"event_id\":7,\"code\":{}}]}",
		"{\"accepted\":[],\"accepted\":[],\"duplicate\":[],\"rejected\":[]}",
		"<html>Sign in to the hotel's network</html>",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	size_t i;

	use_of(store, "hub", "p1", 4);
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		upstream_answers(&hub, says_text, (void *)(uintptr_t)texts[i]);
		CHECK(push(upload).sent == 0 && state_of(store, OUTBOX_HUB).batched == 4);
	}
	upstream_answers(&hub, says_much, NULL);
	CHECK(push(upload).sent == 0 && state_of(store, OUTBOX_HUB).batched == 4);
	upstream_answers(&hub, upstream_takes_all, NULL);
	CHECK(push(upload).sent == 4);
	end(store, upload);
}

/* ── some of them ──────────────────────────────────────────────────────── */

/* The first is taken (twice), the second refused, of the others nothing is said. */
static void says_some(struct upstream *upstream, struct buf *answer)
{
	static char ids[1000][ID_BYTES];
	size_t n = upstream_ids(upstream, ids, 1000);
	struct buf body = BUF_INIT(65536);

	(void)buf_add_format(&body,
		"{\"accepted\":[\"%s\",\"%s\"],\"duplicate\":[\"%s\"],\"rejected\":["
		"{\"event_id\":\"%s\",\"code\":\"action\"}]}",
		ids[0], ids[0], ids[0], ids[n > 1 ? 1 : 0]);
	upstream_say(answer, 200, "", (struct str){buf_text(&body), body.len});
	buf_fini(&body);
}

static void exactly_those_that_were_named_leave(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct outbox_state state;
	char key[ID_BYTES];
	int64_t n;
	struct err err;

	use_of(store, "hub", "p1", 5);
	upstream_answers(&hub, says_some, NULL);
	CHECK(sync_upload_step(upload, true, &(struct upload_report){0}, &err) == 0);
	CHECK(sync_upload_step(upload, true, &(struct upload_report){0}, &err) == 0);
	upstream_look(&hub);
	memcpy(key, hub.key, sizeof key);
	state = state_of(store, OUTBOX_HUB);
	CHECK(state.sent == 1 && state.dead == 1 && state.batched == 3);
	CHECK(sync_upload_step(upload, true, &(struct upload_report){0}, &err) == 0);
	upstream_look(&hub);
	CHECK(strcmp(key, hub.key) != 0); /* other bytes have another key */
	upstream_answers(&hub, upstream_takes_all, NULL);
	(void)push(upload);
	state = state_of(store, OUTBOX_HUB);
	CHECK(state.sent == 3 && state.dead == 2 && state.batched == 0 && state.waiting == 0);
	/* The refused ones again. */
	CHECK(sync_upload_requeue(upload, &n, &err) == 0 && n == 2);
	CHECK(push(upload).sent == 2 && state_of(store, OUTBOX_HUB).dead == 0);
	end(store, upload);
}

static void refuses_the_bad_one(struct upstream *upstream, struct buf *answer)
{
	if (strstr(buf_text(&upstream->body), "\"bad\"") != NULL)
		upstream_say(answer, 400, "", STR("{\"error\":{\"code\":\"bad_json\"}}"));
	else
		upstream_takes_all(upstream, answer);
}

static int dead_id(void *data, const struct outbox_dead *dead)
{
	CHECK(str_is(dead->code, "bad_event"));
	CHECK(strstr(dead->item.p, "\"bad\"") != NULL);
	++*(int *)data;
	return 0;
}

static void what_is_wrong_is_found_and_the_others_go(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct upload_report report;
	struct err err;
	int dead = 0;

	use_of(store, "hub", "p1", 123);
	use_of(store, "hub", "bad", 1);
	use_of(store, "hub", "p1", 76);
	use_of(store, "hub", "bad", 1);
	upstream_answers(&hub, refuses_the_bad_one, NULL);
	report = push(upload);
	CHECK(report.sent == 199 && report.refused == 2);
	CHECK(store_outbox_dead(store, dead_id, &dead, &err) == 0 && dead == 2);
	CHECK(hub.n < 60);
	end(store, upload);
}

static void takes_ten(struct upstream *upstream, struct buf *answer)
{
	static char ids[1000][ID_BYTES];

	if (upstream_ids(upstream, ids, 1000) > 10)
		upstream_say(answer, 413, "", STR(""));
	else
		upstream_takes_all(upstream, answer);
}

static void too_large_a_batch_is_halved(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);

	use_of(store, "hub", "p1", 100);
	upstream_answers(&hub, takes_ten, NULL);
	CHECK(push(upload).sent == 100);
	end(store, upload);
}

static void takes_plain(struct upstream *upstream, struct buf *answer)
{
	if (upstream->raw.len != upstream->body.len)
		upstream_say(answer, 415, "", STR(""));
	else
		upstream_takes_all(upstream, answer);
}

static void who_takes_nothing_compressed_gets_it_plain(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);

	use_of(store, "hub", "p1", 100);
	upstream_answers(&hub, takes_plain, NULL);
	CHECK(push(upload).sent == 100 && hub.n == 2);
	use_of(store, "hub", "p1", 100);
	CHECK(push(upload).sent == 100 && hub.n == 3); /* and is remembered */
	end(store, upload);
}

/* ── held back ─────────────────────────────────────────────────────────── */

static void wants_the_new_token(struct upstream *upstream, struct buf *answer)
{
	if (strstr(buf_text(&upstream->head), "Bearer new\r\n") == NULL)
		upstream_say(answer, 401, "", STR(""));
	else
		upstream_takes_all(upstream, answer);
}

static void who_is_not_let_in_waits_for_a_token(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct upload_report report;
	struct err err;

	use_of(store, "hub", "p1", 2);
	upstream_answers(&hub, wants_the_new_token, NULL);
	report = push(upload);
	CHECK(report.sign_in && report.sent == 0 && report.wait_ms > INT64_C(40) * 60 * 1000);
	CHECK(sync_upload_step(upload, true, &report, &err) == 0);
	upstream_look(&hub);
	CHECK(hub.n == 1);
	sync_upload_token(upload, "new");
	CHECK(push(upload).sent == 2);
	end(store, upload);
}

static void asks_for_time(struct upstream *upstream, struct buf *answer)
{
	upstream_say(answer, 429, (const char *)upstream->data, STR(""));
}

static void a_hub_that_wants_to_be_left_alone_is(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct upload_report report;

	use_of(store, "hub", "p1", 2);
	upstream_answers(&hub, asks_for_time, (void *)(uintptr_t) "Retry-After: 100\r\n");
	report = push(upload);
	CHECK(report.wait_ms >= 99000 && report.wait_ms <= 121000 && hub.n == 1);
	CHECK(push(upload).sent == 0 && hub.n == 1); /* not even when somebody wishes it */
	sync_upload_free(upload);
	/* Odd ones are clamped. */
	upload = open_upload(store, NULL);
	upstream_answers(&hub, asks_for_time, (void *)(uintptr_t) "Retry-After: 999999999\r\n");
	report = push(upload);
	CHECK(report.wait_ms > 3590000 && report.wait_ms < 4400000);
	end(store, upload);
}

/* ── other places ──────────────────────────────────────────────────────── */

static void says_nothing_more(struct upstream *upstream, struct buf *answer)
{
	(void)upstream;
	upstream_say(answer, 200, "", STR("{}"));
}

static void a_dead_place_holds_up_no_other(void)
{
	struct store *store = begin();
	struct upload_options options = {
		.url = {hub.url, "http://127.0.0.1:1/v1/traces"}, .file_bytes = 1 << 20};
	struct upload *upload;
	struct upload_report report;
	char path[128];

	(void)snprintf(path, sizeof path, "%s/uses.jsonl", fixture_dir);
	options.url[UPLOAD_FILE] = path;
	upload = open_upload(store, &options);
	use_of(store, "hub", "p1", 600);
	use_of(store, "local", "mine", 5);
	report = push(upload);
	CHECK(report.sent == 600 + 605); /* the hub's and the file's */
	CHECK(state_of(store, OUTBOX_OTLP).waiting + state_of(store, OUTBOX_OTLP).batched >= 600);
	CHECK(state_of(store, OUTBOX_OTLP).why[0] != '\0');
	sync_upload_free(upload);
	/* Once it is given up, what it did not have leaves. */
	options.url[UPLOAD_OTLP] = NULL;
	upload = open_upload(store, &options);
	(void)push(upload);
	CHECK(state_of(store, OUTBOX_FILE).waiting == 0);
	CHECK(state_of(store, OUTBOX_OTLP).waiting == 0);
	end(store, upload);
}

static void a_dead_place_does_not_grow_without_bound(void)
{
	struct store *store = begin();
	struct upload_options options = {.url = {hub.url, "http://127.0.0.1:1/v1/traces"}};
	struct upload *upload = open_upload(store, &options);
	struct err err;

	use_of(store, "hub", "p1", 3000);
	CHECK(push(upload).sent == 3000);
	/* The ceiling's own work, by hand: what the hub has is not sent there again. */
	CHECK(rollup_run(store, 2000, &err) == 0);
	use_of(store, "hub", "p1", 10);
	CHECK(push(upload).sent == 10);
	CHECK(state_of(store, OUTBOX_OTLP).waiting + state_of(store, OUTBOX_OTLP).batched < 1600);
	end(store, upload);
}

static void rolled_up_counts_are_sent_as_such(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct err err;

	use_of(store, "hub", "p1", 200);
	use_of(store, "local", "mine", 20);
	CHECK(rollup_run(store, 220, &err) == 0);
	CHECK(push(upload).sent == 1);
	CHECK(strstr(buf_text(&hub.body), "\"count\":200}") != NULL);
	CHECK(strstr(buf_text(&hub.body), "mine") == NULL);
	end(store, upload);
}

static void what_was_another_hubs_stays(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	struct upload_options options = {.url = {"http://127.0.0.1:1"}};
	struct err err;
	int64_t n;

	use_of(store, "hub", "p1", 3);
	upstream_answers(&hub, hangs_up, NULL);
	CHECK(push(upload).sent == 0);
	use_of(store, "hub", "p2", 4);
	sync_upload_free(upload);
	upload = open_upload(store, &options);
	CHECK(state_of(store, OUTBOX_HUB).dead == 7 && state_of(store, OUTBOX_HUB).batched == 0);
	CHECK(sync_upload_requeue(upload, &n, &err) == 0 && n == 0);
	end(store, upload);
}

static void refused_ones_are_kept_for_thirty_days_of_work(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);
	const int64_t start = INT64_C(1800000000000), day = 24 * 3600 * INT64_C(1000);
	struct err err;
	int i;

	clock_freeze(start);
	use_of(store, "hub", "bad", 1);
	upstream_answers(&hub, refuses_the_bad_one, NULL);
	CHECK(push(upload).refused == 1);
	CHECK(store_outbox_upkeep(store, OUTBOX_HUB, &err) == 0);
	/* A clock that is years ahead for a moment takes nothing away. */
	clock_freeze(start + 3000 * day);
	CHECK(store_outbox_upkeep(store, OUTBOX_HUB, &err) == 0);
	clock_freeze(start);
	CHECK(store_outbox_upkeep(store, OUTBOX_HUB, &err) == 0);
	CHECK(state_of(store, OUTBOX_HUB).dead == 1);
	for (i = 0; i < OUTBOX_DEAD_DAYS; i++) {
		clock_freeze(start + i * day);
		CHECK(store_outbox_upkeep(store, OUTBOX_HUB, &err) == 0);
	}
	CHECK(state_of(store, OUTBOX_HUB).dead == 0);
	clock_freeze(-1);
	end(store, upload);
}

static void two_who_send_at_once_lose_nothing(void)
{
	struct store *store = begin(), *other = fixture_open();
	struct upload *upload = open_upload(store, NULL), *second = open_upload(other, NULL);
	struct upload_report report;
	struct err err;
	int64_t sent = 0;
	int i;

	for (i = 0; i < 40; i++) {
		use_of(store, "hub", "p1", 3);
		CHECK(sync_upload_step(i % 2 ? upload : second, true, &report, &err) == 0);
		sent += report.sent;
		CHECK(sync_upload_step(i % 3 ? second : upload, true, &report, &err) == 0);
		sent += report.sent;
	}
	sent += push(upload).sent + push(second).sent;
	CHECK(state_of(store, OUTBOX_HUB).batched == 0 && state_of(store, OUTBOX_HUB).waiting == 0);
	CHECK(state_of(store, OUTBOX_HUB).sent == 120 && sent == 120);
	sync_upload_free(second);
	store_close(other);
	end(store, upload);
}

/* Sends what another one has open just now: the answer comes when it is settled. */
static void is_settled_meanwhile(struct upstream *upstream, struct buf *answer)
{
	struct store *store = upstream->data;
	struct outbox_settled settled = {.sink = OUTBOX_HUB, .n_sent = 6};
	struct outbox_batch batch;
	struct err err;

	outbox_batch_init(&batch, OUTBOX_HUB);
	CHECK(store_outbox_next(store, OUTBOX_HUB, 0, &batch, &err) == 1);
	settled.seq = batch.seq;
	CHECK(store_outbox_settle(store, &settled, &err) == 0);
	outbox_batch_fini(&batch);
	upstream_takes_all(upstream, answer);
}

static void what_another_one_settled_is_not_settled_twice(void)
{
	struct store *store = begin(), *other = fixture_open();
	struct upload *upload = open_upload(store, NULL);

	use_of(store, "hub", "p1", 6);
	upstream_answers(&hub, is_settled_meanwhile, other);
	(void)push(upload);
	CHECK(state_of(store, OUTBOX_HUB).sent == 6 && state_of(store, OUTBOX_HUB).batched == 0);
	store_close(other);
	end(store, upload);
}

static void the_days_are_told_after_rows_have_left(void)
{
	struct store *store = begin();
	struct upload *upload = open_upload(store, NULL);

	(void)fixture_put(store, "a", "A", "1");
	use_of(store, "hub", "p1", 9);
	CHECK(push(upload).sent == 9);
	{
		sqlite3 *db;
		char file[128];
		sqlite3_stmt *ask;

		(void)snprintf(file, sizeof file, "%s/ledger.db", fixture_dir);
		CHECK(sqlite3_open(file, &db) == SQLITE_OK);
		CHECK(sqlite3_prepare_v2(db, "SELECT sum(count) FROM use_day", -1, &ask, NULL) ==
			SQLITE_OK);
		CHECK(sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_int64(ask, 0) == 9);
		(void)sqlite3_finalize(ask);
		(void)sqlite3_close(db);
	}
	end(store, upload);
}

static void spans_go_to_collectors(void)
{
	struct store *store = begin();
	struct upload_options options = {.url = {NULL, hub.url, hub.url}};
	struct upload *upload;

	upstream_answers(&hub, says_nothing_more, NULL);
	upload = open_upload(store, &options);
	use_of(store, "hub", "p1", 2);
	use_of(store, "local", "mine", 2);
	CHECK(push(upload).sent == 4 && hub.n == 2);
	CHECK(strstr(buf_text(&hub.all), "gen_ai.prompt.name") != NULL);
	CHECK(strstr(buf_text(&hub.all), "langfuse.observation.prompt.name") != NULL);
	CHECK(strstr(buf_text(&hub.all), "mine") == NULL);
	CHECK(state_of(store, OUTBOX_OTLP).waiting == 0);
	end(store, upload);
}

static void no_collector_takes_compressed(struct upstream *upstream, struct buf *answer)
{
	if (strstr(buf_text(&upstream->head), "Content-Encoding: gzip") != NULL)
		upstream_say(answer, 415, "", STR(""));
	else
		says_nothing_more(upstream, answer);
}

/* Asked once, and remembered. */
static void a_collector_that_takes_nothing_compressed_is_known_from_then_on(void)
{
	struct store *store = begin();
	struct upload_options options = {.url = {NULL, hub.url}, .otlp_gzip = true};
	struct upload *upload;

	upstream_answers(&hub, no_collector_takes_compressed, NULL);
	upload = open_upload(store, &options);
	use_of(store, "hub", "p1", 2);
	CHECK(push(upload).sent == 2 && hub.n == 2);
	use_of(store, "hub", "p1", 2);
	CHECK(push(upload).sent == 2 && hub.n == 3);
	end(store, upload);
}

static void a_body_of_more_than_a_batch_is_none(void)
{
	static struct str items[OUTBOX_ROWS_MAX];
	struct buf body = BUF_INIT(65536);
	struct str head;
	struct err err;
	size_t i, n;

	for (i = 0; i < OUTBOX_ROWS_MAX; i++)
		(void)buf_add_str(&body, "{}\n");
	CHECK(item_split(OUTBOX_HUB, (struct str){buf_text(&body), body.len}, &head, items, &n,
		      &err) == 0);
	CHECK(n == OUTBOX_ROWS_MAX);
	(void)buf_add_str(&body, "{}\n");
	CHECK(item_split(OUTBOX_HUB, (struct str){buf_text(&body), body.len}, &head, items, &n,
		      &err) != 0);
	buf_fini(&body);
}

int main(void)
{
	json_door_init();
	RUN(what_was_taken_leaves);
	RUN(an_event_has_the_fields_of_the_design_and_no_other);
	RUN(fifty_go_at_once_and_fewer_wait);
	RUN(many_go_in_batches_of_five_hundred);
	RUN(what_was_not_answered_is_sent_again_byte_by_byte);
	RUN(an_answer_that_was_cut_is_none);
	RUN(hostile_answers_take_nothing);
	RUN(exactly_those_that_were_named_leave);
	RUN(what_is_wrong_is_found_and_the_others_go);
	RUN(too_large_a_batch_is_halved);
	RUN(who_takes_nothing_compressed_gets_it_plain);
	RUN(who_is_not_let_in_waits_for_a_token);
	RUN(a_hub_that_wants_to_be_left_alone_is);
	RUN(a_dead_place_holds_up_no_other);
	RUN(a_dead_place_does_not_grow_without_bound);
	RUN(rolled_up_counts_are_sent_as_such);
	RUN(what_was_another_hubs_stays);
	RUN(refused_ones_are_kept_for_thirty_days_of_work);
	RUN(two_who_send_at_once_lose_nothing);
	RUN(what_another_one_settled_is_not_settled_twice);
	RUN(the_days_are_told_after_rows_have_left);
	RUN(spans_go_to_collectors);
	RUN(a_collector_that_takes_nothing_compressed_is_known_from_then_on);
	RUN(a_body_of_more_than_a_batch_is_none);
	return 0;
}
