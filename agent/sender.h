/*
 * The agent sends what was recorded (uses.h): a thread of its own, with its own store
 * handle, sleeps until ledger.db changed, enough waits or has waited long enough. It is
 * not the one that follows the hub: a place that does not answer keeps no prompt waiting.
 */
#ifndef AGENT_SENDER_H
#define AGENT_SENDER_H

#include "platform/platform.h"

struct sender;

/* `dirs` is borrowed for life. */
int sender_start(struct sender **out, const struct platform_dirs *dirs, struct err *err);
/* What waits is sent first, for UPLOAD_SHUTDOWN_MS at most; the rest stays where it is.
 * NULL is nothing. */
void sender_stop(struct sender *sender);

#endif
