/*
 * Listening on loopback, IPv4 and IPv6 at one port of the system's choice.
 */
#ifndef MCP_LOOPBACK_H
#define MCP_LOOPBACK_H

#include "core/err.h"

enum { LOOPBACK_IPV4, LOOPBACK_IPV6, LOOPBACK_SOCKETS };

/*
 * Sockets that do not block, closed at exec; they are yours. Without IPv6 here
 * the second is -1. A port of which somebody else has the other half is never
 * taken: "localhost" would lead to them.
 */
int loopback_listen(int fds[LOOPBACK_SOCKETS], unsigned *port, struct err *err);

enum loopback_outcome {
	LOOPBACK_OK = 0,
	LOOPBACK_NONE = 1, /* nobody waits any more */
	LOOPBACK_FULL = 2, /* somebody waits, but descriptors or memory are out */
};

/* Take one connection off a listening socket; it does not block. */
int loopback_accept(int listen_fd, int *fd);

#endif
