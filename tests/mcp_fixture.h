/*
 * A server in this process over a small library, and short ways to ask it. Every
 * line that comes back must be JSON, and every request must have one answer.
 */
#ifndef TESTS_MCP_FIXTURE_H
#define TESTS_MCP_FIXTURE_H

#include "core/json.h"
#include "mcp/mcp.h"
#include "mcp/method.h"
#include "store/proposal.h"
#include "tests/store_fixture.h"

struct mcp_fixture {
	struct store *store;
	struct mcp_server *server;
	struct mcp_session *session;
	enum mcp_revision revision;
	json_t *capabilities; /* of the client; owned */
	int id;
	json_t *asked; /* the last request of the server's, or NULL */
};

static inline struct prompt_input *mcp_fixture_input(
	struct prompt *prompt, const char *name, enum prompt_type type, const char *initial)
{
	struct prompt_input *input = prompt_add_input(prompt, str_of(name));

	input->type = type;
	input->required = initial == NULL;
	if (initial != NULL)
		prompt_set(&input->initial, str_of(initial));
	return input;
}

/* Three prompts: with inputs of every type, plain, and with a system text. */
static inline void mcp_fixture_fill(struct store *store)
{
	struct prompt *prompt = fixture_prompt("team/review", "Code review",
		"Review this {{language}} change for {{focus}}.{{#strict}} Be strict.{{/strict}}"
		" Depth {{depth}}.");
	struct prompt_input *input;

	prompt_set(&prompt->description, STR("Review a change the way we do."));
	prompt_set(&prompt->collection, STR("team"));
	prompt_add_tag(prompt, STR("review"));
	prompt_add_tag(prompt, STR("quality"));
	input = mcp_fixture_input(prompt, "language", PROMPT_STRING, NULL);
	prompt_set(&input->description, STR("of the \"code\""));
	input = mcp_fixture_input(prompt, "focus", PROMPT_STRING, "bugs");
	prompt_input_add_choice(input, STR("bugs"));
	prompt_input_add_choice(input, STR("speed"));
	(void)mcp_fixture_input(prompt, "strict", PROMPT_BOOLEAN, "false");
	(void)mcp_fixture_input(prompt, "depth", PROMPT_INTEGER, NULL);
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	(void)fixture_put(store, "team/plain", "Plain words", "Say it in plain words.");
	prompt = fixture_prompt("team/chat", "Chat", "Answer in one line.");
	(void)prompt_add_message(prompt, PROMPT_SYSTEM, STR("You are terse."));
	prompt_add_alias(prompt, STR("talk"));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
}

static inline void mcp_fixture_begin(struct mcp_fixture *fixture, struct store *store,
	enum mcp_revision revision, const char *capabilities);

static inline void mcp_fixture_new(
	struct mcp_fixture *fixture, enum mcp_revision revision, const char *capabilities)
{
	struct store *store = fixture_new();

	mcp_fixture_fill(store);
	mcp_fixture_begin(fixture, store, revision, capabilities);
}

/* One message in; the lines that came out, parsed, as an array. New. */
static inline json_t *mcp_fixture_say(struct mcp_fixture *fixture, const json_t *message)
{
	struct buf text = BUF_INIT(16UL * 1024 * 1024), *out = mcp_session_out(fixture->session);
	json_t *lines = json_array(), *line;
	struct str rest, one;
	struct err err;

	CHECK(json_write(message, &text) == 0);
	mcp_session_receive(fixture->session, (struct str){text.data, text.len});
	CHECK(mcp_session_settle(fixture->session, &err) == 0);
	buf_fini(&text);
	rest = (struct str){buf_text(out), out->len};
	while (str_next_line(&rest, &one)) {
		int fault = json_door_parse(one, &line, &err);

		if (fault != 0)
			(void)fprintf(stderr, "not JSON: %.*s: %s\n", (int)one.n, one.p, err.text);
		CHECK(fault == 0);
		json_array_append_new(lines, line);
	}
	buf_clear(out);
	return lines;
}

/* What every modern request says, beside what its _meta holds already. */
static inline void mcp_fixture_meta(const struct mcp_fixture *fixture, json_t *params)
{
	json_t *meta = json_object_get(params, "_meta");

	if (meta == NULL) {
		meta = json_object();
		json_object_set_new(params, "_meta", meta);
	}
	json_object_set_new(meta, "io.modelcontextprotocol/protocolVersion",
		json_string(mcp_revision_name(fixture->revision)));
	json_object_set(meta, "io.modelcontextprotocol/clientCapabilities", fixture->capabilities);
}

/*
 * A request with these params (taken over; NULL: none), which gets its answer:
 * "result" or "error" of it is returned, new. When the server asks something in
 * its turn, fixture->asked has its request and NULL is returned.
 */
static inline json_t *mcp_fixture_ask(
	struct mcp_fixture *fixture, const char *method, json_t *params)
{
	json_t *message, *lines, *answer, *body;

	if (params == NULL)
		params = json_object();
	if (mcp_is_modern(fixture->revision))
		mcp_fixture_meta(fixture, params);
	message = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", ++fixture->id, "method",
		method, "params", params);
	lines = mcp_fixture_say(fixture, message);
	json_decref(message);
	CHECK(json_array_size(lines) == 1);
	answer = json_array_get(lines, 0);
	json_decref(fixture->asked);
	fixture->asked = NULL;
	if (json_object_get(answer, "method") != NULL) {
		fixture->asked = json_incref(answer);
		json_decref(lines);
		return NULL;
	}
	CHECK(json_integer_value(json_object_get(answer, "id")) == fixture->id);
	body = json_object_get(answer, "result");
	if (body == NULL)
		body = json_object_get(answer, "error");
	CHECK(json_is_object(body));
	json_incref(body);
	json_decref(lines);
	return body;
}

static inline json_t *mcp_fixture_tool(
	struct mcp_fixture *fixture, const char *name, json_t *arguments)
{
	return mcp_fixture_ask(fixture, "tools/call",
		json_pack("{s:s, s:o}", "name", name, "arguments",
			arguments != NULL ? arguments : json_object()));
}

static inline void mcp_fixture_begin(struct mcp_fixture *fixture, struct store *store,
	enum mcp_revision revision, const char *capabilities)
{
	struct mcp_server_options options = {.store = store, .remember_values = true};
	struct err err;

	memset(fixture, 0, sizeof *fixture);
	fixture->store = store;
	fixture->revision = revision;
	fixture->capabilities = json_loads(capabilities, 0, NULL);
	CHECK(fixture->capabilities != NULL);
	CHECK(mcp_server_new(&fixture->server, &options, &err) == 0);
	fixture->session = mcp_session_new(fixture->server, "test");
	if (!mcp_is_modern(revision))
		json_decref(mcp_fixture_ask(fixture, "initialize",
			json_pack("{s:s, s:O, s:{s:s, s:s}}", "protocolVersion",
				mcp_revision_name(revision), "capabilities", fixture->capabilities,
				"clientInfo", "name", "test", "version", "1")));
}

/* The person has this role at the hub from now on. */
static inline void mcp_fixture_member(struct mcp_fixture *fixture, const char *role)
{
	struct err err;

	CHECK(store_member_set(fixture->store, STR("hub"), str_of(role), &err) == 0);
	mcp_session_library_changed(fixture->session);
	buf_clear(mcp_session_out(fixture->session)); /* it tells of the change */
}

static inline void mcp_fixture_free(struct mcp_fixture *fixture)
{
	mcp_session_free(fixture->session);
	mcp_server_free(fixture->server);
	store_close(fixture->store);
	json_decref(fixture->capabilities);
	json_decref(fixture->asked);
}

/* Text of the first content block of a tool's result. */
static inline const char *mcp_fixture_text(const json_t *result)
{
	return json_text(json_array_get(json_object_get(result, "content"), 0), "text");
}

static inline json_int_t mcp_fixture_code(const json_t *error)
{
	return json_integer_value(json_object_get(error, "code"));
}

#endif
