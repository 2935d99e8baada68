/*
 * 64 requests in flight for a second: how many are answered. Client and server on
 * two CPUs. Whenever some answers came, as many requests follow in one write. The
 * floor answers with the first subject's bytes, as in bench_latency.c; floor-ledger,
 * with one durable commit before the answers to what it read at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/request.h"

#define IN_FLIGHT ((size_t)64)
#define RUN_NS 1000000000
#define CHUNK ((size_t)256 * 1024)

/* Twice 64 requests of one length, so that any k of them are one piece. */
struct ring {
	char text[2 * IN_FLIGHT * REQUEST_BYTES];
	size_t each, next;
};

static void ring_make(struct ring *ring, const struct request *request, const char *name)
{
	char one[REQUEST_BYTES];
	size_t i;

	for (i = 0; i < 2 * IN_FLIGHT; i++) {
		ring->each = request_write(one, request, 100 + i % IN_FLIGHT, name);
		memcpy(ring->text + i * ring->each, one, ring->each);
	}
	ring->next = 0;
}

static void ring_send(struct ring *ring, struct bench_server *server, size_t k)
{
	bench_send(server, ring->text + ring->next * ring->each, k * ring->each);
	ring->next = (ring->next + k) % IN_FLIGHT;
}

static size_t count_lines(const char *bytes, size_t n)
{
	const char *at = bytes, *end = bytes + n;
	size_t lines = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return lines;
}

static size_t read_answers(struct bench_server *server)
{
	static char chunk[CHUNK];
	ssize_t n = read(server->out, chunk, sizeof chunk);

	if (n <= 0)
		bench_fail("the server went away");
	return count_lines(chunk, (size_t)n);
}

static void measure(struct bench_server *server, const struct request *request, const char *name)
{
	static struct ring ring;
	int64_t start = bench_now_ns(), cpu = bench_cpu_ns(server->pid), now = start;
	size_t answered = 0, open = IN_FLIGHT, k;

	ring_make(&ring, request, name);
	ring_send(&ring, server, IN_FLIGHT);
	while (now - start < RUN_NS) {
		k = read_answers(server);
		answered += k;
		ring_send(&ring, server, k);
		now = bench_now_ns();
	}
	cpu = bench_cpu_ns(server->pid) - cpu;
	while (open > 0)
		open -= read_answers(server);
	bench_value("per_second", (double)answered * 1e9 / (double)(now - start));
	bench_value("cpu_us", (double)cpu / (double)answered / 1e3);
}

static void measure_subject(
	const struct bench_subject *subject, const struct request *request, bool first)
{
	static struct bench_server server;
	const char *keep = getenv("BENCH_FLOOR_FILE");
	char text[REQUEST_BYTES], name[256] = "any";

	bench_start(&server, subject->argv);
	bench_initialize(&server);
	if (request->named && strncmp(subject->name, "floor", 5) != 0)
		(void)request_prompt_name(&server, name);
	(void)request_write(text, request, 2, name);
	if (first && keep != NULL)
		request_save_result(bench_ask(&server, text), keep);
	else
		(void)bench_ask(&server, text);
	measure(&server, request, name);
	bench_stop(&server);
}

int main(int argc, char **argv)
{
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	size_t n = bench_subjects(argc, argv, subjects), i;
	const struct request *request;
	char figure[64];

	for (request = request_table; request->figure != NULL; request++) {
		if (!request->pipelined)
			continue;
		(void)snprintf(figure, sizeof figure, "%s_64_in_flight", request->figure);
		bench_begin(figure, "requests");
		for (i = 0; i < n; i++) {
			/* Only what delivers a prompt is recorded. */
			if (!request->named && strcmp(subjects[i].name, "floor-ledger") == 0)
				continue;
			bench_subject_begin(subjects[i].name);
			measure_subject(&subjects[i], request, i == 0);
			bench_subject_end();
		}
		bench_end();
	}
	return 0;
}
