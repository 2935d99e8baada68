/* Processes of this user, as platform.h tells them apart. */
#define _GNU_SOURCE /* waitid's WNOWAIT */
#include "platform/platform.h"

#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static pid_t child_that_ended_unreaped(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	CHECK(pid > 0);
	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	return pid;
}

static void process_start_is_the_same_each_time(void)
{
	uint64_t first, second;
	struct err err;

	CHECK(platform_process_start((long)getpid(), &first, &err) == 0);
	CHECK(platform_process_start((long)getpid(), &second, &err) == 0);
	CHECK(first == second && first > 0);
}

/* Where pid 1 does not reap orphans (containers), a killed agent stays like this. */
static void process_that_ended_and_was_not_reaped_is_none(void)
{
	pid_t pid = child_that_ended_unreaped();
	uint64_t start = 7;
	struct err err;

	CHECK(platform_process_start((long)pid, &start, &err) < 0);
	CHECK(err.code == ERR_NOT_FOUND);
	CHECK(start == 7);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(platform_process_start((long)pid, &start, &err) < 0);
	CHECK(err.code == ERR_NOT_FOUND);
}

int main(void)
{
	RUN(process_start_is_the_same_each_time);
	RUN(process_that_ended_and_was_not_reaped_is_none);
	return 0;
}
