/*
 * How long until a server that was just started has answered: posix_spawn() to
 * the last byte of the answer to `initialize`, as an assistant meets it at every
 * start. The subjects take turns, so that what disturbs one disturbs all. Pinned
 * to one CPU: what waking another core costs is not the server's.
 */
#include <stdlib.h>

#include "tests/bench/bench.h"

#define ROUNDS 200
#define SLOW_ROUNDS 10 /* for a subject that takes longer than SLOW_NS */
#define SLOW_NS 50000000

static int64_t spawn_once(const struct bench_subject *subject)
{
	static struct bench_server server;
	int64_t start = bench_now_ns(), end;

	bench_start(&server, subject->argv);
	bench_initialize(&server);
	end = bench_now_ns();
	bench_stop(&server);
	return end - start;
}

int main(int argc, char **argv)
{
	static int64_t taken[BENCH_SUBJECTS_MAX][ROUNDS];
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	size_t n = bench_subjects(argc, argv, subjects), counts[BENCH_SUBJECTS_MAX] = {0};
	size_t round, i;

	bench_pin();
	for (i = 0; i < n; i++)
		(void)spawn_once(&subjects[i]); /* files into the page cache */
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < n; i++) {
			if (round >= SLOW_ROUNDS && taken[i][0] > SLOW_NS)
				continue;
			taken[i][counts[i]++] = spawn_once(&subjects[i]);
		}
	}
	bench_begin("spawn_to_first_answer", "us");
	for (i = 0; i < n; i++) {
		bench_sort(taken[i], counts[i]);
		bench_subject_begin(subjects[i].name);
		bench_value("n", (double)counts[i]);
		bench_value("p50", (double)bench_percentile(taken[i], counts[i], 50) / 1e3);
		bench_value("p99", (double)bench_percentile(taken[i], counts[i], 99) / 1e3);
		bench_subject_end();
	}
	bench_end();
	return 0;
}
