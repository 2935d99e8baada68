/*
 * The websocket transport on loopback, for editors that cannot open a unix
 * socket. One JSON-RPC message a text frame, subprotocol `mcp`. Who may connect
 * is upgrade.h's business, frames are frames.h's; libwebsockets carries the bytes,
 * keeps the time and owns the loop. All on the thread that opened it.
 */
#ifndef MCP_WEBSOCKET_H
#define MCP_WEBSOCKET_H

#include "mcp/local.h"
#include "mcp/upgrade.h"

#define WEBSOCKET_CLIENTS_MAX 16    /* that passed the check */
#define WEBSOCKET_STRANGERS_MAX 256 /* that did not yet; the oldest makes room */
#define WEBSOCKET_HANDSHAKE_S 5
#define WEBSOCKET_PING_MS 30000 /* without a pong until the next: cut off */
#define WEBSOCKET_RATE 20	/* messages a second, a connection … */
#define WEBSOCKET_BURST 60	/* … after so many at once; more have to wait */

#define WEBSOCKET_FILES_MAX 4

struct mcp_websocket;

struct mcp_websocket_options {
	const char *token;	    /* UPGRADE_TOKEN_HEX digits; copied */
	const char *const *origins; /* allowed, NULL ends; borrowed for life */
	unsigned rate, burst;	    /* 0: WEBSOCKET_RATE and WEBSOCKET_BURST */
	int64_t ping_ms;	    /* 0: WEBSOCKET_PING_MS */
	int stop_fd;		    /* readable: end */
	int watch_fd;		    /* readable: the library may have changed; -1 none */
	bool (*watch_take)(void *data);
	/* Other descriptors of this thread: ready() is called when one can be read. */
	struct websocket_file {
		int fd;
		void (*ready)(void *data);
	} files[WEBSOCKET_FILES_MAX];
	size_t n_files;
	void (*changed)(void *data, const struct local_client *clients, size_t n);
	void (*warn)(void *data, const struct err *err);
	void *data;
};

/* Listen on 127.0.0.1 and, where there is one, ::1, at one port of the system's
 * choice. The descriptors given are taken over: they are closed with the rest. */
int mcp_websocket_open(struct mcp_websocket **out, struct mcp_server *server,
	const struct mcp_websocket_options *options, struct err *err);
unsigned mcp_websocket_port(const struct mcp_websocket *websocket);
/* Serve until stopped (0). */
int mcp_websocket_run(struct mcp_websocket *websocket, struct err *err);
void mcp_websocket_close(struct mcp_websocket *websocket);

#endif
