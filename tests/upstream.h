/*
 * A place that uses are sent to, as a test wants it: a server on loopback with a thread
 * of its own, which keeps each request and answers with the bytes it is given.
 */
#ifndef TESTS_UPSTREAM_H
#define TESTS_UPSTREAM_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/id.h"
#include "sync/gzip.h"
#include "tests/test.h"

#define UPSTREAM_REQUEST_MAX ((size_t)4 * 1024 * 1024)

struct upstream;
/* Make the answer to the request that upstream holds; 0: as it is, then hang up. Its
 * thread. */
typedef void upstream_fn(struct upstream *upstream, struct buf *answer);

struct upstream {
	int fd;
	pthread_t thread;
	char url[64];
	pthread_mutex_t lock; /* around all that follows */
	upstream_fn *fn;
	void *data;
	struct buf raw, head, body; /* the last request; body unpacked */
	struct buf all;		    /* of every request: the head, and the body unpacked */
	char key[ID_BYTES];
	unsigned n; /* requests */
};

static inline void upstream_header(struct upstream *upstream, const char *name, char *out, size_t n)
{
	const char *at = strstr(buf_text(&upstream->head), name);

	out[0] = '\0';
	if (at != NULL)
		(void)snprintf(
			out, n, "%.*s", (int)strcspn(at + strlen(name), "\r\n"), at + strlen(name));
}

static inline bool upstream_read(struct upstream *upstream, int fd)
{
	char block[16384], length[32], encoding[16];
	struct buf whole = BUF_INIT(UPSTREAM_REQUEST_MAX);
	const char *end = NULL;
	struct err err;
	size_t from = 0;
	ssize_t n;

	do {
		n = read(fd, block, sizeof block);
		if (n <= 0)
			break;
		CHECK(buf_add(&whole, block, (size_t)n) == 0);
		if (end == NULL && (end = strstr(buf_text(&whole), "\r\n\r\n")) != NULL) {
			from = (size_t)(end - buf_text(&whole)) + 4;
			buf_clear(&upstream->head);
			(void)buf_add(&upstream->head, whole.data, from);
		}
		upstream_header(upstream, "Content-Length: ", length, sizeof length);
	} while (end == NULL || whole.len < from + (size_t)strtoul(length, NULL, 10));
	buf_clear(&upstream->raw);
	buf_clear(&upstream->body);
	if (end != NULL && whole.len > from)
		(void)buf_add(&upstream->raw, whole.data + from, whole.len - from);
	upstream_header(upstream, "Content-Encoding: ", encoding, sizeof encoding);
	if (strcmp(encoding, "gzip") == 0)
		CHECK(gzip_unpack((struct str){buf_text(&upstream->raw), upstream->raw.len},
			      &upstream->body, &err) == 0);
	else
		(void)buf_add(&upstream->body, buf_text(&upstream->raw), upstream->raw.len);
	upstream_header(upstream, "Idempotency-Key: ", upstream->key, sizeof upstream->key);
	(void)buf_add(&upstream->all, buf_text(&upstream->head), upstream->head.len);
	(void)buf_add(&upstream->all, buf_text(&upstream->body), upstream->body.len);
	buf_fini(&whole);
	return end != NULL;
}

static inline void upstream_serve(struct upstream *upstream, int fd)
{
	struct buf answer = BUF_INIT((size_t)128 * 1024 * 1024);
	size_t at = 0;
	ssize_t n;

	(void)pthread_mutex_lock(&upstream->lock);
	if (upstream_read(upstream, fd)) {
		upstream->n++;
		upstream->fn(upstream, &answer);
	}
	(void)pthread_mutex_unlock(&upstream->lock);
	while (at < answer.len &&
		(n = send(fd, answer.data + at, answer.len - at, MSG_NOSIGNAL)) > 0)
		at += (size_t)n;
	buf_fini(&answer);
}

static inline void *upstream_run(void *data)
{
	struct upstream *upstream = data;
	int fd;

	while ((fd = accept(upstream->fd, NULL, NULL)) >= 0) {
		upstream_serve(upstream, fd);
		(void)close(fd);
	}
	return NULL;
}

static inline void upstream_start(struct upstream *upstream, upstream_fn *fn, void *data)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;

	*upstream = (struct upstream){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		.fn = fn,
		.data = data,
		.raw = BUF_INIT(UPSTREAM_REQUEST_MAX),
		.head = BUF_INIT(65536),
		.body = BUF_INIT(UPSTREAM_REQUEST_MAX),
		.all = BUF_INIT((size_t)256 * 1024 * 1024)};
	CHECK(upstream->fd >= 0 && bind(upstream->fd, (struct sockaddr *)&at, sizeof at) == 0 &&
		listen(upstream->fd, 16) == 0 &&
		getsockname(upstream->fd, (struct sockaddr *)&at, &size) == 0);
	(void)snprintf(upstream->url, sizeof upstream->url, "http://127.0.0.1:%u",
		(unsigned)ntohs(at.sin_port));
	CHECK(pthread_mutex_init(&upstream->lock, NULL) == 0);
	CHECK(pthread_create(&upstream->thread, NULL, upstream_run, upstream) == 0);
}

static inline void upstream_stop(struct upstream *upstream)
{
	(void)shutdown(upstream->fd, SHUT_RDWR);
	(void)pthread_join(upstream->thread, NULL);
	(void)close(upstream->fd);
	buf_fini(&upstream->raw);
	buf_fini(&upstream->head);
	buf_fini(&upstream->body);
	buf_fini(&upstream->all);
	(void)pthread_mutex_destroy(&upstream->lock);
}

static inline void upstream_answers(struct upstream *upstream, upstream_fn *fn, void *data)
{
	(void)pthread_mutex_lock(&upstream->lock);
	upstream->fn = fn;
	upstream->data = data;
	(void)pthread_mutex_unlock(&upstream->lock);
}

/* What was kept of requests that are over may be read from here on. */
static inline void upstream_look(struct upstream *upstream)
{
	(void)pthread_mutex_lock(&upstream->lock);
	(void)pthread_mutex_unlock(&upstream->lock);
}

/* The event ids of the last request's lines, in order; returns how many. */
static inline size_t upstream_ids(struct upstream *upstream, char (*ids)[ID_BYTES], size_t max)
{
	const char *at = buf_text(&upstream->body);
	size_t n = 0;

	while ((at = strstr(at, "\"event_id\":\"")) != NULL) {
		at += strlen("\"event_id\":\"");
		CHECK(n < max);
		(void)snprintf(ids[n++], ID_BYTES, "%.36s", at);
	}
	return n;
}

static inline void upstream_say(struct buf *answer, int status, const char *fields, struct str body)
{
	(void)buf_add_format(answer,
		"HTTP/1.1 %d X\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n", status,
		fields, body.n);
	(void)buf_add(answer, body.p, body.n);
}

/* The hub's answer that takes all. */
static inline void upstream_list(struct upstream *upstream, struct buf *body)
{
	static char ids[1000][ID_BYTES];
	size_t i, n = upstream_ids(upstream, ids, 1000);

	(void)buf_add_str(body, "{\"accepted\":[");
	for (i = 0; i < n; i++)
		(void)buf_add_format(body, "%s\"%s\"", i > 0 ? "," : "", ids[i]);
	(void)buf_add_str(body, "],\"duplicate\":[],\"rejected\":[]}");
}

static inline void upstream_takes_all(struct upstream *upstream, struct buf *answer)
{
	struct buf body = BUF_INIT(1 << 20);

	upstream_list(upstream, &body);
	upstream_say(answer, 200, "", (struct str){buf_text(&body), body.len});
	buf_fini(&body);
}

/* data: an int, the status; nothing else in it. */
static inline void upstream_says_status(struct upstream *upstream, struct buf *answer)
{
	upstream_say(answer, *(int *)upstream->data, "", STR("{\"error\":{\"code\":\"no\"}}"));
}

#endif
