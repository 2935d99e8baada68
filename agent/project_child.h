/*
 * The prompts of the project that promptd-mcp was started in: the program that can read
 * such files (promptd) is run for that, beside the answers, and leaves what it found in
 * the library. One thread.
 */
#ifndef AGENT_PROJECT_CHILD_H
#define AGENT_PROJECT_CHILD_H

#include "agent/project_place.h"

/* How long answers wait for it; what it finds later is announced as a change. */
#define PROJECT_CHILD_MS 200

/* Run it and wait for it, but no longer than that. */
int project_child_read(struct err *err);
/* Have the watch tell of changes in the project's folders and those below. */
void project_child_watch(const struct project_place *place, struct platform_watch *watch);

#endif
