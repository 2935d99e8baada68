/*
 * What the benchmarks share: starting a server on pipes, talking lines with it,
 * its CPU time, percentiles, and one JSON line a figure. Not timed tests: nothing
 * here fails because a machine is slow; only a wrong answer ends a run.
 *
 * Every figure stands beside the same work done by others in the same run (a
 * floor that only copies prepared bytes, a server made with the Node SDK), for a
 * machine's speed differs within an hour more than programs do.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BENCH_SUBJECTS_MAX 8
#define BENCH_WORDS_MAX 16

/* A program under measurement, given as NAME=COMMAND on the command line (words
 * of the command split at blanks; the first is a path). */
struct bench_subject {
	const char *name;
	char *argv[BENCH_WORDS_MAX];
};

/* Subjects from the command line; exits with usage when there is none. */
size_t bench_subjects(int argc, char **argv, struct bench_subject out[BENCH_SUBJECTS_MAX]);

/* A running server. */
struct bench_server {
	pid_t pid;
	int in, out;
	char *line; /* bytes received and not yet taken */
	size_t len, size, taken;
};

void bench_start(struct bench_server *server, char *const argv[]);
void bench_send(struct bench_server *server, const char *text, size_t len);
/* The next line without its newline, followed by NUL; borrowed until the next
 * call. Exits when the server went away. */
char *bench_receive(struct bench_server *server);
/* Send one request, return its answer; exits when that is an error. */
char *bench_ask(struct bench_server *server, const char *request);
/* The handshake of 2025-06-18. */
void bench_initialize(struct bench_server *server);
/* Close its input and wait for its end. */
void bench_stop(struct bench_server *server);

int64_t bench_now_ns(void);
int64_t bench_cpu_ns(pid_t pid);
/* How often its threads went to sleep, and so woke up, until now. */
double bench_wakeups(pid_t pid);
/* This process and what it starts from now on run on one CPU; bench_unpin undoes. */
void bench_pin(void);
void bench_unpin(void);

/* Sorts values. The p-th (0 … 100) of them. */
void bench_sort(int64_t *values, size_t n);
int64_t bench_percentile(const int64_t *sorted, size_t n, double p);

/* One figure: bench_begin, then for each subject its values, then bench_end. */
void bench_begin(const char *figure, const char *unit);
void bench_subject_begin(const char *name);
void bench_value(const char *name, double value);
void bench_subject_end(void);
void bench_end(void);

_Noreturn void bench_fail(const char *what);

#endif
