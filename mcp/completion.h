/* MCP's completion methods over the library. */
#ifndef MCP_COMPLETION_H
#define MCP_COMPLETION_H

#include "mcp/method.h"

mcp_handler mcp_completion_complete;

#endif
