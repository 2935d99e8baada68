/* tools/list and tools/call; see tools.h. */
#include "mcp/tools.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "mcp/server.h"
#include "schema/schema.h"
#include "store/proposal.h"

#define TOOLS_LIST_MAX (1024 * 1024)

const struct mcp_tool *const mcp_tools[] = {&mcp_tool_search_prompts, &mcp_tool_get_prompt,
	&mcp_tool_list_collections, &mcp_tool_record_prompt_result, &mcp_tool_suggest_prompt, NULL};

static struct str tool_schema_text(const struct mcp_tool *tool)
{
	const struct schema_file *file;
	char name[128];

	if (tool->schema != NULL)
		return str_of(tool->schema);
	(void)snprintf(name, sizeof name, "%s.json", tool->name);
	for (file = schema_tools; file->name != NULL; file++)
		if (strcmp(file->name, name) == 0)
			return (struct str){file->text, file->len};
	return (struct str){NULL, 0};
}

/* Read when it is first asked after the library may have changed: session.c forgets it. */
static bool is_member(struct mcp_server *server)
{
	if (server->member < 0)
		server->member = server->options.store != NULL &&
				 store_member_may_propose(server->options.store);
	return server->member != 0;
}

static bool is_offered(struct mcp_server *server, const struct mcp_tool *tool)
{
	return !tool->for_members || is_member(server);
}

/* All Tool objects by name, in the order of the table; read once. Borrowed. */
static json_t *tools_read(struct mcp_server *server)
{
	const struct mcp_tool *const *tool;
	struct err err;

	if (server->tools != NULL)
		return server->tools;
	server->tools = json_object();
	for (tool = server->options.tools; *tool != NULL; tool++) {
		json_t *object = NULL;

		/* A schema of ours that cannot be read is a bug; test_tools finds it. */
		if (json_door_parse(tool_schema_text(*tool), &object, &err) == 0)
			json_object_set_new(server->tools, (*tool)->name, object);
	}
	return server->tools;
}

/* Take away what that revision does not know. Changes its argument. */
static void tool_downlevel(json_t *tool, enum mcp_revision revision)
{
	if (!mcp_has_icons(revision))
		json_object_del(tool, "icons");
	if (!mcp_has_titles(revision)) {
		json_object_del(tool, "title");
		json_object_del(tool, "_meta");
	}
	if (!mcp_has_structured(revision))
		json_object_del(tool, "outputSchema");
	if (!mcp_has_annotations(revision))
		json_object_del(tool, "annotations");
}

void mcp_tools_list(struct mcp_request *request)
{
	struct str none = {NULL, 0};
	struct buf members = BUF_INIT(TOOLS_LIST_MAX);
	const struct mcp_tool *const *tool;
	uint64_t stamp = is_member(request->server) ? 1 : 2; /* there are two lists */
	json_t *tools, *list;

	if (json_object_get(request->params, "cursor") != NULL) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"unknown cursor: all tools are on one page");
		return;
	}
	if (mcp_reply_again(request, none, stamp))
		return;
	tools = tools_read(request->server);
	list = json_array();
	for (tool = request->server->options.tools; *tool != NULL; tool++) {
		json_t *copy;

		if (!is_offered(request->server, *tool))
			continue;
		copy = json_deep_copy(json_object_get(tools, (*tool)->name));
		tool_downlevel(copy, request->revision);
		json_array_append_new(list, copy);
	}
	(void)buf_add_str(&members, "\"tools\":");
	(void)json_write(list, &members);
	json_decref(list);
	mcp_reply_kept(request, &members, MCP_PUBLIC, none, stamp);
	buf_fini(&members);
}

static const struct mcp_tool *tool_find(struct mcp_server *server, struct str name)
{
	const struct mcp_tool *const *tool;

	for (tool = server->options.tools; *tool != NULL; tool++)
		if (str_is(name, (*tool)->name) && is_offered(server, *tool))
			return *tool;
	return NULL;
}

static void fail_unknown(struct mcp_request *request, struct str name)
{
	const struct mcp_tool *const *tool;
	struct buf known = BUF_INIT(256); /* the first few are enough of a hint */
	char quote[RPC_QUOTE_BYTES];

	for (tool = request->server->options.tools; *tool != NULL; tool++)
		if (is_offered(request->server, *tool))
			(void)buf_add_format(
				&known, "%s%s", known.len > 0 ? ", " : "", (*tool)->name);
	mcp_fail(request, RPC_INVALID_PARAMS, NULL, "no tool is called \"%s\"; there are: %s",
		rpc_quote(name, quote), buf_text(&known));
	buf_fini(&known);
}

json_t *mcp_tool_fault(const struct err *err)
{
	struct buf text = BUF_INIT(4096);
	json_t *result;

	if (err->code == ERR_INVALID || err->code == ERR_NOT_FOUND || err->code == ERR_LIMIT)
		(void)text_filter_show(str_of(err->text), &text);
	else
		(void)buf_add_str(&text, "The prompt library cannot be used right now; "
					 "`promptd doctor` says why. Go on without it.");
	result = mcp_tool_text((struct str){buf_text(&text), text.len}, true);
	buf_fini(&text);
	return result;
}

int64_t mcp_tool_int(const json_t *arguments, const char *name, int64_t otherwise)
{
	const json_t *value = json_object_get(arguments, name);

	if (json_is_real(value))
		return (int64_t)json_real_value(value);
	return json_is_integer(value) ? (int64_t)json_integer_value(value) : otherwise;
}

void mcp_tools_call(struct mcp_request *request)
{
	struct str name = mcp_param(request, "name");
	const json_t *given = json_object_get(request->params, "arguments");
	const json_t *schema;
	const struct mcp_tool *tool;
	json_t *arguments;
	struct err err;

	if (!json_is_string(json_object_get(request->params, "name"))) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "name must be a string");
		return;
	}
	tool = tool_find(request->server, name);
	if (tool == NULL) {
		fail_unknown(request, name);
		return;
	}
	if (given != NULL && !json_is_null(given) && !json_is_object(given)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "arguments must be an object");
		return;
	}
	arguments = json_is_object(given) ? json_incref((json_t *)(uintptr_t)given) : json_object();
	schema = json_object_get(
		json_object_get(tools_read(request->server), tool->name), "inputSchema");
	if (mcp_schema_fits(schema, arguments, &err))
		tool->call(request, arguments);
	else
		/* Bad values are for the model to mend, so they come back as a result. */
		mcp_reply(request, mcp_tool_fault(&err));
	json_decref(arguments);
}
