/*
 * What may not come in, looked for in every text that others will read: characters that
 * do not show or that act (core/text_filter.h), and secrets (core/leak.h). A refusal says
 * what and where, and never repeats it. An admin may let a secret in that is none
 * ("allow_secrets": true): that is written down, and the prompt gets the flag "secret".
 */
#ifndef HUB_DOOR_H
#define HUB_DOOR_H

#include "hub/request.h"

struct door {
	const char *allowed; /* kind of the secret that an admin has let in; NULL: none */
};

/* 0, or REQUEST_UNDO: 422 hidden_characters or secret_found, with the member's name, kind,
 * line and column in its details. `door` may be NULL: then nothing can be allowed. */
int door_check(struct request *request, struct door *door, const char *name, struct str text);
/* request_text() and request_required() for what others will read. */
int door_text(struct request *request, const char *name, size_t max, struct str *text);
int door_required(struct request *request, const char *name, size_t max, struct str *text);
/* Writes down what was let in, of this prompt; its flag. */
int door_audit(
	struct request *request, const struct door *door, const char *prompt_id, struct err *err);

#endif
