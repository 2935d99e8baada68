/*
 * Asking the client something in the middle of a request.
 *
 * A modern client gets a result of type input_required and sends the request
 * again with the answers; what we must remember travels through it, sealed (see
 * mcp_state_seal). A legacy client gets a request of ours; its own is parked
 * until all answers came. Handlers do not see the difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/id.h"
#include "core/json.h"
#include "mcp/session.h"

#define STATE_LIFE_MS (10 * 60 * 1000)
#define STATE_MAX 8192

static bool capability_declared(const struct mcp_request *request, const char *method)
{
	const json_t *capabilities = request->client->capabilities;
	const json_t *elicitation = json_object_get(capabilities, "elicitation");

	if (strcmp(method, "elicitation/create") == 0) {
		if (!mcp_has_elicitation(request->revision) || !json_is_object(elicitation))
			return false;
		/* {} means form; {"url":{}} alone does not. */
		return json_object_size(elicitation) == 0 ||
		       json_object_get(elicitation, "form") != NULL;
	}
	if (strcmp(method, "sampling/createMessage") == 0)
		return json_is_object(json_object_get(capabilities, "sampling"));
	if (strcmp(method, "roots/list") == 0)
		return json_is_object(json_object_get(capabilities, "roots"));
	return false;
}

bool mcp_can_ask(const struct mcp_request *request, const char *method)
{
	if (request->session->batch != NULL || !capability_declared(request, method))
		return false;
	return mcp_is_modern(request->revision) || request->session->n_parked < SESSION_PARKED_MAX;
}

void mcp_ask(struct mcp_request *request, const char *key, const char *method, json_t *params)
{
	if (request->asks == NULL)
		request->asks = json_object();
	json_object_set_new(
		request->asks, key, json_pack("{s:s, s:o}", "method", method, "params", params));
}

/* Legacy: our own requests go out, theirs waits. */
static void ask_park(struct mcp_request *request, json_t *state)
{
	struct mcp_session *session = request->session;
	struct session_parked *parked = &session->parked[session->n_parked++];
	const char *key;
	json_t *ask;

	parked->id = str_dup(request->id);
	parked->method = xstrdup(request->method);
	parked->params = json_incref(request->params);
	parked->state = state;
	parked->answers = json_object();
	parked->open = json_object();
	json_object_foreach (request->asks, key, ask) {
		char id[32];

		(void)snprintf(id, sizeof id, "ask-%u", ++session->n_asked);
		json_object_set_new(parked->open, id, json_string(key));
		rpc_write_request(&session->out, id, json_text(ask, "method"),
			json_object_get(ask, "params"));
	}
}

enum mcp_ask mcp_ask_send(struct mcp_request *request, json_t *state)
{
	const char *key;
	json_t *ask, *result, *sealed;

	json_object_foreach (request->asks, key, ask) {
		if (!mcp_can_ask(request, json_text(ask, "method"))) {
			json_decref(state);
			return MCP_ASK_CANNOT;
		}
	}
	if (!mcp_is_modern(request->revision)) {
		ask_park(request, state);
		request->replied = true;
		return MCP_ASK_SENT;
	}
	sealed = mcp_state_seal(request->server, request, state);
	json_decref(state);
	if (sealed == NULL)
		return MCP_ASK_CANNOT;
	result = json_pack("{s:s, s:o}", "resultType", "input_required", "requestState", sealed);
	if (json_object_size(request->asks) > 0)
		json_object_set(result, "inputRequests", request->asks);
	mcp_reply(request, result);
	return MCP_ASK_SENT;
}

static void parked_remove(struct mcp_session *session, size_t i)
{
	struct session_parked *parked = &session->parked[i];

	free(parked->id);
	free(parked->method);
	json_decref(parked->params);
	json_decref(parked->state);
	json_decref(parked->answers);
	json_decref(parked->open);
	session->n_parked--;
	memmove(parked, parked + 1, (session->n_parked - i) * sizeof *parked);
}

/* All answers are there: the request is handled again. */
static void parked_resume(struct mcp_session *session, size_t i)
{
	struct session_parked parked = session->parked[i];
	struct mcp_request request = {
		.server = session->server,
		.session = session,
		.revision = session->revision,
		.id = str_of(parked.id),
		.method = parked.method,
		.params = parked.params,
		.meta = json_object_get(parked.params, "_meta"),
		.client = &session->client,
		.answers = parked.answers,
		.state = parked.state,
	};

	/* Out of the table first: handling it may park it again. */
	session->n_parked--;
	memmove(&session->parked[i], &session->parked[i + 1],
		(session->n_parked - i) * sizeof parked);
	session_dispatch(&request);
	json_decref(request.asks);
	free(parked.id);
	free(parked.method);
	json_decref(parked.params);
	json_decref(parked.state);
	json_decref(parked.answers);
	json_decref(parked.open);
}

/* An error in place of an answer counts as "cancel". */
static json_t *answer_result(const json_t *response)
{
	json_t *result = json_object_get(response, "result");

	if (json_is_object(result))
		return json_incref(result);
	return json_pack("{s:s}", "action", "cancel");
}

void session_answered(struct mcp_session *session, const json_t *response)
{
	const char *id = json_text(response, "id");
	size_t i;

	for (i = 0; id != NULL && i < session->n_parked; i++) {
		struct session_parked *parked = &session->parked[i];
		const char *key = json_text(parked->open, id);

		if (key == NULL)
			continue;
		json_object_set_new(parked->answers, key, answer_result(response));
		json_object_del(parked->open, id);
		if (json_object_size(parked->open) == 0)
			parked_resume(session, i);
		return;
	}
}

/* Our questions that nobody needs an answer to any more: the client may close
 * what it shows. What it still answers is an answer nobody asked for. */
static void parked_withdraw(struct mcp_session *session, const struct session_parked *parked)
{
	const char *id;
	json_t *key, *params;

	json_object_foreach (parked->open, id, key) {
		params = json_pack("{s:s, s:s}", "requestId", id, "reason",
			"the request that needed the answer was cancelled");
		rpc_write_notification(&session->out, "notifications/cancelled", params);
		json_decref(params);
	}
}

void session_unpark(struct mcp_session *session, struct str id)
{
	size_t i;

	for (i = 0; i < session->n_parked; i++) {
		if (str_is(id, session->parked[i].id)) {
			parked_withdraw(session, &session->parked[i]);
			parked_remove(session, i);
			return;
		}
	}
}

void session_parked_fini(struct mcp_session *session)
{
	while (session->n_parked > 0)
		parked_remove(session, session->n_parked - 1);
}

/* ── requestState ──────────────────────────────────────────────────────── */

/* What a state is good for: this method, this name, these arguments. */
static void state_binding(const struct mcp_request *request, char out[SHA256_HEX_BYTES])
{
	static const char *const bound[] = {"name", "uri", "arguments"};
	struct buf text = BUF_INIT(2 * MCP_MESSAGE_MAX);
	size_t i;

	(void)buf_add_str(&text, request->method);
	for (i = 0; i < sizeof bound / sizeof bound[0]; i++) {
		const json_t *value = json_object_get(request->params, bound[i]);

		(void)buf_add_format(&text, "\n%s=", bound[i]);
		if (value != NULL)
			(void)json_write_sorted(value, &text);
	}
	sha256_hex(buf_text(&text), text.len, out);
	buf_fini(&text);
}

static bool state_secret(struct mcp_server *server)
{
	struct err err;

	if (!server->has_secret && store_secret(server->options.store, server->secret, &err) != 0)
		id_random(server->secret, sizeof server->secret); /* read-only: this process's */
	server->has_secret = true;
	return true;
}

/* <64 hex of the MAC><JSON>, the JSON {"b":binding,"e":expiry ms,"s":state}. */
json_t *mcp_state_seal(
	struct mcp_server *server, const struct mcp_request *request, const json_t *state)
{
	char binding[SHA256_HEX_BYTES], hex[SHA256_HEX_BYTES];
	struct buf text = BUF_INIT(STATE_MAX);
	unsigned char mac[SHA256_BYTES];
	json_t *body, *sealed = NULL;

	state_binding(request, binding);
	body = json_pack("{s:s, s:I, s:O?}", "b", binding, "e",
		(json_int_t)(clock_now_ms() + STATE_LIFE_MS), "s", state);
	if (body != NULL && state_secret(server) && json_write(body, &text) == 0) {
		hmac_sha256(server->secret, sizeof server->secret, text.data, text.len, mac);
		str_hex(mac, sizeof mac, hex);
		sealed = json_sprintf("%s%s", hex, buf_text(&text));
	}
	json_decref(body);
	buf_fini(&text);
	return sealed;
}

static bool state_mac_fits(struct mcp_server *server, struct str sealed)
{
	struct str body = {sealed.p + 64, sealed.n - 64};
	unsigned char mac[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];
	unsigned char differ = 0;
	size_t i;

	hmac_sha256(server->secret, sizeof server->secret, body.p, body.n, mac);
	str_hex(mac, sizeof mac, hex);
	for (i = 0; i < 64; i++)
		differ |= (unsigned char)(hex[i] ^ sealed.p[i]);
	return differ == 0;
}

json_t *mcp_state_open(
	struct mcp_server *server, const struct mcp_request *request, struct str sealed)
{
	char binding[SHA256_HEX_BYTES];
	json_t *body, *state = NULL;
	const char *bound;
	struct err err;

	if (sealed.n <= 64 || sealed.n > 64 + STATE_MAX || !state_secret(server) ||
		!state_mac_fits(server, sealed) ||
		json_door_parse((struct str){sealed.p + 64, sealed.n - 64}, &body, &err) != 0)
		return NULL;
	state_binding(request, binding);
	bound = json_text(body, "b");
	if (bound != NULL && strcmp(bound, binding) == 0 &&
		json_integer_value(json_object_get(body, "e")) >= clock_now_ms()) {
		state = json_object_get(body, "s");
		state = state != NULL ? json_incref(state) : json_null();
	}
	json_decref(body);
	return state;
}
