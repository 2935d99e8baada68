/*
 * Identifiers: UUIDv7 (RFC 9562), time-ordered so that rows are appended, not
 * scattered; and random bytes from the system. Any thread.
 */
#ifndef CORE_ID_H
#define CORE_ID_H

#include <stddef.h>

#define ID_BYTES 37 /* with the NUL */

/* A new UUIDv7, e.g. "01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e". Those of one thread rise,
 * also within a millisecond, while its clock is not set back by more than a second. */
void id_new(char out[ID_BYTES]);

/* Fill with random bytes from the system; aborts if there are none to be had,
 * for nothing sensible can follow. */
void id_random(void *out, size_t len);

#endif
