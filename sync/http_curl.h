/*
 * libcurl as everything that goes to a hub uses it. Of http.c and stream.c alone.
 */
#ifndef SYNC_HTTP_CURL_H
#define SYNC_HTTP_CURL_H

#include <curl/curl.h>

#include "sync/http.h"

struct http_place {
	char url[1024]; /* without a slash at its end */
	bool local;	/* this very machine: plain http will do, and no proxy is asked */
};

/* As sync_http_new() says. */
int http_place_parse(struct http_place *place, const char *url, struct err *err);

/* A handle that goes to http and https only, follows nothing, and waits no longer for a
 * connection than it may. NULL: no memory. */
CURL *http_curl_new(const struct http_place *place);
/* The header of that question. To be freed when it is answered. */
struct curl_slist *http_curl_fields(const struct sync_question *question);
/* What went wrong with the `who`; never a secret. */
int http_curl_explain(CURLcode code, const char *who, struct err *err);

/* The value of a header field of that name, or false. */
bool http_field(struct str line, const char *name, struct str *value);

/*
 * Retry-After (RFC 9110, 10.2.3): seconds, or a date, which counts from the answer's own
 * Date (empty: from now on), so that a clock that is wrong here does not matter. -1 when
 * it says neither.
 */
int64_t http_retry_after_s(struct str value, struct str date);

#endif
