/* When a hub is asked next; see schedule.h. */
#include "sync/schedule.h"

#define SECOND_US INT64_C(1000000)
#define SPREAD_MAX_MS (10 * 60 * 1000)
#define STREAM_BACKOFF 7 /* doublings ahead of a question's: 256 s at first */
#define FAILURES_MAX 32

/* splitmix64 (Steele, Lea, Flood 2014): small, and every seed is a good one. */
static uint64_t draw(struct schedule *schedule)
{
	uint64_t z = schedule->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* From 0 to `most`, each as likely. */
static int64_t chance_us(struct schedule *schedule, int64_t most_us)
{
	return (int64_t)(draw(schedule) % ((uint64_t)most_us + 1));
}

/* That long ± 20 %. */
static int64_t about_us(struct schedule *schedule, int64_t seconds)
{
	int64_t fifth_us = seconds * SECOND_US / 5;

	return seconds * SECOND_US - fifth_us + chance_us(schedule, 2 * fifth_us);
}

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
	return value < min ? min : value > max ? max : value;
}

static int64_t backoff_us(struct schedule *schedule, unsigned failures)
{
	int64_t most_s = SCHEDULE_BACKOFF_S;

	while (failures-- > 0 && most_s < SCHEDULE_BACKOFF_MAX_S)
		most_s *= 2;
	return chance_us(schedule, clamp(most_s, 0, SCHEDULE_BACKOFF_MAX_S) * SECOND_US);
}

static void move(int64_t *time_us, int64_t by_us)
{
	if (*time_us != SCHEDULE_NEVER)
		*time_us += by_us;
}

/* Take a reading. When the clock was set back all that was decided moves with it. */
static void read_clock(struct schedule *schedule, int64_t now_us)
{
	int64_t back_us = now_us - schedule->now_us;

	schedule->now_us = now_us;
	if (back_us >= 0)
		return;
	move(&schedule->next_us, back_us);
	move(&schedule->held_us, back_us);
	move(&schedule->healthy_us, back_us);
	move(&schedule->stream_us, back_us);
	move(&schedule->streaming_us, back_us);
}

static void sooner(int64_t *time_us, int64_t than_us)
{
	if (than_us < *time_us)
		*time_us = than_us;
}

void schedule_init(struct schedule *schedule, uint64_t seed, int64_t now_us)
{
	*schedule = (struct schedule){.random = seed,
		.now_us = now_us,
		.held_us = now_us,
		.healthy_us = SCHEDULE_NEVER,
		.stream_us = SCHEDULE_NEVER,
		.streaming_us = SCHEDULE_NEVER};
	schedule->next_us = now_us + chance_us(schedule, SCHEDULE_BACKOFF_S * SECOND_US);
}

int64_t schedule_next_us(const struct schedule *schedule)
{
	if (schedule->next_us == SCHEDULE_NEVER)
		return SCHEDULE_NEVER;
	return schedule->next_us > schedule->held_us ? schedule->next_us : schedule->held_us;
}

static int64_t until_us(const struct schedule *schedule, int64_t time_us)
{
	if (time_us == SCHEDULE_NEVER)
		return SCHEDULE_NEVER;
	return time_us > schedule->now_us ? time_us - schedule->now_us : 0;
}

int64_t schedule_wait_us(struct schedule *schedule, int64_t now_us)
{
	read_clock(schedule, now_us);
	return until_us(schedule, schedule_next_us(schedule));
}

/* ── answers ───────────────────────────────────────────────────────────── */

/* Not before that; and somewhat later, for the hub may have said it to many. */
static void hold(struct schedule *schedule, int64_t retry_after_s)
{
	int64_t held_us =
		clamp(retry_after_s, SCHEDULE_HELD_MIN_S, SCHEDULE_HELD_MAX_S) * SECOND_US;

	schedule->held_us = schedule->now_us + held_us;
	if (schedule->next_us == SCHEDULE_NEVER || schedule->next_us < schedule->held_us)
		schedule->next_us = schedule->held_us;
	schedule->next_us += chance_us(schedule, held_us / 5);
}

static int64_t poll_us(struct schedule *schedule)
{
	int64_t seconds = schedule->streaming ? SCHEDULE_POLL_STREAM_S : SCHEDULE_POLL_S;

	if (schedule->poll_after_s <= seconds)
		return about_us(schedule, seconds);
	/* A brake: never sooner than it says. */
	return schedule->poll_after_s * SECOND_US +
	       chance_us(schedule, schedule->poll_after_s * SECOND_US / 5);
}

/* All of a hub's clients see a stream go at the same moment, and each that comes back asks
 * a question more: far apart, while polling goes on. */
static int64_t stream_backoff_us(struct schedule *schedule)
{
	return backoff_us(schedule, schedule->stream_failures + STREAM_BACKOFF);
}

static void on_fine(struct schedule *schedule)
{
	schedule->backing_off = false;
	schedule->held_us = schedule->now_us;
	if (schedule->healthy_us == SCHEDULE_NEVER)
		schedule->healthy_us = schedule->now_us;
	schedule->next_us = schedule->now_us + poll_us(schedule);
	if (!schedule->streaming && schedule->stream_us == SCHEDULE_NEVER)
		schedule->stream_us =
			schedule->now_us +
			(schedule->stream_failures > 0 ? stream_backoff_us(schedule) : 0);
}

static void on_failed(struct schedule *schedule, int64_t retry_after_s)
{
	if (schedule->healthy_us != SCHEDULE_NEVER &&
		schedule->now_us - schedule->healthy_us >= SCHEDULE_HEALTH_S * SECOND_US)
		schedule->failures = 0;
	schedule->healthy_us = SCHEDULE_NEVER;
	schedule->backing_off = true;
	schedule->stream_us = SCHEDULE_NEVER;
	if (retry_after_s >= 0) {
		schedule->next_us = schedule->now_us;
		hold(schedule, retry_after_s);
	} else {
		schedule->next_us = schedule->now_us + backoff_us(schedule, schedule->failures);
	}
	if (schedule->failures < FAILURES_MAX)
		schedule->failures++;
}

void schedule_answered(
	struct schedule *schedule, int64_t now_us, const struct schedule_answer *answer)
{
	read_clock(schedule, now_us);
	schedule->poll_after_s = clamp(answer->poll_after_s, -1, SCHEDULE_HELD_MAX_S);
	switch (answer->outcome) {
	case SCHEDULE_FINE:
		on_fine(schedule);
		break;
	case SCHEDULE_FAILED:
		on_failed(schedule, answer->retry_after_s);
		break;
	case SCHEDULE_REFUSED:
		on_failed(schedule, -1);
		schedule->next_us = now_us + about_us(schedule, SCHEDULE_REFUSED_S);
		break;
	case SCHEDULE_SHUT:
		on_failed(schedule, -1);
		schedule->next_us = SCHEDULE_NEVER;
		break;
	}
}

void schedule_wish(struct schedule *schedule, int64_t now_us, bool even_held)
{
	read_clock(schedule, now_us);
	schedule->next_us = now_us;
	if (even_held)
		schedule->held_us = now_us;
}

/* ── the stream ────────────────────────────────────────────────────────── */

int64_t schedule_stream_wait_us(struct schedule *schedule, int64_t now_us)
{
	read_clock(schedule, now_us);
	if (schedule->streaming || schedule->stream_us == SCHEDULE_NEVER)
		return SCHEDULE_NEVER;
	return until_us(schedule,
		schedule->stream_us > schedule->held_us ? schedule->stream_us : schedule->held_us);
}

void schedule_stream_opened(struct schedule *schedule, int64_t now_us)
{
	read_clock(schedule, now_us);
	schedule->streaming = true;
	schedule->streaming_us = now_us;
	schedule->stream_us = SCHEDULE_NEVER;
	if (!schedule->backing_off)
		sooner(&schedule->next_us, now_us);
}

void schedule_stream_closed(struct schedule *schedule, int64_t now_us, int64_t retry_after_s)
{
	bool was_open = schedule->streaming;

	read_clock(schedule, now_us);
	if (was_open && now_us - schedule->streaming_us >= SCHEDULE_HEALTH_S * SECOND_US)
		schedule->stream_failures = 0;
	schedule->streaming = false;
	schedule->streaming_us = SCHEDULE_NEVER;
	schedule->stream_us = now_us + stream_backoff_us(schedule);
	if (retry_after_s >= 0)
		schedule->stream_us =
			now_us +
			clamp(retry_after_s, SCHEDULE_HELD_MIN_S, SCHEDULE_HELD_MAX_S) * SECOND_US +
			chance_us(schedule, SCHEDULE_BACKOFF_S * SECOND_US);
	if (schedule->stream_failures < FAILURES_MAX)
		schedule->stream_failures++;
	if (schedule->backing_off)
		schedule->stream_us = SCHEDULE_NEVER; /* a question comes first */
	else if (was_open && schedule->next_us != SCHEDULE_NEVER)
		/* Spread over all of an interval, or all of them would keep step. */
		sooner(&schedule->next_us,
			now_us + chance_us(schedule, SCHEDULE_POLL_S * SECOND_US));
}

void schedule_changed(struct schedule *schedule, int64_t now_us, int64_t spread_ms)
{
	read_clock(schedule, now_us);
	if (schedule->backing_off)
		return;
	sooner(&schedule->next_us,
		now_us + chance_us(schedule, clamp(spread_ms, 0, SPREAD_MAX_MS) * 1000));
}
