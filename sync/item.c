/* See item.h. Spans: opentelemetry-proto's trace.proto in the JSON of OTLP (ids in hex,
 * 64-bit numbers as strings, enums as numbers), names of the semantic conventions for
 * MCP and generative AI; Langfuse's are its own, it drops every gen_ai.prompt key. */
#include "sync/item.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

#define NS_PER_MS INT64_C(1000000)
#define SPAN_BEGIN "{\"attributes\":[{\"key\":\"promptd.event_id\",\"value\":{\"stringValue\":\""
#define EVENT_BEGIN "{\"event_id\":\""

enum { KIND_INTERNAL = 1, KIND_SERVER = 2, STATUS_ERROR = 2 };

static void add_text(struct buf *out, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	(void)buf_add_format(out, ",\"%s\":", name);
	(void)buf_add_json_string(out, text.p, text.n);
}

static int64_t mean_us(const struct outbox_use *use)
{
	int64_t us = use->count > 1 ? use->latency_us / use->count : use->latency_us;

	return us > 0 ? us : 0;
}

/* The event of sync.md, and no field more. */
static void add_event(const struct outbox_use *use, struct buf *out)
{
	int64_t latency_ms = mean_us(use) / 1000;
	char time[CLOCK_TEXT_BYTES];

	clock_format(use->occurred_ms, time);
	(void)buf_add_format(out, EVENT_BEGIN "%.*s\",\"occurred_at\":\"%.19s.%03dZ\"",
		(int)use->event_id.n, use->event_id.p, time, (int)(use->occurred_ms % 1000));
	add_text(out, "prompt_id", use->prompt_id);
	(void)buf_add_format(out, ",\"version\":%lld", (long long)use->version);
	add_text(out, "client_type", use->client_type);
	add_text(out, "client_name", use->client_name);
	add_text(out, "action", use->action);
	add_text(out, "outcome", use->outcome);
	add_text(out, "error_code", use->error_code);
	(void)buf_add_format(out, ",\"latency_ms\":%lld",
		(long long)(latency_ms < INT32_MAX ? latency_ms : INT32_MAX));
	if (use->rating != 0)
		(void)buf_add_format(out, ",\"rating\":%d", use->rating);
	add_text(out, "trace_id", use->trace_id);
	if (use->count > 0)
		(void)buf_add_format(out, ",\"count\":%lld", (long long)use->count);
	(void)buf_add_char(out, '}');
}

/* ── spans ─────────────────────────────────────────────────────────────── */

static void add_attribute(struct buf *out, const char *key, struct str text)
{
	if (text.n == 0)
		return;
	(void)buf_add_format(out, ",{\"key\":\"%s\",\"value\":{\"stringValue\":", key);
	(void)buf_add_json_string(out, text.p, text.n);
	(void)buf_add_str(out, "}}");
}

static void add_number(struct buf *out, const char *key, int64_t number)
{
	(void)buf_add_format(
		out, ",{\"key\":\"%s\",\"value\":{\"intValue\":\"%lld\"}}", key, (long long)number);
}

/* What an MCP client asked for; empty: it was none that asked. */
static struct str method_of(const struct outbox_use *use)
{
	if (!str_is(use->client_type, "mcp") && !str_is(use->client_type, "editor"))
		return STR("");
	if (str_is(use->surface, "prompt"))
		return STR("prompts/get");
	if (str_is(use->surface, "resource"))
		return STR("resources/read");
	if (str_is(use->surface, "skill"))
		return STR("skills/get");
	return STR("tools/call");
}

static void add_attributes(
	unsigned sink, const struct outbox_use *use, const char *name, struct buf *out)
{
	struct str prompt = name != NULL ? str_of(name) : use->prompt_id;
	char version[24];

	(void)snprintf(version, sizeof version, "%lld", (long long)use->version);
	if (sink == OUTBOX_LANGFUSE) {
		add_attribute(out, "langfuse.observation.prompt.name", prompt);
		add_number(out, "langfuse.observation.prompt.version", use->version);
		add_attribute(out, "langfuse.observation.type", STR("span"));
	} else {
		add_attribute(out, "gen_ai.prompt.name", prompt);
		add_attribute(out, "gen_ai.prompt.version", str_of(version));
	}
	add_attribute(out, "mcp.method.name", method_of(use));
	add_attribute(out, "promptd.client.type", use->client_type);
	add_attribute(out, "promptd.client.name", use->client_name);
	add_attribute(out, "promptd.action", use->action);
	add_attribute(out, "error.type", use->error_code);
	if (use->rating != 0)
		add_number(out, "promptd.rating", use->rating);
	if (use->count > 0)
		add_number(out, "promptd.count", use->count);
}

/* The 32 digits of a UUID; its last 16 are the span's, never all zero. */
static void digits_of(struct str id, char hex[33])
{
	size_t i, n = 0;

	for (i = 0; i < id.n && n < 32; i++)
		if (isxdigit((unsigned char)id.p[i]))
			hex[n++] = (char)tolower((unsigned char)id.p[i]);
	while (n < 32)
		hex[n++] = '1';
	hex[32] = '\0';
}

static void add_ids(const struct outbox_use *use, struct buf *out)
{
	bool joins = use->trace_id.n == 32;
	char hex[33];

	digits_of(use->event_id, hex);
	(void)buf_add_format(out, "],\"traceId\":\"%.32s\",\"spanId\":\"%s\"",
		joins ? use->trace_id.p : hex, hex + 16);
	if (joins && use->span_id.n == 16)
		(void)buf_add_format(out, ",\"parentSpanId\":\"%.16s\"", use->span_id.p);
}

static void add_span(unsigned sink, const struct outbox_use *use, const char *name, struct buf *out)
{
	int64_t end_ns = use->occurred_ms * NS_PER_MS;
	struct str method = method_of(use);
	bool failed = str_is(use->outcome, "error");

	(void)buf_add_format(out, SPAN_BEGIN "%.*s\"}}", (int)use->event_id.n, use->event_id.p);
	add_attributes(sink, use, name, out);
	add_ids(use, out);
	(void)buf_add_str(out, ",\"name\":");
	if (method.n > 0)
		(void)buf_add_json_string(out, method.p, method.n);
	else
		(void)buf_add_format(out, "\"prompt %.*s\"", (int)use->action.n,
			use->action.n > 0 ? use->action.p : "");
	(void)buf_add_format(out,
		",\"kind\":%d,\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\"",
		method.n > 0 ? KIND_SERVER : KIND_INTERNAL,
		(long long)(end_ns - mean_us(use) * 1000), (long long)end_ns);
	if (failed)
		(void)buf_add_format(out, ",\"status\":{\"code\":%d}", STATUS_ERROR);
	(void)buf_add_char(out, '}');
}

void item_add(unsigned sink, const struct outbox_use *use, const char *name, struct buf *out)
{
	if (sink == OUTBOX_HUB || sink == OUTBOX_FILE)
		add_event(use, out);
	else
		add_span(sink, use, name, out);
}

/* ── bodies ────────────────────────────────────────────────────────────── */

static bool is_spans(unsigned sink)
{
	return sink == OUTBOX_OTLP || sink == OUTBOX_LANGFUSE;
}

/* "key=value", a line each; what is no such pair is left out. */
static void add_resource(struct buf *out, const char *resource)
{
	struct str rest = str_of(resource), pair, key, value;
	bool named = false;

	(void)buf_add_str(out,
		"{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":"
		"\"service.version\",\"value\":{\"stringValue\":\"" PROMPTD_VERSION "\"}}");
	while (rest.n > 0) {
		pair = str_cut(rest, '\n', &rest);
		key = str_trim(str_cut(pair, '=', &value));
		value = str_trim(value);
		if (key.n == 0 || value.n == 0 || str_is(key, "service.version") ||
			(named && str_is(key, "service.name")))
			continue; /* the first one counts */
		named = named || str_is(key, "service.name");
		(void)buf_add_str(out, ",{\"key\":");
		(void)buf_add_json_string(out, key.p, key.n);
		(void)buf_add_str(out, ",\"value\":{\"stringValue\":");
		(void)buf_add_json_string(out, value.p, value.n);
		(void)buf_add_str(out, "}}");
	}
	(void)buf_add_str(out,
		"]},\"scopeSpans\":[{\"scope\":{\"name\":\"promptd\",\"version\":\"" PROMPTD_VERSION
		"\"},\"spans\":[");
}

int item_join(unsigned sink, struct str head, const char *resource, const struct str *items,
	size_t n, struct buf *out, struct err *err)
{
	bool spans = is_spans(sink);
	size_t i;

	if (spans && head.n > 0)
		(void)buf_add(out, head.p, head.n);
	else if (spans)
		add_resource(out, sink == OUTBOX_OTLP && resource != NULL ? resource
									  : "service.name=promptd");
	if (spans)
		(void)buf_add_char(out, '\n');
	for (i = 0; i < n; i++) {
		(void)buf_add(out, items[i].p, items[i].n);
		(void)buf_add_str(out, spans && i + 1 < n ? ",\n" : "\n");
	}
	if (spans)
		(void)buf_add_str(out, "]}]}]}\n");
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "too much for one request") : 0;
}

int item_split(unsigned sink, struct str body, struct str *head, struct str *items, size_t *n,
	struct err *err)
{
	bool spans = is_spans(sink), ended = !spans;
	struct str line;

	*n = 0;
	*head = (struct str){NULL, 0};
	if (spans && !str_next_line(&body, head))
		return err_set(err, ERR_INVALID, "a batch is not what it was");
	while (str_next_line(&body, &line)) {
		if (spans && str_is(line, "]}]}]}")) {
			ended = true;
			break;
		}
		if (spans && str_ends(line, ","))
			line.n--;
		if (*n == OUTBOX_ROWS_MAX)
			return err_set(err, ERR_INVALID, "a batch is not what it was");
		items[(*n)++] = line;
	}
	if (!ended || body.n > 0)
		return err_set(err, ERR_INVALID, "a batch is not what it was");
	return 0;
}

bool item_event_id(struct str item, char event_id[ID_BYTES])
{
	size_t skip = str_starts(item, EVENT_BEGIN)  ? sizeof EVENT_BEGIN - 1
		      : str_starts(item, SPAN_BEGIN) ? sizeof SPAN_BEGIN - 1
						     : 0;

	if (skip == 0 || item.n < skip + ID_BYTES - 1)
		return false;
	memcpy(event_id, item.p + skip, ID_BYTES - 1);
	event_id[ID_BYTES - 1] = '\0';
	return true;
}
