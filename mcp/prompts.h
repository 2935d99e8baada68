/* MCP's prompts methods over the library. */
#ifndef MCP_PROMPTS_H
#define MCP_PROMPTS_H

#include "mcp/method.h"

mcp_handler mcp_prompts_list, mcp_prompts_get;

#endif
