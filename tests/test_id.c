/* Tests of core/id and core/clock: UUIDv7 in order, and times as text. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/id.h"
#include "tests/test.h"

static void id_is_a_uuid_of_version_7(void)
{
	char id[ID_BYTES];
	int i;

	clock_freeze(0x123456789ABC);
	id_new(id);
	clock_freeze(-1);
	CHECK(strlen(id) == 36);
	CHECK(strncmp(id, "12345678-9abc-7", 15) == 0);
	CHECK(strchr("89ab", id[19]) != NULL);
	for (i = 0; i < 36; i++)
		CHECK(i == 8 || i == 13 || i == 18 || i == 23
				? id[i] == '-'
				: strchr("0123456789abcdef", id[i]) != NULL);
}

static void ids_follow_the_time_and_never_repeat(void)
{
	enum { N = 2000 };
	static char ids[N][ID_BYTES];
	int i, j;

	for (i = 0; i < N; i++) {
		clock_freeze(1000000 + i / 10);
		id_new(ids[i]);
	}
	clock_freeze(-1);
	for (i = 0; i < N; i++) {
		for (j = i + 1; j < N; j++)
			CHECK(strcmp(ids[i], ids[j]) != 0);
		if (i >= 10)
			CHECK(strcmp(ids[i - 10], ids[i]) < 0);
	}
}

static void ids_of_one_millisecond_rise(void)
{
	char ids[2][ID_BYTES];
	int i;

	clock_freeze(2000000);
	id_new(ids[0]);
	for (i = 1; i < 10000; i++) { /* more than one millisecond has numbers for */
		id_new(ids[i % 2]);
		CHECK(strcmp(ids[(i - 1) % 2], ids[i % 2]) < 0);
	}
	clock_freeze(1000000);
	id_new(ids[0]);
	clock_freeze(-1);
	CHECK(strcmp(ids[0], ids[1]) < 0); /* the clock was set back */
}

static void sister_processes_make_different_ids(void)
{
	char ids[2][ID_BYTES];
	int i;

	clock_freeze(1000000);
	id_new(ids[0]); /* from here on there are bytes to inherit */
	for (i = 0; i < 2; i++) {
		int ends[2], status;
		pid_t child;

		CHECK(pipe(ends) == 0);
		child = fork();
		CHECK(child >= 0);
		if (child == 0) {
			id_new(ids[i]);
			_exit(write(ends[1], ids[i], ID_BYTES) == ID_BYTES ? 0 : 1);
		}
		CHECK(waitpid(child, &status, 0) == child && status == 0);
		CHECK(read(ends[0], ids[i], ID_BYTES) == ID_BYTES);
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
	clock_freeze(-1);
	CHECK(strcmp(ids[0], ids[1]) != 0);
}

static void clock_writes_utc(void)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(0, text);
	CHECK_STR(text, "1970-01-01T00:00:00Z");
	clock_format(1795248930999, text);
	CHECK_STR(text, "2026-11-21T08:15:30Z");
	clock_format(951782400000, text);
	CHECK_STR(text, "2000-02-29T00:00:00Z");
	clock_freeze(42);
	CHECK(clock_now_ms() == 42);
	clock_freeze(-1);
	CHECK(clock_now_ms() > 1600000000000);
}

/* A program whose descriptors have run out goes on. */
static void random_bytes_need_no_descriptor(void)
{
	unsigned char bytes[1000];
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		CHECK(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, 0}) == 0);
		id_random(bytes, sizeof bytes);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	CHECK(WEXITSTATUS(status) == 0);
}

int main(void)
{
	RUN(id_is_a_uuid_of_version_7);
	RUN(ids_of_one_millisecond_rise);
	RUN(ids_follow_the_time_and_never_repeat);
	RUN(sister_processes_make_different_ids);
	RUN(random_bytes_need_no_descriptor);
	RUN(clock_writes_utc);
	return 0;
}
