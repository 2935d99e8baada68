/*
 * What listens where a hub should: a thread that takes one connection after another on
 * loopback, reads the head of a request and answers with exactly the bytes a test wants,
 * as far as it wants, and ends as it wants. Header only.
 */
#ifndef TESTS_STAND_IN_H
#define TESTS_STAND_IN_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/str.h"
#include "tests/test.h"

enum stand_in_end {
	STAND_IN_CLOSE,
	STAND_IN_RESET,
	STAND_IN_HALF, /* no more bytes, but the connection stays until the other leaves */
	STAND_IN_KEEP, /* nothing at all any more, until the other leaves */
};

struct stand_in_answer {
	struct buf bytes;
	size_t cut; /* so many of them */
	enum stand_in_end end;
	bool in_pieces; /* a byte at a time */
};

struct stand_in;
typedef void stand_in_fn(
	struct stand_in *stand_in, const char *request, struct stand_in_answer *answer);

struct stand_in {
	int fd;
	char url[64];
	pthread_t thread;
	atomic_bool stop;
	atomic_int asked; /* how often */
	stand_in_fn *fn;  /* on the thread, which holds the mutex; see stand_in_settle() */
	void *data;
	pthread_mutex_t mutex;
};

/* A whole answer with a body and its length. */
static inline void stand_in_body(
	struct stand_in_answer *answer, const char *status, const char *fields, struct str body)
{
	CHECK(buf_add_format(&answer->bytes,
		      "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n", status,
		      body.n, fields) == 0);
	CHECK(buf_add(&answer->bytes, body.p, body.n) == 0);
}

/* The head of a request and as much of its body as came with it. False: none came. */
static inline bool stand_in_read(int fd, struct buf *head)
{
	char bytes[4096];
	ssize_t n;

	while (strstr(buf_text(head), "\r\n\r\n") == NULL) {
		n = recv(fd, bytes, sizeof bytes, 0);
		if (n <= 0)
			return false;
		CHECK(buf_add(head, bytes, (size_t)n) == 0);
	}
	return true;
}

static inline void stand_in_wait(struct stand_in *stand_in, int fd)
{
	struct pollfd left = {.fd = fd, .events = POLLIN};
	char byte;

	while (!atomic_load(&stand_in->stop))
		if (poll(&left, 1, 20) > 0 && recv(fd, &byte, 1, 0) <= 0)
			return;
}

static inline void stand_in_send(int fd, const char *bytes, size_t n, bool in_pieces)
{
	size_t sent = 0;

	while (sent < n) {
		ssize_t some = send(fd, bytes + sent, in_pieces ? 1 : n - sent, MSG_NOSIGNAL);

		if (some <= 0)
			return; /* it has left */
		sent += (size_t)some;
	}
}

static inline void stand_in_serve(struct stand_in *stand_in, int fd)
{
	struct stand_in_answer answer = {
		.bytes = BUF_INIT((size_t)256 * 1024 * 1024), .cut = SIZE_MAX};
	const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	struct buf request = BUF_INIT((size_t)1024 * 1024);

	if (stand_in_read(fd, &request)) {
		(void)atomic_fetch_add(&stand_in->asked, 1);
		CHECK(pthread_mutex_lock(&stand_in->mutex) == 0);
		stand_in->fn(stand_in, buf_text(&request), &answer);
		CHECK(pthread_mutex_unlock(&stand_in->mutex) == 0);
		stand_in_send(fd, buf_text(&answer.bytes),
			answer.cut < answer.bytes.len ? answer.cut : answer.bytes.len,
			answer.in_pieces);
		if (answer.end == STAND_IN_RESET)
			(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		if (answer.end == STAND_IN_HALF)
			(void)shutdown(fd, SHUT_WR);
		if (answer.end == STAND_IN_HALF || answer.end == STAND_IN_KEEP)
			stand_in_wait(stand_in, fd);
	}
	buf_fini(&answer.bytes);
	buf_fini(&request);
	(void)close(fd);
}

static inline void *stand_in_run(void *data)
{
	struct stand_in *stand_in = data;
	struct pollfd listening = {.fd = stand_in->fd, .events = POLLIN};
	int fd;

	while (!atomic_load(&stand_in->stop)) {
		if (poll(&listening, 1, 20) <= 0)
			continue;
		fd = accept(stand_in->fd, NULL, NULL);
		if (fd >= 0)
			stand_in_serve(stand_in, fd);
	}
	return NULL;
}

static inline void stand_in_listen(struct stand_in *stand_in, stand_in_fn *fn, void *data)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;

	*stand_in = (struct stand_in){.fn = fn, .data = data};
	CHECK(pthread_mutex_init(&stand_in->mutex, NULL) == 0);
	stand_in->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(stand_in->fd >= 0);
	CHECK(bind(stand_in->fd, (struct sockaddr *)&address, sizeof address) == 0);
	CHECK(listen(stand_in->fd, 16) == 0);
	CHECK(getsockname(stand_in->fd, (struct sockaddr *)&address, &size) == 0);
	(void)snprintf(stand_in->url, sizeof stand_in->url, "http://127.0.0.1:%u",
		(unsigned)ntohs(address.sin_port));
}

static inline void stand_in_start(struct stand_in *stand_in, stand_in_fn *fn, void *data)
{
	stand_in_listen(stand_in, fn, data);
	CHECK(pthread_create(&stand_in->thread, NULL, stand_in_run, stand_in) == 0);
}

/* What `fn` reads and writes may be looked at and changed: its last answer is made, and
 * nobody asks. */
static inline void stand_in_settle(struct stand_in *stand_in)
{
	CHECK(pthread_mutex_lock(&stand_in->mutex) == 0);
	CHECK(pthread_mutex_unlock(&stand_in->mutex) == 0);
}

static inline void stand_in_stop(struct stand_in *stand_in)
{
	atomic_store(&stand_in->stop, true);
	CHECK(pthread_join(stand_in->thread, NULL) == 0);
	(void)close(stand_in->fd);
}

#endif
