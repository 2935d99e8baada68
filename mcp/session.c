/*
 * One connection: which era a message belongs to, and who handles it.
 *
 * The era is decided for every message by itself (versioning, "dual-era"): a
 * claim in params._meta makes it modern; without one it is legacy, and then it
 * must come after an initialize, or be one. Nothing is ever allowed because "this
 * connection initialised".
 */
#include "mcp/session.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "mcp/prompt_cache.h"

#define META_VERSION "io.modelcontextprotocol/protocolVersion"
#define META_CLIENT "io.modelcontextprotocol/clientInfo"
#define META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define META_LOG_LEVEL "io.modelcontextprotocol/logLevel"

struct mcp_session *mcp_session_new(struct mcp_server *server, const char *transport)
{
	struct mcp_session *session = xcalloc(1, sizeof *session);

	session->server = server;
	session->transport = transport;
	session->revision = MCP_LEGACY_LATEST;
	buf_init(&session->out, SESSION_OUT_MAX);
	session->data_version = store_data_version(server->options.store);
	server->member = -1;
	return session;
}

/* Prompts that were used more come earlier from now on. Behind the connection's
 * end, where nobody waits; what fails is tried again behind the next. */
static void session_rank(struct mcp_session *session)
{
	struct store *store = session->server->options.store;
	struct err err;

	if (session->used && store_usage_commit(store, &err) == 0)
		(void)store_usage_rank(store, &err);
}

void mcp_session_free(struct mcp_session *session)
{
	if (session == NULL)
		return;
	session_rank(session);
	session_parked_fini(session);
	session_listens_fini(session);
	free(session->client_name);
	free(session->client_version);
	json_decref(session->client.capabilities);
	buf_fini(&session->out);
	free(session);
}

struct buf *mcp_session_out(struct mcp_session *session)
{
	return &session->out;
}

struct str mcp_session_client(const struct mcp_session *session)
{
	return str_of(session->seen_name);
}

struct str mcp_session_era(const struct mcp_session *session)
{
	return str_of(session->seen_era);
}

/* Remember who speaks, for status; cut, and filtered where it is shown. */
static void session_see(struct mcp_session *session, const struct mcp_request *request)
{
	struct str name = str_prefix(str_of(request->client->name), sizeof session->seen_name - 1);

	session->seen_era = mcp_revision_name(request->revision);
	if (name.n > 0 && !str_is(name, session->seen_name)) {
		memcpy(session->seen_name, name.p, name.n);
		session->seen_name[name.n] = '\0';
	}
}

int mcp_session_settle(struct mcp_session *session, struct err *err)
{
	struct mcp_server *server = session->server;

	prompt_cache_settle(server->prompts);
	if (store_usage_commit(server->options.store, err) != 0)
		return -1;
	if (server->lost.code == ERR_NONE)
		return 0;
	*err = server->lost;
	server->lost.code = ERR_NONE;
	return -1;
}

struct buf *session_target(struct mcp_session *session)
{
	return session->batch != NULL ? session->batch : &session->out;
}

/* Methods by which a modern client can only mean the older protocol. */
static bool method_is_legacy_only(const char *method)
{
	static const char *const names[] = {"initialize", "ping", "logging/setLevel",
		"resources/subscribe", "resources/unsubscribe"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(method, names[i]) == 0)
			return true;
	return false;
}

static bool method_is_modern_only(const char *method)
{
	return strcmp(method, "server/discover") == 0 ||
	       strcmp(method, "subscriptions/listen") == 0;
}

static const struct mcp_method *method_find(
	const struct mcp_method *table, const char *name, enum mcp_revision revision)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0 && revision >= table->first &&
			revision <= table->last)
			return table;
	return NULL;
}

void session_dispatch(struct mcp_request *request)
{
	const struct mcp_method *method =
		method_find(request->server->options.methods, request->method, request->revision);
	char quote[RPC_QUOTE_BYTES];

	if (method == NULL) {
		mcp_fail(request, RPC_METHOD_NOT_FOUND, NULL, "no method %s in revision %s",
			rpc_quote(str_of(request->method), quote),
			mcp_revision_name(request->revision));
		return;
	}
	method->handler(request);
	session_see(request->session, request);
}

/* -32022 with what we speak, newest first. */
static void fail_version(struct mcp_request *request, struct str asked)
{
	json_t *supported = json_array();
	char quote[RPC_QUOTE_BYTES];
	int i;

	for (i = MCP_REVISIONS - 1; i >= 0; i--)
		json_array_append_new(
			supported, json_string(mcp_revision_name((enum mcp_revision)i)));
	mcp_fail(request, RPC_UNSUPPORTED_VERSION,
		json_pack(
			"{s:o, s:s}", "supported", supported, "requested", rpc_quote(asked, quote)),
		"protocol version not supported");
}

static bool log_level_is_known(const char *level)
{
	static const char *const levels[] = {
		"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};
	size_t i;

	for (i = 0; level != NULL && i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(level, levels[i]) == 0)
			return true;
	return false;
}

/* What every modern request must carry. NULL when it is right. */
static const char *modern_meta_fault(const json_t *meta)
{
	const json_t *client = json_object_get(meta, META_CLIENT);
	const json_t *level = json_object_get(meta, META_LOG_LEVEL);

	if (!json_is_object(json_object_get(meta, META_CAPABILITIES)))
		return "_meta[\"" META_CAPABILITIES "\"] must be an object";
	if (client != NULL &&
		(json_text(client, "name") == NULL || json_text(client, "version") == NULL))
		return "_meta[\"" META_CLIENT "\"] must have name and version";
	if (level != NULL && !log_level_is_known(json_string_value(level)))
		return "_meta[\"" META_LOG_LEVEL "\"] is not a log level";
	return NULL;
}

/* Second and later tries of a request bring answers and the sealed state. */
static bool modern_resume(struct mcp_request *request, json_t **state)
{
	const json_t *sealed = json_object_get(request->params, "requestState");
	const json_t *answers = json_object_get(request->params, "inputResponses");

	if (answers != NULL && !json_is_object(answers)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "inputResponses must be an object");
		return false;
	}
	if (sealed != NULL) {
		*state = mcp_state_open(
			request->server, request, json_str(request->params, "requestState"));
		if (*state == NULL) {
			mcp_fail(request, RPC_INVALID_PARAMS, NULL,
				"requestState is not ours, was changed, or is too old; "
				"send the request again without it");
			return false;
		}
	}
	request->state = *state;
	request->answers = answers;
	return true;
}

static void receive_modern(struct mcp_request *request, const json_t *claim)
{
	struct str asked = {json_string_value(claim), json_string_length(claim)};
	struct mcp_client client = {0};
	const char *fault;
	json_t *state = NULL;

	request->revision = MCP_2026_07_28;
	request->client = &client;
	if (!json_is_string(claim)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"_meta[\"" META_VERSION "\"] must be a string");
		return;
	}
	if (!str_is(asked, mcp_revision_name(MCP_2026_07_28))) {
		fail_version(request, asked);
		return;
	}
	fault = modern_meta_fault(request->meta);
	if (fault != NULL) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "%s", fault);
		return;
	}
	client.capabilities = json_object_get(request->meta, META_CAPABILITIES);
	client.name = json_text(json_object_get(request->meta, META_CLIENT), "name");
	client.version = json_text(json_object_get(request->meta, META_CLIENT), "version");
	if (method_is_legacy_only(request->method))
		mcp_fail(request, RPC_METHOD_NOT_FOUND, NULL, "%s is not a method of 2026-07-28",
			request->method);
	else if (modern_resume(request, &state))
		session_dispatch(request);
	json_decref(state);
}

static void receive_legacy(struct mcp_request *request)
{
	struct mcp_session *session = request->session;

	request->revision = session->revision;
	request->client = &session->client;
	if (method_is_modern_only(request->method))
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"%s needs params._meta[\"" META_VERSION "\"]", request->method);
	else if (!session->initialized && strcmp(request->method, "initialize") != 0 &&
		 strcmp(request->method, "ping") != 0)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"begin with initialize (up to 2025-11-25), or send "
			"params._meta[\"" META_VERSION "\"] (2026-07-28)");
	else
		session_dispatch(request);
}

static void receive_request(struct mcp_session *session, const struct rpc_message *message)
{
	struct mcp_request request = {
		.server = session->server,
		.session = session,
		.id = message->id,
		.method = message->method,
		.params = message->params,
		.revision = session->revision,
		.client = &session->client,
	};
	const json_t *claim;

	if (message->params != NULL && !json_is_object(message->params)) {
		mcp_fail(&request, RPC_INVALID_PARAMS, NULL, "params must be an object");
		return;
	}
	request.meta = json_object_get(message->params, "_meta");
	claim = json_object_get(request.meta, META_VERSION);
	if (session->batch != NULL && strcmp(message->method, "initialize") == 0)
		mcp_fail(&request, RPC_INVALID_REQUEST, NULL, "initialize must not be in a batch");
	else if (claim != NULL)
		receive_modern(&request, claim);
	else
		receive_legacy(&request);
	json_decref(request.asks);
}

/* Notifications are never answered, also when they are wrong. */
static void receive_notification(
	struct mcp_session *session, const struct rpc_message *message, struct str text)
{
	struct str params, id;

	if (strcmp(message->method, "notifications/cancelled") != 0)
		return;
	if (!json_find_member(text, "params", &params) ||
		!json_find_member(params, "requestId", &id))
		return;
	session_unlisten(session, id);
	session_unpark(session, id);
}

static void receive_one(struct mcp_session *session, struct str text);

/* A batch (2025-03-26 only): its elements are messages of their own, their
 * answers come back as one array; none, if all were notifications. */
static void receive_batch(
	struct mcp_session *session, const struct rpc_message *message, struct str text)
{
	struct buf answers = BUF_INIT(SESSION_OUT_MAX);
	struct str element;
	size_t i;

	if (session->batch != NULL || !session->initialized ||
		!mcp_has_batches(session->revision) || json_array_size(message->root) == 0 ||
		json_array_size(message->root) > SESSION_BATCH_MAX) {
		rpc_write_error(session_target(session), (struct str){NULL, 0}, RPC_INVALID_REQUEST,
			"not a request (batches: 2025-03-26 only, 1 to 256)", NULL);
		return;
	}
	session->batch = &answers;
	text = (struct str){text.p + 1, text.n - 1}; /* the bracket; blanks were trimmed */
	while (rpc_next_element(&text, &element))
		receive_one(session, element);
	session->batch = NULL;
	if (answers.len > 0) {
		answers.len--; /* the last newline */
		for (i = 0; i < answers.len; i++)
			if (answers.data[i] == '\n')
				answers.data[i] = ',';
		(void)buf_add_char(&session->out, '[');
		(void)buf_add(&session->out, answers.data, answers.len);
		(void)buf_add_str(&session->out, "]\n");
	}
	buf_fini(&answers);
}

static void receive_one(struct mcp_session *session, struct str text)
{
	struct rpc_message message;

	rpc_message_read(&message, text);
	switch (message.kind) {
	case RPC_REQUEST:
		receive_request(session, &message);
		break;
	case RPC_NOTIFICATION:
		receive_notification(session, &message, text);
		break;
	case RPC_RESPONSE:
		session_answered(session, message.root);
		break;
	case RPC_ARRAY:
		receive_batch(session, &message, text);
		break;
	case RPC_INVALID:
		rpc_write_error(
			session_target(session), message.id, message.code, message.reason, NULL);
		break;
	}
	rpc_message_fini(&message);
}

void mcp_session_receive(struct mcp_session *session, struct str message)
{
	message = str_trim(message);
	if (message.n > 0)
		receive_one(session, message);
}

void mcp_session_too_long(struct mcp_session *session, struct str prefix)
{
	struct str id = {NULL, 0}, method;

	/* A request that told its id early can be answered by it. */
	if (!json_find_member(prefix, "method", &method) || !json_find_member(prefix, "id", &id) ||
		id.n > RPC_ID_MAX)
		id = (struct str){NULL, 0};
	rpc_write_error(
		&session->out, id, RPC_INVALID_REQUEST, "message too large: at most 1 MiB", NULL);
}
