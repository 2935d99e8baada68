/*
 * Several processes at once on one library, and kill -9 among them at random
 * instants: what was acknowledged is there, numbers are given once, the files
 * are whole.
 *
 * fault_store_kill [kills]   (default 40)
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/store_fixture.h"

#define WORKERS 4
#define PROMPTS 8

static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Puts, gets, searches and uses, and writes a byte for each use acknowledged. */
static void work(int out, int rounds)
{
	const struct usage_event event = {.prompt_id = STR("p"), .success = -1};
	const struct store_want want = {.version = 0};
	struct store *store = fixture_open();
	struct err err;

	while (rounds-- != 0) {
		unsigned which = (unsigned)(next_random() % PROMPTS);
		char path[32], title[64], text[64];
		struct prompt *got;

		(void)snprintf(path, sizeof path, "team/prompt-%u", which);
		(void)snprintf(title, sizeof title, "Prompt %u walrus", which);
		(void)snprintf(
			text, sizeof text, "said %llu", (unsigned long long)(next_random() % 1000));
		(void)fixture_put(store, path, title, text);
		CHECK(store_prompt_get(store, str_of(path), &want, &got, &err) == 0);
		CHECK(strncmp(got->messages[0].text, "said ", 5) == 0);
		prompt_free(got);
		CHECK(fixture_search(store, "walrus")[0] != '\0');
		if (store_usage_add(store, &event, &err) != 0 ||
			store_usage_commit(store, &err) != 0) {
			(void)fprintf(stderr, "%s\n", err.text);
			_exit(1);
		}
		if (write(out, "u", 1) != 1)
			break;
	}
	store_close(store);
}

static pid_t start(int out, int rounds)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		state ^= (uint64_t)getpid() * UINT64_C(0x9e3779b97f4a7c15);
		work(out, rounds);
		_exit(0);
	}
	return child;
}

static int count_version(void *data, const struct store_version *version)
{
	int64_t *expected = data;

	/* Newest first, one number each, none left out. */
	CHECK(*expected < 0 || version->number == *expected);
	*expected = version->number - 1;
	return 0;
}

static void check_library(int64_t acknowledged)
{
	struct store *store = fixture_open();
	struct store_facts facts;
	struct err err;
	unsigned i;

	if (store_check(store, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	CHECK(store_facts(store, &facts, &err) == 0);
	if (facts.n_usage_pending < acknowledged)
		(void)fprintf(stderr, "%lld of %lld\n", (long long)facts.n_usage_pending,
			(long long)acknowledged);
	CHECK(facts.n_usage_pending >= acknowledged);
	for (i = 0; i < PROMPTS; i++) {
		int64_t expected = -1;
		char path[32];

		(void)snprintf(path, sizeof path, "team/prompt-%u", i);
		if (store_version_list(store, str_of(path), count_version, &expected, &err) == 0)
			CHECK(expected == 0);
	}
	store_close(store);
}

static int64_t drain(int in)
{
	char bytes[4096];
	int64_t total = 0;
	ssize_t n;

	while ((n = read(in, bytes, sizeof bytes)) > 0)
		total += n;
	return total;
}

static void four_processes_put_and_read_at_once(void)
{
	pid_t children[WORKERS];
	int pipes[2], i, status;
	int64_t acknowledged;

	store_close(fixture_new());
	CHECK(pipe(pipes) == 0);
	for (i = 0; i < WORKERS; i++)
		children[i] = start(pipes[1], 60);
	(void)close(pipes[1]);
	acknowledged = drain(pipes[0]);
	(void)close(pipes[0]);
	for (i = 0; i < WORKERS; i++) {
		CHECK(waitpid(children[i], &status, 0) == children[i]);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	CHECK(acknowledged == 60 * WORKERS);
	check_library(acknowledged);
}

static int64_t kills = 40;

static void kill_9_at_any_instant_loses_nothing(void)
{
	int64_t acknowledged = 0, i;

	store_close(fixture_new());
	for (i = 0; i < kills; i++) {
		struct timespec nap = {.tv_nsec = (long)(next_random() % 40000000)};
		int pipes[2], status;
		pid_t children[2];

		CHECK(pipe(pipes) == 0);
		children[0] = start(pipes[1], -1);
		children[1] = start(pipes[1], -1);
		(void)close(pipes[1]);
		(void)nanosleep(&nap, NULL);
		CHECK(kill(children[0], SIGKILL) == 0);
		CHECK(kill(children[1], SIGKILL) == 0);
		CHECK(waitpid(children[0], &status, 0) == children[0]);
		CHECK(waitpid(children[1], &status, 0) == children[1]);
		CHECK(WIFSIGNALED(status)); /* none ended by an error of its own */
		acknowledged += drain(pipes[0]);
		(void)close(pipes[0]);
		if (i % 20 == 19)
			check_library(acknowledged);
	}
	check_library(acknowledged);
	CHECK(acknowledged > 0);
}

int main(int argc, char **argv)
{
	state = (uint64_t)time(NULL) | 1;
	(void)printf("seed %llu\n", (unsigned long long)state);
	if (argc > 1)
		(void)str_to_int(str_of(argv[1]), 1, 100000, &kills);
	RUN(four_processes_put_and_read_at_once);
	RUN(kill_9_at_any_instant_loses_nothing);
	return 0;
}
