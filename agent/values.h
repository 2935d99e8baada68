/*
 * The words KEY=VALUE of a command line. KEY=VALUE is the value as it stands. KEY=@FILE
 * is what a file holds, KEY=@- what comes on stdin, byte for byte; KEY=@@TEXT is a
 * value that begins with @. Main thread.
 */
#ifndef AGENT_VALUES_H
#define AGENT_VALUES_H

#include "agent/command.h"

/* One of them into args, an object. COMMAND_DONE or the exit to return. */
int values_read(struct call *call, const char *word, json_t *args);

#endif
