/*
 * dotprompt's role markers, also in our own Markdown: a body of several messages.
 *
 *   {{role "system"}}            from here on, or as {{#role "system"}}…{{/role}}
 *   You are terse.
 *   {{role "user"}}              system, user, model (or assistant)
 *   Review {{code}}.
 */
#ifndef LIBRARY_ROLES_H
#define LIBRARY_ROLES_H

#include "library/reader.h"

/* One stretch of a body that has one role. */
struct role_part {
	struct str text;
	enum prompt_role role;
};

/*
 * The next part of *rest, beginning in *role (set it to PROMPT_USER before the
 * first call). False at the end. Parts may be blank.
 */
bool role_next(struct str *rest, enum prompt_role *role, struct role_part *part);

/* Append all messages with a marker before each. */
void roles_write(const struct prompt *prompt, struct buf *out);

#endif
