/*
 * hub.json in the data directory: which hub, as whom; and the tokens, in the Secret
 * Service where there is one (secret.h), else in this file, which is 0600. One thread.
 */
#ifndef AGENT_ACCOUNT_FILE_H
#define AGENT_ACCOUNT_FILE_H

#include "agent/command.h"
#include "agent/secret.h"

#define ACCOUNT_FILE "hub.json"

/* As it stands there, without tokens that are kept elsewhere; NULL: nobody is signed in.
 * A new reference. It differs after each account_file_write(). */
json_t *account_file_read(struct call *call);

/* The same with its tokens, which are asked for if need be. */
enum secret_outcome account_file_tokens(const json_t *file, json_t **whole);

enum account_place {
	ACCOUNT_BEST,  /* the Secret Service; a person may be asked to unlock it */
	ACCOUNT_AS_IS, /* where they are, if it can be; nobody is asked */
};
/*
 * Write down `whole`, for as long as account_file_remove(). *file is what stands there
 * now (new). COMMAND_DONE or the exit; a warning when tokens had to go into the file.
 */
int account_file_write(
	struct call *call, const json_t *whole, enum account_place place, json_t **file);
int account_file_remove(struct call *call);

#endif
