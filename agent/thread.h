/*
 * A thread of the agent: signals are the main thread's, and it gets none.
 */
#ifndef AGENT_THREAD_H
#define AGENT_THREAD_H

#include <pthread.h>

#include "core/err.h"

/* To be joined by whoever started it. */
int thread_start(pthread_t *thread, void *(*run)(void *data), void *data, struct err *err);

/* One that waits for what it does in poll(), and for its end. */
struct thread {
	pthread_t id;
	int stop[2]; /* stop[0] can be read from when it is to end */
};
/* On failure there is nothing to be ended. */
int thread_begin(struct thread *thread, void *(*run)(void *data), void *data, struct err *err);
/* Tells it to end, and waits until it did. */
void thread_end(struct thread *thread);

#endif
