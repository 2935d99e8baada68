/*
 * The order of use as a rowid: the smaller, the earlier search shows it.
 *
 *	bit 46      hidden: not for those who want approved ones only
 *	bits 41-45  31 - bucket of use (0: never, n: used 2^(n-1) times or more)
 *	bits 24-40  days left of a far-away day: newer ones first
 *	bits 0-23   in order of arrival within the day
 *
 * A row moves only when its use doubles, and rows of one import come in rising
 * order, which is what FTS5 writes fast. Of this room only.
 */
#ifndef STORE_RANK_H
#define STORE_RANK_H

#include <stdbool.h>
#include <stdint.h>

#define RANK_SEQ_BITS 24
#define RANK_DAY_BITS 17
#define RANK_BUCKET_BITS 5
#define RANK_BUCKET_MAX 31
#define RANK_SEQ_MAX ((INT64_C(1) << RANK_SEQ_BITS) - 1)

/* First of those never used; first of the hidden ones; past the last. */
#define RANK_UNUSED ((int64_t)RANK_BUCKET_MAX << (RANK_SEQ_BITS + RANK_DAY_BITS))
#define RANK_HIDDEN (INT64_C(1) << (RANK_SEQ_BITS + RANK_DAY_BITS + RANK_BUCKET_BITS))
#define RANK_END (2 * RANK_HIDDEN)

/* 0 for never, else 1 + floor(log2(uses)), at most RANK_BUCKET_MAX. */
static inline int rank_bucket(int64_t uses)
{
	int bucket = 0;

	while (uses > 0 && bucket < RANK_BUCKET_MAX) {
		uses /= 2;
		bucket++;
	}
	return bucket;
}

static inline int rank_bucket_of(int64_t rank)
{
	return RANK_BUCKET_MAX - (int)(rank >> (RANK_SEQ_BITS + RANK_DAY_BITS) & RANK_BUCKET_MAX);
}

/* The first rank of those with this bucket that arrived on the day of time_ms;
 * the last is RANK_SEQ_MAX further on. */
static inline int64_t rank_first(bool hidden, int bucket, int64_t time_ms)
{
	const int64_t last_day = (INT64_C(1) << RANK_DAY_BITS) - 1;
	int64_t day = time_ms / (24 * 3600 * INT64_C(1000));

	day = day < 0 ? 0 : day > last_day ? last_day : day;
	return (hidden ? RANK_HIDDEN : 0) |
	       (int64_t)(RANK_BUCKET_MAX - bucket) << (RANK_SEQ_BITS + RANK_DAY_BITS) |
	       (last_day - day) << RANK_SEQ_BITS;
}

#endif
