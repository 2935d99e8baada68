/*
 * The library behind a thread of its own: a disk may take as long as it takes, and the
 * desk goes on. What is to be done is given on the desk's thread, is done on the clerk's,
 * one after the other in order, and is told on the desk's again. The two meet in
 * core/mailbox and nowhere else.
 *
 *   desk: clerk_give ─→ waiting ─→ ┐ mailbox ┌─→ work()   clerk
 *         done()  ←─── clerk_run ←─┘         └──
 *
 * One piece of work is with the clerk at a time; what waits stays with the desk, which
 * can still take it back.
 */
#ifndef DESKTOP_CLERK_H
#define DESKTOP_CLERK_H

#include <stdbool.h>

#include "core/err.h"

struct clerk;

/* First member of whoever gives it; the clerk's from clerk_give() to done(). */
struct clerk_job {
	void (*work)(struct clerk_job *job); /* the clerk's thread */
	/* The desk's thread, from within clerk_run() and clerk_free(), and it frees the job:
	 * all jobs end here, also those that were not done. */
	void (*done)(struct clerk_job *job, bool was_done);
	/* Only the newest of these is of interest: an older one that still waits is not
	 * done any more. Nor is any of them at the end. */
	bool passing;
	/* At the end it is not done either. */
	bool optional;
	struct clerk_job *next; /* the clerk's */
};

int clerk_new(struct clerk **out, struct err *err);
/* Waits for what is being done, and for what waits and is neither passing nor optional.
 * The thread has ended then. NULL is nothing. */
void clerk_free(struct clerk *clerk);

void clerk_give(struct clerk *clerk, struct clerk_job *job);
/* Is readable when clerk_run() has something to tell. For poll. */
int clerk_fd(const struct clerk *clerk);
void clerk_run(struct clerk *clerk);

#endif
