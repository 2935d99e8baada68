/*
 * Threads that do what is asked, each with a connection to the database of its own.
 * Requests wait in one queue with a ceiling; past it they are refused with 503.
 */
#ifndef HUB_WORKERS_H
#define HUB_WORKERS_H

#include "hub/http.h"
#include "hub/hub.h"

#define WORKERS_MAX 32
#define WORKERS_QUEUE_MAX 2000

struct workers;

int workers_start(struct workers **out, struct hub *hub, struct err *err);
/* Loop's thread. False: too many wait. */
bool workers_post(struct workers *workers, struct http_exchange *exchange);
/* What waits is done first. */
void workers_stop(struct workers *workers);
size_t workers_waiting(struct workers *workers);
/* How long requests wait for a worker, on average over the last ten seconds. */
int64_t workers_delay_us(const struct workers *workers);

#endif
