/*
 * When a hub is asked next (sync.md): polling with and without the stream, its brake,
 * backoff, and what its answers mean for the time after them. Pure: a clock's reading,
 * a seed and what happened go in, times come out; it neither waits nor asks. What it
 * says holds for one client, and keeps a thousand of them apart by chance alone.
 *
 * Readings are microseconds of one clock that also goes on in a suspended machine. One
 * that jumps is survived: forward, what is due is due once; backward, everything moves
 * with it, so that nobody waits longer than was decided.
 *
 *   question    schedule_wait_us() → 0 → ask → schedule_answered()
 *   stream      schedule_stream_wait_us() → 0 → connect → schedule_stream_opened(),
 *               which makes a question due at once: what happened while nobody listened;
 *               schedule_changed() for each event; schedule_stream_closed()
 */
#ifndef SYNC_SCHEDULE_H
#define SYNC_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_POLL_S 60	   /* ± 20 %, without the stream */
#define SCHEDULE_POLL_STREAM_S 300 /* ± 20 %, with it */
#define SCHEDULE_BACKOFF_S 2	   /* rand(0, min(BACKOFF_MAX, BACKOFF · 2ⁿ)) */
#define SCHEDULE_BACKOFF_MAX_S 900
#define SCHEDULE_HEALTH_S 60  /* that long without a failure, and n is 0 again */
#define SCHEDULE_HELD_MIN_S 1 /* Retry-After is taken between these */
#define SCHEDULE_HELD_MAX_S 3600
#define SCHEDULE_REFUSED_S 3600 /* ± 20 %: who must sign in, or is too old, asks again */

/* What came of a question. */
enum schedule_outcome {
	SCHEDULE_FINE,	  /* 200 or 304 */
	SCHEDULE_FAILED,  /* no answer, 429, 5xx, one that cannot be used */
	SCHEDULE_REFUSED, /* 401 or 426: asking again will hardly help */
	SCHEDULE_SHUT,	  /* 403: never again by itself */
};

struct schedule_answer {
	enum schedule_outcome outcome;
	int64_t retry_after_s; /* -1: not said; any other value is clamped */
	int64_t poll_after_s;  /* likewise; the longer of it and our own interval counts */
};

struct schedule {
	uint64_t random;
	int64_t now_us;	      /* the last reading */
	int64_t next_us;      /* the next question; SCHEDULE_NEVER */
	int64_t held_us;      /* Retry-After: not before, whatever happens */
	bool backing_off;     /* next_us is of a failure */
	unsigned failures;    /* n of the backoff */
	int64_t healthy_us;   /* since when nothing failed; SCHEDULE_NEVER */
	int64_t poll_after_s; /* the brake, as it was said last */
	bool streaming;	      /* the stream is open */
	int64_t stream_us;    /* when to try it; SCHEDULE_NEVER: a question comes first */
	unsigned stream_failures;
	int64_t streaming_us; /* since when it is open */
};

#define SCHEDULE_NEVER INT64_MAX

/* The first question is due within 2 s, by chance. The same seed, the same times. */
void schedule_init(struct schedule *schedule, uint64_t seed, int64_t now_us);

/* Until the next question: 0 when it is due, SCHEDULE_NEVER when it is not until
 * schedule_wish(). */
int64_t schedule_wait_us(struct schedule *schedule, int64_t now_us);
/* When that is, as a reading; SCHEDULE_NEVER. */
int64_t schedule_next_us(const struct schedule *schedule);
/* How it went. Call it once for each question, when the last of its pages is in. */
void schedule_answered(
	struct schedule *schedule, int64_t now_us, const struct schedule_answer *answer);
/* A person wants it now; a Retry-After is kept to, unless `even_held`. */
void schedule_wish(struct schedule *schedule, int64_t now_us, bool even_held);

/* Until the stream is to be tried; SCHEDULE_NEVER: it is open, or the hub does not answer
 * questions either. */
int64_t schedule_stream_wait_us(struct schedule *schedule, int64_t now_us);
void schedule_stream_opened(struct schedule *schedule, int64_t now_us);
/*
 * It ended, or could not be opened; retry_after_s as above. It is tried again minutes
 * later, and until then polled for, the first time within a polling interval: all of a
 * hub's clients see it go at the same moment.
 */
void schedule_stream_closed(struct schedule *schedule, int64_t now_us, int64_t retry_after_s);
/* The event: something changed. A question is due within spread_ms, by chance, unless it
 * was to be asked sooner; while the hub fails or wants to be left alone, not sooner than
 * that. */
void schedule_changed(struct schedule *schedule, int64_t now_us, int64_t spread_ms);

#endif
