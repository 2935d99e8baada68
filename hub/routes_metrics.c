/* GET /metrics: the hub's figures in Prometheus' text format (0.0.4). No label holds
 * anything of a tenant's or a person's. */
#include "hub/http.h"
#include "hub/routes_all.h"
#include "hub/streams.h"
#include "hub/watch.h"
#include "hub/workers.h"

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	(void)buf_add_format(out, "# HELP promptd_hub_%s %s\n# TYPE promptd_hub_%s %s\n", name,
		help, name, type);
}

static void counter(
	struct buf *out, const char *name, const char *help, const atomic_ullong *number)
{
	head(out, name, "counter", help);
	(void)buf_add_format(out, "promptd_hub_%s %llu\n", name, atomic_load(number));
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t number)
{
	head(out, name, "gauge", help);
	(void)buf_add_format(out, "promptd_hub_%s %lld\n", name, (long long)number);
}

static void add_requests(struct buf *out, const struct hub *hub)
{
	static const char *const classes[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
	size_t i;

	head(out, "requests_total", "counter", "Requests by class of their status.");
	for (i = 2; i < sizeof classes / sizeof *classes; i++)
		(void)buf_add_format(out, "promptd_hub_requests_total{status=\"%s\"} %llu\n",
			classes[i], atomic_load(&hub->requests[i]));
}

static void add_latency(struct buf *out, const struct hub *hub)
{
	unsigned long long n = 0;
	size_t i;

	head(out, "request_seconds", "histogram",
		"From a whole request to its answer, but for those that wished to wait.");
	for (i = 0; i < HUB_LATENCIES; i++) {
		n += atomic_load(&hub->latency[i]);
		if (i < HUB_LATENCIES - 1)
			(void)buf_add_format(out,
				"promptd_hub_request_seconds_bucket{le=\"%g\"} %llu\n",
				(double)hub_latencies_us[i] / 1e6, n);
	}
	(void)buf_add_format(out,
		"promptd_hub_request_seconds_bucket{le=\"+Inf\"} %llu\n"
		"promptd_hub_request_seconds_sum %.6f\n"
		"promptd_hub_request_seconds_count %llu\n",
		n, (double)atomic_load(&hub->latency_us) / 1e6, n);
}

int route_metrics(struct request *request, struct err *err)
{
	struct hub *hub = request->hub;
	struct buf *out = &request->http->out;
	int64_t seq;
	bool known = watch_total(hub->watch, &seq);

	(void)err;
	request->http->type = "text/plain; version=0.0.4";
	add_requests(out, hub);
	add_latency(out, hub);
	counter(out, "quick_answers_total", "Answers that needed no database.", &hub->quick);
	counter(out, "limited_total", "Requests refused because they came too often.",
		&hub->limited);
	counter(out, "usage_events_total", "Usage events taken.", &hub->usage_events);
	counter(out, "login_failures_total", "Failed logins.", &hub->login_failures);
	gauge(out, "waiting_requests", "Requests that wait for a worker.",
		(int64_t)workers_waiting(hub->workers));
	gauge(out, "connections", "Open connections.", (int64_t)http_connections(hub->http));
	gauge(out, "streams", "Open streams.", (int64_t)streams_open(hub->streams));
	gauge(out, "waiting_questions", "Questions held until there is something new.",
		(int64_t)streams_waiting(hub->streams));
	gauge(out, "feed_seq", "Changes that the feeds have told, all tenants'.", seq);
	gauge(out, "database_up", "1 while the database answers.", known ? 1 : 0);
	return request_answer(request, 200, NULL);
}
