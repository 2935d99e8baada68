/* sync/schedule: when a hub is asked next, for every answer and every clock. */
#include "sync/schedule.h"
#include "tests/test.h"

#define S INT64_C(1000000)
#define DAY_S INT64_C(86400)
#define MANY 2000

static const struct schedule_answer fine = {SCHEDULE_FINE, -1, -1};
static const struct schedule_answer failed = {SCHEDULE_FAILED, -1, -1};

/* The wait after such an answer to the first question, a schedule of that seed. */
static int64_t after(struct schedule *schedule, uint64_t seed, struct schedule_answer answer)
{
	schedule_init(schedule, seed, 0);
	schedule_answered(schedule, 5 * S, &answer);
	return schedule_wait_us(schedule, 5 * S);
}

struct range {
	int64_t least, most;
};

static void widen(struct range *range, int64_t value)
{
	if (value < range->least)
		range->least = value;
	if (value > range->most)
		range->most = value;
}

/* Over many seeds all of it happens, and nothing else. */
static bool is_spread(struct range got, int64_t from_us, int64_t to_us)
{
	int64_t tenth = (to_us - from_us) / 10;

	return got.least >= from_us && got.least <= from_us + tenth && got.most <= to_us &&
	       got.most >= to_us - tenth;
}

static struct range range_after(struct schedule_answer answer)
{
	struct range range = {INT64_MAX, 0};
	struct schedule schedule;
	uint64_t seed;

	for (seed = 0; seed < MANY; seed++)
		widen(&range, after(&schedule, seed, answer));
	return range;
}

static void the_first_question_comes_soon_and_not_all_at_once(void)
{
	struct range range = {INT64_MAX, 0};
	struct schedule schedule;
	uint64_t seed;

	for (seed = 0; seed < MANY; seed++) {
		schedule_init(&schedule, seed, 1000 * S);
		widen(&range, schedule_wait_us(&schedule, 1000 * S));
	}
	CHECK(is_spread(range, 0, 2 * S));
}

static void it_polls_every_minute_and_every_five_with_the_stream(void)
{
	struct range range = {INT64_MAX, 0};
	struct schedule schedule;
	uint64_t seed;

	CHECK(is_spread(range_after(fine), 48 * S, 72 * S));
	for (seed = 0; seed < MANY; seed++) {
		(void)after(&schedule, seed, fine);
		schedule_stream_opened(&schedule, 6 * S);
		CHECK(schedule_wait_us(&schedule, 6 * S) == 0); /* what was missed */
		schedule_answered(&schedule, 6 * S, &fine);
		widen(&range, schedule_wait_us(&schedule, 6 * S));
	}
	CHECK(is_spread(range, 240 * S, 360 * S));
}

static void the_hubs_brake_is_never_undercut(void)
{
	struct schedule_answer answer = fine;

	answer.poll_after_s = 1000;
	CHECK(is_spread(range_after(answer), 1000 * S, 1200 * S));
	answer.poll_after_s = 1; /* a brake, not a spur */
	CHECK(is_spread(range_after(answer), 48 * S, 72 * S));
	answer.poll_after_s = INT64_MAX;
	CHECK(is_spread(range_after(answer), 3600 * S, 4320 * S));
	answer.poll_after_s = INT64_MIN;
	CHECK(is_spread(range_after(answer), 48 * S, 72 * S));
}

/* The n-th failure in a row, each at the time it was due. */
static int64_t nth_failure(struct schedule *schedule, uint64_t seed, int n, int64_t *now_us)
{
	schedule_init(schedule, seed, 0);
	*now_us = 0;
	for (;;) {
		*now_us += schedule_wait_us(schedule, *now_us);
		schedule_answered(schedule, *now_us, &failed);
		if (n-- == 0)
			return schedule_wait_us(schedule, *now_us);
	}
}

static void failures_back_off_by_full_jitter_up_to_a_quarter_of_an_hour(void)
{
	static const int64_t most_s[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900};
	struct schedule schedule;
	int64_t now_us;
	uint64_t seed;
	int n;

	for (n = 0; n < 12; n++) {
		struct range range = {INT64_MAX, 0};

		for (seed = 0; seed < MANY; seed++)
			widen(&range, nth_failure(&schedule, seed, n, &now_us));
		CHECK(is_spread(range, 0, most_s[n] * S));
	}
	(void)nth_failure(&schedule, 1, 5000, &now_us); /* no shift runs over */
	CHECK(schedule_wait_us(&schedule, now_us) <= 900 * S);
}

/* What the next failure waits at most, after ten failures and `healthy_us` of health. */
static int64_t most_after_health(int64_t healthy_us)
{
	struct range range = {INT64_MAX, 0};
	struct schedule schedule;
	int64_t now_us;
	uint64_t seed;

	for (seed = 0; seed < MANY; seed++) {
		(void)nth_failure(&schedule, seed, 10, &now_us);
		schedule_answered(&schedule, now_us, &fine);
		schedule_answered(&schedule, now_us + healthy_us / 2, &fine);
		schedule_answered(&schedule, now_us + healthy_us, &failed);
		widen(&range, schedule_wait_us(&schedule, now_us + healthy_us));
	}
	return range.most;
}

static void only_a_minute_of_health_forgets_failures(void)
{
	CHECK(most_after_health(59 * S) > 500 * S);
	CHECK(most_after_health(60 * S) <= 2 * S);
}

static void retry_after_wins_within_a_second_and_an_hour(void)
{
	static const int64_t said[] = {0, 1, 30, 3600, 3601, INT32_MAX, INT64_MAX};
	static const int64_t kept_s[] = {1, 1, 30, 3600, 3600, 3600, 3600};
	struct schedule_answer answer = failed;
	size_t i;

	for (i = 0; i < sizeof said / sizeof *said; i++) {
		answer.retry_after_s = said[i];
		CHECK(is_spread(range_after(answer), kept_s[i] * S, kept_s[i] * S * 6 / 5));
	}
	answer.retry_after_s = INT64_MIN; /* not said */
	CHECK(is_spread(range_after(answer), 0, 2 * S));
}

static void while_the_hub_wants_quiet_only_a_person_who_insists_is_heard(void)
{
	struct schedule_answer answer = failed;
	struct schedule schedule;

	answer.retry_after_s = 100;
	CHECK(after(&schedule, 1, answer) >= 100 * S);
	schedule_changed(&schedule, 6 * S, 0);
	schedule_stream_opened(&schedule, 6 * S);
	CHECK(schedule_wait_us(&schedule, 6 * S) >= 99 * S);
	schedule_wish(&schedule, 6 * S, false);
	CHECK(schedule_wait_us(&schedule, 6 * S) == 99 * S);
	schedule_wish(&schedule, 6 * S, true);
	CHECK(schedule_wait_us(&schedule, 6 * S) == 0);
}

static void a_wish_ends_backing_off_and_the_end_of_all_asking(void)
{
	static const struct schedule_answer shut = {SCHEDULE_SHUT, -1, -1};
	struct schedule schedule;
	int64_t now_us;

	(void)nth_failure(&schedule, 3, 10, &now_us);
	schedule_wish(&schedule, now_us, false);
	CHECK(schedule_wait_us(&schedule, now_us) == 0);
	CHECK(after(&schedule, 1, shut) == SCHEDULE_NEVER);
	schedule_changed(&schedule, 6 * S, 0);
	CHECK(schedule_wait_us(&schedule, 10000 * DAY_S * S) == SCHEDULE_NEVER);
	CHECK(schedule_stream_wait_us(&schedule, 10000 * DAY_S * S) == SCHEDULE_NEVER);
	CHECK(schedule_next_us(&schedule) == SCHEDULE_NEVER);
	schedule_wish(&schedule, 10000 * DAY_S * S, false);
	CHECK(schedule_wait_us(&schedule, 10000 * DAY_S * S) == 0);
}

static void who_is_refused_asks_once_an_hour(void)
{
	static const struct schedule_answer refused = {SCHEDULE_REFUSED, -1, -1};

	CHECK(is_spread(range_after(refused), 2880 * S, 4320 * S));
}

static void a_change_is_asked_for_within_its_spread(void)
{
	struct range range = {INT64_MAX, 0};
	struct schedule schedule;
	int64_t before;
	uint64_t seed;

	for (seed = 0; seed < MANY; seed++) {
		(void)after(&schedule, seed, fine);
		schedule_changed(&schedule, 6 * S, 8000);
		widen(&range, schedule_wait_us(&schedule, 6 * S));
	}
	CHECK(is_spread(range, 0, 8 * S));
	before = schedule_wait_us(&schedule, 6 * S);
	schedule_changed(&schedule, 6 * S, INT64_MAX); /* never later than it was */
	CHECK(schedule_wait_us(&schedule, 6 * S) <= before);
	schedule_changed(&schedule, 6 * S, INT64_MIN);
	CHECK(schedule_wait_us(&schedule, 6 * S) == 0);
}

static void the_stream_is_tried_when_questions_are_answered_and_not_before(void)
{
	struct schedule schedule;

	schedule_init(&schedule, 1, 0);
	CHECK(schedule_stream_wait_us(&schedule, 0) == SCHEDULE_NEVER);
	schedule_answered(&schedule, S, &failed);
	CHECK(schedule_stream_wait_us(&schedule, S) == SCHEDULE_NEVER);
	schedule_answered(&schedule, 2 * S, &fine);
	CHECK(schedule_stream_wait_us(&schedule, 2 * S) == 0);
	schedule_stream_opened(&schedule, 2 * S);
	CHECK(schedule_stream_wait_us(&schedule, 2 * S) == SCHEDULE_NEVER);
	schedule_answered(&schedule, 3 * S, &failed);
	schedule_stream_closed(&schedule, 3 * S, -1);
	CHECK(schedule_stream_wait_us(&schedule, 3 * S) == SCHEDULE_NEVER);
}

static void a_stream_that_ends_is_polled_for_and_opened_again_later(void)
{
	struct range stream = {INT64_MAX, 0}, poll = {INT64_MAX, 0};
	struct schedule schedule;
	uint64_t seed;

	for (seed = 0; seed < MANY; seed++) {
		(void)after(&schedule, seed, fine);
		schedule_stream_opened(&schedule, 6 * S);
		schedule_answered(&schedule, 6 * S, &fine);
		schedule_stream_closed(&schedule, 100 * S, -1);
		widen(&stream, schedule_stream_wait_us(&schedule, 100 * S));
		widen(&poll, schedule_wait_us(&schedule, 100 * S));
	}
	CHECK(is_spread(stream, 0, 256 * S));
	CHECK(is_spread(poll, 0, 60 * S));
	schedule_stream_closed(&schedule, 200 * S, 500); /* it could not be opened */
	CHECK(schedule_stream_wait_us(&schedule, 200 * S) >= 500 * S);
}

static void a_clock_that_jumps_neither_floods_nor_falls_silent(void)
{
	struct schedule_answer answer = failed;
	struct schedule schedule;
	int64_t wait;

	/* Forward (a night of suspend): due, once. */
	(void)after(&schedule, 1, fine);
	CHECK(schedule_wait_us(&schedule, DAY_S * S) == 0);
	schedule_answered(&schedule, DAY_S * S, &fine);
	CHECK(schedule_wait_us(&schedule, DAY_S * S) >= 48 * S);
	/* Backward by a day: what was decided moves with it. */
	wait = schedule_wait_us(&schedule, DAY_S * S);
	CHECK(schedule_wait_us(&schedule, 0) == wait);
	CHECK(schedule_wait_us(&schedule, -DAY_S * S) == wait);
	CHECK(schedule_wait_us(&schedule, -DAY_S * S + wait) == 0);
	answer.retry_after_s = 3600;
	(void)after(&schedule, 1, answer);
	wait = schedule_wait_us(&schedule, 5 * S);
	CHECK(schedule_wait_us(&schedule, -1000 * DAY_S * S) == wait);
}

/* ── a thousand of them ────────────────────────────────────────────────── */

enum { AGENTS = 1000, WINDOW_S = 10, RUN_S = 3600, DOWN_AT_S = 1200 };

/* Questions and streams a window, of a hub that is away for a while. Steady is what
 * polling without the stream asks. */
struct fleet {
	struct schedule agents[AGENTS];
	int windows[RUN_S / WINDOW_S];
	int64_t down_s, back_s;
	bool streams; /* the hub has them */
};

static void one_agent(struct fleet *fleet, struct schedule *agent, int64_t now_us)
{
	int64_t s = now_us / S;
	bool down = s >= fleet->down_s && s < fleet->back_s;

	if (s == fleet->down_s && agent->streaming)
		schedule_stream_closed(agent, now_us, -1);
	if (schedule_stream_wait_us(agent, now_us) == 0) {
		fleet->windows[s / WINDOW_S]++;
		if (down || !fleet->streams)
			schedule_stream_closed(agent, now_us, -1);
		else
			schedule_stream_opened(agent, now_us);
	}
	if (schedule_wait_us(agent, now_us) == 0) {
		fleet->windows[s / WINDOW_S]++;
		schedule_answered(agent, now_us, down ? &failed : &fine);
	}
}

/* The most of a window after the hub is back. All converge: each is asked for. */
static int peak_after(struct fleet *fleet, bool streams, int64_t outage_s)
{
	int64_t tick;
	int i, peak = 0;

	*fleet = (struct fleet){
		.down_s = DOWN_AT_S, .back_s = DOWN_AT_S + outage_s, .streams = streams};
	for (i = 0; i < AGENTS; i++)
		schedule_init(&fleet->agents[i], (uint64_t)i, 0);
	for (tick = 0; tick < RUN_S; tick++)
		for (i = 0; i < AGENTS; i++)
			one_agent(fleet, &fleet->agents[i], tick * S);
	for (i = (int)fleet->back_s / WINDOW_S + 1; i < RUN_S / WINDOW_S; i++)
		peak = fleet->windows[i] > peak ? fleet->windows[i] : peak;
	for (i = 0; i < AGENTS; i++)
		CHECK(!fleet->agents[i].backing_off && fleet->agents[i].streaming == streams);
	return peak;
}

static void a_thousand_make_no_storm_when_the_hub_comes_back(void)
{
	static const int64_t outages_s[] = {1, 30, 300, 900};
	int steady = AGENTS * WINDOW_S / SCHEDULE_POLL_S, peak;
	static struct fleet fleet;
	size_t i;

	for (i = 0; i < sizeof outages_s / sizeof *outages_s; i++) {
		peak = peak_after(&fleet, false, outages_s[i]);
		(void)printf("outage of %d s, polling: peak %d, steady %d\n", (int)outages_s[i],
			peak, steady);
		CHECK(peak <= 2 * steady);
		peak = peak_after(&fleet, true, outages_s[i]);
		(void)printf("outage of %d s, streams: peak %d, steady %d\n", (int)outages_s[i],
			peak, steady);
		CHECK(peak <= 2 * steady);
	}
}

int main(void)
{
	RUN(the_first_question_comes_soon_and_not_all_at_once);
	RUN(it_polls_every_minute_and_every_five_with_the_stream);
	RUN(the_hubs_brake_is_never_undercut);
	RUN(failures_back_off_by_full_jitter_up_to_a_quarter_of_an_hour);
	RUN(only_a_minute_of_health_forgets_failures);
	RUN(retry_after_wins_within_a_second_and_an_hour);
	RUN(while_the_hub_wants_quiet_only_a_person_who_insists_is_heard);
	RUN(a_wish_ends_backing_off_and_the_end_of_all_asking);
	RUN(who_is_refused_asks_once_an_hour);
	RUN(a_change_is_asked_for_within_its_spread);
	RUN(the_stream_is_tried_when_questions_are_answered_and_not_before);
	RUN(a_stream_that_ends_is_polled_for_and_opened_again_later);
	RUN(a_clock_that_jumps_neither_floods_nor_falls_silent);
	RUN(a_thousand_make_no_storm_when_the_hub_comes_back);
	return 0;
}
