/*
 * The stdio transport: one client on two descriptors, its own poll loop.
 *
 * Hosts give pipes or unix sockets, blocking or not, shared with others: the
 * descriptors' flags are never changed. Whole lines are written; while the
 * client does not read, we do not read either, so nothing piles up. Answers to
 * everything that came in one read go out together, behind one disk flush.
 */
#ifndef MCP_STDIO_H
#define MCP_STDIO_H

#include "mcp/mcp.h"

struct mcp_stdio {
	int in_fd, out_fd;
	int stop_fd;			/* readable: end now, as at end of input; -1: none */
	int watch_fd;			/* readable: the library may have changed; -1: none */
	bool (*watch_take)(void *data); /* drain it; true: something did change */
	void *watch_data;
	bool watch_always; /* drain it before every message too, if nobody waits for changes */
	void (*after_first)(void *data); /* called once, behind the first answer; or NULL */
	void *after_first_data;
	void (*warn)(const struct err *err); /* usage rows could not be kept; may be NULL */
};

/* Serve until end of input (0), a stop (0), or the client is gone (0). Negative:
 * a descriptor failed, or memory. */
int mcp_stdio_run(struct mcp_server *server, const struct mcp_stdio *stdio, struct err *err);

#endif
