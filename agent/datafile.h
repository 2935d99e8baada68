/*
 * A list that a command remembers, as a JSON file beside the library. Main thread.
 */
#ifndef AGENT_DATAFILE_H
#define AGENT_DATAFILE_H

#include "agent/command.h"

/* The array in that file of the data directory; empty when there is none that can be
 * read. New. */
json_t *datafile_read(struct call *call, const char *name);
int datafile_write(struct call *call, const char *name, const json_t *list, struct err *err);

#endif
