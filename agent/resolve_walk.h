/*
 * The conflicts of the personal library one after the other, as a dialogue on a
 * terminal. A decision is written down when it is made; whoever leaves in the middle
 * leaves the rest undecided. Nobody waits for the library meanwhile. Main thread.
 */
#ifndef AGENT_RESOLVE_WALK_H
#define AGENT_RESOLVE_WALK_H

#include "agent/personal_sync.h"

/* `conflicts` as struct sync_merge has them. COMMAND_DONE (left with "quit", or by the
 * end of the input, is done too), or the exit to return. */
int resolve_walk(struct call *call, const json_t *conflicts);

#endif
