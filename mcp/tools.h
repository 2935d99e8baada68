/*
 * Tools: a schema file in schema/tools/ says what each is called, what it is for
 * and what it takes and gives; the C side is a table of handlers. A test holds
 * the two together. The list is the same bytes whatever prompts are in the
 * library: text from outside never becomes a tool.
 */
#ifndef MCP_TOOLS_H
#define MCP_TOOLS_H

#include "mcp/method.h"

struct mcp_tool {
	const char *name;
	const char *schema; /* NULL: schema/tools/<name>.json, compiled in; else JSON text */
	/* arguments: an object that fits inputSchema. Answers like any handler. */
	void (*call)(struct mcp_request *request, const json_t *arguments);
	/* Offered only to who may propose prompts to a hub. */
	bool for_members;
};

extern const struct mcp_tool *const mcp_tools[]; /* promptd's own; ends with NULL */

extern const struct mcp_tool mcp_tool_search_prompts, mcp_tool_get_prompt,
	mcp_tool_list_collections, mcp_tool_record_prompt_result, mcp_tool_suggest_prompt;

mcp_handler mcp_tools_list, mcp_tools_call;

/* A failure behind a tool as its result: isError and what the model can do. */
json_t *mcp_tool_fault(const struct err *err);
/* A whole number that fits the schema (3.0 is one), or the default. */
int64_t mcp_tool_int(const json_t *arguments, const char *name, int64_t otherwise);

/*
 * Does value fit a JSON schema? The subset that tools use: type (one or several),
 * properties, required, additionalProperties, items, enum, const, minimum,
 * maximum, minLength, maxLength, minItems, maxItems; the rest is ignored. False
 * sets err to a text a model can act on ("rating must be at most 5").
 */
bool mcp_schema_fits(const json_t *schema, const json_t *value, struct err *err);

#endif
