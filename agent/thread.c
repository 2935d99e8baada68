/* See thread.h. */
#include "agent/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

int thread_start(pthread_t *thread, void *(*run)(void *data), void *data, struct err *err)
{
	sigset_t all, before;
	int result;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(thread, NULL, run, data);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result == 0 ? 0 : err_errno(err, result, "cannot start a thread");
}

static void close_both(struct thread *thread)
{
	(void)close(thread->stop[0]);
	(void)close(thread->stop[1]);
}

int thread_begin(struct thread *thread, void *(*run)(void *data), void *data, struct err *err)
{
	if (pipe(thread->stop) != 0)
		return err_errno(err, errno, "pipe");
	/* What the agent starts has no part in it. */
	(void)fcntl(thread->stop[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(thread->stop[1], F_SETFD, FD_CLOEXEC);
	if (thread_start(&thread->id, run, data, err) == 0)
		return 0;
	close_both(thread);
	return -1;
}

void thread_end(struct thread *thread)
{
	(void)!write(thread->stop[1], "", 1);
	(void)pthread_join(thread->id, NULL);
	close_both(thread);
}
