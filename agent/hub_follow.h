/*
 * The agent follows the hub that this person has signed in to: a thread of its own, with
 * its own store handle, sleeps until the hub is to be asked (sync/schedule.h), its stream
 * says that something changed, somebody signs in or out (hub.json), or wants it asked now
 * (hub_state.h). What it brings is in prompts.db, where everybody sees it; how it fares is
 * in hub_state.h. Nobody waits for it.
 */
#ifndef AGENT_HUB_FOLLOW_H
#define AGENT_HUB_FOLLOW_H

#include "platform/platform.h"

struct hub_follow;

/* `dirs` is borrowed for life. */
int hub_follow_start(struct hub_follow **out, const struct platform_dirs *dirs, struct err *err);
/* Ends the thread within about a second, whatever it waits for. NULL is nothing. */
void hub_follow_stop(struct hub_follow *follow);

#endif
