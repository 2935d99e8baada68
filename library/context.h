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

struct library_context;

/* Append the file at path, relative to what is imported, to out (whose ceiling
 * holds). No links are followed; at most three "..". 0, or -1: no such text. */
int context_read(struct library_context *context, const char *path, struct buf *out);

/* A value kept until the import ends, so that it is read once: takes json (may be
 * NULL: looked for, not there) and returns it, borrowed. */
const json_t *context_keep(struct library_context *context, struct str key, json_t *json);
/* True when something, or nothing, is kept under key; *json is borrowed. */
bool context_kept(struct library_context *context, struct str key, const json_t **json);

/* Absolute path of the folder that paths are relative to; borrowed. */
struct str context_folder(const struct library_context *context);

#endif
