/*
 * One table of somebody else's TOML file (https://toml.io/en/v1.0.0, with 1.1's
 * newlines in inline tables), read, added or taken out; every other byte stays.
 *
 * Like connect_jsonc.h: the whole text is checked first, a path is key names from
 * the root on ended by NULL, errors are ERR_INVALID and begin with the line. What
 * is checked is the grammar; of the rules about defining things twice only those
 * that concern the path. Any thread.
 */
#ifndef AGENT_CONNECT_TOML_H
#define AGENT_CONNECT_TOML_H

#include <jansson.h>
#include <stdbool.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define TOML_DEPTH_MAX 32

/*
 * The table at path as JSON: strings, booleans, arrays and tables as what they
 * are, numbers and times as the text they are written in. 0 and *out is yours,
 * 1 not there, -1 not understood.
 */
int toml_find(struct str text, const char *const path[], json_t **out, struct err *err);

/*
 * Append to out the text with the table (of strings, booleans, arrays of strings,
 * and tables of those) at path: taken out where it was, added at the end. 0 done,
 * -1 failed and out as it was; also when it, or a table it belongs into, is
 * written inline, which this leaves to a person.
 */
int toml_set(
	struct str text, const char *const path[], json_t *table, struct buf *out, struct err *err);

/* Append to out the text without the table at path. *empty (may be NULL): only
 * blanks are left. 0 done, 1 not there (out as it was), -1 failed. */
int toml_unset(
	struct str text, const char *const path[], struct buf *out, bool *empty, struct err *err);

#endif
