/*
 * Who wants to hear of changes. Modern: subscriptions/listen, one long request
 * per wish list, its notifications marked with the request's id. Legacy: an
 * initialised connection hears of lists, and of what it subscribed to.
 */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "mcp/session.h"

#define META_SUBSCRIPTION "io.modelcontextprotocol/subscriptionId"

static void listen_fini(struct mcp_session *session, struct session_listen *listen)
{
	size_t i;

	for (i = 0; i < listen->n_uris; i++)
		free(listen->uris[i].uri);
	session->n_uris -= listen->n_uris;
	free(listen->uris);
	free(listen->id);
	memset(listen, 0, sizeof *listen);
}

/* False when the connection has as many as it may. Twice is once. */
static bool listen_add_uri(
	struct mcp_session *session, struct session_listen *listen, struct str uri)
{
	struct session_uri *entry;
	size_t i;

	for (i = 0; i < listen->n_uris; i++)
		if (str_is(uri, listen->uris[i].uri))
			return true;
	if (session->n_uris >= SESSION_URIS_MAX)
		return false;
	listen->uris = xrealloc(listen->uris, (listen->n_uris + 1) * sizeof *listen->uris);
	entry = &listen->uris[listen->n_uris++];
	session->n_uris++;
	entry->uri = str_dup(uri);
	entry->stamp = session->server->options.resource_stamp(session->server, uri);
	return true;
}

/* The subscription id in the request's own JSON type. */
static json_t *listen_meta(const struct session_listen *listen)
{
	json_t *id = NULL;
	struct err err;

	if (listen->id == NULL)
		return NULL;
	if (json_door_parse(str_of(listen->id), &id, &err) != 0)
		id = json_string(listen->id); /* an integer no number type keeps */
	return json_pack("{s:o}", META_SUBSCRIPTION, id);
}

static void listen_notify(struct mcp_session *session, const struct session_listen *listen,
	const char *method, json_t *params)
{
	json_t *meta = listen_meta(listen);

	if (meta != NULL) {
		if (params == NULL)
			params = json_object();
		json_object_set_new(params, "_meta", meta);
	}
	rpc_write_notification(&session->out, method, params);
	json_decref(params);
}

static bool filter_is_legal(const json_t *filter)
{
	static const char *const flags[] = {
		"toolsListChanged", "promptsListChanged", "resourcesListChanged"};
	const json_t *uris = json_object_get(filter, "resourceSubscriptions"), *uri;
	size_t i;

	if (!json_is_object(filter) || (uris != NULL && !json_is_array(uris)))
		return false;
	for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const json_t *flag = json_object_get(filter, flags[i]);

		if (flag != NULL && !json_is_boolean(flag))
			return false;
	}
	json_array_foreach (uris, i, uri) {
		if (!json_is_string(uri))
			return false;
	}
	return true;
}

/* Take what we can honour and say so in `honoured`. */
static void listen_take(struct mcp_session *session, struct session_listen *listen,
	const json_t *filter, json_t *honoured)
{
	json_t *uris = json_object_get(filter, "resourceSubscriptions"), *uri;
	json_t *taken = json_array();
	size_t i;

	listen->tools = json_flag(filter, "toolsListChanged", false);
	listen->prompts = json_flag(filter, "promptsListChanged", false);
	listen->resources = json_flag(filter, "resourcesListChanged", false);
	if (listen->tools)
		json_object_set_new(honoured, "toolsListChanged", json_true());
	if (listen->prompts)
		json_object_set_new(honoured, "promptsListChanged", json_true());
	if (listen->resources)
		json_object_set_new(honoured, "resourcesListChanged", json_true());
	json_array_foreach (uris, i, uri) {
		struct str text = {json_string_value(uri), json_string_length(uri)};

		if (listen_add_uri(session, listen, text))
			json_array_append(taken, uri);
	}
	if (uris != NULL)
		json_object_set(honoured, "resourceSubscriptions", taken);
	json_decref(taken);
}

void mcp_subscriptions_listen(struct mcp_request *request)
{
	const json_t *filter = json_object_get(request->params, "notifications");
	struct mcp_session *session = request->session;
	struct session_listen *listen;
	json_t *honoured;

	if (!filter_is_legal(filter)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"notifications must be an object of wishes");
		return;
	}
	session_unlisten(session, request->id); /* the same id again replaces */
	if (session->n_listens == SESSION_LISTENS_MAX || session->batch != NULL) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "at most %d subscriptions",
			SESSION_LISTENS_MAX);
		return;
	}
	listen = &session->listens[session->n_listens++];
	listen->id = str_dup(request->id);
	honoured = json_object();
	listen_take(session, listen, filter, honoured);
	listen_notify(session, listen, "notifications/subscriptions/acknowledged",
		json_pack("{s:o}", "notifications", honoured));
	request->replied = true; /* the result comes when it ends */
}

void session_unlisten(struct mcp_session *session, struct str id)
{
	size_t i;

	for (i = 0; i < session->n_listens; i++) {
		if (!str_is(id, session->listens[i].id))
			continue;
		listen_fini(session, &session->listens[i]);
		session->n_listens--;
		memmove(&session->listens[i], &session->listens[i + 1],
			(session->n_listens - i) * sizeof session->listens[0]);
		memset(&session->listens[session->n_listens], 0, sizeof session->listens[0]);
		return;
	}
}

void session_listens_end(struct mcp_session *session)
{
	size_t i;

	for (i = 0; i < session->n_listens; i++) {
		struct mcp_request request = {
			.server = session->server,
			.session = session,
			.revision = MCP_2026_07_28,
			.id = str_of(session->listens[i].id),
		};

		mcp_reply(&request, json_pack("{s:o}", "_meta", listen_meta(&session->listens[i])));
	}
	session_listens_fini(session);
}

void session_listens_fini(struct mcp_session *session)
{
	while (session->n_listens > 0)
		listen_fini(session, &session->listens[--session->n_listens]);
	listen_fini(session, &session->legacy);
}

void mcp_subscribe(struct mcp_request *request)
{
	struct str uri = mcp_param(request, "uri");

	if (uri.n == 0)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "uri must be a string");
	else if (request->server->options.resource_stamp(request->server, uri) == 0)
		mcp_fail(request, RPC_RESOURCE_NOT_FOUND,
			json_pack("{s:o}", "uri", json_from_str(uri)), "no such resource");
	else if (!listen_add_uri(request->session, &request->session->legacy, uri))
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "at most %d subscriptions",
			SESSION_URIS_MAX);
	else
		mcp_reply(request, json_object());
}

void mcp_unsubscribe(struct mcp_request *request)
{
	struct session_listen *listen = &request->session->legacy;
	struct str uri = mcp_param(request, "uri");
	size_t i;

	if (uri.n == 0) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "uri must be a string");
		return;
	}
	for (i = 0; i < listen->n_uris; i++) {
		if (!str_is(uri, listen->uris[i].uri))
			continue;
		free(listen->uris[i].uri);
		listen->uris[i] = listen->uris[--listen->n_uris];
		request->session->n_uris--;
		break;
	}
	mcp_reply(request, json_object());
}

static void listen_tell_uris(struct mcp_session *session, struct session_listen *listen)
{
	size_t i;

	for (i = 0; i < listen->n_uris; i++) {
		struct session_uri *entry = &listen->uris[i];
		uint64_t stamp = session->server->options.resource_stamp(
			session->server, str_of(entry->uri));

		if (stamp == entry->stamp)
			continue;
		entry->stamp = stamp;
		listen_notify(session, listen, "notifications/resources/updated",
			json_pack("{s:s}", "uri", entry->uri));
	}
}

static void listen_tell(struct mcp_session *session, struct session_listen *listen)
{
	if (listen->prompts)
		listen_notify(session, listen, "notifications/prompts/list_changed", NULL);
	if (listen->resources)
		listen_notify(session, listen, "notifications/resources/list_changed", NULL);
	listen_tell_uris(session, listen);
}

bool mcp_session_wants_changes(const struct mcp_session *session)
{
	return session->initialized || session->n_listens > 0;
}

/* Did anything change that a client can see? The first time there is nothing to
 * compare with (looking at the start would cost the first answer a millisecond):
 * then it did. */
static bool library_looks_different(struct mcp_session *session)
{
	struct store *store = session->server->options.store;
	uint64_t version = store_data_version(store), stamp = 0;
	struct err err;

	if (version == session->data_version)
		return false;
	session->data_version = version;
	session->server->member = -1;
	if (store_library_stamp(store, &stamp, &err) == 0 && stamp == session->stamp)
		return false; /* the order of use, say */
	session->stamp = stamp;
	return true;
}

void mcp_session_library_changed(struct mcp_session *session)
{
	size_t i;

	if (!library_looks_different(session))
		return;
	if (session->initialized) {
		session->legacy.prompts = session->legacy.resources = true;
		listen_tell(session, &session->legacy);
	}
	for (i = 0; i < session->n_listens; i++)
		listen_tell(session, &session->listens[i]);
}

void mcp_session_close(struct mcp_session *session)
{
	session_listens_end(session);
}
