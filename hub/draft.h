/*
 * What somebody hands in: a prompt's text and inputs as JSON, checked at the door as
 * every prompt is (core/prompt.h), and for what must not come in: characters that do
 * not show, and secrets.
 */
#ifndef HUB_DRAFT_H
#define HUB_DRAFT_H

#include "core/prompt.h"
#include "hub/door.h"
#include "hub/request.h"

struct draft {
	struct prompt *prompt;
	struct buf messages, inputs, parameters; /* JSON, as the tables keep them */
	struct str message;			 /* what the version is for; of the body */
	struct door door;			 /* what was let in */
};

/*
 * From the members "text" and "system", or "messages"; "inputs", "parameters" and
 * "message". 0, or REQUEST_UNDO with the reason. draft_fini() in any case.
 */
int draft_read(struct request *request, const char *slug, const char *title, struct draft *draft,
	struct err *err);
void draft_fini(struct draft *draft);
/* As the next version of the prompt, after `latest`; *number is its own. */
int draft_insert(struct request *request, const struct draft *draft, const char *prompt_id,
	int64_t latest, int64_t *number, struct err *err);

#endif
