/*
 * Drafts on their way to the hub: kept in ledger.db until the hub has them, whether there
 * is a network or not. Written by `promptd propose` and the tool suggest_prompt, sent by
 * sync/propose.c. See store.h for threads.
 */
#ifndef STORE_PROPOSAL_H
#define STORE_PROPOSAL_H

#include "core/id.h"
#include "core/prompt.h"
#include "store/store.h"

#define PROPOSALS_WAITING_MAX 100
#define PROPOSALS_SETTLED_MAX 100 /* the oldest make room */
#define PROPOSAL_MESSAGE_MAX 500
#define PROPOSAL_BODY_MAX ((size_t)3 * 1024 * 1024)

enum proposal_state {
	PROPOSAL_WAITING,
	PROPOSAL_SENT,	  /* the hub has it, and it is under review */
	PROPOSAL_REFUSED, /* the hub will not have it; `told` says why */
};
const char *proposal_state_name(enum proposal_state state); /* "waiting", … */

struct proposal {
	char id[ID_BYTES];
	int64_t made_ms;
	enum proposal_state state;
	/* Borrowed while the row is looked at; of_id and hub_id may be empty. */
	struct str path, of_id, body, hub_id, told;
	int64_t hub_version; /* with hub_id: what was made there and waits to be submitted */
};

/*
 * Keep one: durable when this returned. `prompt` (path, title, description, tags, inputs,
 * messages) is checked as every prompt is; message says what the change is for; of_id is
 * the hub's prompt that gets a new version, or empty for a new one. ERR_LIMIT: too many
 * wait. id is filled in.
 */
int store_proposal_add(struct store *store, const struct prompt *prompt, struct str message,
	struct str of_id, char id[ID_BYTES], struct err *err);

/* The hub's prompt at this path, whose next version a draft of it would be: its id and the
 * digest of its text, both empty when there is none. */
int store_proposal_base(struct store *store, const char *path, char of_id[ID_BYTES],
	char digest[SHA256_HEX_BYTES], struct err *err);

/* Oldest first. Non-zero from fn ends it. */
typedef int store_proposal_fn(void *data, const struct proposal *proposal);
int store_proposal_list(struct store *store, store_proposal_fn *fn, void *data, struct err *err);

/* What has become of it. What the hub has needs its text here no more; one that was
 * refused keeps it, and may be sent again. */
int store_proposal_settle(struct store *store, const char *id, enum proposal_state state,
	struct str hub_id, int64_t hub_version, struct str told, struct err *err);
/* Take it back, unless the hub has it. 1: done; 0: there is none. */
int store_proposal_remove(struct store *store, struct str id, struct err *err);

/*
 * The role at the hub ("contributor", …); empty: forget it. It stands in prompts.db, so
 * that whoever follows the library hears of a change.
 */
int store_member_set(struct store *store, struct str source, struct str role, struct err *err);
/* May this person propose prompts, as far as is known here? False on any error. */
bool store_member_may_propose(struct store *store);

#endif
