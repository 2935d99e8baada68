/*
 * The agent: one background process a user. It composes the rooms: the unix
 * socket on a thread of its own, the websocket on the main thread (libwebsockets
 * owns it), each with its own store handle; they meet in a mailbox.
 */
#ifndef AGENT_DAEMON_H
#define AGENT_DAEMON_H

#include "agent/config.h"
#include "agent/endpoint.h"

struct daemon_options {
	const struct platform_dirs *dirs;
	const struct config *config;
	bool replace; /* take over from an agent that runs */
};

/* Run until told to end. ENDPOINT_TAKEN: another agent runs, err says which. */
int daemon_run(const struct daemon_options *options, struct err *err);

#endif
