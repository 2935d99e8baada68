/*
 * What lies beside the file that is being parsed, for formats that are more than
 * one file. Belongs to one library_import() call.
 */
#ifndef LIBRARY_CONTEXT_H
#define LIBRARY_CONTEXT_H

#include <jansson.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

struct library_context {
	void *data;
	/* Append the file at path, relative to the folder, to out (whose ceiling
	 * holds). 0, or anything else: no such text. */
	int (*read)(void *data, const char *path, struct buf *out);
	struct str folder; /* absolute path; borrowed */
	json_t *kept;	   /* what context_keep() was given; the maker's to free */
};

/* Append the file at path, relative to what is imported, to out. No links are
 * followed; at most three "..". 0, or -1: no such text. */
int context_read(struct library_context *context, const char *path, struct buf *out);

/* A value kept until the import ends, so that it is read once: takes json (may be
 * NULL: looked for, not there) and returns it, borrowed. */
const json_t *context_keep(struct library_context *context, struct str key, json_t *json);
/* True when something, or nothing, is kept under key; *json is borrowed. */
bool context_kept(struct library_context *context, struct str key, const json_t **json);

#endif
