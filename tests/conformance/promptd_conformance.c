/*
 * promptd-conformance: promptd-mcp with the contents that the official suite
 * looks for. A test program; nothing of it is installed.
 *
 *	promptd-conformance FIXTURES DIR
 *
 * FIXTURES is fixtures.json; DIR holds the library (made when absent). The whole
 * protocol is the product's: framing, eras, dispatch, lists, rendering, skills,
 * subscriptions, questions to the client. Here are only the suite's tools, the
 * prompts and resources that are not text, and logging, which promptd has not.
 *
 * A tool of the fixtures does, in this order, what it has: `requires` refuses
 * clients without that capability, `progress` and `log` notify, `changed`
 * changes the library, `rounds` asks (a question for every key), `result` is the
 * answer. In it and in the questions {name} stands for an argument, for a value
 * that an answer brought, and {answer} for the whole answer of that key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"
#include "mcp/mcp.h"
#include "mcp/method.h"
#include "mcp/prompts.h"
#include "mcp/resources.h"
#include "mcp/server.h"
#include "mcp/stdio.h"
#include "mcp/tools.h"
#include "store/prompts.h"

#define FIXTURES_MAX (1024 * 1024)
#define TABLE_MAX 128

static json_t *fixtures;
static bool logging; /* a legacy client called logging/setLevel */
static int changes;

static const json_t *fixture_find(const char *group, const char *member, const char *value)
{
	const json_t *list = json_object_get(fixtures, group), *entry;
	size_t i;

	json_array_foreach (list, i, entry) {
		const char *text = json_text(entry, member);

		if (value != NULL && text != NULL && strcmp(text, value) == 0)
			return entry;
	}
	return NULL;
}

/* ── {name} in texts ───────────────────────────────────────────────────── */

static json_t *fill_text(const char *text, const json_t *values)
{
	struct buf out = BUF_INIT(FIXTURES_MAX);
	json_t *filled;
	const char *key;
	json_t *value;

	while (*text != '\0') {
		size_t taken = 0;

		json_object_foreach ((json_t *)(uintptr_t)values, key, value) {
			size_t n = strlen(key);

			if (text[0] == '{' && strncmp(text + 1, key, n) == 0 &&
				text[n + 1] == '}') {
				(void)buf_add_str(&out, json_string_value(value));
				taken = n + 2;
				break;
			}
		}
		if (taken == 0)
			(void)buf_add_char(&out, *text++);
		text += taken;
	}
	filled = json_string(buf_text(&out));
	buf_fini(&out);
	return filled;
}

/* A copy with every {name} filled in. Depth is that of fixtures.json. */
static json_t *fill(const json_t *json, const json_t *values)
{
	json_t *copy, *child;
	const char *key;
	size_t i;

	if (json_is_string(json))
		return fill_text(json_string_value(json), values);
	if (json_is_array(json)) {
		copy = json_array();
		json_array_foreach (json, i, child)
			json_array_append_new(copy, fill(child, values));
		return copy;
	}
	if (!json_is_object(json))
		return json_deep_copy(json);
	copy = json_object();
	json_object_foreach ((json_t *)(uintptr_t)json, key, child)
		json_object_set_new(copy, key, fill(child, values));
	return copy;
}

static void values_add(json_t *values, const char *name, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		json_object_set(values, name, (json_t *)(uintptr_t)value);
		return;
	}
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_object_set_new(values, name, json_string(text));
	free(text);
}

/* What may be filled in: the arguments, the answers, and what is in these. */
static json_t *values_of(const struct mcp_request *request)
{
	const json_t *arguments = json_object_get(request->params, "arguments");
	json_t *values = json_object(), *value, *inner;
	const char *key, *name;

	json_object_foreach ((json_t *)(uintptr_t)arguments, key, value)
		values_add(values, key, value);
	json_object_foreach ((json_t *)(uintptr_t)request->answers, key, value) {
		values_add(values, key, value);
		json_object_foreach (json_object_get(value, "content"), name, inner)
			values_add(values, name, inner);
	}
	return values;
}

/* ── asking ────────────────────────────────────────────────────────────── */

static const char *capability_of(const char *method)
{
	if (strcmp(method, "elicitation/create") == 0)
		return "elicitation";
	return strcmp(method, "roots/list") == 0 ? "roots" : "sampling";
}

/* Only what the client can give is asked for; nothing of it: -32021. */
static void round_ask(struct mcp_request *request, const json_t *rounds, size_t number)
{
	json_t *round = json_array_get(rounds, number), *question, *values = values_of(request);
	const char *key, *method = "";
	size_t asked = 0;

	json_object_foreach (round, key, question) {
		method = json_text(question, "method");
		if (!mcp_can_ask(request, method))
			continue;
		mcp_ask(request, key, method, fill(json_object_get(question, "params"), values));
		asked++;
	}
	json_decref(values);
	if (asked == 0 || mcp_ask_send(request, json_pack("{s:I}", "round", (json_int_t)number)) !=
				  MCP_ASK_SENT)
		mcp_fail_capability(request, capability_of(method));
}

static bool round_is_answered(const struct mcp_request *request, json_t *round)
{
	json_t *question;
	const char *key;

	json_object_foreach (round, key, question) {
		if (mcp_can_ask(request, json_text(question, "method")) &&
			!json_is_object(json_object_get(request->answers, key)))
			return false;
	}
	return true;
}

/* True when a question went out instead of an answer. */
static bool rounds_ask(struct mcp_request *request, const json_t *fixture)
{
	const json_t *rounds = json_object_get(fixture, "rounds");
	size_t number = (size_t)json_integer_value(json_object_get(request->state, "round"));

	if (rounds == NULL)
		return false;
	if (request->answers == NULL || !round_is_answered(request, json_array_get(rounds, number)))
		round_ask(request, rounds, number);
	else if (number + 1 < json_array_size(rounds))
		round_ask(request, rounds, number + 1);
	else
		return false;
	return true;
}

/* ── tools ─────────────────────────────────────────────────────────────── */

static const char *capability_missing(const struct mcp_request *request, const json_t *fixture)
{
	json_t *wanted;
	const char *key;

	json_object_foreach (json_object_get(fixture, "requires"), key, wanted) {
		if (json_object_get(request->client->capabilities, key) == NULL)
			return key;
	}
	return NULL;
}

static void notify_progress(struct mcp_request *request, const json_t *steps)
{
	json_t *token = json_object_get(request->meta, "progressToken"), *step;
	size_t i;

	json_array_foreach (steps, i, step) {
		if (token != NULL)
			mcp_notify(request, "notifications/progress",
				json_pack("{s:O, s:O, s:i}", "progressToken", token, "progress",
					step, "total", 100));
	}
}

static void notify_log(struct mcp_request *request, const json_t *lines)
{
	bool wanted = logging;
	json_t *line;
	size_t i;

	if (mcp_is_modern(request->revision))
		wanted = json_object_get(request->meta, "io.modelcontextprotocol/logLevel") != NULL;
	json_array_foreach (lines, i, line) {
		if (wanted)
			mcp_notify(request, "notifications/message",
				json_pack("{s:s, s:O}", "level", "info", "data", line));
	}
}

static int library_change(struct store *store, struct err *err)
{
	struct prompt *prompt = prompt_new();
	char text[64];
	int result;

	(void)snprintf(
		text, sizeof text, "Change %d at %lld.", ++changes, (long long)clock_now_ms());
	prompt_set(&prompt->path, STR("changing-prompt"));
	prompt_set(&prompt->title, STR("A prompt that changes"));
	prompt_set(&prompt->description, STR("Its text changes"));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	result = store_prompt_put(store, prompt, NULL, err);
	prompt_free(prompt);
	return result;
}

static void fixture_call(struct mcp_request *request, const json_t *arguments)
{
	const json_t *fixture = fixture_find("tools", "name", json_text(request->params, "name"));
	const char *missing = capability_missing(request, fixture);
	json_t *values;
	struct err err;

	(void)arguments;
	if (missing != NULL) {
		mcp_fail_capability(request, missing);
		return;
	}
	notify_progress(request, json_object_get(fixture, "progress"));
	notify_log(request, json_object_get(fixture, "log"));
	if (json_text(fixture, "changed") != NULL &&
		library_change(mcp_store(request), &err) != 0) {
		mcp_fail_err(request, &err);
		return;
	}
	if (rounds_ask(request, fixture))
		return;
	values = values_of(request);
	mcp_reply(request, fill(json_object_get(fixture, "result"), values));
	json_decref(values);
	mcp_session_library_changed(request->session); /* nobody watches the files here */
}

/* ── methods that differ from the product's ────────────────────────────── */

static void prompts_get(struct mcp_request *request)
{
	const json_t *fixture = fixture_find("prompts", "name", json_text(request->params, "name"));
	const json_t *messages = json_object_get(fixture, "messages");
	json_t *values;

	if (messages == NULL) {
		mcp_prompts_get(request);
		return;
	}
	if (rounds_ask(request, fixture))
		return;
	values = values_of(request);
	mcp_reply(request, json_pack("{s:o}", "messages", fill(messages, values)));
	json_decref(values);
}

/* The content of a fixture's resource, or NULL. */
static json_t *resource_content(struct str uri)
{
	const json_t *template = json_array_get(json_object_get(fixtures, "templates"), 0);
	const char *prefix = json_text(template, "prefix"), *suffix = json_text(template, "suffix");
	json_t *name = json_from_str(uri), *values, *content;
	const json_t *fixture;

	fixture = fixture_find("resources", "uri", json_string_value(name));
	json_decref(name);
	if (fixture != NULL)
		return json_copy((json_t *)(uintptr_t)fixture);
	if (!str_starts(uri, prefix) || !str_ends(uri, suffix) ||
		uri.n <= strlen(prefix) + strlen(suffix))
		return NULL;
	values = json_pack(
		"{s:s%}", "id", uri.p + strlen(prefix), uri.n - strlen(prefix) - strlen(suffix));
	content = json_pack("{s:o, s:O, s:o}", "uri", json_from_str(uri), "mimeType",
		json_object_get(template, "mimeType"), "text",
		fill(json_object_get(template, "text"), values));
	json_decref(values);
	return content;
}

static void resources_read(struct mcp_request *request)
{
	json_t *content = resource_content(mcp_param(request, "uri"));

	if (content == NULL)
		mcp_resources_read(request);
	else
		mcp_reply_cacheable(request, json_pack("{s:[o]}", "contents", content), false);
}

/* What can be subscribed to: the library's, and ours, which never change. */
static uint64_t resource_stamp(struct mcp_server *server, struct str uri)
{
	json_t *content = resource_content(uri);
	bool ours = content != NULL;

	json_decref(content);
	return ours ? 1 : mcp_resource_stamp(server, uri);
}

static void logging_set_level(struct mcp_request *request)
{
	logging = true;
	mcp_reply(request, json_object());
}

static const struct mcp_method own_methods[] = {
	{"prompts/get", prompts_get, MCP_2024_11_05, MCP_2026_07_28},
	{"resources/read", resources_read, MCP_2024_11_05, MCP_2026_07_28},
	{"logging/setLevel", logging_set_level, MCP_2024_11_05, MCP_2025_11_25},
};

/* Ours first: the first of a name is taken. */
static const struct mcp_method *method_table(void)
{
	static struct mcp_method table[TABLE_MAX];
	size_t n = sizeof own_methods / sizeof own_methods[0], i;

	memcpy(table, own_methods, sizeof own_methods);
	for (i = 0; mcp_methods[i].name != NULL && n + 1 < TABLE_MAX; i++)
		table[n++] = mcp_methods[i];
	return table;
}

/* The product's tools and the fixtures'. */
static const struct mcp_tool *const *tool_table(void)
{
	static const struct mcp_tool *table[TABLE_MAX];
	static struct mcp_tool made[TABLE_MAX];
	const json_t *fixture;
	size_t n = 0, i;

	for (i = 0; mcp_tools[i] != NULL && n + 1 < TABLE_MAX; i++)
		table[n++] = mcp_tools[i];
	json_array_foreach (json_object_get(fixtures, "tools"), i, fixture) {
		json_t *face =
			json_pack("{s:O, s:O, s:O}", "name", json_object_get(fixture, "name"),
				"description", json_object_get(fixture, "description"),
				"inputSchema", json_object_get(fixture, "inputSchema"));

		if (n + 1 == TABLE_MAX)
			break;
		made[n].name = json_text(fixture, "name");
		made[n].schema = json_dumps(face, JSON_COMPACT); /* as long as the program */
		made[n].call = fixture_call;
		table[n] = &made[n];
		n++;
		json_decref(face);
	}
	return table;
}

/* ── the library ───────────────────────────────────────────────────────── */

static int seed(struct store *store, const char *path, const json_t *fixture, struct err *err)
{
	const char *text = json_text(fixture, "text");
	struct prompt *prompt = prompt_new();
	const json_t *argument;
	size_t i;
	int result;

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(path));
	prompt_set(&prompt->description, json_str(fixture, "description"));
	(void)prompt_add_message(
		prompt, PROMPT_USER, str_of(text != NULL ? text : "Answered by the test program."));
	json_array_foreach (json_object_get(fixture, "arguments"), i, argument) {
		struct prompt_input *input = prompt_add_input(prompt, json_str(argument, "name"));

		input->description = xstrdup(json_text(argument, "description"));
		input->required = true;
	}
	result = store_prompt_put(store, prompt, NULL, err);
	prompt_free(prompt);
	return result;
}

static int library_seed(struct store *store, struct err *err)
{
	const json_t *fixture;
	size_t i;

	json_array_foreach (json_object_get(fixtures, "prompts"), i, fixture) {
		if (seed(store, json_text(fixture, "name"), fixture, err) != 0)
			return -1;
	}
	return 0;
}

static int fixtures_load(const char *path, struct err *err)
{
	struct buf text = BUF_INIT(FIXTURES_MAX);
	FILE *file = fopen(path, "rb");
	char *room = buf_reserve(&text, FIXTURES_MAX - 1);
	int result;

	if (file == NULL || room == NULL)
		return err_set(err, ERR_FAILED, "%s cannot be read", path);
	buf_grow(&text, fread(room, 1, FIXTURES_MAX - 1, file));
	(void)fclose(file);
	result = json_door_parse((struct str){text.data, text.len}, &fixtures, err);
	buf_fini(&text);
	return result;
}

static int run(const char *path, const char *dir, struct err *err)
{
	struct mcp_server_options options = {
		.name = "promptd-conformance",
		.resource_stamp = resource_stamp,
	};
	const struct mcp_stdio stdio = {
		.in_fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
		.stop_fd = -1,
		.watch_fd = -1,
	};
	struct mcp_server *server = NULL;
	int result = -1;

	if (fixtures_load(path, err) != 0 ||
		store_open(&options.store, &(struct store_options){.dir = dir}, err) != 0)
		return -1;
	options.methods = method_table();
	options.tools = tool_table();
	if (library_seed(options.store, err) == 0 && mcp_server_new(&server, &options, err) == 0)
		result = mcp_stdio_run(server, &stdio, err);
	mcp_server_free(server);
	store_close(options.store);
	json_decref(fixtures);
	return result;
}

int main(int argc, char **argv)
{
	struct err err = {.code = ERR_NONE};

	if (argc != 3) {
		(void)fputs("usage: promptd-conformance FIXTURES DIR\n", stderr);
		return 2;
	}
	json_door_init();
	if (run(argv[1], argv[2], &err) < 0) {
		(void)fprintf(stderr, "promptd-conformance: %s\n", err.text);
		return 1;
	}
	return 0;
}
