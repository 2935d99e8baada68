/*
 * Inside mcp/: the inputs of a row (store_row.inputs) one by one, without making
 * a tree of them: lists pass thousands. All pieces are JSON as the store wrote
 * it, borrowed from the row; strings without their quotes, so that they can be
 * put together to a new JSON string as they are.
 */
#ifndef MCP_ROW_INPUTS_H
#define MCP_ROW_INPUTS_H

#include "core/buf.h"
#include "core/str.h"

struct row_input {
	struct str name, type;	/* ASCII without escapes */
	struct str description; /* inside of a JSON string, or empty */
	struct str initial;	/* the same; has_initial tells "" from none */
	struct str choices;	/* a JSON array of strings, or empty */
	bool has_initial, required;
};

/* rest: the whole inputs at first. False after the last. */
bool row_input_next(struct str *rest, struct row_input *input);
/* The next of choices, inside of a JSON string. */
bool row_choice_next(struct str *rest, struct str *choice);

/* PromptArgument.description, inside of a JSON string: what the person wrote, and
 * type, choices and default: "Language (string; one of: C, Rust; default: C)". */
void row_input_describe(const struct row_input *input, struct buf *out);

/* Text as the inside of a JSON string. */
void buf_add_json_inside(struct buf *out, struct str text);

#endif
