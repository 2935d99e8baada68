/* Who waits for news; see streams.h. */
#include "hub/streams.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "hub/watch.h"

#define SECOND_US 1000000LL
#define STEP_US 50000 /* between two looks through the list */

struct waiter {
	struct http_exchange *exchange;
	bool stream, listed;
	bool due;     /* a question with news: asked again at until_us */
	size_t index; /* in streams->list */
	char tenant[ID_BYTES], user_id[ID_BYTES], hash[SHA256_HEX_BYTES];
	char scope[CREDENTIAL_SCOPE_BYTES];
	int64_t seq, access;
	int64_t expires_ms;
	int64_t ends_us;  /* a question's last moment */
	int64_t until_us; /* what is due then: a comment, the answer, being asked again */
};

struct entry {
	struct waiter *waiter;
	uint64_t user; /* a hash: they are counted for each newcomer */
};

struct streams {
	struct hub *hub;
	struct entry *list;
	size_t n, size;
	unsigned long long seen; /* generation of the news that all have been told */
	int64_t next_us;	 /* nothing is due before */
	bool stopping;
	atomic_size_t n_streams, n_questions;
	/* Handed to the watch's thread and back. */
	bool checking;
	pthread_mutex_t lock; /* over what follows */
	struct watch_check *checked;
	size_t n_checked;
};

struct streams *streams_new(struct hub *hub)
{
	struct streams *streams = xcalloc(1, sizeof *streams);

	streams->hub = hub;
	(void)pthread_mutex_init(&streams->lock, NULL); /* default kind: cannot fail here */
	return streams;
}

void streams_free(struct streams *streams)
{
	if (streams == NULL)
		return;
	free(streams->checked);
	free(streams->list);
	(void)pthread_mutex_destroy(&streams->lock);
	free(streams);
}

size_t streams_open(const struct streams *streams)
{
	return streams != NULL ? atomic_load(&streams->n_streams) : 0;
}

size_t streams_waiting(const struct streams *streams)
{
	return streams != NULL ? atomic_load(&streams->n_questions) : 0;
}

/* ── who is in the list ────────────────────────────────────────────────── */

static atomic_size_t *count_of(struct streams *streams, const struct waiter *waiter)
{
	return waiter->stream ? &streams->n_streams : &streams->n_questions;
}

static uint64_t user_hash(const struct waiter *waiter)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
	const char *p;

	for (p = waiter->user_id; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return hash;
}

static void list_add(struct streams *streams, struct waiter *waiter)
{
	if (streams->n == streams->size) {
		streams->size = streams->size > 0 ? streams->size * 2 : 64;
		streams->list = xrealloc(streams->list, streams->size * sizeof *streams->list);
	}
	waiter->index = streams->n;
	waiter->listed = true;
	streams->list[streams->n++] = (struct entry){waiter, user_hash(waiter)};
	(void)atomic_fetch_add(count_of(streams, waiter), 1);
}

static void list_remove(struct streams *streams, struct waiter *waiter)
{
	if (!waiter->listed)
		return;
	waiter->listed = false;
	streams->list[waiter->index] = streams->list[--streams->n];
	streams->list[waiter->index].waiter->index = waiter->index;
	(void)atomic_fetch_sub(count_of(streams, waiter), 1);
}

static bool has_room(const struct streams *streams, const struct waiter *waiter)
{
	uint64_t user = user_hash(waiter);
	size_t i, n = 0;

	for (i = 0; i < streams->n; i++)
		n += streams->list[i].user == user;
	return n < STREAMS_EACH_MAX && streams->n < STREAMS_MAX;
}

/* ── what they are told ────────────────────────────────────────────────── */

static int64_t spread_ms(const struct streams *streams)
{
	int64_t spread = (int64_t)streams->n * STREAMS_SPREAD_MS;

	return spread < STREAMS_SPREAD_MAX_MS ? spread : STREAMS_SPREAD_MAX_MS;
}

static void say(struct waiter *waiter, struct str text, int64_t now_us)
{
	waiter->until_us = now_us + STREAMS_BEAT_S * SECOND_US;
	http_stream_send(waiter->exchange, text);
}

static void tell_changed(const struct streams *streams, struct waiter *waiter, int64_t now_us)
{
	struct buf text = BUF_INIT(128);

	(void)buf_add_format(&text, "event: changed\ndata: {\"seq\":%lld,\"spread_ms\":%lld}\n\n",
		(long long)waiter->seq, (long long)spread_ms(streams));
	say(waiter, (struct str){buf_text(&text), text.len}, now_us);
	buf_fini(&text);
}

/* It is over for this one: a stream ends, a question is asked again, and it is then that
 * a credential which is no longer good is told so. */
static void let_go(struct streams *streams, struct waiter *waiter)
{
	list_remove(streams, waiter);
	if (waiter->stream)
		http_stream_end(waiter->exchange);
	else
		http_again(waiter->exchange);
}

static void answer_now(struct streams *streams, struct waiter *waiter)
{
	list_remove(streams, waiter);
	http_answer(waiter->exchange);
}

static void refuse(struct waiter *waiter, unsigned status, const char *code, const char *why)
{
	struct http_exchange *exchange = waiter->exchange;

	exchange->status = status;
	exchange->type = NULL;
	(void)buf_add_str(&exchange->fields, "Retry-After: 60\r\n");
	buf_clear(&exchange->out);
	(void)buf_add_format(&exchange->out,
		"{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"details\":{}}}", code, why);
	http_answer(exchange);
}

/* News of its tenant, or nothing but time that passed. */
static void look_at(
	struct streams *streams, struct waiter *waiter, const struct news *news, int64_t now_us)
{
	bool changed = news != NULL && news->seq > waiter->seq;

	if (waiter->expires_ms <= clock_now_ms()) {
		let_go(streams, waiter);
		return;
	}
	if (waiter->stream) {
		if (changed) {
			waiter->seq = news->seq;
			tell_changed(streams, waiter, now_us);
		} else if (waiter->until_us <= now_us) {
			say(waiter, STR(":\n\n"), now_us);
		}
	} else if (!waiter->due && news != NULL && (changed || news->access != waiter->access)) {
		/* One after the other: they would all be asked at once. */
		waiter->due = true;
		waiter->until_us = now_us + (int64_t)waiter->index * STREAMS_SPREAD_MS * 1000;
	}
	if (!waiter->stream && waiter->until_us <= now_us) {
		if (waiter->due)
			let_go(streams, waiter);
		else
			answer_now(streams, waiter);
	}
}

/* ── credentials that may have ended ───────────────────────────────────── */

/* The watch's thread. */
static void on_checked(void *data, struct watch_check *checks, size_t n)
{
	struct streams *streams = data;

	(void)pthread_mutex_lock(&streams->lock);
	streams->checked = checks;
	streams->n_checked = n;
	(void)pthread_mutex_unlock(&streams->lock);
	http_wake(streams->hub->http);
}

static int by_hash(const void *a, const void *b)
{
	return strcmp(((const struct watch_check *)a)->hash, ((const struct watch_check *)b)->hash);
}

static int is_of(const void *hash, const void *check)
{
	return strcmp(hash, ((const struct watch_check *)check)->hash);
}

/* Streams whose tenant's access has changed are looked at again, all at once. What they
 * had seen of it is counted on only where the look could be taken. */
static void begin_checks(struct streams *streams)
{
	struct watch_check *checks = NULL;
	struct news news;
	size_t i, n = 0;

	for (i = 0; i < streams->n && !streams->checking; i++) {
		const struct waiter *waiter = streams->list[i].waiter;

		if (!waiter->stream || !watch_news(streams->hub->watch, waiter->tenant, &news) ||
			news.access == waiter->access)
			continue;
		if (checks == NULL)
			checks = xcalloc(streams->n, sizeof *checks);
		(void)memcpy(checks[n].tenant, waiter->tenant, sizeof waiter->tenant);
		(void)memcpy(checks[n].hash, waiter->hash, sizeof waiter->hash);
		checks[n++].access = news.access;
	}
	if (n == 0)
		return;
	streams->checking = watch_check(streams->hub->watch, checks, n, on_checked, streams);
	if (!streams->checking)
		free(checks);
}

/* It holds; and what its owner may see has changed if their scope has. */
static void take_check(
	const struct streams *streams, struct waiter *waiter, const struct watch_check *check)
{
	waiter->access = check->access;
	if (strcmp(waiter->scope, check->scope) == 0)
		return;
	(void)memcpy(waiter->scope, check->scope, sizeof waiter->scope);
	tell_changed(streams, waiter, clock_monotonic_us());
}

static void end_checks(struct streams *streams)
{
	struct watch_check *checks, *check;
	struct waiter *waiter;
	size_t i, n;

	(void)pthread_mutex_lock(&streams->lock);
	checks = streams->checked;
	n = streams->n_checked;
	streams->checked = NULL;
	(void)pthread_mutex_unlock(&streams->lock);
	if (checks == NULL)
		return;
	streams->checking = false;
	qsort(checks, n, sizeof *checks, by_hash);
	for (i = streams->n; i-- > 0;) { /* from the end: the list closes its gaps from there */
		waiter = streams->list[i].waiter;
		check = n > 0 ? bsearch(waiter->hash, checks, n, sizeof *checks, is_of) : NULL;
		if (!waiter->stream || check == NULL)
			continue;
		if (check->holds > 0)
			let_go(streams, waiter);
		else if (check->holds == 0)
			take_check(streams, waiter, check);
	}
	free(checks);
}

/* ── the loop's calls ──────────────────────────────────────────────────── */

void streams_wait(struct request *request, bool stream, int64_t wait_s, int64_t seq, int64_t access)
{
	const struct principal *who = &request->who;
	struct waiter *waiter = request->http->data;
	int64_t now_us = clock_monotonic_us();

	if (wait_s > STREAMS_WAIT_MAX_S)
		wait_s = STREAMS_WAIT_MAX_S;
	if (waiter == NULL) {
		waiter = request->http->data = xcalloc(1, sizeof *waiter);
		waiter->ends_us = now_us + wait_s * SECOND_US;
	} else if (!stream && waiter->ends_us <= now_us) {
		return; /* it has waited long enough */
	}
	waiter->until_us = waiter->ends_us;
	waiter->exchange = request->http;
	waiter->stream = stream;
	waiter->due = false;
	(void)memcpy(waiter->tenant, who->tenant, sizeof waiter->tenant);
	(void)memcpy(waiter->user_id, who->user_id, sizeof waiter->user_id);
	(void)memcpy(waiter->hash, who->hash, sizeof waiter->hash);
	credential_scope_hash(who, waiter->scope);
	waiter->seq = seq;
	waiter->access = access;
	waiter->expires_ms = who->expires_ms;
	request->http->hold = true;
}

void streams_held(struct streams *streams, struct http_exchange *exchange)
{
	struct waiter *waiter = exchange->data;
	int64_t now_us = clock_monotonic_us();
	struct news news;

	if (streams->stopping && waiter->stream) {
		refuse(waiter, 503, "stopping", "the hub is being stopped");
	} else if (waiter->stream && !has_room(streams, waiter)) {
		refuse(waiter, 429, "streams", "too many streams are open");
	} else if (streams->stopping || !has_room(streams, waiter)) {
		http_answer(exchange); /* at once, as if it had not wished to wait */
	} else {
		list_add(streams, waiter);
		if (waiter->stream) {
			http_stream(exchange);
			say(waiter, STR(": promptd\n\n"), now_us);
		}
		look_at(streams, waiter,
			watch_news(streams->hub->watch, waiter->tenant, &news) ? &news : NULL,
			now_us);
	}
}

void streams_gone(struct streams *streams, struct http_exchange *exchange)
{
	struct waiter *waiter = exchange->data;

	if (waiter == NULL)
		return;
	list_remove(streams, waiter);
	free(waiter);
	exchange->data = NULL;
}

void streams_stop(struct streams *streams)
{
	struct waiter *waiter;

	streams->stopping = true;
	while (streams->n > 0) {
		waiter = streams->list[streams->n - 1].waiter;
		if (waiter->stream)
			let_go(streams, waiter);
		else
			answer_now(streams, waiter);
	}
}

void streams_tick(struct streams *streams)
{
	unsigned long long generation = watch_generation(streams->hub->watch);
	int64_t now_us = clock_monotonic_us();
	struct news news;
	size_t i;

	end_checks(streams);
	if (generation == streams->seen && now_us < streams->next_us)
		return;
	streams->next_us = now_us + SECOND_US; /* for credentials that expire */
	for (i = streams->n; i-- > 0;) {       /* from the end, as above */
		struct waiter *waiter = streams->list[i].waiter;

		look_at(streams, waiter,
			watch_news(streams->hub->watch, waiter->tenant, &news) ? &news : NULL,
			now_us);
	}
	for (i = 0; i < streams->n; i++)
		if (streams->list[i].waiter->until_us < streams->next_us)
			streams->next_us = streams->list[i].waiter->until_us;
	if (streams->next_us < now_us + STEP_US)
		streams->next_us = now_us + STEP_US;
	http_wake_in(streams->hub->http, streams->next_us - now_us);
	streams->seen = generation;
	begin_checks(streams);
}
