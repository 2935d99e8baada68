/*
 * A prompt from a file into the hub, as a person would bring it: made or changed by an
 * author, submitted, approved by others. What the hub refuses a person it refuses here.
 */
#ifndef HUB_INTAKE_H
#define HUB_INTAKE_H

#include "core/prompt.h"
#include "hub/db.h"
#include "hub/local.h"

#define INTAKE_APPROVERS_MAX 4

struct intake {
	struct local author; /* and owner of what is new */
	struct local approvers[INTAKE_APPROVERS_MAX];
	size_t n_approvers;
	char team_id[ID_BYTES]; /* of what is new; empty: everybody's */
};

enum intake_what { INTAKE_CREATED, INTAKE_UPDATED, INTAKE_UNCHANGED, INTAKE_WHATS };
struct intake_done {
	enum intake_what what;
	bool approved; /* by this call */
	bool waits;    /* the version is not approved, though approvers were given */
};

/*
 * Within a transaction. By its path: new, or another version of what is there, or
 * nothing. A version that a person refused or took back stays so. What holds something
 * to look at (flags) is submitted, and nobody approves it by this. 0; LOCAL_REFUSED
 * with err: the transaction is to be undone; else as hub_db_run().
 */
int intake_put(const struct intake *intake, const struct prompt *prompt, struct intake_done *done,
	struct err *err);

#endif
