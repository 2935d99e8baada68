/* See lock.h. */
#include "agent/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "agent/command.h"
#include "core/clock.h"

#define LOOK_MS 50

int lock_take(const struct platform_dirs *dirs, const char *name, int64_t wait_ms,
	const atomic_bool *stop)
{
	int64_t until_us = clock_monotonic_us() + wait_ms * 1000;
	char path[PLATFORM_PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", dirs->data, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return LOCK_NONE;
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_monotonic_us() >= until_us || (stop != NULL && atomic_load(stop)) ||
			call_cancelled()) {
			(void)close(fd);
			return LOCK_BUSY;
		}
		(void)poll(NULL, 0, LOOK_MS);
	}
	return fd;
}
