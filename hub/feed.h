/*
 * The sync feed of sync.md: what every change of a visible object leaves behind, and
 * what an agent is told of it.
 */
#ifndef HUB_FEED_H
#define HUB_FEED_H

#include "hub/request.h"

/* In the transaction that changed it: the prompt takes the tenant's next number, and its
 * words are written anew (search.h). `gone` is NULL, "deleted", "deprecated" or "purged". */
int feed_touch(struct request *request, struct str prompt_id, const char *gone, struct err *err);

/* The same for every prompt of a tag, collection or team that agents have heard of, after
 * what they are told of it has changed: each takes a number of its own, and a revision. */
enum feed_group { FEED_TAG, FEED_COLLECTION, FEED_TEAM };
int feed_touch_group(
	struct request *request, enum feed_group group, struct str id, struct err *err);

/* The statement of a page of it, for who measures what the database takes of one. */
extern const char feed_changes_sql[];

#endif
