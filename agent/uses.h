/*
 * Sending recorded uses: the places of promptd.conf and the account (places.h), a token
 * that is renewed when it has run out, and the lease: one process sends at a time. What
 * the agent's thread (sender.h) and commands do alike; of the thread that opened it.
 */
#ifndef AGENT_USES_H
#define AGENT_USES_H

#include "agent/account.h"
#include "agent/places.h"

struct uses {
	struct call quiet; /* what account.h takes; nothing is said on it */
	struct account account;
	bool signed_in;
	struct upload *upload;
};

/* Negative: the store's failure; uses_close() in both cases. All are borrowed. */
int uses_open(struct uses *uses, const struct platform_dirs *dirs, const struct config *config,
	struct store *store, const atomic_bool *stop, struct err *err);
void uses_close(struct uses *uses);

/* After a step that *report says the hub refused (401): the token is renewed, and when that
 * could be done the next step goes on. */
void uses_renew(struct uses *uses, struct upload_report *report);

/* What one takes who sends (lock.h). */
#define USES_LOCK "usage.lock"

/* Somebody has signed in: what waited for another hub is set aside before the first use
 * of this one's prompts. The exit. */
int uses_sign_in(struct call *call);

/* For commands: send all that waits, now. The exit; *report says what went. */
#define USES_SEND_MS 60000
int uses_send(struct call *call, struct store *store, struct upload_report *report);

#endif
