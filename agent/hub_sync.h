/*
 * `promptd sync`, and what login does at its end: the agent is asked to ask the hub, and
 * where none runs this process does. Main thread.
 */
#ifndef AGENT_HUB_SYNC_H
#define AGENT_HUB_SYNC_H

#include "agent/command.h"
#include "agent/hub_state.h"

/* How it went, told by *state: the exit, and said why not. `even_held`: also when the hub
 * wants to be left alone. Shows progress on call->notes. */
int hub_sync(struct call *call, bool even_held, struct hub_state *state);
/* What came, as the answer of a command. */
void hub_sync_tell(struct call *call, const struct hub_state *state);

#endif
