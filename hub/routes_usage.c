/*
 * POST /api/v1/usage:batch, as sync.md has it: events are counted once, whoever sends
 * them how often. Who and with what comes from the token, never from the body, and no
 * event has a field for text.
 */
#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "hub/routes_all.h"

#define EVENTS_MAX 500
#define BATCH_MAX ((size_t)1024 * 1024)
#define FUTURE_MS (24LL * 3600 * 1000)
#define DAY_MS (24LL * 3600 * 1000)

struct event {
	struct str id, prompt_id, client_type, client_name, action, outcome, error_code, trace_id;
	int64_t occurred_ms, version, latency_ms, rating, uses;
};

struct batch {
	struct request *request;
	json_t *accepted, *duplicate, *rejected;
	uint64_t n_accepted;
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
	       (text.n == 0 || (memchr(text.p, '\0', text.n) == NULL &&
				       memchr(text.p, '\n', text.n) == NULL));
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

/* "2026-11-21T08:15:30Z", with or without a fraction. */
static bool parse_time(struct str text, int64_t *time_ms)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t y, mo, d, h, mi, s, days;

	if (text.n < 20 || text.p[4] != '-' || text.p[7] != '-' || text.p[10] != 'T' ||
		text.p[13] != ':' || text.p[16] != ':' || text.p[text.n - 1] != 'Z' ||
		!str_to_int((struct str){text.p, 4}, 1970, 9999, &y) ||
		!str_to_int((struct str){text.p + 5, 2}, 1, 12, &mo) ||
		!str_to_int((struct str){text.p + 8, 2}, 1, 31, &d) ||
		!str_to_int((struct str){text.p + 11, 2}, 0, 23, &h) ||
		!str_to_int((struct str){text.p + 14, 2}, 0, 59, &mi) ||
		!str_to_int((struct str){text.p + 17, 2}, 0, 60, &s))
		return false;
	days = (y - 1970) * 365 + (y - 1969) / 4 - (y - 1901) / 100 + (y - 1601) / 400 +
	       before[mo - 1] + d - 1;
	if (mo > 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		days++;
	*time_ms = (((days * 24 + h) * 60 + mi) * 60 + s) * 1000;
	return true;
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
	if (!parse_time(json_str(object, "occurred_at"), &event->occurred_ms) ||
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
	return number >= 0 ? db_number(number) : (struct db_value){.kind = DB_NULL};
}

static struct db_value or_empty(struct str text)
{
	return text.p != NULL ? db_text(text) : db_string("");
}

/* *inserted: it was not there before. */
static int insert_event(
	struct request *request, const struct event *event, bool *inserted, struct err *err)
{
	int rc = request_do(request,
		"INSERT INTO usage_event (tenant, event_id, occurred_ms, received_ms, user_id, "
		"device_id, prompt_id, number, client_type, client_name, action, outcome, "
		"error_code, latency_ms, rating, trace_id, uses) VALUES ($1, $2, $3, $4, $5, $6, "
		"$7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
		DB_ARGS(TENANT(request), db_text(event->id), db_number(event->occurred_ms),
			db_number(request->now_ms), USER(request),
			db_string(request->who.credential_id), db_text(event->prompt_id),
			db_number(event->version), db_text(event->client_type),
			or_empty(event->client_name), db_text(event->action),
			db_text(event->outcome), or_empty(event->error_code),
			or_null(event->latency_ms), or_null(event->rating),
			or_empty(event->trace_id), db_number(event->uses)),
		err);

	*inserted = rc == 0 && hub_db_changes(request->db) == 1;
	return rc;
}

static int count_event(struct request *request, const struct event *event, struct err *err)
{
	return request_do(request,
		"INSERT INTO usage_count (tenant, day, prompt_id, number, user_id, client_type, "
		"action, uses, errors) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT "
		"(tenant, day, prompt_id, number, user_id, client_type, action) DO UPDATE SET uses "
		"= usage_count.uses + excluded.uses, errors = usage_count.errors + excluded.errors",
		DB_ARGS(TENANT(request), db_number(event->occurred_ms / DAY_MS),
			db_text(event->prompt_id), db_number(event->version), USER(request),
			db_text(event->client_type), db_text(event->action), db_number(event->uses),
			db_number(str_is(event->outcome, "ok") ? 0 : event->uses)),
		err);
}

static int take_event(struct batch *batch, const json_t *object, struct err *err)
{
	struct event event;
	const char *fault;
	struct str id = json_str(object, "event_id");
	bool inserted;
	int rc;

	if (!is_uuid(id))
		return request_refuse(batch->request, 400, "bad_event",
			"an event has no event_id "
			"that is a UUID");
	fault = read_event(object, batch->request->now_ms, &event);
	if (fault != NULL) {
		(void)json_array_append_new(batch->rejected,
			json_pack("{s:s%, s:s}", "event_id", id.p, id.n, "code", fault));
		return 0;
	}
	event.id = id;
	rc = insert_event(batch->request, &event, &inserted, err);
	if (rc == 0 && inserted)
		rc = count_event(batch->request, &event, err);
	if (rc == 0)
		(void)json_array_append_new(
			inserted ? batch->accepted : batch->duplicate, json_from_str(id));
	batch->n_accepted += inserted ? 1 : 0;
	return rc;
}

static int take_events(struct batch *batch, struct err *err)
{
	struct str rest = batch->request->http->body, line;
	json_t *object;
	unsigned n = 0;
	int rc = 0;

	while (rc == 0 && str_next_line(&rest, &line)) {
		if (line.n == 0)
			continue;
		if (++n > EVENTS_MAX)
			return request_refuse(batch->request, 413, "too_large",
				"at most %d events at once", EVENTS_MAX);
		if (json_door_parse(line, &object, err) != 0)
			return request_refuse(
				batch->request, 400, "bad_json", "line %u: %s", n, err->text);
		rc = take_event(batch, object, err);
		json_decref(object);
	}
	return rc;
}

int route_usage(struct request *request, struct err *err)
{
	struct batch batch = {request, json_array(), json_array(), json_array(), 0};
	int rc;

	if (request->http->body.n > BATCH_MAX)
		rc = request_refuse(
			request, 413, "too_large", "at most %zu bytes at once", BATCH_MAX);
	else
		rc = take_events(&batch, err);
	if (rc != 0) {
		json_decref(batch.accepted);
		json_decref(batch.duplicate);
		json_decref(batch.rejected);
		return rc;
	}
	(void)atomic_fetch_add(&request->hub->usage_events, batch.n_accepted);
	return request_answer(request, 200,
		json_pack("{s:o, s:o, s:o}", "accepted", batch.accepted, "duplicate",
			batch.duplicate, "rejected", batch.rejected));
}
