/*
 * Where the agent's log goes: agent.log in the state directory, kept below two times
 * LOGFILE_BYTES_MAX with the one before, agent.log.1; or the terminal or pipe that a
 * person gave it. One agent, on its main thread.
 */
#ifndef AGENT_LOGFILE_H
#define AGENT_LOGFILE_H

#include "agent/endpoint.h"

#define LOGFILE_NAME "agent.log"
#define LOGFILE_OLD "agent.log.1"
#define LOGFILE_BYTES_MAX (1024L * 1024)

/* The descriptor to write to: standard error, or a new one for agent.log where that is
 * the service manager's journal, which `promptd log` would have to ask. */
int logfile_open(const struct platform_dirs *dirs);
/* Turn agent.log when it is large; others (and pipes) are not ours to cut. */
void logfile_turn(const struct platform_dirs *dirs);

#endif
