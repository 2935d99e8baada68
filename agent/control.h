/*
 * Starting and ending the agent from outside: for the command line, and for
 * promptd-mcp, which starts it and never waits. Knows no more of it than its lock
 * and agent.json.
 */
#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include "agent/config.h"
#include "agent/endpoint.h"

/* End the agent of these directories and wait up to timeout_ms until it is gone.
 * ENDPOINT_NONE: none ran. */
int control_stop(const struct platform_dirs *dirs, int timeout_ms, struct err *err);

/* Start one in the background: a knock at its socket where the service manager
 * listens there, else a process of its own, its log in state/agent.log. With
 * timeout_ms > 0 waits until it answers; 0: does not wait. Where one runs there is
 * nothing to do. */
int control_start(const struct platform_dirs *dirs, int timeout_ms, struct err *err);

/* Is an agent to be started where none runs? What promptd.conf says of `autostart`;
 * $PROMPTD_AUTOSTART (yes, no) counts more. A home of trials or tests ($PROMPTD_HOME)
 * has no agent but one started by hand. */
bool control_is_wished(const struct config *config);

#endif
