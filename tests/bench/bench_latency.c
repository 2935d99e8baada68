/*
 * One request at a time: round trip and the server's CPU time for it, client and
 * server on one CPU (waking another costs 18 us a hop and is not the server's).
 * The floor answers with the very bytes that the first subject answered with; it
 * is the subject whose command ends in the name of the file to keep them in.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/request.h"

#define REQUESTS 4000
#define WARM 200
#define MOST_NS 3000000000 /* stop early with a slow subject */

static void measure(struct bench_server *server, const struct request *request, const char *name)
{
	static int64_t taken[REQUESTS];
	char text[REQUEST_BYTES];
	int64_t cpu = 0, begin = 0, start;
	size_t i, n = 0;

	for (i = 0; i < WARM + REQUESTS; i++) {
		size_t len = request_write(text, request, 10 + i, name);
		if (i == WARM) {
			begin = bench_now_ns();
			cpu = bench_cpu_ns(server->pid);
		}
		start = bench_now_ns();
		bench_send(server, text, len);
		(void)bench_receive(server);
		if (i < WARM)
			continue;
		taken[n++] = bench_now_ns() - start;
		if (bench_now_ns() - begin > MOST_NS)
			break;
	}
	cpu = bench_cpu_ns(server->pid) - cpu;
	bench_sort(taken, n);
	bench_value("n", (double)n);
	bench_value("p50", (double)bench_percentile(taken, n, 50) / 1e3);
	bench_value("p99", (double)bench_percentile(taken, n, 99) / 1e3);
	bench_value("cpu", (double)cpu / (double)n / 1e3);
}

/* Ask once, see that it is answered, and keep the answer for the floor. */
static bool prepare(const struct bench_subject *subject, const struct request *request)
{
	static struct bench_server server;
	char text[REQUEST_BYTES], name[256] = "";
	const char *answer;

	bench_start(&server, subject->argv);
	bench_initialize(&server);
	if (request->named && !request_prompt_name(&server, name)) {
		bench_stop(&server);
		return false;
	}
	(void)request_write(text, request, 2, name);
	answer = bench_ask(&server, text);
	bench_value("answer_bytes", (double)strlen(answer));
	if (getenv("BENCH_FLOOR_FILE") != NULL)
		request_save_result(answer, getenv("BENCH_FLOOR_FILE"));
	bench_stop(&server);
	return true;
}

static void measure_subject(const struct bench_subject *subject, const struct request *request)
{
	static struct bench_server server;
	char name[256] = "any";

	bench_start(&server, subject->argv);
	bench_initialize(&server);
	if (request->named && strcmp(subject->name, "floor") != 0)
		(void)request_prompt_name(&server, name);
	measure(&server, request, name);
	bench_stop(&server);
}

int main(int argc, char **argv)
{
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	size_t n = bench_subjects(argc, argv, subjects), i;
	const struct request *request;

	bench_pin();
	for (request = request_table; request->figure != NULL; request++) {
		bench_begin(request->figure, "us");
		for (i = 0; i < n; i++) {
			if (i > 0 && request->ours && strcmp(subjects[i].name, "floor") != 0)
				continue;
			bench_subject_begin(subjects[i].name);
			if (i > 0 || prepare(&subjects[0], request))
				measure_subject(&subjects[i], request);
			bench_subject_end();
		}
		bench_end();
	}
	return 0;
}
