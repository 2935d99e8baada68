/*
 * Memory of one attached client's server, in KiB: its proportional share (Pss of
 * /proc/PID/smaps_rollup) idle after the handshake, after a thousand of each
 * request, and its peak resident size. Four servers run at once, as with four
 * assistants; the first is measured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/request.h"

#define SERVERS 4
#define REQUESTS 1000

/* The number after `label` in a file of /proc/PID. */
static double proc_value(pid_t pid, const char *file, const char *label)
{
	char path[64], line[256];
	double value = -1;
	FILE *in;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	in = fopen(path, "r");
	if (in == NULL)
		bench_fail(path);
	while (fgets(line, sizeof line, in) != NULL)
		if (strncmp(line, label, strlen(label)) == 0)
			value = strtod(line + strlen(label), NULL);
	(void)fclose(in);
	return value;
}

static void load(struct bench_server *server, bool all)
{
	const struct request *request;
	char text[REQUEST_BYTES], name[256] = "any";
	size_t i, len;

	(void)request_prompt_name(server, name);
	for (request = request_table; request->figure != NULL; request++) {
		if (request->ours && !all)
			continue;
		for (i = 0; i < REQUESTS; i++) {
			len = request_write(text, request, 10 + i, name);
			bench_send(server, text, len);
			(void)bench_receive(server);
		}
	}
}

static void measure_subject(const struct bench_subject *subject, bool all)
{
	static struct bench_server servers[SERVERS];
	size_t i;

	for (i = 0; i < SERVERS; i++) {
		bench_start(&servers[i], subject->argv);
		bench_initialize(&servers[i]);
	}
	bench_value("idle_pss", proc_value(servers[0].pid, "smaps_rollup", "Pss:"));
	load(&servers[0], all);
	bench_value("loaded_pss", proc_value(servers[0].pid, "smaps_rollup", "Pss:"));
	bench_value("peak_rss", proc_value(servers[0].pid, "status", "VmHWM:"));
	for (i = 0; i < SERVERS; i++)
		bench_stop(&servers[i]);
}

int main(int argc, char **argv)
{
	struct bench_subject subjects[BENCH_SUBJECTS_MAX];
	size_t n = bench_subjects(argc, argv, subjects), i;

	bench_begin("memory_per_client", "KiB");
	for (i = 0; i < n; i++) {
		if (strcmp(subjects[i].name, "floor") == 0)
			continue;
		bench_subject_begin(subjects[i].name);
		measure_subject(&subjects[i], i == 0);
		bench_subject_end();
	}
	bench_end();
	return 0;
}
