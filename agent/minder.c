/* See minder.h. */
#include "agent/minder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/child.h"
#include "agent/control.h"
#include "agent/resident.h"
#include "agent/thread.h"
#include "agent/unit.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"

#define DELAY_MIN_MS 100
#define DELAY_MAX_MS 30000
#define DELAY_UNSEEN_MS 5000 /* at most, where its socket cannot be watched for */
#define END_MS 3000	     /* it hands the clipboard over first */
#define LIVED_MS 5000	     /* who ran that long did not fail at its start */

struct minder {
	const struct platform_dirs *dirs;
	const struct config *config;
	struct thread thread;
	struct platform_watch *asked;	/* session.json */
	struct platform_watch *display; /* its socket; NULL: not waited for */
	json_t *session;		/* where to start it; NULL: nowhere */
	pid_t child;			/* 0: none of ours runs */
	int running;			/* a descriptor of it, or of another's; -1: none */
	int64_t began_ms, next_ms;	/* next_ms: when to try; -1: not by itself */
	int delay_ms;
};

static int64_t now_ms(void)
{
	return clock_monotonic_us() / 1000;
}

static void display_forget(struct minder *minder)
{
	platform_watch_close(minder->display);
	minder->display = NULL;
}

/* --- where it is to run ----------------------------------------------------------------- */

/* systemd starts it with the session, by the unit that `promptd desktop --install` wrote. */
static bool is_units(const struct platform_dirs *dirs)
{
	const char *base = getenv("XDG_CONFIG_HOME");
	bool given = base != NULL && base[0] == '/';
	char path[PLATFORM_PATH_MAX * 2];

	(void)snprintf(path, sizeof path,
		"%s%s/systemd/user/graphical-session.target.wants/" UNIT_DESKTOP,
		given ? base : dirs->home, given ? "" : "/.config");
	return access(path, F_OK) == 0 && unit_manager_runs();
}

/* Our own session counts where it is wished and the display is of this machine: one that
 * comes by ssh belongs to somebody who sits elsewhere. */
static json_t *own_session(const struct minder *minder)
{
	const char *display = getenv("DISPLAY"), *dir;
	char name[16];

	if (display == NULL || !platform_display_socket(display, &dir, name) ||
		!control_is_wished(minder->config) || is_units(minder->dirs))
		return NULL;
	return resident_session();
}

static void session_find(struct minder *minder)
{
	json_t *session;

	if (endpoint_read_json(minder->dirs->run, RESIDENT_SESSION, &session) != ENDPOINT_OK ||
		json_text(session, "DISPLAY") == NULL)
		session = own_session(minder);
	json_decref(minder->session);
	minder->session = session;
	minder->delay_ms = DELAY_MIN_MS;
	minder->next_ms = session != NULL ? now_ms() : -1;
	display_forget(minder);
}

/* --- starting it ------------------------------------------------------------------------ */

static void try_later(struct minder *minder)
{
	const char *display = json_text(minder->session, "DISPLAY"), *dir;
	struct err ignored;
	char name[16];

	int max = DELAY_MAX_MS;

	if (minder->display == NULL && display != NULL &&
		platform_display_socket(display, &dir, name) &&
		platform_watch_open(&minder->display, dir, name, &ignored) != 0) {
		minder->display = NULL;
		max = DELAY_UNSEEN_MS;
	}
	minder->next_ms = now_ms() + minder->delay_ms;
	minder->delay_ms = minder->delay_ms * 2 < max ? minder->delay_ms * 2 : max;
}

static void start(struct minder *minder)
{
	static const char *const argv[] = {RESIDENT_PROGRAM, NULL};
	char program[PLATFORM_PATH_MAX];
	struct child_options options = {.program = program, .argv = argv, .says = true};
	struct err err = {0};
	int failed;

	minder->next_ms = -1;
	if (resident_program(program, &err) != 0)
		return; /* not installed here: nothing is wrong */
	/* Without its display it has nothing to do, and ends: it is started again. */
	options.env = resident_env(minder->session, "x11", "agent");
	failed = child_spawn(&minder->child, &options);
	resident_env_free((char **)(uintptr_t)options.env);
	minder->began_ms = now_ms();
	if (failed == 0)
		minder->running = platform_process_watch(minder->child);
	if (failed == 0 && minder->running >= 0)
		return;
	log_event(LOG_LEVEL_WARN, LOG_TEXT("event", "desktop.not_started"),
		LOG_TEXT("why", strerror(failed != 0 ? failed : errno)));
	minder->child = failed == 0 ? minder->child : 0;
	try_later(minder);
}

/* --- its end ------------------------------------------------------------------------------ */

/* Somebody else's is there: when it ends, ours takes its place. */
static void adopt(struct minder *minder)
{
	json_t *json;

	if (resident_read(minder->dirs, &json) == ENDPOINT_OK) {
		minder->running = platform_process_watch(
			(long)json_integer_value(json_object_get(json, "pid")));
		json_decref(json);
	}
	if (minder->running < 0)
		try_later(minder);
}

static void on_end(struct minder *minder)
{
	int status = 0;

	(void)close(minder->running);
	minder->running = -1;
	if (minder->child == 0) { /* somebody else's */
		minder->delay_ms = DELAY_MIN_MS;
		try_later(minder);
		return;
	}
	(void)waitpid(minder->child, &status, 0);
	if (now_ms() - minder->began_ms > LIVED_MS)
		minder->delay_ms = DELAY_MIN_MS;
	log_event(minder->delay_ms == DELAY_MIN_MS ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		LOG_TEXT("event", "desktop.ended"), LOG_NUMBER("pid", minder->child),
		LOG_NUMBER("status", WIFEXITED(status) ? WEXITSTATUS(status) : 128));
	minder->child = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return; /* it was told to end */
	if (WIFEXITED(status) && WEXITSTATUS(status) == RESIDENT_ALREADY)
		adopt(minder);
	else
		try_later(minder);
}

static void end_child(struct minder *minder)
{
	struct pollfd ended = {.fd = minder->running, .events = POLLIN};

	if (minder->child > 0) {
		(void)kill(minder->child, SIGTERM);
		if (minder->running < 0 || poll(&ended, 1, END_MS) == 0)
			(void)kill(minder->child, SIGKILL);
		(void)waitpid(minder->child, NULL, 0);
	}
	if (minder->running >= 0)
		(void)close(minder->running);
	minder->child = 0;
	minder->running = -1;
}

/* --- the thread ---------------------------------------------------------------------------- */

static int wait_ms(const struct minder *minder)
{
	int64_t left = minder->next_ms - now_ms();

	if (minder->next_ms < 0)
		return -1;
	return left > 0 ? (int)left : 0;
}

static void on_asked(struct minder *minder)
{
	if (!platform_watch_take(minder->asked))
		return;
	/* Another session: what runs in the one before would not be seen. */
	end_child(minder);
	session_find(minder);
}

static void *run(void *data)
{
	struct minder *minder = data;
	struct pollfd fds[4] = {{.fd = minder->thread.stop[0], .events = POLLIN},
		{.fd = platform_watch_fd(minder->asked), .events = POLLIN}, {.events = POLLIN},
		{.events = POLLIN}};

	session_find(minder);
	for (;;) {
		fds[2].fd = minder->running;
		fds[3].fd = minder->display != NULL ? platform_watch_fd(minder->display) : -1;
		fds[2].revents = fds[3].revents = 0;
		if (poll(fds, 4, wait_ms(minder)) < 0 && errno != EINTR)
			break;
		if (fds[0].revents != 0)
			break;
		if (fds[2].revents != 0)
			on_end(minder);
		if (fds[3].revents != 0 && platform_watch_take(minder->display)) {
			minder->delay_ms = DELAY_MIN_MS;
			if (minder->running < 0 && minder->next_ms >= 0)
				minder->next_ms = now_ms();
		}
		if (fds[1].revents != 0)
			on_asked(minder);
		if (minder->running < 0 && minder->next_ms >= 0 && now_ms() >= minder->next_ms)
			start(minder);
	}
	return NULL;
}

static void minder_free(struct minder *minder)
{
	platform_watch_close(minder->asked);
	display_forget(minder);
	json_decref(minder->session);
	free(minder);
}

int minder_start(struct minder **out, const struct platform_dirs *dirs, const struct config *config,
	struct err *err)
{
	struct minder *minder = xcalloc(1, sizeof *minder);

	*minder = (struct minder){.dirs = dirs, .config = config, .running = -1, .next_ms = -1};
	if (platform_watch_open(&minder->asked, dirs->run, RESIDENT_SESSION, err) != 0 ||
		thread_begin(&minder->thread, run, minder, err) != 0) {
		minder_free(minder);
		return -1;
	}
	*out = minder;
	return 0;
}

void minder_stop(struct minder *minder)
{
	if (minder == NULL)
		return;
	thread_end(&minder->thread);
	end_child(minder);
	minder_free(minder);
}
