/* The hub's worker threads; see workers.h. */
#include "hub/workers.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/str.h"
#include "hub/request.h"

#define OVER_US 10000000 /* what an average is taken over */

struct workers {
	struct hub *hub;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t posted;
	struct waiting {
		struct http_exchange *exchange;
		int64_t since_us;
	} queue[WORKERS_QUEUE_MAX]; /* a ring */
	size_t first, n;
	bool stopping;
	atomic_llong delay_us, delay_at_us; /* an average that forgets, and when it was taken */
	/* Of the thread that starts and stops. */
	pthread_t threads[WORKERS_MAX];
	struct hub_db *dbs[WORKERS_MAX];
	size_t n_threads, n_dbs;
};

/* What is left of the average now: it goes in OVER_US. */
static int64_t delay_left_us(const struct workers *workers, int64_t now_us)
{
	int64_t since_us = now_us - atomic_load(&workers->delay_at_us);

	return since_us < OVER_US ? atomic_load(&workers->delay_us) * (OVER_US - since_us) / OVER_US
				  : 0;
}

/* Each counts for as long as it was since the one before: a thousand that come at once
 * are a moment, and one alone is not much. Two threads at once: one is not counted. */
static void note_delay(struct workers *workers, int64_t since_us)
{
	int64_t now_us = clock_monotonic_us(), left_us = delay_left_us(workers, now_us);
	int64_t for_us = now_us - atomic_load(&workers->delay_at_us);

	if (for_us > OVER_US / 16)
		for_us = OVER_US / 16;
	atomic_store(&workers->delay_us, left_us + (now_us - since_us) * for_us / OVER_US);
	atomic_store(&workers->delay_at_us, now_us);
}

int64_t workers_delay_us(const struct workers *workers)
{
	return workers != NULL ? delay_left_us(workers, clock_monotonic_us()) : 0;
}

/* The next one to do, or NULL when it is over. */
static struct http_exchange *take(struct workers *workers)
{
	struct waiting next = {NULL, 0};

	(void)pthread_mutex_lock(&workers->lock);
	while (workers->n == 0 && !workers->stopping)
		(void)pthread_cond_wait(&workers->posted, &workers->lock);
	if (workers->n > 0) {
		next = workers->queue[workers->first];
		workers->first = (workers->first + 1) % WORKERS_QUEUE_MAX;
		workers->n--;
	}
	(void)pthread_mutex_unlock(&workers->lock);
	if (next.exchange != NULL)
		note_delay(workers, next.since_us);
	return next.exchange;
}

struct worker {
	struct workers *workers;
	struct hub_db *db;
};

static void *work(void *data)
{
	struct worker worker = *(struct worker *)data;
	struct http_exchange *exchange;

	free(data);
	while ((exchange = take(worker.workers)) != NULL) {
		request_run(worker.workers->hub, worker.db, exchange);
		http_answer(exchange);
	}
	return NULL;
}

static int start_one(struct workers *workers, struct err *err)
{
	struct worker *worker;
	struct hub_db *db;

	if (hub_db_open(&db, workers->hub->options.database, err) != 0)
		return -1;
	workers->dbs[workers->n_dbs++] = db;
	worker = xmalloc(sizeof *worker);
	*worker = (struct worker){workers, db};
	if (pthread_create(&workers->threads[workers->n_threads], NULL, work, worker) != 0) {
		free(worker);
		return err_set(err, ERR_FAILED, "no more threads");
	}
	workers->n_threads++;
	return 0;
}

int workers_start(struct workers **out, struct hub *hub, struct err *err)
{
	struct workers *workers = xcalloc(1, sizeof *workers);

	workers->hub = hub;
	(void)pthread_mutex_init(&workers->lock, NULL); /* default kind: cannot fail here */
	(void)pthread_cond_init(&workers->posted, NULL);
	while (workers->n_threads < hub->options.workers && workers->n_threads < WORKERS_MAX)
		if (start_one(workers, err) != 0) {
			workers_stop(workers);
			return -1;
		}
	*out = workers;
	return 0;
}

bool workers_post(struct workers *workers, struct http_exchange *exchange)
{
	bool room;

	(void)pthread_mutex_lock(&workers->lock);
	room = workers->n < WORKERS_QUEUE_MAX;
	if (room) {
		workers->queue[(workers->first + workers->n) % WORKERS_QUEUE_MAX] =
			(struct waiting){exchange, clock_monotonic_us()};
		workers->n++;
		(void)pthread_cond_signal(&workers->posted);
	}
	(void)pthread_mutex_unlock(&workers->lock);
	return room;
}

size_t workers_waiting(struct workers *workers)
{
	size_t n;

	(void)pthread_mutex_lock(&workers->lock);
	n = workers->n;
	(void)pthread_mutex_unlock(&workers->lock);
	return n;
}

void workers_stop(struct workers *workers)
{
	size_t i;

	if (workers == NULL)
		return;
	(void)pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	(void)pthread_cond_broadcast(&workers->posted);
	(void)pthread_mutex_unlock(&workers->lock);
	for (i = 0; i < workers->n_threads; i++)
		(void)pthread_join(workers->threads[i], NULL);
	for (i = 0; i < workers->n_dbs; i++)
		hub_db_close(workers->dbs[i]);
	(void)pthread_cond_destroy(&workers->posted);
	(void)pthread_mutex_destroy(&workers->lock);
	free(workers);
}
