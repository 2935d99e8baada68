/* See follow.h. */
#include "agent/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/child.h"
#include "agent/personal.h"
#include "agent/thread.h"
#include "core/clock.h"
#include "core/id.h"
#include "core/log.h"

#define QUIET_MS 100
#define STORM_MS 500
#define LOOK_MS 50
#define FIRST_S 60 /* until sources are fetched first */
#define SOURCES_S (6 * 3600)

struct follow {
	const struct platform_dirs *dirs;
	struct thread thread;
	/* Of the thread. */
	struct platform_watch *data;	/* where the library is may change */
	struct platform_watch *library; /* prompts.db: what is published follows it */
	struct platform_tree *tree;	/* NULL: there is none, or it cannot be watched */
	char dir[PLATFORM_PATH_MAX];
	int64_t update_us; /* when sources are fetched next */
};

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, timeout_ms) > 0;
}

/* Watch where the library is now. */
static void find_tree(struct follow *follow)
{
	struct call call = {.dirs = follow->dirs};
	struct stat st;
	struct err err;

	platform_tree_close(follow->tree);
	follow->tree = NULL;
	if (personal_place(&call, follow->dir, &err) != 0 || stat(follow->dir, &st) != 0)
		return;
	if (platform_tree_open(&follow->tree, follow->dir, &err) != 0)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "personal.not_followed"),
			LOG_TEXT("why", err.text));
	else if (!platform_tree_is_whole(follow->tree))
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "personal.partly_followed"));
}

/* Its exit status; -1: told to stop meanwhile, and so is it. */
static int wait_for(struct follow *follow, pid_t child)
{
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0)
		if (is_readable(follow->thread.stop[0], LOOK_MS)) {
			(void)kill(child, SIGTERM);
			(void)waitpid(child, &status, 0);
			return -1;
		}
	return ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : COMMAND_FAILED;
}

/* `promptd WORD MORE`, to its end; `event` when it did something. */
static void run_promptd(
	struct follow *follow, const char *event, const char *word, const char *more)
{
	char program[PLATFORM_PATH_MAX];
	const char *const argv[] = {program, word, more, NULL};
	const struct child_options options = {.program = program, .argv = argv};
	int64_t began_us = clock_monotonic_us();
	struct err err = {0};
	pid_t child;
	int status = 0;

	if (platform_program("promptd", program, &err) != 0 ||
		(status = child_spawn(&child, &options)) != 0) {
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "follow.not_started"),
			LOG_TEXT("why", err.code != 0 ? err.text : strerror(status)));
		return;
	}
	status = wait_for(follow, child);
	if (status == COMMAND_DONE)
		log_event(LOG_LEVEL_INFO, LOG_TEXT("event", event),
			LOG_NUMBER("ms", (clock_monotonic_us() - began_us) / 1000));
	else if (status > 0 && status != COMMAND_NOT_FOUND)
		log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "follow.failed"),
			LOG_TEXT("command", word), LOG_NUMBER("status", status));
}

static void read_folder(struct follow *follow)
{
	run_promptd(follow, "personal.read", "follow", NULL);
}

/* Other people's repositories, now and then: not all agents at one moment. */
static void update_sources(struct follow *follow)
{
	char path[PLATFORM_PATH_MAX + 16];
	unsigned char random = 0;

	id_random(&random, sizeof random);
	follow->update_us = clock_monotonic_us() + (SOURCES_S + random * 4) * INT64_C(1000000);
	(void)snprintf(path, sizeof path, "%s/sources.json", follow->dirs->data);
	if (access(path, F_OK) == 0)
		run_promptd(follow, "sources.updated", "source", "update");
}

/* Skills for assistants that read files, if there are to be any. */
static void publish(struct follow *follow)
{
	char path[PLATFORM_PATH_MAX + 16];

	(void)snprintf(path, sizeof path, "%s/publish.json", follow->dirs->data);
	if (access(path, F_OK) == 0)
		run_promptd(follow, "skills.published", "publish", "--update");
}

/* Until the next update. */
static int time_left_ms(const struct follow *follow)
{
	int64_t left_us = follow->update_us - clock_monotonic_us();

	return left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
}

/* Until nothing more comes, or it has been long enough. *read becomes true when the folder
 * changed meanwhile. False: told to stop. */
static bool settle(struct follow *follow, bool *read)
{
	int64_t until_us = clock_monotonic_us() + STORM_MS * 1000;
	struct pollfd fds[2] = {{.fd = follow->thread.stop[0], .events = POLLIN}, {.fd = -1}};

	for (;;) {
		fds[1].fd = follow->tree != NULL ? platform_tree_fd(follow->tree) : -1;
		fds[1].events = POLLIN;
		if (poll(fds, 2, QUIET_MS) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents != 0)
			return false;
		if (fds[1].fd < 0 || fds[1].revents == 0)
			return true;
		*read = platform_tree_take(follow->tree) || *read;
		if (clock_monotonic_us() > until_us)
			return true;
	}
}

/* Did anything happen that asks for a look? Places come and go with it. */
static bool take(struct follow *follow, const struct pollfd fds[4])
{
	struct stat st;
	bool changed = false;

	if (fds[1].revents != 0 && platform_watch_take(follow->data)) {
		find_tree(follow);
		changed = follow->tree != NULL;
	}
	if (follow->tree != NULL && fds[2].fd == platform_tree_fd(follow->tree) &&
		fds[2].revents != 0)
		changed = platform_tree_take(follow->tree) || changed;
	/* The folder itself was taken away, or another one is in its place. */
	if (changed && follow->tree != NULL && stat(follow->dir, &st) != 0)
		find_tree(follow);
	return changed;
}

static void *run(void *data)
{
	struct follow *follow = data;
	struct pollfd fds[4] = {{.fd = follow->thread.stop[0], .events = POLLIN},
		{.fd = platform_watch_fd(follow->data), .events = POLLIN}, {.events = POLLIN},
		{.fd = platform_watch_fd(follow->library), .events = POLLIN}};
	bool changed, read;

	find_tree(follow);
	if (follow->tree != NULL)
		read_folder(follow);
	publish(follow);
	follow->update_us = clock_monotonic_us() + FIRST_S * INT64_C(1000000);
	for (;;) {
		fds[2].fd = follow->tree != NULL ? platform_tree_fd(follow->tree) : -1;
		fds[2].revents = 0;
		if (poll(fds, 4, time_left_ms(follow)) < 0 && errno != EINTR)
			break;
		if (fds[0].revents != 0)
			break;
		if (time_left_ms(follow) == 0)
			update_sources(follow);
		changed = fds[3].revents != 0 && platform_watch_take(follow->library);
		read = take(follow, fds);
		if ((read || changed) && !settle(follow, &read))
			break;
		if (read)
			read_folder(follow);
		/* What the folder brought is in the library by now. */
		if (changed || platform_watch_take(follow->library))
			publish(follow);
	}
	return NULL;
}

static void follow_free(struct follow *follow)
{
	platform_tree_close(follow->tree);
	platform_watch_close(follow->data);
	platform_watch_close(follow->library);
	free(follow);
}

int follow_start(struct follow **out, const struct platform_dirs *dirs, struct err *err)
{
	struct follow *follow = xcalloc(1, sizeof(*follow));

	follow->dirs = dirs;
	if (platform_watch_open(&follow->data, dirs->data, "personal", err) != 0 ||
		platform_watch_open(&follow->library, dirs->data, "prompts.db", err) != 0 ||
		thread_begin(&follow->thread, run, follow, err) != 0) {
		follow_free(follow);
		return -1;
	}
	*out = follow;
	return 0;
}

void follow_stop(struct follow *follow)
{
	if (follow == NULL)
		return;
	thread_end(&follow->thread);
	follow_free(follow);
}
