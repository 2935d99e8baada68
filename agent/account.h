/*
 * The hub that this person has signed in to: its address and their tokens. Kept as
 * account_file.h says, and nowhere else: not in the library, not in logs, arguments or
 * the environment of other programs. One thread an account and call.
 */
#ifndef AGENT_ACCOUNT_H
#define AGENT_ACCOUNT_H

#include "agent/account_file.h"
#include "sync/http.h"

struct account {
	json_t *json;	 /* url, name, email, role, access_token, refresh_token */
	json_t *kept;	 /* the same as it was written down; NULL: it is not yet */
	json_t *written; /* what stands in the file for it */
	struct sync_http *http;
	const atomic_bool *stop; /* NULL: nothing ends a wait early */
};

/* The hub they have signed in to, ready to be asked. COMMAND_LOGIN_NEEDED: none;
 * COMMAND_FAILED with the url there: the tokens cannot be had now. */
int account_open(struct call *call, struct account *account);
/* The same; when *stop becomes true a question on its way, or a wait for another process
 * that renews the token, ends. Borrowed for life. */
int account_open_until(struct call *call, struct account *account, const atomic_bool *stop);
/* Is it still the one that is written down? Not after a logout, another login, or when
 * another process has renewed its token. */
bool account_is_current(struct call *call, const struct account *account);
void account_close(struct account *account);
const char *account_url(const struct account *account);
const char *account_token(const struct account *account);

/* Take over who one is and the tokens from a hub's answer, and nothing else that it says:
 * where the hub is only the person knows. */
void account_learn(struct account *account, const json_t *answer);

/* Write down a new one in place of what there was. The exit. */
int account_save(struct call *call, const char *url, const json_t *tokens);
/* Write down tokens that could not be written when they were renewed. The exit. */
int account_keep(struct call *call, struct account *account);
/* Forget it. The exit. */
int account_forget(struct call *call);

/*
 * Ask for JSON. The exit: COMMAND_DONE with *json (new, may be NULL for 204) when the
 * hub did it, else COMMAND_LOGIN_NEEDED, COMMAND_REFUSED or COMMAND_FAILED, said why, and
 * *json is NULL. A token that has run out is renewed once.
 */
int account_ask(struct call *call, struct account *account, const char *method, const char *path,
	const json_t *body, json_t **json);

/* Renew the token, or take the one that another process has got meanwhile: a hub takes
 * each of those that renew once. COMMAND_LOGIN_NEEDED: sign in again. */
int account_renew(struct call *call, struct account *account);

/*
 * Send the prompts that were proposed and wait (sync/propose.h), with a token renewed once
 * if need be. An enum pull_outcome; err says why some wait still.
 */
struct propose_report;
int account_propose(struct call *call, struct account *account, struct store *store,
	struct propose_report *report, struct err *err);

/* One at a time of this user's processes and threads follows the hub. Negative: another
 * does; else a descriptor, to be closed when it is over. */
int account_lock(struct call *call);

#endif
