/* JSON-RPC 2.0; see rpc.h. */
#include "mcp/rpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"

static void message_refuse(struct rpc_message *message, int code, const char *reason)
{
	message->kind = RPC_INVALID;
	message->code = code;
	(void)snprintf(message->reason, sizeof message->reason, "%.*s",
		(int)sizeof message->reason - 1, reason);
}

/* A string or an integer, as text: "abc", 7, -1. Fractions, null and the rest
 * are not ids. */
static bool id_is_legal(struct str id)
{
	size_t i;

	if (id.n == 0 || id.n > RPC_ID_MAX)
		return false;
	if (id.p[0] == '"')
		return true;
	i = id.p[0] == '-' ? 1 : 0;
	/* A zero in front is not JSON, and would be echoed. */
	if (i == id.n || (id.p[i] == '0' && id.n > i + 1))
		return false;
	for (; i < id.n; i++)
		if (id.p[i] < '0' || id.p[i] > '9')
			return false;
	return true;
}

/*
 * An integer id may be longer than any number type. It is echoed from the text,
 * so for the parser it can be anything of the same length: its digits become
 * zeros after a one.
 */
static int parse_with_long_id(struct str text, struct str id, json_t **root, struct err *err)
{
	size_t at = (size_t)(id.p - text.p), i;
	char *copy = malloc(text.n);
	int fault;

	if (copy == NULL) {
		(void)err_set(err, ERR_MEMORY, "out of memory");
		return JSON_FAULT_NUMBER;
	}
	memcpy(copy, text.p, text.n);
	copy[at] = '1';
	for (i = 1; i < id.n; i++)
		copy[at + i] = ' ';
	fault = json_door_parse((struct str){copy, text.n}, root, err);
	free(copy);
	return fault;
}

static int message_parse(struct rpc_message *message, struct str text, struct err *err)
{
	struct str id;

	if (json_find_member(text, "id", &id))
		message->id = id;
	if (id_is_legal(message->id) && message->id.p[0] != '"' && message->id.n > 17)
		return parse_with_long_id(text, message->id, &message->root, err);
	return json_door_parse(text, &message->root, err);
}

static void message_refuse_text(struct rpc_message *message, int fault, const struct err *err)
{
	if (fault == JSON_FAULT_SYNTAX)
		message->id = (struct str){NULL, 0}; /* what was seen may be rubbish */
	if (!id_is_legal(message->id))
		message->id = (struct str){NULL, 0};
	message_refuse(message, fault == JSON_FAULT_SYNTAX ? RPC_PARSE_ERROR : RPC_INVALID_REQUEST,
		err->text);
}

static void message_class(struct rpc_message *message)
{
	const json_t *method = json_object_get(message->root, "method");
	const char *version = json_text(message->root, "jsonrpc");
	bool has_id = message->id.n > 0;

	if (has_id && !id_is_legal(message->id)) {
		message->id = (struct str){NULL, 0};
		message_refuse(message, RPC_INVALID_REQUEST,
			"id must be a string or an integer of at most 1024 bytes");
		return;
	}
	if (version == NULL || strcmp(version, "2.0") != 0) {
		message_refuse(message, RPC_INVALID_REQUEST, "jsonrpc must be \"2.0\"");
		return;
	}
	if (method == NULL && (json_object_get(message->root, "result") != NULL ||
				      json_object_get(message->root, "error") != NULL)) {
		message->kind = RPC_RESPONSE;
		return;
	}
	if (!json_is_string(method) ||
		strlen(json_string_value(method)) != json_string_length(method)) {
		message_refuse(message, RPC_INVALID_REQUEST, "method must be a string");
		return;
	}
	message->method = json_string_value(method);
	message->params = json_object_get(message->root, "params");
	message->kind = has_id ? RPC_REQUEST : RPC_NOTIFICATION;
}

struct plain {
	struct str jsonrpc, id, method, params; /* as written; n = 0: not there */
};

/* A string without escapes, with its quotes; digits; or {}. */
static bool plain_value(struct str *rest, struct str *value)
{
	const char *p = rest->p;
	size_t n = 0;

	if (rest->n > 1 && p[0] == '{' && p[1] == '}') {
		n = 2;
	} else if (rest->n > 1 && p[0] == '"') {
		for (n = 1; n < rest->n && p[n] != '"'; n++)
			if (p[n] < ' ' || p[n] > '~' || p[n] == '\\')
				return false;
		if (n++ == rest->n)
			return false;
	} else {
		while (n < rest->n && p[n] >= '0' && p[n] <= '9')
			n++;
	}
	*value = (struct str){p, n};
	*rest = (struct str){p + n, rest->n - n};
	return n > 0;
}

static struct str *plain_member(struct plain *plain, struct str name)
{
	if (str_is(name, "\"id\""))
		return &plain->id;
	if (str_is(name, "\"method\""))
		return &plain->method;
	if (str_is(name, "\"jsonrpc\""))
		return &plain->jsonrpc;
	return str_is(name, "\"params\"") ? &plain->params : NULL;
}

static bool plain_take(struct str *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = (struct str){rest->p + 1, rest->n - 1};
	return true;
}

static bool plain_split(struct str rest, struct plain *plain)
{
	struct str name, value, *member;

	if (!plain_take(&rest, '{'))
		return false;
	do {
		if (!plain_value(&rest, &name) || !plain_take(&rest, ':') ||
			!plain_value(&rest, &value))
			return false;
		member = plain_member(plain, name);
		if (member == NULL || member->n > 0)
			return false;
		*member = value;
	} while (plain_take(&rest, ','));
	return plain_take(&rest, '}') && rest.n == 0;
}

/*
 * What pings and most questions for a list are: {"jsonrpc":"2.0","id":1,"method":
 * "ping"}, its members in any order, no blanks, no params to speak of. A tree is
 * most of what those cost, so they are read without. False: anything else, and
 * whatever is wrong in any way.
 */
static bool message_read_plain(struct rpc_message *message, struct str text)
{
	struct plain plain = {.id = {NULL, 0}};
	const struct str *method = &plain.method;

	if (!plain_split(text, &plain) || !str_is(plain.jsonrpc, "\"2.0\"") ||
		!id_is_legal(plain.id) || (plain.params.n > 0 && plain.params.p[0] != '{') ||
		method->n == 0 || method->p[0] != '"' ||
		method->n - 2 >= sizeof message->plain_method)
		return false;
	memcpy(message->plain_method, method->p + 1, method->n - 2);
	message->method = message->plain_method;
	message->id = plain.id;
	message->kind = RPC_REQUEST;
	return true;
}

void rpc_message_read(struct rpc_message *message, struct str text)
{
	struct err err;
	int fault;

	memset(message, 0, sizeof *message);
	if (message_read_plain(message, text))
		return;
	fault = message_parse(message, text, &err);
	if (fault != 0) {
		message_refuse_text(message, fault, &err);
		return;
	}
	if (json_is_array(message->root)) {
		message->kind = RPC_ARRAY;
		message->id = (struct str){NULL, 0};
		return;
	}
	if (!json_is_object(message->root)) {
		message->id = (struct str){NULL, 0};
		message_refuse(message, RPC_INVALID_REQUEST, "a message must be an object");
		return;
	}
	message_class(message);
}

void rpc_message_fini(struct rpc_message *message)
{
	json_decref(message->root);
	message->root = NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool rpc_next_element(struct str *rest, struct str *element)
{
	size_t i = 0, from, depth = 0;
	bool quoted = false;

	while (i < rest->n && (is_blank(rest->p[i]) || rest->p[i] == ','))
		i++;
	if (i >= rest->n || rest->p[i] == ']')
		return false;
	for (from = i; i < rest->n; i++) {
		char c = rest->p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && depth > 0 && (c == '}' || c == ']'))
			depth--;
		else if (!quoted && depth == 0 && (c == ',' || c == ']'))
			break;
	}
	*element = str_trim((struct str){rest->p + from, i - from});
	*rest = (struct str){rest->p + i, rest->n - i};
	return true;
}

static void write_head(struct buf *out, struct str id)
{
	(void)buf_add_str(out, "{\"jsonrpc\":\"2.0\"");
	if (id.n > 0) {
		(void)buf_add_str(out, ",\"id\":");
		(void)buf_add(out, id.p, id.n);
	}
}

void rpc_write_result(struct buf *out, struct str id, struct str result)
{
	write_head(out, id);
	(void)buf_add_str(out, ",\"result\":");
	(void)buf_add(out, result.p, result.n);
	(void)buf_add_str(out, "}\n");
}

void rpc_write_error(
	struct buf *out, struct str id, int code, const char *reason, const json_t *data)
{
	write_head(out, id);
	(void)buf_add_format(out, ",\"error\":{\"code\":%d,\"message\":", code);
	(void)buf_add_json_string(out, reason, strlen(reason));
	if (data != NULL) {
		(void)buf_add_str(out, ",\"data\":");
		(void)json_write(data, out);
	}
	(void)buf_add_str(out, "}}\n");
}

static void write_call(struct buf *out, const char *method, const json_t *params)
{
	(void)buf_add_str(out, ",\"method\":");
	(void)buf_add_json_string(out, method, strlen(method));
	if (params != NULL) {
		(void)buf_add_str(out, ",\"params\":");
		(void)json_write(params, out);
	}
	(void)buf_add_str(out, "}\n");
}

void rpc_write_notification(struct buf *out, const char *method, const json_t *params)
{
	(void)buf_add_str(out, "{\"jsonrpc\":\"2.0\"");
	write_call(out, method, params);
}

void rpc_write_request(struct buf *out, const char *id, const char *method, const json_t *params)
{
	(void)buf_add_str(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	(void)buf_add_json_string(out, id, strlen(id));
	write_call(out, method, params);
}

const char *rpc_quote(struct str text, char out[RPC_QUOTE_BYTES])
{
	struct buf shown = BUF_INIT(4096);

	(void)text_filter_show(str_prefix(text, 64), &shown);
	(void)snprintf(out, RPC_QUOTE_BYTES, "%s",
		buf_text(&shown)); /* 64 bytes shown grow to fewer than 256, or are cut */
	buf_fini(&shown);
	return out;
}
