/* Noticing that a file changed, with inotify, or that time passed; see platform.h. */
#define _DEFAULT_SOURCE /* NAME_MAX beside inotify */
#include "platform/platform.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/str.h"

#define WATCH_EVENTS (IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE)

struct platform_watch {
	int fd;
	int first;   /* the watch of the directory it was opened for */
	bool others; /* something changed in another */
	char *prefix;
};

int platform_watch_open(
	struct platform_watch **out, const char *dir, const char *prefix, struct err *err)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), first;

	if (fd < 0)
		return err_errno(err, errno, "cannot watch files");
	first = inotify_add_watch(fd, dir, WATCH_EVENTS);
	if (first < 0) {
		(void)err_errno(err, errno, "cannot watch %s", dir);
		(void)close(fd);
		return -1;
	}
	*out = xmalloc(sizeof **out);
	**out = (struct platform_watch){.fd = fd, .first = first, .prefix = xstrdup(prefix)};
	return 0;
}

int platform_watch_add(struct platform_watch *watch, const char *dir, struct err *err)
{
	/* In a folder of projects files also leave. */
	if (inotify_add_watch(watch->fd, dir, WATCH_EVENTS | IN_MOVED_FROM) < 0)
		return err_errno(err, errno, "cannot watch %s", dir);
	return 0;
}

bool platform_watch_others(struct platform_watch *watch)
{
	bool others = watch->others;

	watch->others = false;
	return others;
}

void platform_watch_close(struct platform_watch *watch)
{
	if (watch == NULL)
		return;
	(void)close(watch->fd);
	free(watch->prefix);
	free(watch);
}

int platform_watch_fd(const struct platform_watch *watch)
{
	return watch->fd;
}

static bool watch_matches(struct platform_watch *watch, const char *events, size_t len)
{
	bool found = false;
	size_t at = 0;

	while (at + sizeof(struct inotify_event) <= len) {
		struct inotify_event event;
		const char *name = events + at + sizeof event;

		memcpy(&event, events + at, sizeof event);
		if ((event.mask & IN_Q_OVERFLOW) != 0)
			found = watch->others = true;
		if (event.wd != watch->first)
			watch->others = true;
		else if (event.len > 0 && strncmp(name, watch->prefix, strlen(watch->prefix)) == 0)
			found = true;
		at += sizeof event + event.len;
	}
	return found;
}

bool platform_watch_take(struct platform_watch *watch)
{
	char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	bool found = false;
	ssize_t len;

	while ((len = read(watch->fd, events, sizeof events)) > 0)
		found = watch_matches(watch, events, (size_t)len) || found;
	return found;
}

int platform_timer_open(int64_t every_ms, struct err *err)
{
	const struct timespec every = {every_ms / 1000, every_ms % 1000 * 1000000};
	const struct itimerspec times = {.it_interval = every, .it_value = every};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, errno, "cannot keep time");
	if (timerfd_settime(fd, 0, &times, NULL) != 0) {
		(void)err_errno(err, errno, "cannot keep time");
		(void)close(fd);
		return -1;
	}
	return fd;
}

void platform_timer_take(int fd)
{
	uint64_t times;

	(void)!read(fd, &times, sizeof times); /* none: it was taken already */
}

int platform_alarm_open(struct err *err)
{
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	return fd >= 0 ? fd : err_errno(err, errno, "cannot keep time");
}

void platform_alarm_set(int fd, int64_t in_us)
{
	/* Nothing at all would be never. */
	const struct itimerspec at = {.it_value = {.tv_sec = (time_t)(in_us / 1000000),
					      .tv_nsec = (long)(in_us % 1000000) * 1000 + 1}};
	const struct itimerspec never = {.it_value = {.tv_sec = 0}};

	(void)timerfd_settime(fd, 0, in_us == INT64_MAX ? &never : &at, NULL);
}
