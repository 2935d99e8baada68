/* Tests of desktop/clerk; run under ThreadSanitizer too (preset tsan). */
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "desktop/clerk.h"
#include "tests/test.h"

#define JOBS 2000

/* A door that the clerk stands before until the test opens it. */
static struct door {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool open, reached;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, false};

static void door_pass(void)
{
	(void)pthread_mutex_lock(&door.lock);
	door.reached = true;
	(void)pthread_cond_broadcast(&door.changed);
	while (!door.open)
		(void)pthread_cond_wait(&door.changed, &door.lock);
	(void)pthread_mutex_unlock(&door.lock);
}

static void door_set(bool open)
{
	(void)pthread_mutex_lock(&door.lock);
	door.open = open;
	door.reached = false;
	(void)pthread_cond_broadcast(&door.changed);
	(void)pthread_mutex_unlock(&door.lock);
}

static void door_await(void)
{
	(void)pthread_mutex_lock(&door.lock);
	while (!door.reached)
		(void)pthread_cond_wait(&door.changed, &door.lock);
	(void)pthread_mutex_unlock(&door.lock);
}

struct job {
	struct clerk_job base;
	int number;
	bool worked, ended, was_done;
	pthread_t thread;
	sigset_t blocked; /* where it was done */
	int order;
};

static struct job jobs[JOBS];
static int n_ended;

static void work(struct clerk_job *base)
{
	struct job *job = (struct job *)base;

	door_pass();
	job->worked = true;
	job->thread = pthread_self();
	(void)pthread_sigmask(SIG_BLOCK, NULL, &job->blocked);
}

static void done(struct clerk_job *base, bool was_done)
{
	struct job *job = (struct job *)base;

	CHECK(!job->ended && was_done == job->worked);
	job->ended = true;
	job->was_done = was_done;
	job->order = n_ended++;
}

static struct clerk *set_up(void)
{
	struct clerk *clerk = NULL;
	struct err err;
	int i;

	memset(jobs, 0, sizeof jobs);
	for (i = 0; i < JOBS; i++)
		jobs[i] = (struct job){.base = {.work = work, .done = done}, .number = i};
	n_ended = 0;
	door_set(true);
	CHECK(clerk_new(&clerk, &err) == 0);
	return clerk;
}

static void await(struct clerk *clerk, int n)
{
	struct pollfd fd = {.fd = clerk_fd(clerk), .events = POLLIN};

	while (n_ended < n) {
		CHECK(poll(&fd, 1, 60000) == 1);
		clerk_run(clerk);
	}
}

static void all_is_done_in_order_and_elsewhere(void)
{
	struct clerk *clerk = set_up();
	int i;

	for (i = 0; i < JOBS; i++)
		clerk_give(clerk, &jobs[i].base);
	await(clerk, JOBS);
	for (i = 0; i < JOBS; i++) {
		CHECK(jobs[i].was_done && jobs[i].order == i);
		CHECK(!pthread_equal(jobs[i].thread, pthread_self()));
	}
	clerk_free(clerk);
}

static void of_what_passes_only_the_newest_is_done(void)
{
	struct clerk *clerk = set_up();
	int i;

	door_set(false);
	for (i = 0; i < 100; i++) {
		jobs[i].base.passing = i % 10 != 5;
		clerk_give(clerk, &jobs[i].base);
	}
	door_await();
	door_set(true);
	await(clerk, 100);
	for (i = 0; i < 100; i++)
		CHECK(jobs[i].was_done == (i == 0 || i % 10 == 5 || i == 99));
	/* The first was under way; what stays is in order. */
	CHECK(jobs[15].order < jobs[25].order && jobs[95].order < jobs[99].order);
	clerk_free(clerk);
}

static void at_the_end_what_must_be_done_is_done(void)
{
	struct clerk *clerk = set_up();

	door_set(false);
	jobs[1].base.passing = jobs[2].base.optional = true;
	clerk_give(clerk, &jobs[0].base);
	clerk_give(clerk, &jobs[1].base);
	clerk_give(clerk, &jobs[2].base);
	clerk_give(clerk, &jobs[3].base);
	door_await();
	door_set(true);
	clerk_free(clerk);
	CHECK(n_ended == 4);
	CHECK(jobs[0].was_done && jobs[3].was_done);
	CHECK(!jobs[1].was_done && !jobs[2].was_done);
}

/* A crash here is seen to as one anywhere else (platform_crash_start()). */
static void signals_are_the_desks_but_for_crashes(void)
{
	static const int desks[] = {SIGTERM, SIGINT, SIGALRM, SIGCHLD};
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct clerk *clerk = set_up();
	size_t i;

	clerk_give(clerk, &jobs[0].base);
	await(clerk, 1);
	for (i = 0; i < sizeof desks / sizeof *desks; i++)
		CHECK(sigismember(&jobs[0].blocked, desks[i]) == 1);
	for (i = 0; i < sizeof crashes / sizeof *crashes; i++)
		CHECK(sigismember(&jobs[0].blocked, crashes[i]) == 0);
	clerk_free(clerk);
}

static void clerk_without_work_ends(void)
{
	struct clerk *clerk = set_up();

	clerk_free(clerk);
	clerk_free(NULL);
	CHECK(n_ended == 0);
}

int main(void)
{
	RUN(all_is_done_in_order_and_elsewhere);
	RUN(of_what_passes_only_the_newest_is_done);
	RUN(at_the_end_what_must_be_done_is_done);
	RUN(signals_are_the_desks_but_for_crashes);
	RUN(clerk_without_work_ends);
	return 0;
}
