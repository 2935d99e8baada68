/* MCP's resources methods over the library. */
#ifndef MCP_RESOURCES_H
#define MCP_RESOURCES_H

#include "mcp/method.h"

mcp_handler mcp_resources_list, mcp_resources_read, mcp_resources_templates_list;

#endif
