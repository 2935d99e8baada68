/* What all sessions of a process share; see server.h. */
#include "mcp/server.h"

#include <stdlib.h>

#include "mcp/cache.h"
#include "mcp/prompt_cache.h"
#include "mcp/tools.h"

int mcp_server_new(
	struct mcp_server **out, const struct mcp_server_options *options, struct err *err)
{
	struct mcp_server *server = xcalloc(1, sizeof *server);

	server->options = *options;
	server->member = -1;
	if (server->options.name == NULL)
		server->options.name = "promptd";
	if (server->options.methods == NULL)
		server->options.methods = mcp_methods;
	if (server->options.tools == NULL)
		server->options.tools = mcp_tools;
	if (server->options.resource_stamp == NULL)
		server->options.resource_stamp = mcp_resource_stamp;
	server->cache = mcp_cache_new();
	if (server->cache == NULL) {
		free(server);
		return err_set(err, ERR_MEMORY, "out of memory");
	}
	server->prompts = prompt_cache_new(options->store);
	*out = server;
	return 0;
}

void mcp_server_free(struct mcp_server *server)
{
	if (server == NULL)
		return;
	mcp_cache_free(server->cache);
	json_decref(server->tools);
	prompt_cache_free(server->prompts);
	free(server->info);
	free(server->workspace);
	free(server);
}
