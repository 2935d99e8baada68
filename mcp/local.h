/*
 * Many local clients on a unix socket, in one poll loop: the framing of stdio,
 * one session a connection. The socket is made by the caller. One thread, which
 * the server and its store handle belong to.
 */
#ifndef MCP_LOCAL_H
#define MCP_LOCAL_H

#include "mcp/mcp.h"

#define LOCAL_CLIENTS_MAX 64
/* A client that takes nothing for so long, with answers waiting, is cut off. */
#define LOCAL_SLOW_MS 30000

/* Who is connected; for status. Texts are borrowed for the call. */
struct local_client {
	unsigned long number; /* in order of connection */
	struct str name;      /* as it says */
	struct str era;	      /* revision of its last request; empty: none yet */
	int64_t since_ms;
};

struct mcp_local {
	int listen_fd;
	int stop_fd;  /* readable: end now */
	int watch_fd; /* readable: the library may have changed; -1: none */
	bool (*watch_take)(void *data);
	/* May this peer be served? NULL: all. A refused one is closed unanswered. */
	bool (*admit)(void *data, int fd);
	int64_t slow_ms; /* 0: LOCAL_SLOW_MS */
	/* The connections are not what they were: called with all of them. False:
	 * not now; called again soon. */
	bool (*changed)(void *data, const struct local_client *clients, size_t n);
	void (*warn)(void *data, const struct err *err);
	void *data;
};

/* Serve until stopped (0). Negative: the listening socket failed. */
int mcp_local_run(struct mcp_server *server, const struct mcp_local *local, struct err *err);

#endif
