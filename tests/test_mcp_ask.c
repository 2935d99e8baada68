/*
 * Prompts through get_prompt and prompts/get: what is filled in, what is asked
 * for, in both eras, and what is recorded of it.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <sqlite3.h>

#include "core/clock.h"
#include "tests/mcp_fixture.h"

#define MODERN_CAN "{\"elicitation\":{}}"

static json_t *get(struct mcp_fixture *fixture, const char *name, json_t *arguments)
{
	json_t *call = json_pack("{s:s}", "name", name);

	if (arguments != NULL)
		json_object_set_new(call, "arguments", arguments);
	return mcp_fixture_tool(fixture, "get_prompt", call);
}

static json_t *prompts_get(struct mcp_fixture *fixture, const char *name, json_t *arguments)
{
	json_t *params = json_pack("{s:s}", "name", name);

	if (arguments != NULL)
		json_object_set_new(params, "arguments", arguments);
	return mcp_fixture_ask(fixture, "prompts/get", params);
}

static void check_has(const char *text, const char *part)
{
	if (text == NULL || strstr(text, part) == NULL)
		(void)fprintf(stderr, "\"%s\" is not in: %s\n", part, text != NULL ? text : "-");
	CHECK(text != NULL && strstr(text, part) != NULL);
}

static void check_has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		(void)fprintf(stderr, "\"%s\" is in: %s\n", part, text);
	CHECK(strstr(text, part) == NULL);
}

/* The text of get_prompt behind its head. */
static const char *body(const json_t *result)
{
	const char *text = mcp_fixture_text(result), *at;

	CHECK(text != NULL);
	at = strstr(text, "\n\n");
	CHECK(at != NULL);
	return at + 2;
}

static void values_are_filled_in(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	answer = get(&fixture, "review",
		json_pack("{s:s, s:i, s:b}", "language", "C", "depth", 3, "strict", 1));
	CHECK_STR(body(answer), "Review this C change for bugs. Be strict. Depth 3.");
	check_has(mcp_fixture_text(answer), "Prompt team/review, version 1, sha256 ");
	check_has(mcp_fixture_text(answer), "Optional, not given: focus.\n");
	check_has_not(mcp_fixture_text(answer), "Missing: ");
	CHECK(json_object_get(answer, "structuredContent") == NULL);
	json_decref(answer);
	/* Text for a typed input is read as that type. */
	answer = prompts_get(&fixture, "team/review",
		json_pack("{s:s, s:s, s:s}", "language", "C", "depth", "3", "strict", "true"));
	CHECK_STR(json_text(json_object_get(json_array_get(json_object_get(answer, "messages"), 0),
				    "content"),
			  "text"),
		"Review this C change for bugs. Be strict. Depth 3.");
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void wrong_values_are_named(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	answer = get(&fixture, "review", json_pack("{s:s, s:s}", "language", "C", "depth", "x"));
	CHECK(json_is_true(json_object_get(answer, "isError")));
	CHECK_STR(mcp_fixture_text(answer), "'depth' must be a whole number of 64 bits");
	json_decref(answer);
	answer = get(&fixture, "review", json_pack("{s:s}", "focus", "fame"));
	CHECK_STR(mcp_fixture_text(answer), "'focus' must be one of: bugs, speed");
	json_decref(answer);
	answer = get(&fixture, "review", json_pack("{s:s}", "lang", "C"));
	check_has(mcp_fixture_text(answer),
		"'lang' is no argument of this prompt; it takes: language");
	json_decref(answer);
	answer = prompts_get(&fixture, "team/review", json_pack("{s:s}", "depth", "x"));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	check_has(json_text(answer, "message"), "'depth' must be");
	json_decref(answer);
	answer = prompts_get(&fixture, "team/review", json_pack("{s:i}", "depth", 3));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = prompts_get(&fixture, "team/review", json_array());
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void without_a_way_to_ask_all_that_is_missing_is_named(void)
{
	struct mcp_fixture fixture;
	json_t *answer;
	int revision;

	for (revision = 0; revision < MCP_REVISIONS; revision++) {
		/* An old revision has no elicitation whatever the client declares. */
		mcp_fixture_new(&fixture, (enum mcp_revision)revision,
			revision < MCP_2025_06_18 ? MODERN_CAN : "{\"elicitation\":{\"url\":{}}}");
		answer = get(&fixture, "review", json_pack("{s:s}", "focus", "speed"));
		CHECK(json_object_get(answer, "isError") == NULL);
		CHECK_STR(body(answer),
			"Review this {{language}} change for speed. Depth {{depth}}.");
		check_has(mcp_fixture_text(answer),
			"Missing: language, depth. What is missing stands");
		json_decref(answer);
		answer = prompts_get(&fixture, "team/review", NULL);
		CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
		CHECK_STR(json_text(answer, "message"),
			"missing required arguments: language, depth");
		CHECK(json_array_size(
			      json_object_get(json_object_get(answer, "data"), "missing")) == 2);
		json_decref(answer);
		mcp_fixture_free(&fixture);
	}
}

static void a_system_text_comes_first_and_as_the_users_word(void)
{
	struct mcp_fixture fixture;
	const json_t *messages;
	json_t *answer;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	answer = get(&fixture, "talk", NULL);
	CHECK_STR(body(answer), "## System\n\nYou are terse.\n\n## User\n\nAnswer in one line.");
	json_decref(answer);
	answer = prompts_get(&fixture, "team/chat", NULL);
	messages = json_object_get(answer, "messages");
	CHECK(json_array_size(messages) == 2);
	for (i = 0; i < 2; i++)
		CHECK_STR(json_text(json_array_get(messages, i), "role"), "user");
	CHECK_STR(json_text(json_object_get(json_array_get(messages, 0), "content"), "text"),
		"You are terse.");
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

/* ── asking, modern ────────────────────────────────────────────────────── */

/* The same request again with that answer; state may be NULL. */
static json_t *again(struct mcp_fixture *fixture, const char *method, const json_t *params,
	const char *state, json_t *answer)
{
	json_t *retry = json_deep_copy(params);

	json_object_set_new(retry, "inputResponses", json_pack("{s:o}", "inputs", answer));
	if (state != NULL)
		json_object_set_new(retry, "requestState", json_string(state));
	return mcp_fixture_ask(fixture, method, retry);
}

static json_t *review_params(void)
{
	return json_pack("{s:s, s:{s:s, s:{s:s}}}", "name", "get_prompt", "arguments", "name",
		"review", "arguments", "focus", "speed");
}

static const json_t *form_of(const json_t *result)
{
	return json_object_get(
		json_object_get(json_object_get(result, "inputRequests"), "inputs"), "params");
}

static void a_modern_client_is_asked_and_comes_again(void)
{
	json_t *params = review_params(), *asked, *answer;
	const json_t *schema;
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	asked = mcp_fixture_ask(&fixture, "tools/call", json_deep_copy(params));
	CHECK_STR(json_text(asked, "resultType"), "input_required");
	CHECK_STR(json_text(form_of(asked), "message"),
		"The prompt \"Code review\" needs language, depth.");
	schema = json_object_get(form_of(asked), "requestedSchema");
	/* What was given is not asked again. */
	CHECK(json_object_size(json_object_get(schema, "properties")) == 3);
	CHECK(json_object_get(json_object_get(schema, "properties"), "focus") == NULL);
	CHECK(json_array_size(json_object_get(schema, "required")) == 2);
	answer = again(&fixture, "tools/call", params, json_text(asked, "requestState"),
		json_pack("{s:s, s:{s:s, s:i, s:b, s:s}}", "action", "accept", "content",
			"language", "Rust", "depth", 2, "strict", 1, "focus", "bugs"));
	CHECK_STR(body(answer), "Review this Rust change for speed. Be strict. Depth 2.");
	json_decref(answer);
	answer = again(&fixture, "tools/call", params, json_text(asked, "requestState"),
		json_pack("{s:s}", "action", "decline"));
	CHECK_STR(body(answer), "Review this {{language}} change for speed. Depth {{depth}}.");
	check_has(mcp_fixture_text(answer), "the user chose not to give it, so do without");
	json_decref(answer);
	answer = again(&fixture, "tools/call", params, json_text(asked, "requestState"),
		json_pack("{s:s}", "action", "cancel"));
	CHECK(json_is_true(json_object_get(answer, "isError")));
	check_has(mcp_fixture_text(answer), "language, depth and cancelled");
	json_decref(answer);
	json_decref(asked);
	json_decref(params);
	mcp_fixture_free(&fixture);
}

static void prompts_get_asks_the_same_way(void)
{
	json_t *params = json_pack("{s:s}", "name", "team/review"), *asked, *answer;
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	asked = mcp_fixture_ask(&fixture, "prompts/get", json_deep_copy(params));
	CHECK_STR(json_text(asked, "resultType"), "input_required");
	answer = again(&fixture, "prompts/get", params, json_text(asked, "requestState"),
		json_pack("{s:s, s:{s:s, s:i}}", "action", "accept", "content", "language", "Rust",
			"depth", 2));
	CHECK(json_array_size(json_object_get(answer, "messages")) == 1);
	json_decref(answer);
	answer = again(&fixture, "prompts/get", params, json_text(asked, "requestState"),
		json_pack("{s:s}", "action", "decline"));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	CHECK_STR(json_text(answer, "message"), "the user declined to give: language, depth");
	json_decref(answer);
	answer = again(&fixture, "prompts/get", params, json_text(asked, "requestState"),
		json_pack("{s:s}", "action", "cancel"));
	CHECK_STR(json_text(answer, "message"),
		"the user cancelled the question for: language, depth");
	json_decref(answer);
	json_decref(asked);
	json_decref(params);
	mcp_fixture_free(&fixture);
}

static void a_bad_answer_is_asked_for_once_more(void)
{
	json_t *params = review_params(), *first, *second, *last;
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	first = mcp_fixture_ask(&fixture, "tools/call", json_deep_copy(params));
	second = again(&fixture, "tools/call", params, json_text(first, "requestState"),
		json_pack("{s:s, s:{s:s, s:s}}", "action", "accept", "content", "language", "Rust",
			"depth", "deep"));
	CHECK_STR(json_text(second, "resultType"), "input_required");
	check_has(json_text(form_of(second), "message"),
		"Last time: 'depth' must be a whole number of 64 bits.");
	last = again(&fixture, "tools/call", params, json_text(second, "requestState"),
		json_pack("{s:s, s:{s:s, s:s}}", "action", "accept", "content", "language", "Rust",
			"depth", "deep"));
	CHECK(json_is_true(json_object_get(last, "isError")));
	CHECK_STR(mcp_fixture_text(last), "'depth' must be a whole number of 64 bits");
	json_decref(last);
	/* Something that is no answer at all: asked again. */
	last = again(&fixture, "tools/call", params, NULL, json_integer(12345));
	CHECK_STR(json_text(last, "resultType"), "input_required");
	json_decref(last);
	json_decref(second);
	json_decref(first);
	json_decref(params);
	mcp_fixture_free(&fixture);
}

static void a_state_is_good_for_its_request_and_ten_minutes(void)
{
	json_t *params = review_params(), *other, *asked, *answer;
	json_t *accept = json_pack(
		"{s:s, s:{s:s, s:i}}", "action", "accept", "content", "language", "C", "depth", 1);
	struct mcp_fixture fixture;
	char state[4096];

	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	clock_freeze(1800000000000);
	asked = mcp_fixture_ask(&fixture, "tools/call", json_deep_copy(params));
	(void)snprintf(state, sizeof state, "%s", json_text(asked, "requestState"));
	json_decref(asked);
	state[70] ^= 1;
	answer = again(&fixture, "tools/call", params, state, json_incref(accept));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	state[70] ^= 1;
	other = review_params();
	json_object_set_new(json_object_get(json_object_get(other, "arguments"), "arguments"),
		"focus", json_string("bugs"));
	answer = again(&fixture, "tools/call", other, state, json_incref(accept));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	clock_freeze(1800000000000 + 10 * 60 * 1000 + 1);
	answer = again(&fixture, "tools/call", params, state, json_incref(accept));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	clock_freeze(1800000000000 + 10 * 60 * 1000);
	answer = again(&fixture, "tools/call", params, state, json_incref(accept));
	CHECK_STR(body(answer), "Review this C change for speed. Depth 1.");
	json_decref(answer);
	clock_freeze(-1);
	json_decref(other);
	json_decref(accept);
	json_decref(params);
	mcp_fixture_free(&fixture);
}

/* ── asking, legacy ────────────────────────────────────────────────────── */

static json_t *respond(struct mcp_fixture *fixture, json_t *result)
{
	json_t *message = json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id",
		json_object_get(fixture->asked, "id"), "result", result);
	json_t *lines = mcp_fixture_say(fixture, message), *answer;

	json_decref(message);
	CHECK(json_array_size(lines) == 1);
	answer = json_incref(json_array_get(lines, 0));
	json_decref(lines);
	return answer;
}

static void a_legacy_client_is_sent_a_request(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_06_18, MODERN_CAN);
	CHECK(get(&fixture, "review", NULL) == NULL);
	CHECK_STR(json_text(fixture.asked, "method"), "elicitation/create");
	answer = respond(&fixture, json_pack("{s:s, s:{s:s, s:i}}", "action", "accept", "content",
					   "language", "Go", "depth", 4));
	CHECK(json_integer_value(json_object_get(answer, "id")) == fixture.id);
	CHECK_STR(body(json_object_get(answer, "result")),
		"Review this Go change for bugs. Depth 4.");
	json_decref(answer);
	CHECK(prompts_get(&fixture, "team/review", NULL) == NULL);
	answer = respond(&fixture, json_pack("{s:s}", "action", "decline"));
	CHECK(mcp_fixture_code(json_object_get(answer, "error")) == RPC_INVALID_PARAMS);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

/* ── long prompts ──────────────────────────────────────────────────────── */

static char *long_text(size_t lines)
{
	struct buf text = BUF_INIT(4UL * 1024 * 1024);
	size_t i;

	for (i = 0; i < lines; i++)
		(void)buf_add_format(&text, "%zu: Gr\xC3\xBC\xC3\x9F Gott, {{who}}. %s\n", i,
			i % 7 == 0 ? "" : "One sentence more.");
	return buf_take(&text);
}

static void put_long(struct mcp_fixture *fixture, const char *text)
{
	struct prompt *prompt = fixture_prompt("long/one", "Long", text);

	(void)mcp_fixture_input(prompt, "who", PROMPT_STRING, NULL);
	(void)fixture_put_prompt(fixture->store, prompt);
	prompt_free(prompt);
}

/* Elicitation is no way for secrets: the caller gives them, or hears what is missing. */
static void a_secret_is_never_asked_for(void)
{
	json_t *params = json_pack("{s:s, s:{}}", "name", "get_prompt", "arguments");
	struct mcp_fixture fixture;
	struct prompt *prompt;
	json_t *answer;

	json_object_set_new(
		params, "arguments", json_pack("{s:s, s:{}}", "name", "deploy/key", "arguments"));
	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	prompt = fixture_prompt("deploy/key", "Key", "Use {{token}} at {{place}}.");
	mcp_fixture_input(prompt, "token", PROMPT_STRING, NULL)->secret = true;
	prompt->inputs[0].required = true;
	(void)mcp_fixture_input(prompt, "place", PROMPT_STRING, NULL);
	(void)fixture_put_prompt(fixture.store, prompt);
	prompt_free(prompt);
	answer = mcp_fixture_ask(&fixture, "tools/call", json_deep_copy(params));
	CHECK_STR(json_text(answer, "resultType"), "complete");
	check_has(mcp_fixture_text(answer), "token");
	json_decref(answer);
	/* With it the rest is asked for, and it alone is not in the form. */
	json_object_set_new(json_object_get(params, "arguments"), "arguments",
		json_pack("{s:s}", "token", "t"));
	answer = mcp_fixture_ask(&fixture, "tools/call", params);
	if (strcmp(json_text(answer, "resultType"), "input_required") == 0)
		CHECK(json_object_get(
			      json_object_get(json_object_get(form_of(answer), "requestedSchema"),
				      "properties"),
			      "token") == NULL);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

/* All parts put together, from a call with these arguments. */
static void read_parts(struct mcp_fixture *fixture, const json_t *arguments, struct buf *whole)
{
	int part, parts = 1;

	for (part = 1; part <= parts; part++) {
		json_t *answer = mcp_fixture_tool(fixture, "get_prompt",
			json_pack("{s:s, s:O, s:i}", "name", "long/one", "arguments", arguments,
				"part", part));
		const char *text = mcp_fixture_text(answer), *at = strstr(text, ", part ");

		CHECK(strlen(text) < 12000);
		if (parts > 1 || at != NULL) {
			CHECK(at != NULL);
			CHECK(sscanf(at, ", part %*d of %d.", &parts) == 1);
		}
		CHECK((part < parts) == (strstr(text, "More follows") != NULL));
		(void)buf_add_str(whole, body(answer));
		/* Whole lines. */
		CHECK(part == parts || whole->data[whole->len - 1] == '\n');
		json_decref(answer);
	}
	CHECK(parts > 3);
}

static int count_usage(void *data, struct str event_id, struct str json)
{
	(void)event_id;
	(void)json;
	++*(int *)data;
	return 0;
}

static int usage_rows(struct store *store)
{
	struct err err;
	int n = 0;

	CHECK(store_usage_list(store, 1000, count_usage, &n, &err) == 0);
	return n;
}

static void a_long_prompt_comes_in_parts_that_make_the_whole(void)
{
	struct buf whole = BUF_INIT(4UL * 1024 * 1024), expected = BUF_INIT(4UL * 1024 * 1024);
	json_t *arguments = json_pack("{s:s}", "who", "W"), *answer;
	char *text = long_text(1000), *at, *from;
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	put_long(&fixture, text);
	for (from = text; (at = strstr(from, "{{who}}")) != NULL; from = at + 7) {
		(void)buf_add(&expected, from, (size_t)(at - from));
		(void)buf_add_char(&expected, 'W');
	}
	(void)buf_add_str(&expected, from);
	read_parts(&fixture, arguments, &whole);
	CHECK_STR(buf_text(&whole), buf_text(&expected));
	/* The parts of one prompt are one delivery. */
	CHECK(usage_rows(fixture.store) == 1);
	answer = mcp_fixture_tool(
		&fixture, "get_prompt", json_pack("{s:s, s:i}", "name", "long/one", "part", 99));
	CHECK(json_is_true(json_object_get(answer, "isError")));
	check_has(mcp_fixture_text(answer), "This prompt has only ");
	json_decref(answer);
	json_decref(arguments);
	buf_fini(&whole);
	buf_fini(&expected);
	free(text);
	mcp_fixture_free(&fixture);
}

static void a_text_without_lines_is_cut_between_characters(void)
{
	struct buf text = BUF_INIT(100000);
	struct mcp_fixture fixture;
	json_t *answer;
	int i;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	(void)buf_add_char(&text, 'x');
	for (i = 0; i < 9000; i++)
		(void)buf_add_str(&text, "\xE2\x82\xAC");
	(void)fixture_put(fixture.store, "euros", "Euros", buf_text(&text));
	answer = get(&fixture, "euros", NULL);
	CHECK(strlen(body(answer)) == 1 + 3 * 3333);
	json_decref(answer);
	buf_fini(&text);
	mcp_fixture_free(&fixture);
}

static void the_next_part_is_asked_for_with_what_the_user_gave(void)
{
	json_t *params =
		json_pack("{s:s, s:{s:s}}", "name", "get_prompt", "arguments", "name", "long/one");
	char *text = long_text(1000);
	struct mcp_fixture fixture;
	json_t *asked, *answer;

	mcp_fixture_new(&fixture, MCP_2026_07_28, MODERN_CAN);
	put_long(&fixture, text);
	asked = mcp_fixture_ask(&fixture, "tools/call", json_deep_copy(params));
	answer = again(&fixture, "tools/call", params, json_text(asked, "requestState"),
		json_pack("{s:s, s:{s:s}}", "action", "accept", "content", "who", "all"));
	check_has(mcp_fixture_text(answer), "call get_prompt again with the same name, arguments "
					    "{\"who\":\"all\"} and part 2.");
	json_decref(answer);
	json_decref(asked);
	json_decref(params);
	free(text);
	mcp_fixture_free(&fixture);
}

/* ── names ─────────────────────────────────────────────────────────────── */

static void what_is_not_approved_is_for_those_who_ask(void)
{
	struct prompt *prompt = fixture_prompt("team/draft", "Draft of a plan", "Not yet.");
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	prompt_set(&prompt->status, STR("draft"));
	(void)fixture_put_prompt(fixture.store, prompt);
	prompt_free(prompt);
	answer = get(&fixture, "team/draft", NULL);
	CHECK(json_is_true(json_object_get(answer, "isError")));
	json_decref(answer);
	answer = prompts_get(&fixture, "team/draft", NULL);
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = mcp_fixture_tool(&fixture, "get_prompt",
		json_pack("{s:s, s:b}", "name", "team/draft", "include_experimental", 1));
	check_has(mcp_fixture_text(answer), ", draft.\n");
	json_decref(answer);
	answer = mcp_fixture_tool(&fixture, "search_prompts", json_pack("{s:s}", "query", "draft"));
	check_has_not(mcp_fixture_text(answer), "team/draft");
	json_decref(answer);
	answer = mcp_fixture_tool(&fixture, "search_prompts",
		json_pack("{s:s, s:b}", "query", "draft", "include_experimental", 1));
	check_has(mcp_fixture_text(answer), "team/draft");
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void a_name_that_is_wrong_is_told_with_those_near_it(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	answer = get(&fixture, "tem/review", NULL);
	check_has(mcp_fixture_text(answer),
		"There is no prompt \"tem/review\". Near it: team/review.");
	json_decref(answer);
	answer = get(&fixture, "\x1B[31mred", NULL);
	check_has(mcp_fixture_text(answer), "<U+001B>[31mred");
	json_decref(answer);
	(void)fixture_put(fixture.store, "other/review", "Other review", "text");
	answer = get(&fixture, "review", NULL);
	CHECK(json_is_true(json_object_get(answer, "isError")));
	check_has(mcp_fixture_text(answer), "team/review");
	check_has(mcp_fixture_text(answer), "other/review");
	json_decref(answer);
	answer = prompts_get(&fixture, "no/such", NULL);
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void other_prompts_are_included_by_name(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	(void)fixture_put(fixture.store, "team/outer", "Outer", "Before. {{> team/plain}} After.");
	answer = get(&fixture, "outer", NULL);
	CHECK_STR(body(answer), "Before. Say it in plain words. After.");
	json_decref(answer);
	(void)fixture_put(fixture.store, "team/loop", "Loop", "{{> team/loop}}");
	answer = get(&fixture, "loop", NULL);
	CHECK(json_is_true(json_object_get(answer, "isError")));
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

/* ── what is recorded ──────────────────────────────────────────────────── */

static int join_usage(void *data, struct str event_id, struct str json)
{
	(void)event_id;
	(void)buf_add(data, json.p, json.n);
	(void)buf_add_char(data, '\n');
	return 0;
}

static void every_delivery_is_one_row_without_its_text(void)
{
	struct buf rows = BUF_INIT(100000);
	struct mcp_fixture fixture;
	struct err err;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	json_decref(get(
		&fixture, "review", json_pack("{s:s, s:i}", "language", "Cobol", "depth", 77123)));
	json_decref(prompts_get(&fixture, "team/chat", NULL));
	json_decref(mcp_fixture_ask(
		&fixture, "resources/read", json_pack("{s:s}", "uri", "prompt://team/plain")));
	json_decref(mcp_fixture_ask(&fixture, "resources/read",
		json_pack("{s:s}", "uri", "skill://team/plain/SKILL.md")));
	json_decref(mcp_fixture_tool(&fixture, "record_prompt_result",
		json_pack("{s:s, s:i, s:b, s:s}", "name", "review", "rating", 4, "success", 1,
			"notes", "too long by half")));
	/* Nothing is delivered by these. */
	json_decref(mcp_fixture_ask(&fixture, "prompts/list", NULL));
	json_decref(mcp_fixture_ask(&fixture, "skills/list", NULL));
	json_decref(get(&fixture, "no/such", NULL));
	json_decref(prompts_get(&fixture, "team/review", NULL));
	json_decref(mcp_fixture_tool(
		&fixture, "search_prompts", json_pack("{s:s}", "query", "secretword")));
	CHECK(usage_rows(fixture.store) == 5);
	CHECK(store_usage_list(fixture.store, 10, join_usage, &rows, &err) == 0);
	check_has(buf_text(&rows), "\"action\":\"render\"");
	check_has(buf_text(&rows), "\"action\":\"get\"");
	check_has(buf_text(&rows), "\"action\":\"rate\"");
	check_has(buf_text(&rows), "\"rating\":4");
	check_has(buf_text(&rows), "\"surface\":\"tool\"");
	check_has(buf_text(&rows), "\"surface\":\"prompt\"");
	check_has(buf_text(&rows), "\"surface\":\"resource\"");
	check_has(buf_text(&rows), "\"surface\":\"skill\"");
	check_has(buf_text(&rows), "\"client_name\":\"test\"");
	check_has_not(buf_text(&rows), "Cobol");
	check_has_not(buf_text(&rows), "77123");
	check_has_not(buf_text(&rows), "half");
	check_has_not(buf_text(&rows), "secretword");
	buf_fini(&rows);
	mcp_fixture_free(&fixture);
}

static void a_row_that_cannot_be_kept_is_told_and_the_answer_given(void)
{
	static const char request[] =
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":"
		"{\"name\":\"team/plain\",\"_meta\":{"
		"\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
		"\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
	struct store *store = fixture_new();
	struct mcp_fixture fixture;
	char ledger[128];
	struct err err;

	mcp_fixture_fill(store);
	store_close(store);
	(void)snprintf(ledger, sizeof ledger, "%s/ledger.db", fixture_dir);
	CHECK(unlink(ledger) == 0 && symlink("elsewhere", ledger) == 0);
	mcp_fixture_begin(&fixture, fixture_open(), MCP_2026_07_28, "{}");
	mcp_session_receive(fixture.session, str_of(request));
	check_has(buf_text(mcp_session_out(fixture.session)), "Say it in plain words.");
	CHECK(mcp_session_settle(fixture.session, &err) < 0);
	check_has(err.text, "ledger.db is a link");
	CHECK(mcp_session_settle(fixture.session, &err) == 0); /* said once a row */
	mcp_fixture_free(&fixture);
}

/* prompts.db is of a newer program, ledger.db is not. */
static void a_use_of_what_can_only_be_read_is_recorded(void)
{
	static const char request[] =
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":"
		"{\"name\":\"team/plain\",\"_meta\":{"
		"\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
		"\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
	struct store *store = fixture_new();
	struct mcp_fixture fixture;
	struct store_facts facts;
	char path[128];
	sqlite3 *db;
	struct err err;

	mcp_fixture_fill(store);
	store_close(store);
	(void)snprintf(path, sizeof path, "%s/prompts.db", fixture_dir);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_close(db) == SQLITE_OK);
	CHECK(fixture_try_open(&store, &err) == STORE_NEWER);
	mcp_fixture_begin(&fixture, store, MCP_2026_07_28, "{}");
	mcp_session_receive(fixture.session, str_of(request));
	check_has(buf_text(mcp_session_out(fixture.session)), "Say it in plain words.");
	CHECK(mcp_session_settle(fixture.session, &err) == 0);
	CHECK(store_facts(store, &facts, &err) == 0 && facts.n_usage_pending == 1);
	mcp_fixture_free(&fixture);
}

static void a_result_needs_something_to_record(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	answer = mcp_fixture_tool(
		&fixture, "record_prompt_result", json_pack("{s:s}", "name", "review"));
	CHECK(json_is_true(json_object_get(answer, "isError")));
	check_has(mcp_fixture_text(answer), "at least one of success, rating and notes");
	json_decref(answer);
	answer = mcp_fixture_tool(&fixture, "record_prompt_result",
		json_pack("{s:s, s:b}", "name", "no/such", "success", 0));
	CHECK(json_is_true(json_object_get(answer, "isError")));
	json_decref(answer);
	CHECK(usage_rows(fixture.store) == 0);
	mcp_fixture_free(&fixture);
}

int main(void)
{
	json_door_init();
	RUN(values_are_filled_in);
	RUN(wrong_values_are_named);
	RUN(without_a_way_to_ask_all_that_is_missing_is_named);
	RUN(a_system_text_comes_first_and_as_the_users_word);
	RUN(a_modern_client_is_asked_and_comes_again);
	RUN(prompts_get_asks_the_same_way);
	RUN(a_bad_answer_is_asked_for_once_more);
	RUN(a_state_is_good_for_its_request_and_ten_minutes);
	RUN(a_legacy_client_is_sent_a_request);
	RUN(a_secret_is_never_asked_for);
	RUN(a_long_prompt_comes_in_parts_that_make_the_whole);
	RUN(a_text_without_lines_is_cut_between_characters);
	RUN(the_next_part_is_asked_for_with_what_the_user_gave);
	RUN(what_is_not_approved_is_for_those_who_ask);
	RUN(a_name_that_is_wrong_is_told_with_those_near_it);
	RUN(other_prompts_are_included_by_name);
	RUN(every_delivery_is_one_row_without_its_text);
	RUN(a_row_that_cannot_be_kept_is_told_and_the_answer_given);
	RUN(a_use_of_what_can_only_be_read_is_recorded);
	RUN(a_result_needs_something_to_record);
	return 0;
}
