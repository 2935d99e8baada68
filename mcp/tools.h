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
};

extern const struct mcp_tool *const mcp_tools[]; /* promptd's own; ends with NULL */

mcp_handler mcp_tools_list, mcp_tools_call;

/*
 * Does value fit a JSON schema? The subset that tools use: type, properties,
 * required, additionalProperties:false, items, enum, const, minimum, maximum,
 * minLength, maxLength, maxItems, pattern is ignored. False sets err to a text a
 * model can act on ("rating must be at most 5").
 */
bool mcp_schema_fits(const json_t *schema, const json_t *value, struct err *err);

#endif
