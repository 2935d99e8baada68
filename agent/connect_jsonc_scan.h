/*
 * Where things stand in a JSON text: the half of connect_jsonc.h that looks,
 * shared by its two files and nobody else.
 */
#ifndef AGENT_CONNECT_JSONC_SCAN_H
#define AGENT_CONNECT_JSONC_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "core/str.h"

#define JSONC_NONE ((size_t)-1)
#define JSONC_PATH_MAX 4

/* Offsets into the text. */
struct jsonc_member {
	size_t key, key_end; /* with the quotes */
	size_t value, value_end;
	size_t comma; /* the one that follows, or JSONC_NONE */
};

struct jsonc_object {
	size_t open, close; /* the braces */
	size_t count;
	struct jsonc_member first, last; /* when count > 0 */
	bool found;
	struct jsonc_member wanted, before; /* before.key: JSONC_NONE when wanted is the first */
};

/*
 * Check all of text and look along path: levels[i] is the object in which path[i]
 * was looked for, *found how many names there were. In a text without any value
 * levels[0].open is JSONC_NONE. 0, or -1 when it is not understood.
 */
int jsonc_walk(struct str text, unsigned liberties, const char *const path[],
	struct jsonc_object levels[JSONC_PATH_MAX], unsigned *found, struct err *err);

/* End of the comment that begins at `at`; `at` itself when none begins there. */
size_t jsonc_comment_end(struct str text, size_t at);

#endif
