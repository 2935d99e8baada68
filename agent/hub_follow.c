/* See hub_follow.h. */
#include "agent/hub_follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/hub_pull.h"
#include "agent/thread.h"
#include "core/clock.h"
#include "core/id.h"
#include "core/log.h"
#include "sync/schedule.h"
#include "sync/stream.h"

#define LOCKED_S 5	   /* another process asks just now: how long that is waited for */
#define BAD_STORE_S 30	   /* likewise a library that cannot be opened, or a full disk */
#define LOOK_AGAIN_S 60	   /* for tokens that could not be had */
#define SIGNED_OFF_MS 2000 /* within which a stream's 401 is looked into */

struct hub_follow {
	const struct platform_dirs *dirs;
	struct thread thread;
	atomic_bool stopping;
	/* Of the thread. */
	struct call call; /* what functions of commands take: dirs, and where they fail */
	struct config config;
	struct platform_watch *accounts, *wishes;
	int alarm;
	struct account account;
	bool signed_in;
	int64_t look_us;     /* nobody is; looked at again then; 0: only when it changes */
	struct store *store; /* NULL: not opened yet */
	struct sync_stream *stream;
	struct schedule schedule;
	struct hub_state state;
};

static int64_t now_us(void)
{
	return clock_awake_us();
}

/* ── what others are told ──────────────────────────────────────────────── */

static void tell(struct hub_follow *follow)
{
	int64_t next_us = schedule_next_us(&follow->schedule);

	follow->state.next_ms =
		next_us == SCHEDULE_NEVER ? 0 : clock_now_ms() + (next_us - now_us()) / 1000;
	hub_state_write(follow->dirs, &follow->state);
}

static void log_asked(const struct hub_follow *follow, const struct pull_report *report)
{
	const struct hub_state *state = &follow->state;
	bool fine = state->condition == HUB_FINE;

	if (fine && report->put + report->removed + report->refused == 0) {
		log_event(LOG_LEVEL_DEBUG, LOG_TEXT("event", "hub.nothing_new"));
		return;
	}
	log_event(fine && report->refused == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
		LOG_TEXT("event", "hub.asked"),
		LOG_TEXT("result", hub_condition_word(state->condition)),
		LOG_NUMBER("put", report->put), LOG_NUMBER("removed", report->removed),
		LOG_NUMBER("refused", report->refused),
		LOG_TEXT("why", fine ? report->why : state->why));
}

/* ── who is followed ───────────────────────────────────────────────────── */

static void stream_drop(struct hub_follow *follow)
{
	sync_stream_close(follow->stream);
	follow->stream = NULL;
	follow->state.stream = false;
}

static void sign_off(struct hub_follow *follow)
{
	stream_drop(follow);
	if (follow->signed_in)
		account_close(&follow->account);
	follow->signed_in = false;
}

/* Nobody is, or what keeps the sign-in cannot be asked now: then it is once more later. */
static void not_signed_in(struct hub_follow *follow)
{
	bool later = account_url(&follow->account) != NULL;

	follow->look_us = 0;
	if (later) {
		hub_state_begin(&follow->state, &follow->account);
		follow->state.condition = HUB_SIGN_IN;
		(void)snprintf(follow->state.why, sizeof follow->state.why, "%.255s",
			follow->call.err.text);
		follow->look_us = now_us() + LOOK_AGAIN_S * 1000000;
		hub_state_write(follow->dirs, &follow->state);
	} else {
		follow->state = (struct hub_state){.condition = HUB_NONE};
		hub_state_remove(follow->dirs);
	}
	account_close(&follow->account);
}

/* Somebody signed in, or out, or another process has renewed the token. */
static void look_at_account(struct hub_follow *follow)
{
	uint64_t seed;

	if (follow->signed_in && account_is_current(&follow->call, &follow->account))
		return;
	sign_off(follow);
	if (account_open_until(&follow->call, &follow->account, &follow->stopping) !=
		COMMAND_DONE) {
		not_signed_in(follow);
		return;
	}
	follow->signed_in = true;
	id_random(&seed, sizeof seed);
	schedule_init(&follow->schedule, seed, now_us());
	hub_state_begin(&follow->state, &follow->account);
	tell(follow);
}

/* ── asking ────────────────────────────────────────────────────────────── */

/* Within the transaction: who has signed out meanwhile does not find prompts again that
 * the same logout has taken away. */
static bool proceed(void *data)
{
	struct hub_follow *follow = data;

	return !atomic_load(&follow->stopping) &&
	       account_is_current(&follow->call, &follow->account);
}

static void progress(void *data, const struct pull_report *report)
{
	struct hub_follow *follow = data;

	follow->state.put = report->put;
	follow->state.removed = report->removed;
	hub_state_write(follow->dirs, &follow->state);
}

static bool open_store(struct hub_follow *follow, struct err *err)
{
	const struct store_options options = {.dir = follow->dirs->data};
	int outcome;

	if (follow->store != NULL)
		return true;
	outcome = store_open(&follow->store, &options, err);
	if (outcome < 0)
		follow->store = NULL;
	else if (outcome == STORE_NEWER) {
		store_close(follow->store);
		follow->store = NULL;
	}
	return follow->store != NULL;
}

static enum schedule_outcome outcome_of(enum hub_condition condition)
{
	switch (condition) {
	case HUB_FINE:
		return SCHEDULE_FINE;
	case HUB_SHUT:
		return SCHEDULE_SHUT;
	case HUB_SIGN_IN:
	case HUB_TOO_OLD:
		return SCHEDULE_REFUSED;
	default:
		return SCHEDULE_FAILED;
	}
}

/* It could not even be tried. */
static void not_asked(struct hub_follow *follow, int64_t again_s, const char *why)
{
	const struct schedule_answer later = {
		.outcome = SCHEDULE_FAILED, .retry_after_s = again_s, .poll_after_s = -1};

	follow->state.condition = HUB_UNSTORED;
	(void)snprintf(follow->state.why, sizeof follow->state.why, "%.255s", why);
	schedule_answered(&follow->schedule, now_us(), &later);
}

static void ask_locked(struct hub_follow *follow)
{
	const struct pull_options options = {.experimental = follow->config.experimental,
		.progress = progress,
		.proceed = proceed,
		.data = follow};
	struct schedule_answer answer;
	struct pull_report report;

	if (!hub_pull(&follow->call, &follow->account, follow->store, &options, &follow->state,
		    &report)) {
		/* The account is looked at next, and all begins anew. */
		schedule_answered(&follow->schedule, now_us(),
			&(const struct schedule_answer){.outcome = SCHEDULE_FAILED,
				.retry_after_s = -1,
				.poll_after_s = -1});
		return;
	}
	answer = (struct schedule_answer){.outcome = outcome_of(follow->state.condition),
		.retry_after_s = report.retry_after_s,
		.poll_after_s = report.poll_after_s};
	schedule_answered(&follow->schedule, now_us(), &answer);
	log_asked(follow, &report);
	if (follow->state.condition == HUB_SHUT)
		stream_drop(follow);
	/* What failed may be the file: it is opened anew, and looked through if need be. */
	if (follow->state.condition == HUB_UNSTORED) {
		store_close(follow->store);
		follow->store = NULL;
	}
}

static void ask(struct hub_follow *follow)
{
	struct err err = {.code = ERR_NONE};
	int lock;

	(void)config_load(&follow->config, follow->dirs->config, &err); /* else as it was */
	follow->state.condition = HUB_ASKING;
	follow->state.put = follow->state.removed = 0;
	hub_state_write(follow->dirs, &follow->state);
	if (!open_store(follow, &err)) {
		not_asked(follow, BAD_STORE_S, err.text);
	} else if ((lock = account_lock(&follow->call)) < 0) {
		not_asked(follow, LOCKED_S, "another process follows the hub just now");
	} else {
		ask_locked(follow);
		(void)close(lock);
	}
	tell(follow);
}

/* ── the stream ────────────────────────────────────────────────────────── */

static void stream_begin(struct hub_follow *follow)
{
	struct err err;

	if (sync_stream_open(&follow->stream, account_url(&follow->account),
		    account_token(&follow->account), &err) != 0)
		schedule_stream_closed(&follow->schedule, now_us(), -1);
}

static void stream_ended(struct hub_follow *follow, const struct sync_stream_news *news)
{
	log_event(LOG_LEVEL_DEBUG, LOG_TEXT("event", "hub.stream_ended"),
		LOG_NUMBER("status", news->status), LOG_TEXT("why", news->why.text));
	stream_drop(follow);
	schedule_stream_closed(&follow->schedule, now_us(), news->retry_after_s);
	if (news->status == 401 || news->status == 403)
		schedule_changed(&follow->schedule, now_us(), SIGNED_OFF_MS);
	tell(follow);
}

static void look_at_stream(struct hub_follow *follow)
{
	struct sync_stream_news news;

	if (follow->stream == NULL)
		return;
	sync_stream_look(follow->stream, &news);
	if (news.state == STREAM_OPEN && !follow->state.stream) {
		follow->state.stream = true;
		schedule_stream_opened(&follow->schedule, now_us());
	}
	if (news.changed)
		schedule_changed(&follow->schedule, now_us(), news.spread_ms);
	if (news.state == STREAM_ENDED)
		stream_ended(follow, &news);
}

/* ── the thread ────────────────────────────────────────────────────────── */

static void look_at_wishes(struct hub_follow *follow)
{
	bool even_held;
	int64_t wish;

	if (!hub_wish_read(follow->dirs, &even_held, &wish) || wish == follow->state.wish)
		return;
	look_at_account(follow);
	follow->state.wish = wish;
	if (follow->signed_in)
		schedule_wish(&follow->schedule, now_us(), even_held);
	if (follow->signed_in && schedule_wait_us(&follow->schedule, now_us()) == 0)
		ask(follow);
	else
		tell(follow);
}

/* The next thing that time brings; SCHEDULE_NEVER. */
static int64_t time_left_us(struct hub_follow *follow)
{
	int64_t left_us = SCHEDULE_NEVER, other_us;

	if (!follow->signed_in && follow->look_us == 0)
		return left_us;
	if (!follow->signed_in)
		return follow->look_us > now_us() ? follow->look_us - now_us() : 0;
	left_us = schedule_wait_us(&follow->schedule, now_us());
	other_us = follow->stream == NULL ? schedule_stream_wait_us(&follow->schedule, now_us())
					  : SCHEDULE_NEVER;
	left_us = other_us < left_us ? other_us : left_us;
	if (follow->state.condition == HUB_SHUT && follow->state.lease_ms > 0) {
		other_us = (follow->state.lease_ms - clock_now_ms()) * 1000;
		left_us = other_us < left_us ? other_us : left_us;
	}
	return left_us > 0 ? left_us : 0;
}

static void look_at_lease(struct hub_follow *follow)
{
	struct err err;

	if (follow->state.condition != HUB_SHUT || follow->state.lease_ms == 0 ||
		clock_now_ms() < follow->state.lease_ms)
		return;
	if (!open_store(follow, &err) || hub_lease_end(follow->store, &follow->state, &err) != 0) {
		log_event(
			LOG_LEVEL_WARN, LOG_TEXT("event", "hub.lease"), LOG_TEXT("why", err.text));
		follow->state.lease_ms = clock_now_ms() + BAD_STORE_S * 1000; /* once more */
	}
	tell(follow);
}

static void on_time(struct hub_follow *follow)
{
	if (!follow->signed_in && follow->look_us != 0 && follow->look_us <= now_us())
		look_at_account(follow);
	if (!follow->signed_in)
		return;
	if (schedule_wait_us(&follow->schedule, now_us()) == 0)
		ask(follow);
	if (follow->stream == NULL && follow->signed_in &&
		schedule_stream_wait_us(&follow->schedule, now_us()) == 0)
		stream_begin(follow);
	look_at_lease(follow);
}

static void *run(void *data)
{
	struct hub_follow *follow = data;
	struct pollfd fds[4] = {{.fd = follow->thread.stop[0], .events = POLLIN},
		{.fd = platform_watch_fd(follow->accounts), .events = POLLIN},
		{.fd = platform_watch_fd(follow->wishes), .events = POLLIN},
		{.fd = follow->alarm, .events = POLLIN}};

	(void)hub_state_read(follow->dirs, &follow->state);
	look_at_account(follow);
	while (!atomic_load(&follow->stopping)) {
		platform_alarm_set(follow->alarm, time_left_us(follow));
		sync_stream_wait(follow->stream, fds, 4, -1);
		if (atomic_load(&follow->stopping))
			break;
		if (platform_watch_take(follow->accounts))
			look_at_account(follow);
		if (platform_watch_take(follow->wishes))
			look_at_wishes(follow);
		look_at_stream(follow);
		on_time(follow);
	}
	sign_off(follow);
	store_close(follow->store);
	return NULL;
}

static void follow_free(struct hub_follow *follow)
{
	if (follow->alarm >= 0)
		(void)close(follow->alarm);
	platform_watch_close(follow->accounts);
	platform_watch_close(follow->wishes);
	free(follow);
}

static int open_all(struct hub_follow *follow, struct err *err)
{
	if (platform_watch_open(&follow->accounts, follow->dirs->data, ACCOUNT_FILE, err) != 0 ||
		platform_watch_open(&follow->wishes, follow->dirs->state, HUB_WISH_FILE, err) != 0)
		return -1;
	follow->alarm = platform_alarm_open(err);
	return follow->alarm < 0 ? -1 : 0;
}

int hub_follow_start(struct hub_follow **out, const struct platform_dirs *dirs, struct err *err)
{
	struct hub_follow *follow = xcalloc(1, sizeof *follow);

	*follow = (struct hub_follow){.dirs = dirs, .alarm = -1, .call = {.dirs = dirs}};
	atomic_init(&follow->stopping, false);
	config_init(&follow->config);
	follow->call.config = &follow->config;
	if (open_all(follow, err) != 0 || thread_begin(&follow->thread, run, follow, err) != 0) {
		follow_free(follow);
		return -1;
	}
	*out = follow;
	return 0;
}

void hub_follow_stop(struct hub_follow *follow)
{
	if (follow == NULL)
		return;
	atomic_store(&follow->stopping, true);
	thread_end(&follow->thread);
	follow_free(follow);
}
