/* See thread.h. */
#include "agent/thread.h"

#include <signal.h>

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
