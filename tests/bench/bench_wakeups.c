/*
 * How often a server that nobody asks anything wakes up: its context switches
 * over ten seconds after the handshake and one request, all threads together.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/bench.h"

#define SECONDS 10

static double switches_of(const char *path)
{
	char line[256];
	double sum = 0;
	FILE *in = fopen(path, "r");

	if (in == NULL)
		return 0;
	while (fgets(line, sizeof line, in) != NULL)
		if (strstr(line, "ctxt_switches:") != NULL)
			sum += strtod(strchr(line, ':') + 1, NULL);
	(void)fclose(in);
	return sum;
}

static double switches(pid_t pid)
{
	char path[320];
	const struct dirent *entry;
	double sum = 0;
	DIR *dir;

	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(
			path, sizeof path, "/proc/%d/task/%.200s/status", (int)pid, entry->d_name);
		sum += switches_of(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return sum;
}

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
		before[i] = switches(servers[i].pid);
	(void)nanosleep(&watch, NULL);
	bench_begin("idle_wakeups", "per second");
	for (i = 0; i < n; i++) {
		bench_subject_begin(subjects[i].name);
		bench_value("rate", (switches(servers[i].pid) - before[i]) / SECONDS);
		bench_subject_end();
		bench_stop(&servers[i]);
	}
	bench_end();
	return 0;
}
