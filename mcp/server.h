/* Inside mcp/: what all sessions of a process share. */
#ifndef MCP_SERVER_H
#define MCP_SERVER_H

#include "mcp/method.h"

struct mcp_server {
	struct mcp_server_options options;
	struct mcp_cache *cache; /* prepared answers; cache.c */
	int member;		 /* may this person propose prompts? -1: not looked yet */
	json_t *tools;		 /* Tool objects by name, once read; tools.c */
	struct prompt_cache *prompts;
	struct workspace *workspace; /* once read; tool_search_prompts.c */
	char *info;		     /* serverInfo of modern results, once written; reply.c */
	unsigned char secret[32];
	bool has_secret;
	struct err lost; /* why a usage row could not be added, till settle tells */
};

/* Name, version and so on for serverInfo, as that revision has it. New. */
json_t *mcp_server_info(const struct mcp_server *server, enum mcp_revision revision);
json_t *mcp_server_capabilities(const struct mcp_server *server, enum mcp_revision revision);
const char *mcp_server_instructions(const struct mcp_server *server);

/*
 * requestState: what a client hands back to us, sealed with HMAC-SHA-256, bound
 * to method, name and the digest of the arguments, good for ten minutes.
 * seal: new JSON string or NULL. open: new reference to the state (null when
 * there was none), NULL when it is not ours, too old, or of another request.
 */
json_t *mcp_state_seal(
	struct mcp_server *server, const struct mcp_request *request, const json_t *state);
json_t *mcp_state_open(
	struct mcp_server *server, const struct mcp_request *request, struct str sealed);

/* Something that changes whenever the resource's content does; 0: no such
 * resource. The default of options.resource_stamp; in resources.c. */
uint64_t mcp_resource_stamp(struct mcp_server *server, struct str uri);

#endif
