/* Answers to requests, and what handlers share; see method.h. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "mcp/cache.h"
#include "mcp/session.h"
#include "mcp/trace.h"

#define META_SERVER "io.modelcontextprotocol/serverInfo"

/* How long a modern client may keep lists and resources. Short: a withdrawn
 * prompt must not live on in a client. */
#define REPLY_TTL_MS 5000
#define REPLY_MAX (16UL * 1024 * 1024) /* one result made of members */

static void reply_seal(const struct mcp_request *request, json_t *result)
{
	json_t *meta;

	if (!mcp_is_modern(request->revision))
		return;
	if (json_object_get(result, "resultType") == NULL)
		json_object_set_new(result, "resultType", json_string("complete"));
	meta = json_object_get(result, "_meta");
	if (meta == NULL) {
		meta = json_object();
		json_object_set_new(result, "_meta", meta);
	}
	json_object_set_new(meta, META_SERVER, mcp_server_info(request->server, request->revision));
}

void mcp_reply(struct mcp_request *request, json_t *result)
{
	struct buf *out = session_target(request->session);
	size_t start = out->len;

	assert(!request->replied);
	request->replied = true;
	reply_seal(request, result);
	(void)buf_add_format(out,
		"{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":", (int)request->id.n, request->id.p);
	if (json_write(result, out) != 0 || buf_add_str(out, "}\n") != 0) {
		out->failed = false;
		buf_truncate(out, start);
		rpc_write_error(
			out, request->id, RPC_INTERNAL_ERROR, "the answer is too large", NULL);
	}
	json_decref(result);
}

void mcp_reply_cacheable(struct mcp_request *request, json_t *result, bool shared)
{
	if (mcp_is_modern(request->revision)) {
		json_object_set_new(result, "ttlMs", json_integer(REPLY_TTL_MS));
		json_object_set_new(
			result, "cacheScope", json_string(shared ? "public" : "private"));
	}
	mcp_reply(request, result);
}

void mcp_reply_bytes(struct mcp_request *request, struct str result)
{
	assert(!request->replied);
	request->replied = true;
	rpc_write_result(session_target(request->session), request->id, result);
}

/* serverInfo is the same in every modern result: written once. */
static const char *info_text(const struct mcp_request *request)
{
	struct mcp_server *server = request->server;
	struct buf text = BUF_INIT(4096);
	json_t *info;

	if (server->info == NULL) {
		info = mcp_server_info(server, request->revision);
		(void)json_write(info, &text);
		json_decref(info);
		server->info = buf_take(&text);
	}
	return server->info;
}

/* {members, and what the revision asks for}. */
static void add_result(struct buf *out, const struct mcp_request *request,
	const struct buf *members, enum mcp_scope scope)
{
	(void)buf_add_char(out, '{');
	(void)buf_add(out, members->data, members->len);
	if (mcp_is_modern(request->revision)) {
		if (scope != MCP_NOT_CACHEABLE)
			(void)buf_add_format(out, ",\"ttlMs\":%d,\"cacheScope\":\"%s\"",
				REPLY_TTL_MS, scope == MCP_PUBLIC ? "public" : "private");
		(void)buf_add_str(
			out, ",\"resultType\":\"complete\",\"_meta\":{\"" META_SERVER "\":");
		(void)buf_add_str(out, info_text(request));
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_char(out, '}');
}

void mcp_reply_members(struct mcp_request *request, const struct buf *members, enum mcp_scope scope)
{
	struct buf *out = session_target(request->session);
	size_t start = out->len;

	if (buf_failed(members)) {
		mcp_fail(request, RPC_INTERNAL_ERROR, NULL, "the answer is too large");
		return;
	}
	assert(!request->replied);
	request->replied = true;
	(void)buf_add_format(out,
		"{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":", (int)request->id.n, request->id.p);
	add_result(out, request, members, scope);
	if (buf_add_str(out, "}\n") != 0) {
		out->failed = false;
		buf_truncate(out, start);
		rpc_write_error(
			out, request->id, RPC_INTERNAL_ERROR, "the answer is too large", NULL);
	}
}

void mcp_reply_kept(struct mcp_request *request, const struct buf *members, enum mcp_scope scope,
	struct str cursor, uint64_t data_version)
{
	struct buf result = BUF_INIT(REPLY_MAX);

	add_result(&result, request, members, scope);
	if (buf_failed(members) || buf_failed(&result)) {
		mcp_fail(request, RPC_INTERNAL_ERROR, NULL, "the answer is too large");
	} else {
		struct str bytes = {result.data, result.len};

		mcp_cache_put(request->server->cache, request->method, request->revision, cursor,
			data_version, bytes);
		mcp_reply_bytes(request, bytes);
	}
	buf_fini(&result);
}

bool mcp_reply_again(struct mcp_request *request, struct str cursor, uint64_t data_version)
{
	struct str bytes;

	if (!mcp_cache_get(request->server->cache, request->method, request->revision, cursor,
		    data_version, &bytes))
		return false;
	mcp_reply_bytes(request, bytes);
	return true;
}

void mcp_fail(struct mcp_request *request, int code, json_t *data, const char *format, ...)
{
	char reason[512];
	va_list args;

	assert(!request->replied);
	request->replied = true;
	va_start(args, format);
	(void)vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	rpc_write_error(session_target(request->session), request->id, code, reason, data);
	json_decref(data);
}

void mcp_fail_err(struct mcp_request *request, const struct err *err)
{
	if (err->code == ERR_INVALID || err->code == ERR_NOT_FOUND || err->code == ERR_LIMIT)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "%s", err->text);
	else
		mcp_fail(request, RPC_INTERNAL_ERROR, NULL,
			"the prompt library cannot be read; `promptd doctor` says why");
}

void mcp_fail_capability(struct mcp_request *request, const char *capability)
{
	mcp_fail(request, RPC_MISSING_CAPABILITY,
		json_pack("{s:{s:{}}}", "requiredCapabilities", capability),
		"the client must support %s for this", capability);
}

void mcp_notify(struct mcp_request *request, const char *method, json_t *params)
{
	rpc_write_notification(&request->session->out, method, params);
	json_decref(params);
}

struct store *mcp_store(const struct mcp_request *request)
{
	return request->server->options.store;
}

struct str mcp_param(const struct mcp_request *request, const char *name)
{
	return json_str(request->params, name);
}

/* tracestate says nothing without a traceparent (W3C Trace Context, section 3.3). */
static void usage_trace(const struct mcp_request *request, struct usage_event *event)
{
	struct str state = json_str(request->meta, "tracestate");
	struct str baggage = json_str(request->meta, "baggage");

	if (trace_parent(
		    json_str(request->meta, "traceparent"), &event->trace_id, &event->span_id) &&
		trace_state_is_good(state))
		event->tracestate = state;
	if (trace_baggage_is_good(baggage))
		event->baggage = baggage;
}

void mcp_usage_init(const struct mcp_request *request, struct usage_event *event)
{
	memset(event, 0, sizeof *event);
	request->session->used = true;
	event->client_type = STR("mcp");
	event->client_name = str_of(request->client->name);
	event->client_version = str_of(request->client->version);
	event->era = str_of(mcp_revision_name(request->revision));
	event->outcome = STR("ok");
	event->success = -1;
	usage_trace(request, event);
}

json_t *mcp_text_block(struct str text)
{
	return json_pack("{s:s, s:o}", "type", "text", "text", json_from_str(text));
}

json_t *mcp_tool_text(struct str text, bool is_error)
{
	json_t *result = json_pack("{s:[o]}", "content", mcp_text_block(text));

	if (is_error)
		json_object_set_new(result, "isError", json_true());
	return result;
}

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

json_t *mcp_cursor_make(struct str text)
{
	struct buf out = BUF_INIT(4096);
	const unsigned char *p = (const unsigned char *)text.p;
	json_t *cursor;
	size_t i;

	for (i = 0; i < text.n; i += 3) {
		unsigned v = (unsigned)p[i] << 16;

		v |= i + 1 < text.n ? (unsigned)p[i + 1] << 8 : 0;
		v |= i + 2 < text.n ? p[i + 2] : 0;
		(void)buf_add_char(&out, base64url[v >> 18]);
		(void)buf_add_char(&out, base64url[v >> 12 & 63]);
		if (i + 1 < text.n)
			(void)buf_add_char(&out, base64url[v >> 6 & 63]);
		if (i + 2 < text.n)
			(void)buf_add_char(&out, base64url[v & 63]);
	}
	cursor = json_stringn(buf_text(&out), out.len);
	buf_fini(&out);
	return cursor;
}

bool mcp_cursor_read(struct str cursor, struct buf *text)
{
	unsigned v = 0, bits = 0;
	size_t i;

	if (cursor.n == 0 || cursor.n > 4096 || cursor.n % 4 == 1)
		return false;
	for (i = 0; i < cursor.n; i++) {
		const char *at = cursor.p[i] != '\0' ? strchr(base64url, cursor.p[i]) : NULL;

		if (at == NULL)
			return false;
		v = v << 6 | (unsigned)(at - base64url);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			(void)buf_add_char(text, (char)(v >> bits & 0xFF));
		}
	}
	return (v & ((1U << bits) - 1)) == 0 && !buf_failed(text) &&
	       str_is_utf8((struct str){text->data, text->len});
}
