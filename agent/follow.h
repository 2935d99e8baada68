/*
 * The agent follows the personal library's folder: whatever an editor or git does
 * there is in the index soon after. A thread of its own sleeps until something
 * changes, waits until it is quiet (100 ms; 500 ms at most), and has `promptd` read the
 * folder in a process of its own, so that no file can harm the agent. One such process
 * runs at a time. A minute after its start and every six hours the thread has other
 * people's repositories fetched in the same way.
 */
#ifndef AGENT_FOLLOW_H
#define AGENT_FOLLOW_H

#include "core/err.h"
#include "platform/platform.h"

struct follow;

/* `dirs` is borrowed for life. The folder may be absent, and may come or change place
 * later. */
int follow_start(struct follow **out, const struct platform_dirs *dirs, struct err *err);
/* Ends the thread, and what it had started. */
void follow_stop(struct follow *follow);

#endif
