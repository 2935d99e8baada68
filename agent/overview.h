/* `promptd` alone: six lines about what there is and what to do next. */
#ifndef AGENT_OVERVIEW_H
#define AGENT_OVERVIEW_H

#include "agent/command.h"

int overview_run(struct call *call);

#endif
