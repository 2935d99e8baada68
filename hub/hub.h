/*
 * What the hub serves with: its settings, its threads, and what they share. The
 * loop's thread takes requests and sends answers (http.h); workers, each with a
 * connection to the database of its own, do what is asked (workers.h).
 */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include <stdatomic.h>
#include <stdint.h>

#include "hub/db.h"
#include "hub/limits.h"

struct http;
struct principals;
struct streams;
struct watch;
struct workers;

struct hub_options {
	const char *database; /* as hub_db_open() takes it */
	const char *address;  /* to listen on; "127.0.0.1" */
	unsigned port;
	unsigned workers;	/* 1-32 */
	const char *public_url; /* what people reach it by, for links; may be empty */
	bool secure_cookies;	/* the proxy in front speaks TLS */
	struct limit_rates rates;
	const char *trusted_proxies; /* addresses, with commas; NULL */
	unsigned connections;	     /* as http.h has it */
};

/* Upper bounds of the latencies that are counted; the last one has none. */
#define HUB_LATENCIES 12
extern const int64_t hub_latencies_us[HUB_LATENCIES - 1];

struct hub {
	struct hub_options options;
	struct http *http;
	struct workers *workers;
	struct watch *watch; /* NULL: nobody waits for news */
	struct streams *streams;
	struct limits *limits;
	struct principals *principals;
	/* For /metrics. */
	atomic_ullong requests[6]; /* by hundreds of the status */
	atomic_ullong usage_events, login_failures, limited, quick;
	atomic_ullong
		latency[HUB_LATENCIES]; /* up to each of these, and not up to the one before */
	atomic_llong latency_us;
	int64_t started_ms;
};

/* Serve until SIGTERM or SIGINT, or until hub_stop(). `ready`, when not NULL, is
 * called with the port once connections are taken. */
int hub_serve(
	struct hub *hub, void (*ready)(void *data, unsigned port), void *data, struct err *err);
void hub_stop(struct hub *hub); /* any thread, signal handlers */

#endif
