/*
 * POST /api/v1/usage:batch, as sync.md has it: events are counted once, whoever sends
 * them how often. Who and with what comes from the token, never from the body, and no
 * event has a field for text.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/text_filter.h"
#include "hub/encoding.h"
#include "hub/routes_all.h"

#define EVENTS_MAX 500
#define BATCH_MAX ((size_t)1024 * 1024)
#define FUTURE_MS (24LL * 3600 * 1000)
#define DAY_MS (24LL * 3600 * 1000)

struct event {
	struct str id, prompt_id, client_type, client_name, action, outcome, error_code, trace_id;
	int64_t occurred_ms, version, latency_ms, rating, uses;
	bool inserted; /* it was not there before */
};

/* What of a batch is counted together. */
struct count {
	const struct event *like;
	int64_t uses, errors;
};

struct batch {
	struct request *request;
	json_t *accepted, *duplicate, *rejected;
	json_t *objects[EVENTS_MAX]; /* what the events borrow from */
	struct event events[EVENTS_MAX];
	struct count counts[EVENTS_MAX];
	size_t n_objects, n_events, n_counts;
	size_t next; /* the event that the next row is likely to be of */
};

static bool is_word(struct str text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (str_is(text, *words))
			return true;
	return false;
}

/* [A-Za-z0-9._:/+-], a name or a code and no sentence. */
static bool is_name(struct str text, size_t max)
{
	size_t i;
	char c;

	for (i = 0; i < text.n; i++) {
		c = text.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    (c != '\0' && strchr("._:/+-", c) != NULL)))
			return false;
	}
	return text.n <= max;
}

/* What a program calls itself: one line that shows as what it is. */
static bool is_title(struct str text, size_t max)
{
	return text.n <= max && text_filter_find(text) == text.n &&
	       (text.n == 0 || memchr(text.p, '\n', text.n) == NULL);
}

static bool is_uuid(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
				? text.p[i] != '-'
				: strchr("0123456789abcdef", text.p[i]) == NULL ||
					  text.p[i] == '\0')
			return false;
	return text.n == 36;
}

static bool take_number(
	const json_t *object, const char *name, int64_t min, int64_t max, int64_t *out)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL || json_is_null(value))
		return true;
	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= min && *out <= max;
}

/* What is wrong with it, or NULL. */
static const char *read_event(const json_t *object, int64_t now_ms, struct event *event)
{
	static const char *const types[] = {"hotkey", "mcp", "editor", "cli", NULL};
	static const char *const actions[] = {
		"search_pick", "render", "paste", "copy", "get", "rate", NULL};
	static const char *const outcomes[] = {"ok", "error", "cancelled", NULL};

	*event = (struct event){.latency_ms = -1, .rating = -1, .uses = 1};
	event->prompt_id = json_str(object, "prompt_id");
	event->client_type = json_str(object, "client_type");
	event->client_name = json_str(object, "client_name");
	event->action = json_str(object, "action");
	event->outcome = json_str(object, "outcome");
	event->error_code = json_str(object, "error_code");
	event->trace_id = json_str(object, "trace_id");
	if (!is_name(event->prompt_id, 64) || event->prompt_id.n == 0)
		return "prompt_id";
	if (!is_word(event->client_type, types))
		return "client_type";
	if (!is_word(event->action, actions))
		return "action";
	if (!is_word(event->outcome, outcomes))
		return "outcome";
	if (!is_title(event->client_name, 64))
		return "client_name";
	if (!is_name(event->error_code, 64))
		return "error_code";
	if (!is_name(event->trace_id, 32))
		return "trace_id";
	if (!clock_parse(json_str(object, "occurred_at"), &event->occurred_ms) ||
		event->occurred_ms > now_ms + FUTURE_MS)
		return "occurred_at";
	if (!take_number(object, "version", 0, INT64_MAX, &event->version))
		return "version";
	if (!take_number(object, "latency_ms", 0, INT32_MAX, &event->latency_ms))
		return "latency_ms";
	if (!take_number(object, "rating", 1, 5, &event->rating))
		return "rating";
	return take_number(object, "count", 1, INT32_MAX, &event->uses) ? NULL : "count";
}

static struct db_value or_null(int64_t number)
{
	return number >= 0 ? db_number(number) : db_null();
}

/* ── many rows in one statement ────────────────────────────────────────── */

/* Statements are kept by their text: so many rows at once, and no other numbers. */
static const size_t steps[] = {50, 10, 1};
#define STEP_MAX 50
#define N_STEPS (sizeof steps / sizeof *steps)

#define EVENT_COLUMNS 17
#define COUNT_COLUMNS 9

/* `head`, so many times ($1, …), `tail`. */
static char *compose(const char *head, size_t rows, size_t columns, const char *tail)
{
	struct buf out = BUF_INIT(16384);
	size_t i;

	(void)buf_add_str(&out, head);
	for (i = 0; i < rows * columns; i++)
		(void)buf_add_format(&out, "%s$%zu%s",
			i % columns != 0 ? ", "
			: i > 0		 ? ", ("
					 : "(",
			i + 1, i % columns == columns - 1 ? ")" : "");
	(void)buf_add_str(&out, tail);
	return buf_take(&out);
}

/* Composed once, for as long as the program runs. */
static char *event_statements[N_STEPS], *count_statements[N_STEPS];

static void compose_all(void)
{
	size_t i;

	for (i = 0; i < N_STEPS; i++) {
		event_statements[i] = compose(
			"INSERT INTO usage_event (tenant, event_id, occurred_ms, received_ms, "
			"user_id, device_id, prompt_id, number, client_type, client_name, action, "
			"outcome, error_code, latency_ms, rating, trace_id, uses) VALUES ",
			steps[i], EVENT_COLUMNS, " ON CONFLICT DO NOTHING RETURNING event_id");
		count_statements[i] = compose(
			"INSERT INTO usage_count (tenant, day, prompt_id, number, user_id, "
			"client_type, action, uses, errors) VALUES ",
			steps[i], COUNT_COLUMNS,
			" ON CONFLICT (tenant, day, prompt_id, number, user_id, client_type, "
			"action) DO UPDATE SET uses = usage_count.uses + excluded.uses, errors = "
			"usage_count.errors + excluded.errors");
	}
}

/* The largest step that is not more than what is left, of `steps`. */
static size_t step_of(size_t left)
{
	size_t i = 0;

	while (steps[i] > left)
		i++;
	return i;
}

static void event_args(
	const struct request *request, const struct event *event, struct db_value *args)
{
	const struct db_value values[EVENT_COLUMNS] = {TENANT(request), db_text(event->id),
		db_number(event->occurred_ms), db_number(request->now_ms), USER(request),
		db_string(request->who.credential_id), db_text(event->prompt_id),
		db_number(event->version), db_text(event->client_type),
		db_text_or_empty(event->client_name), db_text(event->action),
		db_text(event->outcome), db_text_or_empty(event->error_code),
		or_null(event->latency_ms), or_null(event->rating),
		db_text_or_empty(event->trace_id), db_number(event->uses)};

	(void)memcpy(args, values, sizeof values);
}

/* A row that was not there before. They come in their order, and each once. */
static int on_inserted(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct batch *batch = data;
	size_t i;

	(void)n;
	for (i = 0; i < batch->n_events; i++) {
		struct event *event = &batch->events[(batch->next + i) % batch->n_events];

		if (!event->inserted && str_equal(event->id, columns[0].text)) {
			event->inserted = true;
			batch->next = (batch->next + i + 1) % batch->n_events;
			return 0;
		}
	}
	return err_set(err, ERR_FAILED, "the database has kept an event that nobody sent");
}

static int insert_events(struct batch *batch, struct err *err)
{
	struct db_value args[STEP_MAX * EVENT_COLUMNS];
	size_t at, i, step;
	int rc = 0;

	for (at = 0; rc == 0 && at < batch->n_events; at += steps[step]) {
		step = step_of(batch->n_events - at);
		for (i = 0; i < steps[step]; i++)
			event_args(
				batch->request, &batch->events[at + i], &args[i * EVENT_COLUMNS]);
		rc = hub_db_run(batch->request->db, event_statements[step], args,
			steps[step] * EVENT_COLUMNS, on_inserted, batch, err);
	}
	return rc;
}

/* ── counting ──────────────────────────────────────────────────────────── */

static bool counts_with(const struct event *a, const struct event *b)
{
	return a->occurred_ms / DAY_MS == b->occurred_ms / DAY_MS && a->version == b->version &&
	       str_equal(a->prompt_id, b->prompt_id) && str_equal(a->action, b->action) &&
	       str_equal(a->client_type, b->client_type);
}

/* Only what was really inserted. */
static void add_up(struct batch *batch)
{
	const struct event *event;
	size_t i, j;

	for (i = 0; i < batch->n_events; i++) {
		event = &batch->events[i];
		(void)json_array_append_new(event->inserted ? batch->accepted : batch->duplicate,
			json_from_str(event->id));
		if (!event->inserted)
			continue;
		for (j = 0; j < batch->n_counts && !counts_with(event, batch->counts[j].like); j++)
			;
		if (j == batch->n_counts)
			batch->counts[batch->n_counts++] = (struct count){event, 0, 0};
		batch->counts[j].uses += event->uses;
		batch->counts[j].errors += str_is(event->outcome, "ok") ? 0 : event->uses;
	}
}

static void count_args(
	const struct request *request, const struct count *count, struct db_value *args)
{
	const struct event *event = count->like;
	const struct db_value values[COUNT_COLUMNS] = {TENANT(request),
		db_number(event->occurred_ms / DAY_MS), db_text(event->prompt_id),
		db_number(event->version), USER(request), db_text(event->client_type),
		db_text(event->action), db_number(count->uses), db_number(count->errors)};

	(void)memcpy(args, values, sizeof values);
}

static int write_counts(struct batch *batch, struct err *err)
{
	struct db_value args[STEP_MAX * COUNT_COLUMNS];
	size_t at, i, step;
	int rc = 0;

	for (at = 0; rc == 0 && at < batch->n_counts; at += steps[step]) {
		step = step_of(batch->n_counts - at);
		for (i = 0; i < steps[step]; i++)
			count_args(
				batch->request, &batch->counts[at + i], &args[i * COUNT_COLUMNS]);
		rc = request_do(batch->request, count_statements[step], args,
			steps[step] * COUNT_COLUMNS, err);
	}
	return rc;
}

/* ── the body ──────────────────────────────────────────────────────────── */

static int take_event(struct batch *batch, const json_t *object)
{
	struct event *event = &batch->events[batch->n_events];
	struct str id = json_str(object, "event_id");
	const char *fault;

	if (!is_uuid(id))
		return request_refuse(batch->request, 400, "bad_event",
			"an event has no event_id that is a UUID");
	fault = read_event(object, batch->request->now_ms, event);
	if (fault != NULL) {
		(void)json_array_append_new(batch->rejected,
			json_pack("{s:s%, s:s}", "event_id", id.p, id.n, "code", fault));
		return 0;
	}
	event->id = id;
	batch->n_events++;
	return 0;
}

static int read_events(struct batch *batch, struct str body, struct err *err)
{
	struct request *request = batch->request;
	struct str line;
	int rc = 0;

	while (rc == 0 && str_next_line(&body, &line)) {
		if (line.n == 0)
			continue;
		if (batch->n_objects == EVENTS_MAX)
			return request_refuse(
				request, 413, "too_large", "at most %d events at once", EVENTS_MAX);
		if (json_door_parse(line, &batch->objects[batch->n_objects], err) != 0)
			return request_refuse(request, 400, "bad_json", "line %zu: %s",
				batch->n_objects + 1, err->text);
		rc = take_event(batch, batch->objects[batch->n_objects++]);
	}
	return rc;
}

/* The body as it was before somebody packed it. */
static int unpack(struct request *request, struct buf *out, struct str *body, struct err *err)
{
	struct str encoding = request->http->headers[HTTP_CONTENT_ENCODING];

	*body = request->http->body;
	if (encoding.n > 0 && !str_is(encoding, "identity")) {
		if (!str_is(encoding, "gzip"))
			return request_refuse(
				request, 415, "media_type", "a body comes as it is, or with gzip");
		if (encoding_unpack(*body, out, err) != 0)
			return err->code == ERR_LIMIT
				       ? request_refuse(request, 413, "too_large", "%s", err->text)
				       : request_refuse(request, 400, "bad_gzip", "%s", err->text);
		*body = (struct str){buf_text(out), out->len};
	}
	if (body->n > BATCH_MAX)
		return request_refuse(
			request, 413, "too_large", "at most %zu bytes at once", BATCH_MAX);
	return 0;
}

static int take_batch(struct batch *batch, struct err *err)
{
	struct request *request = batch->request;
	struct buf plain = BUF_INIT(BATCH_MAX);
	struct str body;
	int rc;

	rc = unpack(request, &plain, &body, err);
	if (rc == 0)
		rc = read_events(batch, body, err);
	buf_fini(&plain);
	if (rc == 0)
		rc = insert_events(batch, err);
	if (rc != 0)
		return rc;
	add_up(batch);
	rc = write_counts(batch, err);
	if (rc != 0)
		return rc;
	(void)atomic_fetch_add(&request->hub->usage_events, json_array_size(batch->accepted));
	return request_answer(request, 200,
		json_pack("{s:O, s:O, s:O}", "accepted", batch->accepted, "duplicate",
			batch->duplicate, "rejected", batch->rejected));
}

int route_usage(struct request *request, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct batch *batch = xcalloc(1, sizeof *batch);
	size_t i;
	int rc;

	(void)pthread_once(&once, compose_all);
	batch->request = request;
	batch->accepted = json_array();
	batch->duplicate = json_array();
	batch->rejected = json_array();
	rc = take_batch(batch, err);
	for (i = 0; i < batch->n_objects; i++)
		json_decref(batch->objects[i]);
	json_decref(batch->accepted);
	json_decref(batch->duplicate);
	json_decref(batch->rejected);
	free(batch);
	return rc;
}
