/*
 * Another program, run without a shell, in a session of its own (it cannot ask at
 * the terminal), bounded in time and output. One thread, with SIGPIPE ignored.
 */
#ifndef AGENT_CONNECT_RUN_H
#define AGENT_CONNECT_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define RUN_OUTPUT_MAX ((size_t)1 << 20) /* of each stream; the rest is read and forgotten */

struct run {
	const char *program;	 /* its path */
	const char *const *argv; /* ends with NULL */
	const char *const *env;	 /* the whole environment; NULL: ours */
	const char *dir;	 /* where it runs; NULL: here */
	struct str input;	 /* what it reads; then its input ends */
	int timeout_ms;		 /* then it, and what it started, is killed */
	mode_t mask;		 /* its umask */
	bool detached;		 /* it may go on: no streams, never killed */
	bool (*cancelled)(void); /* asked now and then; NULL: never */
};

struct run_result {
	int exit;	/* its exit status, -1 when it did not exit by itself */
	bool timed_out; /* killed by us, or (detached) still running */
	bool cancelled; /* killed by us because somebody wished it */
	int took_ms;
	struct buf out, notes; /* what it wrote to stdout and stderr */
};

/* 0 when it was started, whatever became of it; -1 when it could not be. The result
 * is filled in both cases: run_result_fini(). */
int run_program(const struct run *run, struct run_result *result, struct err *err);
void run_result_fini(struct run_result *result);

/*
 * Where a program of that name is: `name` itself when it has a slash, else the first
 * executable file in $PATH, then in `places` (directories, "~/" is home; ends with
 * NULL; may be NULL). Absolute, yours; NULL: nowhere.
 */
char *run_find(const char *name, const char *home, const char *const *places);

#endif
