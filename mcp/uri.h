/*
 * Inside mcp/: prompts as resources. prompt://team/area/code-review is the path
 * behind the scheme; what URIs do not allow (letters outside ASCII) is
 * percent-encoded (RFC 3986), and read with or without that.
 */
#ifndef MCP_URI_H
#define MCP_URI_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/str.h"

#define URI_PROMPT "prompt://"
#define URI_SKILL "skill://"
#define URI_PROMPT_TEMPLATE "prompt://{+path}"
#define URI_BYTES_MAX 1024 /* longer ones name nothing of ours */

/* Append the path as a URI has it. */
void uri_add_path(struct buf *out, struct str path);
/* Append the path behind `scheme`. False: another scheme, or no legal path. */
bool uri_read(struct str uri, const char *scheme, struct buf *path);

#endif
