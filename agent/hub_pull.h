/*
 * Ask the hub once, all its pages: what the agent's thread and `promptd sync` do alike.
 * The one who calls has the lock (account_lock()).
 */
#ifndef AGENT_HUB_PULL_H
#define AGENT_HUB_PULL_H

#include "agent/account.h"
#include "agent/hub_state.h"

/*
 * Ask, with one renewal of a token that has run out, and send what was proposed; *state says how it
 * went, and is written down. `options` without its token. When the hub shuts this person out and
 * the lease of its prompts has ended, they go. False: proceed() ended it, *state is as it was.
 */
bool hub_pull(struct call *call, struct account *account, struct store *store,
	const struct pull_options *options, struct hub_state *state, struct pull_report *report);

/* Who is followed, in a state that is new or of another hub. */
void hub_state_begin(struct hub_state *state, const struct account *account);

/* Have the prompts of a lease that has ended go. 0 done or not yet, -1 the store's. */
int hub_lease_end(struct store *store, struct hub_state *state, struct err *err);

/* The hub's prompts go; *n of them. */
int hub_forget(struct store *store, int64_t *n, struct err *err);

#endif
