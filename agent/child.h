/*
 * A program that the agent starts and waits for, from whichever of its threads: nothing
 * on its standard descriptors, signals as at login. Any thread.
 */
#ifndef AGENT_CHILD_H
#define AGENT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child_options {
	const char *program;	 /* its path */
	const char *const *argv; /* ends with NULL */
	char *const *env;	 /* the whole environment; NULL: ours */
	bool says;		 /* its standard error is ours */
};

/* 0 or an errno value. The caller waits for it. */
int child_spawn(pid_t *child, const struct child_options *options);

#endif
