/*
 * The tools' faces: the schema files and the handlers agree, every schema is
 * complete, and what tools/list says in each revision is what the snapshots say.
 * SNAPSHOTS_WRITE=1 in the environment writes them anew, to be read in the diff.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "mcp/tools.h"
#include "schema/schema.h"
#include "tests/mcp_fixture.h"

#define FOLDER SOURCE_DIR "/tests/snapshots"

static json_t *schema_of(const char *name)
{
	const struct schema_file *file;
	json_t *json = NULL;
	char wanted[128];
	struct err err;

	(void)snprintf(wanted, sizeof wanted, "%s.json", name);
	for (file = schema_tools; file->name != NULL; file++)
		if (strcmp(file->name, wanted) == 0)
			CHECK(json_door_parse((struct str){file->text, file->len}, &json, &err) ==
				0);
	return json;
}

static void every_handler_has_its_schema_and_every_schema_its_handler(void)
{
	const struct mcp_tool *const *tool;
	const struct schema_file *file;
	size_t handlers = 0, files = 0;

	for (tool = mcp_tools; *tool != NULL; tool++, handlers++) {
		json_t *schema = schema_of((*tool)->name);

		CHECK(schema != NULL);
		CHECK_STR(json_text(schema, "name"), (*tool)->name);
		CHECK((*tool)->call != NULL);
		json_decref(schema);
	}
	for (file = schema_tools; file->name != NULL; file++)
		files++;
	CHECK(handlers == 5 && files == handlers);
}

static void name_is_legal(const char *name)
{
	CHECK(strlen(name) <= 64);
	CHECK(strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
}

static void every_tool_is_described_and_annotated(void)
{
	static const char *const hints[] = {
		"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"};
	const struct mcp_tool *const *tool;
	size_t i;

	for (tool = mcp_tools; *tool != NULL; tool++) {
		json_t *schema = schema_of((*tool)->name), *property;
		const json_t *annotations = json_object_get(schema, "annotations");
		const json_t *input = json_object_get(schema, "inputSchema");
		const char *key;

		name_is_legal((*tool)->name);
		CHECK(json_text(schema, "title") != NULL);
		CHECK(strlen(json_text(schema, "description")) > 100);
		CHECK(strlen(json_text(schema, "description")) < 1024);
		for (i = 0; i < 4; i++)
			CHECK(json_is_boolean(json_object_get(annotations, hints[i])));
		/* Codex runs a tool unasked only then; one that sends must be asked for. */
		CHECK((*tool)->for_members ||
			json_is_true(json_object_get(annotations, "readOnlyHint")) ||
			(json_is_false(json_object_get(annotations, "destructiveHint")) &&
				json_is_false(json_object_get(annotations, "openWorldHint"))));
		CHECK_STR(json_text(input, "type"), "object");
		CHECK(json_is_false(json_object_get(input, "additionalProperties")));
		json_object_foreach (json_object_get(input, "properties"), key, property)
			CHECK(json_text(property, "description") != NULL);
		json_decref(schema);
	}
}

static json_t *find_tool(const json_t *list, const char *name)
{
	json_t *tool;
	size_t i;

	json_array_foreach (json_object_get(list, "tools"), i, tool)
		if (strcmp(json_text(tool, "name"), name) == 0)
			return tool;
	return NULL;
}

static void check_snapshot(const json_t *tool, const char *revision)
{
	char path[512], *text = json_dumps(tool, JSON_INDENT(2));
	json_t *kept;

	(void)snprintf(path, sizeof path, FOLDER "/%s.%s.json", json_text(tool, "name"), revision);
	if (getenv("SNAPSHOTS_WRITE") != NULL) {
		FILE *file = fopen(path, "w");

		CHECK(file != NULL && fprintf(file, "%s\n", text) > 0 && fclose(file) == 0);
	}
	kept = json_load_file(path, 0, NULL);
	if (!json_equal(kept, tool))
		(void)fprintf(stderr, "%s is not what tools/list says now:\n%s\n", path, text);
	CHECK(json_equal(kept, tool));
	json_decref(kept);
	free(text);
}

/* Who may propose prompts to a hub is offered a tool for it. */
static json_t *list_of_a_member(struct mcp_fixture *fixture)
{
	json_t *list;

	mcp_fixture_member(fixture, "contributor");
	list = mcp_fixture_ask(fixture, "tools/list", NULL);
	CHECK(json_array_size(json_object_get(list, "tools")) == 5);
	return list;
}

static void each_revision_shows_what_its_snapshot_says(void)
{
	const struct mcp_tool *const *tool;
	int revision;

	for (revision = 0; revision < MCP_REVISIONS; revision++) {
		struct mcp_fixture fixture;
		json_t *list, *again;

		mcp_fixture_new(&fixture, (enum mcp_revision)revision, "{}");
		list = mcp_fixture_ask(&fixture, "tools/list", NULL);
		CHECK(json_array_size(json_object_get(list, "tools")) == 4);
		json_decref(list);
		list = list_of_a_member(&fixture);
		for (tool = mcp_tools; *tool != NULL; tool++)
			check_snapshot(find_tool(list, (*tool)->name),
				mcp_revision_name((enum mcp_revision)revision));
		/* Whatever comes into the library, the tools stay as they are. */
		(void)fixture_put(fixture.store, "new/tool", "search_prompts", "text");
		again = mcp_fixture_ask(&fixture, "tools/list", NULL);
		CHECK(json_equal(list, again));
		json_decref(list);
		json_decref(again);
		mcp_fixture_free(&fixture);
	}
}

static void check_output(struct mcp_fixture *fixture, const char *name, json_t *arguments)
{
	json_t *schema = schema_of(name), *result = mcp_fixture_tool(fixture, name, arguments);
	const json_t *structured = json_object_get(result, "structuredContent");
	struct err err = {ERR_NONE, ""};

	CHECK(structured != NULL);
	if (!mcp_schema_fits(json_object_get(schema, "outputSchema"), structured, &err))
		(void)fprintf(stderr, "%s: %s\n", name, err.text);
	CHECK(err.code == ERR_NONE);
	json_decref(result);
	json_decref(schema);
}

static void structured_answers_fit_their_output_schema(void)
{
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	check_output(&fixture, "search_prompts", json_pack("{s:s}", "query", "review"));
	check_output(&fixture, "search_prompts", json_pack("{s:s}", "query", "nothing at all"));
	check_output(&fixture, "search_prompts", NULL);
	check_output(&fixture, "list_collections", NULL);
	mcp_fixture_free(&fixture);
}

/* ── mcp_schema_fits ───────────────────────────────────────────────────── */

static void expect(const char *schema, const char *value, const char *complaint)
{
	json_t *s = json_loads(schema, JSON_DECODE_ANY, NULL);
	json_t *v = json_loads(value, JSON_DECODE_ANY, NULL);
	struct err err = {ERR_NONE, ""};
	bool fits;

	CHECK(s != NULL && v != NULL);
	fits = mcp_schema_fits(s, v, &err);
	if (fits != (complaint == NULL))
		(void)fprintf(stderr, "%s against %s: %s\n", value, schema, err.text);
	CHECK(fits == (complaint == NULL));
	if (complaint != NULL)
		CHECK_STR(err.text, complaint);
	json_decref(s);
	json_decref(v);
}

static void schemas_say_what_is_wrong_so_that_it_can_be_mended(void)
{
	static const char object[] =
		"{\"type\":\"object\",\"properties\":{\"rating\":{\"type\":\"integer\","
		"\"minimum\":1,\"maximum\":5},\"name\":{\"type\":\"string\",\"minLength\":1,"
		"\"maxLength\":3},\"kind\":{\"enum\":[\"a\",\"b\"]},\"only\":{\"const\":7},"
		"\"list\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"boolean\"}},"
		"\"free\":{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\","
		"\"number\"]}}},\"required\":[\"name\"],\"additionalProperties\":false}";

	expect(object, "{\"name\":\"abc\"}", NULL);
	expect(object, "{\"name\":\"\xC3\xA4\xC3\xB6\xC3\xBC\"}", NULL);
	expect(object, "{\"name\":\"abcd\"}", "name must have at most 3 characters");
	expect(object, "{\"name\":\"\"}", "name must have at least 1 characters");
	expect(object, "{}", "name is required");
	expect(object, "[]", "the value must be an object");
	expect(object, "{\"name\":7}", "name must be a string");
	expect(object, "{\"name\":\"a\",\"rating\":5.0}", NULL);
	expect(object, "{\"name\":\"a\",\"rating\":5.5}", "rating must be a whole number");
	expect(object, "{\"name\":\"a\",\"rating\":6}", "rating must be at most 5");
	expect(object, "{\"name\":\"a\",\"rating\":0}", "rating must be at least 1");
	expect(object, "{\"name\":\"a\",\"rating\":true}", "rating must be a whole number");
	expect(object, "{\"name\":\"a\",\"kind\":\"c\"}", "kind must be one of \"a\", \"b\"");
	expect(object, "{\"name\":\"a\",\"only\":8}", "only must be 7");
	expect(object, "{\"name\":\"a\",\"list\":[true,1]}", "list.1 must be true or false");
	expect(object, "{\"name\":\"a\",\"list\":[true,true,true]}",
		"list must have at most 2 items");
	expect(object, "{\"name\":\"a\",\"free\":{\"x\":1,\"y\":\"z\"}}", NULL);
	expect(object, "{\"name\":\"a\",\"free\":{\"x\":[]}}",
		"free.x must be a string or a number");
	expect(object, "{\"name\":\"a\",\"nmae\":1}",
		"this tool has no \"nmae\"; known: rating, name, kind, only, list, free");
	expect("{\"type\":\"null\"}", "null", NULL);
	expect("{}", "[1]", NULL);
}

static void bad_arguments_are_results_and_bad_calls_are_errors(void)
{
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	answer = mcp_fixture_tool(&fixture, "get_prompt", NULL);
	CHECK(json_is_true(json_object_get(answer, "isError")));
	CHECK_STR(mcp_fixture_text(answer), "name is required");
	json_decref(answer);
	answer = mcp_fixture_tool(&fixture, "record_prompt_result",
		json_pack("{s:s, s:i}", "name", "x", "rating", 9));
	CHECK_STR(mcp_fixture_text(answer), "rating must be at most 5");
	json_decref(answer);
	answer = mcp_fixture_tool(&fixture, "delete_prompt", NULL);
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = mcp_fixture_ask(&fixture, "tools/call", NULL);
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = mcp_fixture_ask(&fixture, "tools/call",
		json_pack("{s:s, s:[]}", "name", "search_prompts", "arguments"));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = mcp_fixture_ask(&fixture, "tools/list", json_pack("{s:s}", "cursor", "x"));
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

int main(void)
{
	json_door_init();
	RUN(every_handler_has_its_schema_and_every_schema_its_handler);
	RUN(every_tool_is_described_and_annotated);
	RUN(each_revision_shows_what_its_snapshot_says);
	RUN(structured_answers_fit_their_output_schema);
	RUN(schemas_say_what_is_wrong_so_that_it_can_be_mended);
	RUN(bad_arguments_are_results_and_bad_calls_are_errors);
	return 0;
}
