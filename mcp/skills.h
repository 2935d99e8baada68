/* MCP's skills methods over the library. */
#ifndef MCP_SKILLS_H
#define MCP_SKILLS_H

#include "mcp/method.h"

mcp_handler mcp_skills_list, mcp_skills_get, mcp_resources_directory_read;

#endif
