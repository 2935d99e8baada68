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

/* End the agent of these directories and wait up to timeout_ms until it is gone.
 * ENDPOINT_NONE: none ran. */
int daemon_stop(const struct platform_dirs *dirs, int timeout_ms, struct err *err);

/* Start one in the background. With timeout_ms > 0 waits until it answers; 0:
 * does not wait. Starting where one runs is done at once. */
int daemon_start(const struct platform_dirs *dirs, int timeout_ms, struct err *err);

#endif
