/*
 * A thread of the agent: signals are the main thread's, and it gets none.
 */
#ifndef AGENT_THREAD_H
#define AGENT_THREAD_H

#include <pthread.h>

#include "core/err.h"

/* To be joined by whoever started it. */
int thread_start(pthread_t *thread, void *(*run)(void *data), void *data, struct err *err);

#endif
