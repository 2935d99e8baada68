#include "tests/bench/request.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#define TOOL(name) "\"tools/call\",\"params\":{\"name\":\"" name "\",\"arguments\":{"

const struct request request_table[] = {
	{.figure = "tools_list", .before = "\"tools/list\"}", .after = "", .pipelined = true},
	{.figure = "prompts_get",
		.before = "\"prompts/get\",\"params\":{\"name\":\"",
		.after = "\"}}",
		.named = true,
		.pipelined = true},
	{.figure = "prompts_list", .before = "\"prompts/list\"}", .after = ""},
	{.figure = "get_prompt_tool",
		.before = TOOL("get_prompt") "\"name\":\"",
		.after = "\"}}}",
		.named = true,
		.ours = true},
	{.figure = "search_tool_prefix",
		.before = TOOL("search_prompts") "\"query\":\"re\",\"limit\":20}}}",
		.after = "",
		.ours = true},
	{.figure = "search_tool_words",
		.before = TOOL("search_prompts") "\"query\":\"write the\",\"limit\":20}}}",
		.after = "",
		.ours = true},
	{.figure = NULL},
};

static bool needs_argument(const json_t *prompt)
{
	const json_t *argument;
	size_t i;

	json_array_foreach (json_object_get(prompt, "arguments"), i, argument)
		if (json_is_true(json_object_get(argument, "required")))
			return true;
	return false;
}

bool request_prompt_name(struct bench_server *server, char name[256])
{
	const char *answer =
		bench_ask(server, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/list\"}\n");
	json_t *json = json_loads(answer, 0, NULL);
	const json_t *prompts = json_object_get(json_object_get(json, "result"), "prompts");
	const json_t *prompt;
	size_t i;
	bool found = false;

	json_array_foreach (prompts, i, prompt) {
		const char *text = json_string_value(json_object_get(prompt, "name"));
		if (text == NULL || needs_argument(prompt) || strlen(text) > 255)
			continue;
		(void)snprintf(name, 256, "%s", text);
		found = true;
		break;
	}
	json_decref(json);
	return found;
}

size_t request_write(
	char out[REQUEST_BYTES], const struct request *request, size_t id, const char *name)
{
	int len =
		snprintf(out, REQUEST_BYTES, "{\"jsonrpc\":\"2.0\",\"id\":%zu,\"method\":%s%s%s\n",
			id, request->before, request->named ? name : "", request->after);

	if (len < 0 || len >= REQUEST_BYTES)
		bench_fail("the prompt's name is too long");
	return (size_t)len;
}

void request_save_result(const char *answer, const char *path)
{
	const char *result = strstr(answer, "\"result\":");
	FILE *file = fopen(path, "wb");
	size_t len;

	if (result == NULL || file == NULL)
		bench_fail("no result to save");
	result += 9;
	len = strlen(result) - 1; /* without the brace that closes the message */
	if (fwrite(result, 1, len, file) != len || fclose(file) != 0)
		bench_fail(path);
}
