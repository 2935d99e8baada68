/*
 * One question to a hub over HTTP and its answer. https only, http to this machine;
 * no redirects followed; every size and every wait has a ceiling (trust.md, "At rest
 * and upstream"). Over libcurl, which only this and stream.h know. One thread a client.
 */
#ifndef SYNC_HTTP_H
#define SYNC_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define HTTP_CONNECT_S 5L
#define HTTP_FIRST_BYTE_S 15
#define HTTP_TOTAL_S 60L
#define HTTP_SLOW_BYTES_S 64L /* over HTTP_SLOW_S: slower is given up */
#define HTTP_SLOW_S 15L
#define HTTP_HEAD_MAX ((size_t)64 * 1024)

struct sync_http;

/* `url` begins what is asked ("https://hub.example.org"); ERR_REFUSED: http to another
 * machine. `stop`, when it becomes true, ends what is going on at once. */
int sync_http_new(
	struct sync_http **out, const char *url, const atomic_bool *stop, struct err *err);
void sync_http_free(struct sync_http *http);
/* Who is asked, in errors; borrowed. "hub" unless it is said. */
void sync_http_name(struct sync_http *http, const char *who);
/* Every question ends at this reading of clock_monotonic_us(); 0: by its own limits. */
void sync_http_until(struct sync_http *http, int64_t until_us);
/* The proxy that would be asked, for status; empty: none. */
void sync_http_proxy(const struct sync_http *http, struct buf *out);

struct sync_answer {
	long status;
	struct buf body; /* its limit is set by the caller */
	char etag[256], type[64];
	int64_t retry_after_s; /* of Retry-After, a number or a date; -1: not said */
	int64_t poll_after_s;  /* of Promptd-Poll-After; -1 */
	int64_t length;	       /* of Content-Length; -1 */
};
void sync_answer_init(struct sync_answer *answer, size_t body_max);
void sync_answer_fini(struct sync_answer *answer);

struct sync_question {
	const char *method, *path; /* "GET", "/api/v1/sync?cursor=…" */
	const char *token;	   /* NULL: none; never in a log, a URL or an error */
	const char *etag;	   /* If-None-Match; NULL */
	const char *type;	   /* of the body; NULL */
	const char *key;	   /* Idempotency-Key; NULL */
	const char *accept;	   /* NULL: application/json */
	const char *encoding;	   /* Content-Encoding; NULL */
	const char *const *fields; /* "Name: value", NULL ends; NULL: no others */
	struct str body;
};

/*
 * 0: an answer came, whole, whatever its status. ERR_BUSY: no answer (no network, the
 * hub is away, too slow, stopped): try again later. ERR_REFUSED: its certificate is not
 * good. ERR_LIMIT: it is larger than it may be. err has no secret in it.
 */
int sync_http_ask(struct sync_http *http, const struct sync_question *question,
	struct sync_answer *answer, struct err *err);

#endif
