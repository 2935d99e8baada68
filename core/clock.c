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

int64_t clock_awake_us(void)
{
#ifdef CLOCK_BOOTTIME
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) == 0)
		return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
#endif
	return clock_monotonic_us();
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

static bool digits(struct str text, size_t at, size_t n, int64_t min, int64_t max, int64_t *value)
{
	return str_to_int((struct str){text.p + at, n}, min, max, value);
}

bool clock_parse(struct str text, int64_t *time_ms)
{
	int64_t year, month, day, hour, minute, second, years, days;

	if (text.n < 20 || text.p[4] != '-' || text.p[7] != '-' || text.p[10] != 'T' ||
		text.p[13] != ':' || text.p[16] != ':' || text.p[text.n - 1] != 'Z' ||
		!digits(text, 0, 4, 1970, 9999, &year) || !digits(text, 5, 2, 1, 12, &month) ||
		!digits(text, 8, 2, 1, 31, &day) || !digits(text, 11, 2, 0, 23, &hour) ||
		!digits(text, 14, 2, 0, 59, &minute) || !digits(text, 17, 2, 0, 60, &second))
		return false;
	/* Years that begin in March: their leap day is the last. */
	years = year - (month <= 2);
	days = 365 * years + years / 4 - years / 100 + years / 400 +
	       (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
	*time_ms = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
	return true;
}
