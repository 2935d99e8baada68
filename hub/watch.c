/* What is known of each tenant; see watch.h. */
#include "hub/watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"
#include "hub/http.h"

#define UPKEEP_LOOKS 4 /* after so many looks: every 2 s */

struct row {
	char tenant[ID_BYTES];
	struct news news;
};

struct rows {
	struct row *rows;
	size_t n, size;
};

struct watch {
	struct hub *hub;
	struct hub_db *db; /* the thread's */
	pthread_t thread;
	atomic_ullong generation;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t poked;
	struct rows known; /* by tenant */
	int64_t known_us;
	bool stopping;
	struct watch_check *checks;
	size_t n_checks;
	watch_done_fn *done;
	void *data;
};

static int by_tenant(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->tenant, ((const struct row *)b)->tenant);
}

static int is_of(const void *tenant, const void *row)
{
	return strcmp(tenant, ((const struct row *)row)->tenant);
}

static const struct row *find(const struct rows *rows, const char *tenant)
{
	return rows->n > 0 ? bsearch(tenant, rows->rows, rows->n, sizeof *rows->rows, is_of) : NULL;
}

/* ── looking ───────────────────────────────────────────────────────────── */

static int on_tenant(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct rows *rows = data;
	struct row *row;

	(void)n;
	if (columns[0].text.n >= ID_BYTES || columns[1].text.n >= ID_BYTES)
		return err_set(err, ERR_FAILED, "a tenant has an id that is none");
	if (rows->n == rows->size) {
		rows->size = rows->size > 0 ? rows->size * 2 : 4;
		rows->rows = xrealloc(rows->rows, rows->size * sizeof *rows->rows);
	}
	row = &rows->rows[rows->n++];
	*row = (struct row){.news = {.seq = columns[2].number, .access = columns[3].number}};
	(void)memcpy(row->tenant, columns[0].text.p, columns[0].text.n);
	(void)memcpy(row->news.epoch, columns[1].text.p, columns[1].text.n);
	return 0;
}

static int read_tenants(struct hub_db *db, void *data, struct err *err)
{
	struct rows *rows = data;

	rows->n = 0; /* of a try that met another transaction */
	return hub_db_run(db,
		"SELECT t.id, t.epoch, t.seq, coalesce(a.number, 0) FROM tenant t LEFT JOIN "
		"access a ON a.id = t.id",
		DB_NO_ARGS, on_tenant, rows, err);
}

/* Two looks may end in another order than they began: what is older is not taken. */
static bool keep_newest(struct row *row, const struct row *known)
{
	if (known == NULL || strcmp(known->news.epoch, row->news.epoch) != 0)
		return true;
	if (row->news.seq < known->news.seq)
		row->news.seq = known->news.seq;
	if (row->news.access < known->news.access)
		row->news.access = known->news.access;
	return row->news.seq > known->news.seq || row->news.access > known->news.access;
}

/* Takes rows' memory. */
static void publish(struct watch *watch, struct rows *rows, int64_t begun_us)
{
	bool changed = false;
	size_t i;

	if (rows->n > 0)
		qsort(rows->rows, rows->n, sizeof *rows->rows, by_tenant);
	(void)pthread_mutex_lock(&watch->lock);
	for (i = 0; i < rows->n; i++)
		changed |= keep_newest(&rows->rows[i], find(&watch->known, rows->rows[i].tenant));
	free(watch->known.rows);
	watch->known = *rows;
	if (begun_us > watch->known_us)
		watch->known_us = begun_us;
	(void)pthread_mutex_unlock(&watch->lock);
	if (changed) {
		(void)atomic_fetch_add(&watch->generation, 1);
		http_wake(watch->hub->http);
	}
}

int watch_look(struct watch *watch, struct hub_db *db, struct err *err)
{
	struct rows rows = {NULL, 0, 0};
	int64_t begun_us = clock_monotonic_us();
	int rc = watch != NULL ? hub_transaction(db, DB_PEEK, "", read_tenants, &rows, err) : 0;

	if (watch == NULL)
		return 0;
	if (rc != 0) {
		free(rows.rows);
		return -1;
	}
	publish(watch, &rows, begun_us);
	return 0;
}

/* With the lock. */
static bool is_fresh(const struct watch *watch)
{
	return clock_monotonic_us() - watch->known_us < (int64_t)WATCH_STALE_MS * 1000;
}

bool watch_news(struct watch *watch, const char *tenant, struct news *news)
{
	const struct row *row;
	bool known;

	(void)pthread_mutex_lock(&watch->lock);
	row = find(&watch->known, tenant);
	known = row != NULL && is_fresh(watch);
	if (known)
		*news = row->news;
	(void)pthread_mutex_unlock(&watch->lock);
	return known;
}

bool watch_total(struct watch *watch, int64_t *seq)
{
	bool known;
	size_t i;

	*seq = 0;
	if (watch == NULL)
		return false;
	(void)pthread_mutex_lock(&watch->lock);
	for (i = 0; i < watch->known.n; i++)
		*seq += watch->known.rows[i].news.seq;
	known = is_fresh(watch);
	(void)pthread_mutex_unlock(&watch->lock);
	return known;
}

unsigned long long watch_generation(const struct watch *watch)
{
	return atomic_load(&watch->generation);
}

/* ── credentials looked at again ───────────────────────────────────────── */

bool watch_check(
	struct watch *watch, struct watch_check *checks, size_t n, watch_done_fn *done, void *data)
{
	bool free_now;

	(void)pthread_mutex_lock(&watch->lock);
	free_now = watch->checks == NULL && !watch->stopping;
	if (free_now) {
		watch->checks = checks;
		watch->n_checks = n;
		watch->done = done;
		watch->data = data;
		(void)pthread_cond_signal(&watch->poked);
	}
	(void)pthread_mutex_unlock(&watch->lock);
	return free_now;
}

static void run_checks(struct watch *watch, struct watch_check *checks, size_t n)
{
	struct err err;
	size_t i;

	for (i = 0; i < n; i++)
		checks[i].holds = credential_holds(watch->db, checks[i].tenant, checks[i].hash,
			clock_now_ms(), checks[i].scope, &err);
}

/* ── the thread ────────────────────────────────────────────────────────── */

/* Sleep until the next look, or until somebody asks. False: it is over. */
static bool rest(struct watch *watch)
{
	struct timespec until;
	bool goes_on;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WATCH_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_mutex_lock(&watch->lock);
	if (!watch->stopping && watch->checks == NULL)
		(void)pthread_cond_timedwait(&watch->poked, &watch->lock, &until);
	goes_on = !watch->stopping;
	(void)pthread_mutex_unlock(&watch->lock);
	return goes_on;
}

static void do_checks(struct watch *watch)
{
	struct watch_check *checks;
	watch_done_fn *done;
	void *data;
	size_t n;

	(void)pthread_mutex_lock(&watch->lock);
	checks = watch->checks;
	n = watch->n_checks;
	done = watch->done;
	data = watch->data;
	(void)pthread_mutex_unlock(&watch->lock);
	if (checks == NULL)
		return;
	run_checks(watch, checks, n);
	(void)pthread_mutex_lock(&watch->lock);
	watch->checks = NULL;
	(void)pthread_mutex_unlock(&watch->lock);
	done(data, checks, n);
}

static void *run(void *data)
{
	struct watch *watch = data;
	bool fine = true, was_fine = true;
	unsigned looks = 0;
	struct err err;

	while (rest(watch)) {
		fine = watch_look(watch, watch->db, &err) == 0;
		if (fine != was_fine)
			log_event(fine ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
				LOG_TEXT("event", fine ? "database.back" : "database.away"),
				LOG_TEXT("why", fine ? "" : err.text));
		was_fine = fine;
		if (fine && ++looks % UPKEEP_LOOKS == 0)
			(void)hub_db_upkeep(watch->db, &err); /* else the next time */
		do_checks(watch);
	}
	return NULL;
}

int watch_start(struct watch **out, struct hub *hub, struct err *err)
{
	struct watch *watch = xcalloc(1, sizeof *watch);
	pthread_condattr_t steady; /* a clock that is set back does not stop the looks */

	watch->hub = hub;
	if (hub_db_open(&watch->db, hub->options.database, err) != 0) {
		free(watch);
		return -1;
	}
	(void)pthread_mutex_init(&watch->lock, NULL); /* default kind: cannot fail here */
	(void)pthread_condattr_init(&steady);
	(void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&watch->poked, &steady);
	(void)pthread_condattr_destroy(&steady);
	if (watch_look(watch, watch->db, err) != 0 ||
		pthread_create(&watch->thread, NULL, run, watch) != 0) {
		hub_db_close(watch->db);
		free(watch->known.rows);
		free(watch);
		return err_set(err, ERR_FAILED, "the watch over the database does not start");
	}
	*out = watch;
	return 0;
}

void watch_stop(struct watch *watch)
{
	if (watch == NULL)
		return;
	(void)pthread_mutex_lock(&watch->lock);
	watch->stopping = true;
	(void)pthread_cond_signal(&watch->poked);
	(void)pthread_mutex_unlock(&watch->lock);
	(void)pthread_join(watch->thread, NULL);
	if (watch->checks != NULL)
		watch->done(watch->data, watch->checks, 0);
	hub_db_close(watch->db);
	free(watch->known.rows);
	(void)pthread_cond_destroy(&watch->poked);
	(void)pthread_mutex_destroy(&watch->lock);
	free(watch);
}
