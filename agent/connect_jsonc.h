/*
 * One key of somebody else's JSON file, read or changed; every other byte of the
 * file (comments, blanks, order, line ends, a byte order mark) stays as it is.
 *
 * The text is checked as a whole first: what is not understood to its last byte
 * is never edited. JSON is RFC 8259; the two liberties that assistants allow in
 * their files are switched on one by one, because a file that its own program
 * would refuse must not be called understood. Any thread.
 */
#ifndef AGENT_CONNECT_JSONC_H
#define AGENT_CONNECT_JSONC_H

#include <jansson.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

enum jsonc_liberty {
	JSONC_STRICT = 0,
	JSONC_COMMENTS = 1, /* line and block comments */
	JSONC_TRAILING = 2, /* a comma after the last member or element */
};

#define JSONC_DEPTH_MAX 64

/*
 * A path is member names from the root on, ended by NULL. Errors are
 * ERR_INVALID and begin with the line: "line 3: …".
 */

/*
 * The value at path, as it stands in the text (borrowed from it). 0 found, 1 not
 * there, -1 not understood: not JSON, the root or something on the way is not an
 * object, a name on the way given twice. A text of blanks and comments only is
 * understood as an empty object.
 */
int jsonc_find(struct str text, unsigned liberties, const char *const path[], struct str *value,
	struct err *err);

/* A value found that way, without comments and trailing commas. *out is yours. */
int jsonc_parse(struct str value, json_t **out, struct err *err);

/*
 * Append to out the whole text with the value at path set: exchanged where it
 * stands, or added as the last member, in the indentation and line ends the text
 * already has. *made (may be NULL) is how many names of the path were not there
 * before: 0 when the value was exchanged. 0 done, -1 failed and out as it was.
 */
int jsonc_set(struct str text, unsigned liberties, const char *const path[], json_t *value,
	struct buf *out, unsigned *made, struct err *err);

/*
 * Append to out the text without the member at path and, of the objects on the
 * way to it, without the last `made` - 1 if they hold nothing else: what
 * jsonc_set() added goes again. *empty (may be NULL): nothing but an empty root
 * is left. 0 done, 1 not there (out as it was), -1 failed.
 */
int jsonc_unset(struct str text, unsigned liberties, const char *const path[], unsigned made,
	struct buf *out, bool *empty, struct err *err);

#endif
