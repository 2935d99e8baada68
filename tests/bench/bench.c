#define _GNU_SOURCE /* sched_setaffinity */
#include "tests/bench/bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)

static cpu_set_t all_cpus;

void bench_fail(const char *what)
{
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

size_t bench_subjects(int argc, char **argv, struct bench_subject out[BENCH_SUBJECTS_MAX])
{
	size_t n = 0, words;
	char *word, *rest;
	int i;

	for (i = 1; i < argc && n < BENCH_SUBJECTS_MAX; i++) {
		char *command = strchr(argv[i], '=');
		if (command == NULL)
			continue;
		*command++ = '\0';
		out[n].name = argv[i];
		words = 0;
		for (word = strtok_r(command, " ", &rest);
			word != NULL && words < BENCH_WORDS_MAX - 1;
			word = strtok_r(NULL, " ", &rest))
			out[n].argv[words++] = word;
		out[n].argv[words] = NULL;
		n += words > 0;
	}
	if (n == 0)
		bench_fail("usage: bench_... NAME=COMMAND...");
	(void)signal(SIGPIPE, SIG_IGN);
	return n;
}

void bench_start(struct bench_server *server, char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int to[2], from[2];

	/* Not for the next server: it would keep this one from seeing the end. */
	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		bench_fail("no pipe");
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_addclose(&actions, to[1]);
	(void)posix_spawn_file_actions_addclose(&actions, from[0]);
	if (posix_spawnp(&server->pid, argv[0], &actions, NULL, argv, environ) != 0)
		bench_fail(argv[0]);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(to[0]);
	(void)close(from[1]);
	server->in = to[1];
	server->out = from[0];
	server->len = 0;
	server->taken = 0;
	if (server->line == NULL) {
		server->size = 1024 * 1024;
		server->line = malloc(server->size + 1);
	}
}

void bench_send(struct bench_server *server, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(server->in, text, len);
		if (n < 0)
			bench_fail("the server does not read");
		text += n;
		len -= (size_t)n;
	}
}

static void fill(struct bench_server *server)
{
	ssize_t n;

	if (server->taken > 0) {
		server->len -= server->taken;
		memmove(server->line, server->line + server->taken, server->len);
		server->taken = 0;
	}
	if (server->len == server->size && server->size < LINE_MAX_BYTES) {
		server->size *= 2;
		server->line = realloc(server->line, server->size + 1);
	}
	if (server->line == NULL || server->len == server->size)
		bench_fail("an answer is too long");
	n = read(server->out, server->line + server->len, server->size - server->len);
	if (n <= 0)
		bench_fail("the server went away");
	server->len += (size_t)n;
}

char *bench_receive(struct bench_server *server)
{
	char *start, *end;
	size_t seen = server->taken;

	while ((end = memchr(server->line + seen, '\n', server->len - seen)) == NULL) {
		seen = server->len - server->taken;
		fill(server);
	}
	start = server->line + server->taken;
	*end = '\0';
	server->taken += (size_t)(end + 1 - start);
	return start;
}

char *bench_ask(struct bench_server *server, const char *request)
{
	char *answer;

	bench_send(server, request, strlen(request));
	answer = bench_receive(server);
	if (strstr(answer, "\"result\"") == NULL)
		bench_fail(answer);
	return answer;
}

void bench_initialize(struct bench_server *server)
{
	static const char done[] =
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

	(void)bench_ask(server,
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
		"{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
		"\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}\n");
	bench_send(server, done, sizeof done - 1);
}

void bench_stop(struct bench_server *server)
{
	(void)close(server->in);
	while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(server->out);
}

int64_t bench_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bench_cpu_ns(pid_t pid)
{
	struct timespec used = {0};
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		bench_fail("no CPU clock");
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static double switches_of(const char *path)
{
	char line[256];
	double sum = 0;
	FILE *in = fopen(path, "r");

	if (in == NULL)
		return 0;
	while (fgets(line, sizeof line, in) != NULL)
		if (strncmp(line, "voluntary_", 10) == 0)
			sum += strtod(strchr(line, ':') + 1, NULL);
	(void)fclose(in);
	return sum;
}

double bench_wakeups(pid_t pid)
{
	char path[320];
	const struct dirent *entry;
	double sum = 0;
	DIR *dir;

	(void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue; /* above is the process: its first thread again */
		(void)snprintf(
			path, sizeof path, "/proc/%d/task/%.200s/status", (int)pid, entry->d_name);
		sum += switches_of(path);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return sum;
}

/* The last CPU: the first takes most interrupts. */
void bench_pin(void)
{
	cpu_set_t one;
	int cpu;

	if (sched_getaffinity(0, sizeof all_cpus, &all_cpus) != 0)
		return;
	for (cpu = CPU_SETSIZE - 1; cpu > 0 && !CPU_ISSET((size_t)cpu, &all_cpus); cpu--)
		;
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	(void)sched_setaffinity(0, sizeof one, &one);
}

void bench_unpin(void)
{
	(void)sched_setaffinity(0, sizeof all_cpus, &all_cpus);
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void bench_sort(int64_t *values, size_t n)
{
	qsort(values, n, sizeof *values, compare);
}

int64_t bench_percentile(const int64_t *sorted, size_t n, double p)
{
	size_t at = (size_t)((double)n * p / 100.0);

	return sorted[at < n ? at : n - 1];
}

/* --- One JSON line ------------------------------------------------------------ */

void bench_begin(const char *figure, const char *unit)
{
	(void)printf("{\"figure\":\"%s\",\"unit\":\"%s\"", figure, unit);
}

void bench_subject_begin(const char *name)
{
	(void)printf(",\"%s\":{", name);
}

static bool first_value = true;

void bench_value(const char *name, double value)
{
	(void)printf("%s\"%s\":%.4g", first_value ? "" : ",", name, value);
	first_value = false;
}

void bench_subject_end(void)
{
	(void)printf("}");
	first_value = true;
}

void bench_end(void)
{
	(void)printf("}\n");
	(void)fflush(stdout);
	first_value = true;
}
