/* Identifiers; see id.h. */
#define _DEFAULT_SOURCE /* getentropy, of POSIX.1-2024 */
#include "core/id.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"

#define RANDOM_AT_ONCE 256 /* as much as getentropy() gives */
#define ID_SEQ_MAX 0xFFF
#define ID_BACK_MS 1000 /* a clock set back by more is believed */

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

/* RFC 9562, section 6.2, method 1: ids of one millisecond are counted, from somewhere
 * in the lower half, so that they rise too. Past the last the next one is begun. */
static unsigned id_count(uint64_t *now, unsigned random)
{
	static _Thread_local uint64_t last;
	static _Thread_local unsigned seq;

	if (*now > last || last - *now > ID_BACK_MS) {
		last = *now;
		seq = random & (ID_SEQ_MAX >> 1);
	} else if (++seq > ID_SEQ_MAX) {
		last++;
		seq = 0;
	}
	*now = last;
	return seq;
}

/* RFC 9562, section 5.7: the time, the count, then bytes at random. */
static void id_write(char out[ID_BYTES], uint64_t now, unsigned seq, const unsigned char r[10])
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
	out = id_hex(out, seq, 3);
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
	unsigned seq;

	/* A child that was forked has its parent's bytes, and its sisters have too. */
	if (left < 10 || owner != getpid()) {
		id_random(pool, sizeof pool);
		left = sizeof pool;
		owner = getpid();
	}
	left -= 10;
	r = pool + left;
	seq = id_count(&now, (unsigned)r[0] << 8 | r[1]);
	id_write(out, now, seq, r);
}
