/*
 * Bodies in fewer bytes: Content-Encoding gzip (RFC 1952), over zlib. Any thread.
 */
#ifndef HUB_ENCODING_H
#define HUB_ENCODING_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

/* Smaller answers are not worth it. */
#define ENCODING_MIN 1024

/* Does an Accept-Encoding take gzip? ("gzip;q=0" does not.) */
bool encoding_accepts(struct str accept);
/* False: no memory; `out` is then as it was. */
bool encoding_pack(struct str plain, struct buf *out);
/* Into `out`, whose limit is also the ceiling of what may come out: ERR_LIMIT past it,
 * whatever it promised; ERR_INVALID: it is none, is cut short, or goes on after its end. */
int encoding_unpack(struct str packed, struct buf *out, struct err *err);

#endif
