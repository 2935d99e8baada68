/* The methods we speak, with the revisions that have them. */
#include "mcp/completion.h"
#include "mcp/prompts.h"
#include "mcp/resources.h"
#include "mcp/session.h"
#include "mcp/skills.h"
#include "mcp/tools.h"

#define ALL MCP_2024_11_05, MCP_2026_07_28
#define LEGACY MCP_2024_11_05, MCP_2025_11_25
#define MODERN MCP_2026_07_28, MCP_2026_07_28

const struct mcp_method mcp_methods[] = {
	{"initialize", mcp_initialize, LEGACY},
	{"ping", mcp_ping, LEGACY},
	{"server/discover", mcp_discover, MODERN},
	{"tools/list", mcp_tools_list, ALL},
	{"tools/call", mcp_tools_call, ALL},
	{"prompts/list", mcp_prompts_list, ALL},
	{"prompts/get", mcp_prompts_get, ALL},
	{"resources/list", mcp_resources_list, ALL},
	{"resources/read", mcp_resources_read, ALL},
	{"resources/templates/list", mcp_resources_templates_list, ALL},
	{"resources/subscribe", mcp_subscribe, LEGACY},
	{"resources/unsubscribe", mcp_unsubscribe, LEGACY},
	{"subscriptions/listen", mcp_subscriptions_listen, MODERN},
	{"completion/complete", mcp_completion_complete, MCP_2024_11_05, MCP_2026_07_28},
	{"skills/list", mcp_skills_list, ALL},
	{"skills/get", mcp_skills_get, ALL},
	{"resources/directory/read", mcp_resources_directory_read, ALL},
	{NULL, NULL, ALL},
};
