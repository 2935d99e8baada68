/* The hub's composition: the loop, the workers, the log; see hub.h. */
#include <signal.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "hub/credential.h"
#include "hub/http.h"
#include "hub/quick.h"
#include "hub/routes_all.h"
#include "hub/streams.h"
#include "hub/watch.h"
#include "hub/workers.h"

static struct hub *serving; /* for the signal handler */

static void on_signal(int number)
{
	(void)number;
	if (serving != NULL)
		hub_stop(serving);
}

void hub_stop(struct hub *hub)
{
	http_stop(hub->http);
}

/* ── requests in ───────────────────────────────────────────────────────── */

static void refuse(struct http_exchange *exchange, unsigned status, int64_t after_s,
	const char *code, const char *why)
{
	exchange->status = status;
	(void)buf_add_format(&exchange->fields, "Retry-After: %lld\r\n", (long long)after_s);
	(void)buf_add_format(&exchange->out,
		"{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"details\":{}}}", code, why);
	http_answer(exchange);
}

static bool is_page(const struct route *route)
{
	return route >= page_table && route < page_table + page_count;
}

/* By address and by credential, before anything is done for them. Who runs the hub may
 * look at it whenever they like. */
static int64_t too_often(struct hub *hub, const struct http_exchange *exchange,
	const struct route *route, const char *hash)
{
	int64_t now_us = clock_monotonic_us(), wait_ms;
	struct str address = str_of(exchange->peer);

	if (route != NULL && !is_page(route) && !str_starts(exchange->path, "/api/"))
		return 0;
	wait_ms = limits_take(hub->limits, LIMIT_ADDRESS, address, now_us);
	if (wait_ms == 0 && route != NULL && (route->flags & ROUTE_OPEN) != 0 &&
		(!is_page(route) || exchange->method == HTTP_POST))
		wait_ms = limits_take(hub->limits, LIMIT_ENTER, address, now_us);
	if (wait_ms == 0 && hash != NULL)
		wait_ms = limits_take(hub->limits, LIMIT_TOKEN, str_of(hash), now_us);
	return wait_ms;
}

/* True: answered, for it was asked and answered like this not long ago. */
static bool known_already(struct hub *hub, struct http_exchange *exchange,
	const struct route *route, const char *hash)
{
	if (route == NULL || hash == NULL || route->run != route_sync ||
		exchange->method != HTTP_GET || !quick_answer(hub, exchange, hash))
		return false;
	request_name(exchange);
	(void)buf_add_str(&exchange->fields, "X-Content-Type-Options: nosniff\r\n");
	(void)atomic_fetch_add(&hub->quick, 1);
	http_answer(exchange);
	return true;
}

static void on_request(void *data, struct http_exchange *exchange)
{
	struct hub *hub = data;
	const struct request request = {.hub = hub, .http = exchange};
	char hash[SHA256_HEX_BYTES], address[64];
	const char *carried;
	const struct route *route;
	struct str words[2];
	unsigned allowed;
	int64_t wait_ms;
	bool cookie;

	route = route_find(exchange->method, exchange->path, words, &allowed);
	exchange->route = route != NULL ? route->name : "";
	limits_address(str_of(exchange->peer), exchange->headers[HTTP_FORWARDED_FOR],
		hub->options.trusted_proxies, address, sizeof address);
	(void)memcpy(exchange->peer, address, sizeof address);
	carried = credential_hash(&request, hash, &cookie) ? hash : NULL;
	wait_ms = too_often(hub, exchange, route, carried);
	if (wait_ms > 0) {
		(void)atomic_fetch_add(&hub->limited, 1);
		refuse(exchange, 429, (wait_ms + 999) / 1000, "too_many_requests",
			"wait before you ask again");
	} else if (known_already(hub, exchange, route, carried)) {
		;
	} else if (route == NULL || (route->flags & ROUTE_AT_ONCE) != 0) {
		request_run(hub, NULL, exchange);
		http_answer(exchange);
	} else if (!workers_post(hub->workers, exchange)) {
		refuse(exchange, 503, 2, "busy", "too many requests wait");
	}
}

/* ── answers out ───────────────────────────────────────────────────────── */

const int64_t hub_latencies_us[HUB_LATENCIES - 1] = {
	500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000};

static void count(struct hub *hub, const struct http_exchange *exchange, int64_t took_us)
{
	unsigned class = exchange->status / 100;
	size_t i = 0;

	(void)atomic_fetch_add(&hub->requests[class < 6 ? class : 5], 1);
	if (exchange->data != NULL)
		return; /* it waited because it wished to */
	while (i < HUB_LATENCIES - 1 && took_us > hub_latencies_us[i])
		i++;
	(void)atomic_fetch_add(&hub->latency[i], 1);
	(void)atomic_fetch_add(&hub->latency_us, took_us);
}

/* The trace id of "00-TRACE-SPAN-FLAGS" (W3C Trace Context), if that is what it is. */
static struct str trace_of(struct str traceparent)
{
	size_t i;

	if (traceparent.n < 55 || traceparent.p[2] != '-' || traceparent.p[35] != '-')
		return STR("");
	for (i = 3; i < 35; i++)
		if (strchr("0123456789abcdef", traceparent.p[i]) == NULL ||
			traceparent.p[i] == '\0')
			return STR("");
	return (struct str){traceparent.p + 3, 32};
}

/* One line a request. Of what it asked only the route: paths and queries may hold what
 * somebody searched for, or a token in a wrong place. */
static void on_answered(void *data, struct http_exchange *exchange)
{
	int64_t took_us = clock_monotonic_us() - exchange->begun_us;

	count(data, exchange, took_us);
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "request"), LOG_TEXT("request", exchange->id),
		LOG_STR("trace", trace_of(exchange->headers[HTTP_TRACEPARENT])),
		LOG_TEXT("method", http_method_name(exchange->method)),
		LOG_TEXT("route", exchange->route), LOG_NUMBER("status", exchange->status),
		LOG_NUMBER("us", took_us), LOG_NUMBER("bytes", exchange->out.len),
		LOG_TEXT("user", exchange->user), LOG_TEXT("peer", exchange->peer));
}

/* ── waiting ───────────────────────────────────────────────────────────── */

static void on_held(void *data, struct http_exchange *exchange)
{
	streams_held(((struct hub *)data)->streams, exchange);
}

static void on_gone(void *data, struct http_exchange *exchange)
{
	streams_gone(((struct hub *)data)->streams, exchange);
}

static void on_stop(void *data)
{
	streams_stop(((struct hub *)data)->streams);
}

static void on_tick(void *data)
{
	streams_tick(((struct hub *)data)->streams);
}

static void catch_signals(void)
{
	struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTERM, &stop, NULL); /* these cannot fail for these signals */
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

/* Everything that hub_serve() needs, or nothing of it. */
static int begin(struct hub *hub, const struct http_options *options, struct err *err)
{
	hub->streams = streams_new(hub);
	hub->limits = limits_new(hub->options.rates);
	hub->principals = principals_new();
	if (workers_start(&hub->workers, hub, err) != 0)
		return -1;
	if (http_open(&hub->http, options, err) != 0)
		return -1;
	return watch_start(&hub->watch, hub, err);
}

static void end(struct hub *hub)
{
	watch_stop(hub->watch);
	workers_stop(hub->workers);
	http_close(hub->http);
	streams_free(hub->streams);
	limits_free(hub->limits);
	principals_free(hub->principals);
	hub->watch = NULL;
	hub->workers = NULL;
	hub->http = NULL;
	hub->streams = NULL;
	hub->limits = NULL;
	hub->principals = NULL;
}

int hub_serve(
	struct hub *hub, void (*ready)(void *data, unsigned port), void *data, struct err *err)
{
	struct http_options options = {
		.address = hub->options.address,
		.port = hub->options.port,
		.connections = hub->options.connections,
		.data = hub,
		.request = on_request,
		.answered = on_answered,
		.held = on_held,
		.gone = on_gone,
		.stop = on_stop,
		.tick = on_tick,
	};
	int rc = -1;

	hub->started_ms = clock_now_ms();
	if (begin(hub, &options, err) == 0) {
		serving = hub;
		catch_signals();
		if (ready != NULL)
			ready(data, http_port(hub->http));
		http_run(hub->http);
		serving = NULL;
		rc = 0;
	}
	end(hub);
	return rc;
}
