/* The library behind a thread of its own; see clerk.h. */
#include "desktop/clerk.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "core/mailbox.h"
#include "core/str.h"

struct clerk {
	struct mailbox *in, *out; /* to the clerk, and back */
	pthread_t thread;
	bool ended; /* the clerk's: the last letter has come */
	/* The desk's. */
	struct clerk_job *doing, *waiting;
};

/* --- the clerk's thread ---------------------------------------------------------------- */

static void on_told(void *data);

struct parcel {
	struct clerk *clerk;
	struct clerk_job *job;
};

static void on_given(void *data)
{
	struct parcel *parcel = data;

	parcel->job->work(parcel->job);
	/* There is room: one is on its way at a time. */
	(void)mailbox_post(parcel->clerk->out, on_told, parcel);
}

static void on_end(void *data)
{
	((struct clerk *)data)->ended = true;
}

static void *run(void *data)
{
	struct clerk *clerk = data;
	struct pollfd fd = {.fd = mailbox_fd(clerk->in), .events = POLLIN};

	while (!clerk->ended) {
		(void)poll(&fd, 1, -1); /* interrupted: there is nothing in it then */
		mailbox_run(clerk->in);
	}
	return NULL;
}

/* --- the desk's ------------------------------------------------------------------------ */

/* Signals are the desk's; but one that a crash raises here, held back, would end the process
 * past whoever minds crashes. */
static int thread_start(struct clerk *clerk)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	sigset_t most, before;
	size_t i;
	int error;

	(void)sigfillset(&most);
	for (i = 0; i < sizeof crashes / sizeof *crashes; i++)
		(void)sigdelset(&most, crashes[i]);
	(void)pthread_sigmask(SIG_SETMASK, &most, &before);
	error = pthread_create(&clerk->thread, NULL, run, clerk);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int clerk_new(struct clerk **out, struct err *err)
{
	struct clerk *clerk = xcalloc(1, sizeof *clerk);
	int error;

	if (mailbox_new(&clerk->in, 2, err) != 0 || mailbox_new(&clerk->out, 2, err) != 0)
		goto failed;
	error = thread_start(clerk);
	if (error != 0) {
		(void)err_errno(err, error, "no thread for the library");
		goto failed;
	}
	*out = clerk;
	return 0;
failed:
	mailbox_free(clerk->in);
	mailbox_free(clerk->out);
	free(clerk);
	return -1;
}

static void begin_next(struct clerk *clerk)
{
	struct parcel *parcel;

	if (clerk->doing != NULL || clerk->waiting == NULL)
		return;
	clerk->doing = clerk->waiting;
	clerk->waiting = clerk->waiting->next;
	parcel = xcalloc(1, sizeof *parcel);
	*parcel = (struct parcel){clerk, clerk->doing};
	(void)mailbox_post(clerk->in, on_given, parcel); /* there is room, as above */
}

static void on_told(void *data)
{
	struct parcel *parcel = data;
	struct clerk *clerk = parcel->clerk;
	struct clerk_job *job = parcel->job;

	free(parcel);
	clerk->doing = NULL;
	job->done(job, true);
	begin_next(clerk);
}

/* All that wait and are of this kind are not done any more. */
static void drop(struct clerk *clerk, bool optional)
{
	struct clerk_job **at = &clerk->waiting, *job;

	while ((job = *at) != NULL) {
		if (job->passing || (optional && job->optional)) {
			*at = job->next;
			job->done(job, false);
		} else {
			at = &job->next;
		}
	}
}

void clerk_give(struct clerk *clerk, struct clerk_job *job)
{
	struct clerk_job **at = &clerk->waiting;

	if (job->passing)
		drop(clerk, false);
	while (*at != NULL)
		at = &(*at)->next;
	job->next = NULL;
	*at = job;
	begin_next(clerk);
}

int clerk_fd(const struct clerk *clerk)
{
	return mailbox_fd(clerk->out);
}

void clerk_run(struct clerk *clerk)
{
	mailbox_run(clerk->out);
}

void clerk_free(struct clerk *clerk)
{
	struct pollfd fd;

	if (clerk == NULL)
		return;
	fd = (struct pollfd){.fd = clerk_fd(clerk), .events = POLLIN};
	drop(clerk, true);
	while (clerk->doing != NULL) {
		(void)poll(&fd, 1, -1);
		clerk_run(clerk);
	}
	(void)mailbox_post(clerk->in, on_end, clerk);
	(void)pthread_join(clerk->thread, NULL);
	mailbox_free(clerk->in);
	mailbox_free(clerk->out);
	free(clerk);
}
