/* The hub's composition: the loop, the workers, the log; see hub.h. */
#include <signal.h>

#include "core/clock.h"
#include "core/log.h"
#include "hub/http.h"
#include "hub/hub.h"
#include "hub/request.h"
#include "hub/routes.h"
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

static void on_request(void *data, struct http_exchange *exchange)
{
	struct hub *hub = data;
	const struct route *route;
	struct str words[2];
	unsigned allowed;

	route = route_find(exchange->method, exchange->path, words, &allowed);
	if (route == NULL || (route->flags & ROUTE_AT_ONCE) != 0) {
		request_run(hub, NULL, exchange);
		http_answer(exchange);
	} else if (!workers_post(hub->workers, exchange)) {
		exchange->status = 503;
		(void)buf_add_str(&exchange->fields, "Retry-After: 2\r\n");
		(void)buf_add_str(&exchange->out,
			"{\"error\":{\"code\":\"busy\",\"message\":\"too many requests wait\","
			"\"details\":{}}}");
		http_answer(exchange);
	}
}

/* One line a request. Never its query, which may hold what somebody searched for. */
static void on_answered(void *data, struct http_exchange *exchange)
{
	struct hub *hub = data;
	int64_t took_us = clock_monotonic_us() - exchange->begun_us;
	unsigned class = exchange->status / 100;

	(void)atomic_fetch_add(&hub->requests[class < 6 ? class : 5], 1);
	(void)atomic_fetch_add(&hub->latency_us, took_us);
	log_event(LOG_LEVEL_INFO, LOG_TEXT("event", "request"),
		LOG_TEXT("method", http_method_name(exchange->method)),
		LOG_STR("path", exchange->path), LOG_NUMBER("status", exchange->status),
		LOG_NUMBER("us", took_us), LOG_TEXT("peer", exchange->peer),
		LOG_STR("request", exchange->headers[HTTP_REQUEST_ID]),
		LOG_STR("traceparent", exchange->headers[HTTP_TRACEPARENT]));
}

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
	hub->watch = NULL;
	hub->workers = NULL;
	hub->http = NULL;
	hub->streams = NULL;
}

int hub_serve(
	struct hub *hub, void (*ready)(void *data, unsigned port), void *data, struct err *err)
{
	struct http_options options = {
		.address = hub->options.address,
		.port = hub->options.port,
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
