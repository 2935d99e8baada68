/*
 * Bodies of requests, compressed. Over zlib, which nothing else here knows. Any thread.
 */
#ifndef SYNC_GZIP_H
#define SYNC_GZIP_H

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

/* Appended; ERR_LIMIT when it does not fit in out's limit. */
int gzip_pack(struct str plain, struct buf *out, struct err *err);
/* The same back. ERR_INVALID: it is none, or not whole. */
int gzip_unpack(struct str packed, struct buf *out, struct err *err);

#endif
