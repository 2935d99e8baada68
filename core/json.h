/*
 * The JSON door: every JSON text from outside comes in here. Strict (RFC 8259),
 * UTF-8 only, no duplicate member names, at most 64 levels, no NUL in names.
 * Any thread, after json_door_init().
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <jansson.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define JSON_DEPTH_MAX 64

/* Once, in main, before threads and before any parse. */
void json_door_init(void);

enum json_fault {
	JSON_FAULT_SYNTAX = 1, /* not JSON */
	JSON_FAULT_DEPTH,      /* JSON, but more than 64 levels */
	JSON_FAULT_DUPLICATE,  /* JSON, but a member name twice, or NUL in a name */
	JSON_FAULT_NUMBER,     /* a number beyond 64 bits or a double */
};

/*
 * Parse all of text; *out is a new reference. 0, or a positive json_fault with
 * err set to line, column and reason (no bytes of the text); -1: out of memory.
 * Any value may stand alone; a NUL byte is refused, \u0000 in a string is not.
 */
int json_door_parse(struct str text, json_t **out, struct err *err);

/*
 * Where the value of the outermost member `name` stands in the text, without
 * parsing: for ids, which are echoed byte for byte. False when there is none
 * (or the text is not an object that far). The first of several counts. It looks
 * no closer than finding needs: of a text that json_door_parse() refuses, what
 * it finds may be no JSON value itself.
 */
bool json_find_member(struct str text, const char *name, struct str *value);

/*
 * Append compact JSON, members in insertion order. 0; -1 when over the limit, out
 * of memory or deeper than twice JSON_DEPTH_MAX: then the buffer is marked failed
 * and holds half a text.
 */
int json_write(const json_t *json, struct buf *out);
/* The same, members sorted by the bytes of their names: for digests. */
int json_write_sorted(const json_t *json, struct buf *out);

/* Members, NULL or the default when absent or of another type. Borrowed.
 * json_text() is NULL also for a string with a NUL in it: see json_str(). */
const char *json_text(const json_t *object, const char *name);
struct str json_str(const json_t *object, const char *name);
bool json_flag(const json_t *object, const char *name, bool otherwise);
/* json_text() into an array of that size: as many whole characters as fit; else empty. */
void json_copy_text(const json_t *object, const char *name, char *out, size_t size);
json_t *json_from_str(struct str text); /* new string; NULL if not UTF-8 */

/* A real in as few digits as read back as the same number (0.1, 5, 1e+300),
 * whatever the locale. Returns out. */
#define JSON_REAL_BYTES 32
const char *json_real_text(double real, char out[JSON_REAL_BYTES]);

#endif
