/*
 * HTTP/1.1 for the hub: requests whole, answers whole, and streams of events. What
 * is asked is not known here. Over libwebsockets, whose loop owns the thread that
 * calls http_run(); TLS is the affair of the proxy in front.
 *
 * Bounded: connections, header (4 KiB each, 12 KiB in all), body, time for a request to
 * arrive, waiting answers. A client that sends or reads slowly is cut off; one too many
 * is told so, with 503.
 */
#ifndef HUB_HTTP_H
#define HUB_HTTP_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define HTTP_BODY_MAX ((size_t)4 * 1024 * 1024)	   /* of a request */
#define HTTP_ANSWER_MAX ((size_t)64 * 1024 * 1024) /* of an answer */
#define HTTP_ARRIVE_S 20 /* for a whole request; a second more each 16 KiB */
#define HTTP_SLOW_S 30	 /* in which a client must have taken something of its answer */
#define HTTP_CONNECTIONS_MAX 12000
#define HTTP_CONNECTIONS_SPARE 64 /* more, to be told 503; past them nothing is taken */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };
const char *http_method_name(enum http_method method);

enum http_header {
	HTTP_HOST,
	HTTP_AUTHORIZATION,
	HTTP_COOKIE,
	HTTP_ORIGIN,
	HTTP_CONTENT_TYPE,
	HTTP_CONTENT_ENCODING,
	HTTP_ACCEPT_ENCODING,
	HTTP_IF_MATCH,
	HTTP_IF_NONE_MATCH,
	HTTP_PREFER,
	HTTP_IDEMPOTENCY_KEY,
	HTTP_TRACEPARENT,
	HTTP_REQUEST_ID,
	HTTP_FORWARDED_FOR,
	HTTP_SEC_FETCH_SITE,
	HTTP_HEADERS
};

struct http;

/* A request and its answer. Made when the request is whole, handed to the handler,
 * gone after the answer was sent or the client has left. */
struct http_exchange {
	/* Of the request; borrowed from the exchange. */
	enum http_method method;
	struct str path;		  /* decoded, "/api/v1/prompts"; no ".." left in it */
	struct str query;		  /* "q=a b", "limit=10": decoded, a NUL behind each */
	struct str headers[HTTP_HEADERS]; /* empty: not there */
	struct str body;
	char peer[64]; /* address of the client, or of the proxy in front; the handler's */
	int64_t begun_us;

	/* Of the answer, to be set before http_answer(). */
	unsigned status;
	const char *type;  /* NULL: application/json */
	struct buf fields; /* more header fields, each "name: value\r\n" */
	struct buf out;

	void *data; /* the handler's; see `gone` */
	/* The handler's too: what its log tells of it. */
	char id[64], user[64];
	const char *route;
	bool hold; /* set before http_answer(): not to be sent yet, `held` has it first */
	/* Of http.c. */
	struct http *http;
	void *connection;
	struct buf text, in;
	bool streaming, answered, waiting, last;
};

typedef void http_fn(void *data, struct http_exchange *exchange);

struct http_options {
	const char *address;	   /* "127.0.0.1" */
	unsigned port;		   /* 0: any */
	unsigned connections;	   /* at most; 0: HTTP_CONNECTIONS_MAX, or what the system lets */
	unsigned arrive_s, slow_s; /* 0: HTTP_ARRIVE_S, HTTP_SLOW_S */
	void *data;
	/* A request is whole: answer now, or from any thread later. http.c answers by
	 * itself what is no request (400), too large (413) or of no method (501). */
	http_fn *request;
	/* An answer is on its way, also one of http.c's own: for the log. */
	http_fn *answered;
	/*
	 * One with `hold` has arrived: it waits on the loop's thread, for http_stream(),
	 * for http_answer(), or for http_again() which has `request` called once more.
	 */
	http_fn *held;
	/* The exchange is over, answered or not: what `data` leads to can go. */
	http_fn *gone;
	/* http_stop() was called: end what streams, answer what waits. */
	void (*stop)(void *data);
	/* Every second or so, on the loop's thread; and after http_wake(). */
	void (*tick)(void *data);
};

int http_open(struct http **out, const struct http_options *options, struct err *err);
void http_close(struct http *http); /* after http_run() came back */
unsigned http_port(const struct http *http);
size_t http_connections(const struct http *http); /* any thread; of NULL none */

/* Serves until http_stop(), which any thread and signal handlers may call: answers
 * on their way are sent first, for 2 s at most. */
void http_run(struct http *http);
void http_stop(struct http *http);
/* Have tick() called soon, from any thread; or in so long, on the loop's. */
void http_wake(struct http *http);
void http_wake_in(struct http *http, int64_t us);

/* The answer is set: send it. Any thread; the exchange is http.c's from here on.
 * With HEAD and with 204 and 304 no body goes. */
void http_answer(struct http_exchange *exchange);

/* Loop's thread, for one that waits: what was set as its answer is forgotten, and it is
 * handed to `request` again. */
void http_again(struct http_exchange *exchange);

/* Loop's thread only: send the header, then texts as they come, until the client
 * leaves or http_stream_end(). A client with too much waiting is cut off. */
void http_stream(struct http_exchange *exchange);
void http_stream_send(struct http_exchange *exchange, struct str text);
void http_stream_end(struct http_exchange *exchange);

/* The value of `name` in an exchange's query, borrowed from it. False: not there. */
bool http_query_value(struct str query, const char *name, struct str *value);

#endif
