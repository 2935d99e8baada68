/* Identifiers; see id.h. */
#define _DEFAULT_SOURCE /* getentropy, of POSIX.1-2024 */
#include "core/id.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"

#define RANDOM_AT_ONCE 256 /* as much as getentropy() gives */

/* No file is opened: descriptors may have run out, and this must not fail. */
void id_random(void *out, size_t len)
{
	unsigned char *p = out;

	while (len > 0) {
		size_t n = len < RANDOM_AT_ONCE ? len : RANDOM_AT_ONCE;

		if (getentropy(p, n) != 0)
			abort();
		p += n;
		len -= n;
	}
}

void id_new(char out[ID_BYTES])
{
	/* One read of the system's generator serves many ids: the bytes are
	 * identifiers, not secrets. Per thread, so no lock. */
	static _Thread_local unsigned char pool[160];
	static _Thread_local size_t left;
	static _Thread_local pid_t owner;
	uint64_t now = (uint64_t)clock_now_ms();
	const unsigned char *r;

	/* A child that was forked has its parent's bytes, and its sisters have too. */
	if (left < 10 || owner != getpid()) {
		id_random(pool, sizeof pool);
		left = sizeof pool;
		owner = getpid();
	}
	left -= 10;
	r = pool + left;
	(void)snprintf(out, ID_BYTES, "%08x-%04x-7%03x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		(unsigned)(now >> 16), (unsigned)(now & 0xFFFF),
		(unsigned)(r[0] << 8 | r[1]) & 0xFFF, (r[2] & 0x3F) | 0x80U, r[3], r[4], r[5], r[6],
		r[7], r[8], r[9]);
}
