/* Identifiers; see id.h. */
#define _DEFAULT_SOURCE /* getentropy, of POSIX.1-2024 */
#include "core/id.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"

#define RANDOM_AT_ONCE 256     /* as much as getentropy() gives */
#define ID_RANDOM ((size_t)10) /* bytes of an id */
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
static void id_write(
	char out[ID_BYTES], uint64_t now, unsigned seq, const unsigned char r[ID_RANDOM])
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

/* One read of the system's generator serves many ids: the bytes are identifiers, not
 * secrets. Per thread, so no lock. */
static _Thread_local unsigned char id_pool[RANDOM_AT_ONCE];
static _Thread_local size_t id_left;
static bool id_pooled;

/* A child that was forked has its parent's bytes, and its sisters have too. */
static void id_forget(void)
{
	id_left = 0;
}

static void id_watch_forks(void)
{
	id_pooled = pthread_atfork(NULL, NULL, id_forget) == 0;
}

void id_new(char out[ID_BYTES])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint64_t now = (uint64_t)clock_now_ms();
	const unsigned char *r;
	unsigned seq;

	if (id_left < ID_RANDOM) {
		(void)pthread_once(&once, id_watch_forks); /* cannot fail */
		id_random(id_pool, sizeof id_pool);
		id_left = sizeof id_pool;
	}
	id_left -= ID_RANDOM;
	r = id_pool + id_left;
	seq = id_count(&now, (unsigned)r[0] << 8 | r[1]);
	id_write(out, now, seq, r);
	if (!id_pooled)
		id_left = 0;
}
