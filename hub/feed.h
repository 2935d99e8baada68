/*
 * The sync feed of sync.md: what every change of a visible object leaves behind, and
 * what an agent is told of it.
 */
#ifndef HUB_FEED_H
#define HUB_FEED_H

#include "hub/request.h"

/* In the transaction that changed it: the prompt takes the tenant's next number. `gone`
 * is NULL, "deleted", "deprecated" or "purged". */
int feed_touch(struct request *request, struct str prompt_id, const char *gone, struct err *err);

#endif
