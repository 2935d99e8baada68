/* Time; see clock.h. */
#include "core/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t clock_frozen_ms = -1;

int64_t clock_now_ms(void)
{
	int64_t frozen = atomic_load(&clock_frozen_ms);
	struct timespec now;

	if (frozen >= 0)
		return frozen;
	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_monotonic_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_freeze(int64_t now_ms)
{
	atomic_store(&clock_frozen_ms, now_ms);
}

void clock_format(int64_t time_ms, char out[CLOCK_TEXT_BYTES])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL ||
		strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		(void)snprintf(out, CLOCK_TEXT_BYTES, "?");
}
