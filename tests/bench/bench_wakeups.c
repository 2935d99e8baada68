/*
 * How often a server that nobody asks anything wakes up, over ten
 * seconds after the handshake and one request, all threads together.
 */
#include <stdio.h>
#include <time.h>

#include "tests/bench/bench.h"

#define SECONDS 10

int main(int argc, char **argv)
{
	static struct bench_server servers[BENCH_SUBJECTS_MAX];
	const struct timespec second = {.tv_sec = 1}, watch = {.tv_sec = SECONDS};
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	size_t n = bench_subjects(argc, argv, subjects), i;
	double before[BENCH_SUBJECTS_MAX];

	for (i = 0; i < n; i++) {
		bench_start(&servers[i], subjects[i].argv);
		bench_initialize(&servers[i]);
		(void)bench_ask(
			&servers[i], "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n");
	}
	(void)nanosleep(&second, NULL); /* what starting left to do */
	for (i = 0; i < n; i++)
		before[i] = bench_wakeups(servers[i].pid);
	(void)nanosleep(&watch, NULL);
	bench_begin("idle_wakeups", "per second");
	for (i = 0; i < n; i++) {
		bench_subject_begin(subjects[i].name);
		bench_value("rate", (bench_wakeups(servers[i].pid) - before[i]) / SECONDS);
		bench_subject_end();
		bench_stop(&servers[i]);
	}
	bench_end();
	return 0;
}
