/* Identifiers; see id.h. */
#define _DEFAULT_SOURCE /* getentropy, of POSIX.1-2024 */
#include "core/id.h"

#include <stdint.h>
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

/* The low four bits of each of `n` half bytes, the first one first. */
static char *id_hex(char *out, uint64_t value, unsigned n)
{
	while (n-- > 0)
		*out++ = "0123456789abcdef"[value >> (4 * n) & 15];
	return out;
}

/* RFC 9562, section 5.7: the time, then ten bytes at random. */
static void id_write(char out[ID_BYTES], uint64_t now, const unsigned char r[10])
{
	uint64_t node = 0;
	int i;

	for (i = 4; i < 10; i++)
		node = node << 8 | r[i];
	out = id_hex(out, now >> 16, 8);
	*out++ = '-';
	out = id_hex(out, now, 4);
	*out++ = '-';
	*out++ = '7';
	out = id_hex(out, (uint64_t)r[0] << 8 | r[1], 3);
	*out++ = '-';
	out = id_hex(out, (uint64_t)((r[2] & 0x3F) | 0x80) << 8 | r[3], 4);
	*out++ = '-';
	out = id_hex(out, node, 12);
	*out = '\0';
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
	id_write(out, now, r);
}
