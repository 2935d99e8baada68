/*
 * The agent watches over promptd-desktop: starts it where there is a display and nobody
 * else does (the agent's own environment names one; or `promptd desktop start` was
 * called in a session, which may begin later than the agent), and again when it ended
 * other than by being told to. While a display of this machine is away its socket is
 * watched for; else it is tried again, ever more rarely. A thread of its own, which
 * sleeps in between.
 */
#ifndef AGENT_MINDER_H
#define AGENT_MINDER_H

#include "agent/config.h"
#include "platform/platform.h"

struct minder;

/* Both are borrowed for life. */
int minder_start(struct minder **out, const struct platform_dirs *dirs, const struct config *config,
	struct err *err);
/* Ends the thread, and the process it started. NULL is nothing. */
void minder_stop(struct minder *minder);

#endif
