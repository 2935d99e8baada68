/* What the routes of prompts, versions and their lifecycle share. */
#ifndef HUB_PROMPTS_H
#define HUB_PROMPTS_H

#include "core/prompt.h"
#include "hub/etag.h"
#include "hub/request.h"

/* A prompt that the path names by id or by slug. A slug with a '/' in it ("team/review")
 * names none: paths are decoded before they are taken apart, "%2F" too. Lists show its id. */
struct prompt_facts {
	char id[ID_BYTES], slug[PROMPT_PATH_MAX + 1], owner_id[ID_BYTES], team_id[ID_BYTES];
	int64_t latest, revision;
	bool deleted;
};

/*
 * Find it and see whether who asks may: 0, or REQUEST_UNDO with 404 (not there, or
 * nothing they may know of) or 403 (they see it, but the route is not for them).
 */
int prompt_find(struct request *request, struct prompt_facts *facts, struct err *err);
/* The whole object as the API shows it; what consumers see is the approved version. */
int prompt_answer(struct request *request, unsigned status, const struct prompt_facts *facts,
	struct err *err);

/* Is it still the revision that who asks has seen? As etag_match(). */
int prompt_match(struct request *request, const struct prompt_facts *facts, enum etag_wish wish);
/* What is told of it has changed: the next revision, the feed, the search. */
int prompt_touch(struct request *request, const char *id, struct err *err);

#endif
