/* Clients that send or read slowly are cut off, and others are not; see hub/http.h. */
#include "hub/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

#define LARGE ((size_t)48 * 1024 * 1024) /* more than a socket takes */
#define CEILING_MS 60000

struct served {
	struct http *http;
	pthread_t thread;
	atomic_int asked, gone;
};

static void on_request(void *data, struct http_exchange *exchange)
{
	struct served *served = data;
	char *room = buf_reserve(&exchange->out, LARGE);

	CHECK(room != NULL);
	(void)memset(room, 'x', LARGE);
	buf_grow(&exchange->out, LARGE);
	exchange->status = 200;
	exchange->type = "text/plain";
	(void)atomic_fetch_add(&served->asked, 1);
	http_answer(exchange);
}

static void on_gone(void *data, struct http_exchange *exchange)
{
	(void)exchange;
	(void)atomic_fetch_add(&((struct served *)data)->gone, 1);
}

static void *serve(void *data)
{
	http_run(((struct served *)data)->http);
	return NULL;
}

static void served_begin(struct served *served)
{
	struct http_options options = {.address = "127.0.0.1",
		.data = served,
		.request = on_request,
		.gone = on_gone,
		.arrive_s = 1,
		.slow_s = 1};
	struct err err;

	CHECK(http_open(&served->http, &options, &err) == 0);
	CHECK(pthread_create(&served->thread, NULL, serve, served) == 0);
}

static void served_end(struct served *served)
{
	http_stop(served->http);
	CHECK(pthread_join(served->thread, NULL) == 0);
	http_close(served->http);
}

static int client(const struct served *served, const char *text)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_port(served->http)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
	return fd;
}

/* All that comes until the other side closes. */
static size_t read_all(int fd)
{
	static char bytes[1024 * 1024];
	struct pollfd one = {.fd = fd, .events = POLLIN};
	size_t all = 0;
	ssize_t n;

	do {
		CHECK(poll(&one, 1, CEILING_MS) == 1);
		n = recv(fd, bytes, sizeof bytes, 0);
		all += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	(void)close(fd);
	return all;
}

static void half_a_header_is_not_waited_for(void)
{
	struct served served = {.http = NULL};

	served_begin(&served);
	CHECK(read_all(client(&served, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")) == 0);
	CHECK(read_all(client(&served, "")) == 0);
	CHECK(atomic_load(&served.asked) == 0);
	served_end(&served);
}

static void half_a_body_is_not_waited_for(void)
{
	struct served served = {.http = NULL};

	served_begin(&served);
	CHECK(read_all(client(&served,
		      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")) == 0);
	CHECK(atomic_load(&served.asked) == 0);
	served_end(&served);
}

static void who_does_not_read_is_cut_off(void)
{
	struct served served = {.http = NULL};
	int fd, i;

	served_begin(&served);
	fd = client(&served, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	for (i = 0; i < CEILING_MS / 10 && atomic_load(&served.gone) == 0; i++)
		(void)poll(NULL, 0, 10);
	CHECK(atomic_load(&served.gone) == 1);
	CHECK(read_all(fd) < LARGE);
	served_end(&served);
}

static void who_reads_gets_all_of_it(void)
{
	struct served served = {.http = NULL};

	served_begin(&served);
	CHECK(read_all(client(&served, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) >
		LARGE);
	served_end(&served);
}

int main(void)
{
	RUN(half_a_header_is_not_waited_for);
	RUN(half_a_body_is_not_waited_for);
	RUN(who_does_not_read_is_cut_off);
	RUN(who_reads_gets_all_of_it);
	return 0;
}
