/*
 * The personal library and the repository that it is kept in step with. Both sides of
 * a conflict stay where they are, as commits, until somebody has decided about every
 * prompt: meanwhile the library goes on with its own side. Decisions are kept in
 * .git/promptd-decisions, each for two texts, and are no longer asked when one of them
 * has changed since. Main thread.
 */
#ifndef AGENT_PERSONAL_SYNC_H
#define AGENT_PERSONAL_SYNC_H

#include "agent/personal.h"
#include "library/git_remote.h"

/* Fetch, without holding up other commands. The exit to return. */
int sync_fetch(struct call *call);
/* Push; *behind: the remote has commits that are not here (and nothing was pushed). */
int sync_push(struct call *call, bool *behind);
/* "origin" gets this address. */
int sync_set_remote(struct call *call, const char *url);

struct sync_merge {
	enum repo_merge_outcome outcome;
	size_t ahead, behind; /* before it */
	json_t *conflicts;    /* [{name, file, ours, theirs}], texts null where there is none */
};
/* What was fetched last and the library become one, as far as nothing is undecided. */
int sync_merge(struct personal *personal, struct sync_merge *merge);
void sync_merge_fini(struct sync_merge *merge);
/* "up to date", "3 commits taken over", or the conflicts. COMMAND_DONE or REFUSED. */
int sync_tell(struct call *call, const struct sync_merge *merge);

/* What to keep of a conflict: "ours", "theirs", "both", or "text" with the text. */
int sync_decide(struct personal *personal, const json_t *conflict, const char *keep,
	struct str text, struct err *err);

/* The options of fetch and push for this repository, with the person's helpers. */
struct sync_link {
	struct repo_remote_options options;
	struct credentials *credentials;
};
void sync_link_init(struct call *call, struct sync_link *link, const char *dir);
void sync_link_fini(struct sync_link *link);

#endif
