/*
 * fork, exec, and a loop over three pipes. A child's end is seen by asking, every
 * few milliseconds: what it started may hold its pipes open for hours, and waiting
 * for their end would be waiting for that.
 */
#include "agent/connect_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

#define LOOK_MS 10
#define LAST_MOVES 256 /* of what is still in the pipes at the end */

extern char **environ;

enum { INPUT, OUT, NOTES, STREAMS };

struct child {
	pid_t pid;
	int fd[STREAMS]; /* our ends; -1: closed */
	struct str input;
	bool gone;
	int status;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a pipe: nothing to lose */
	*fd = -1;
}

static int pipe_cloexec(int fds[2])
{
	if (pipe(fds) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0)
			return -1;
	}
	return 0;
}

/* In the child, until exec: async-signal-safe calls only. */
static void become(const struct run *run, int theirs[STREAMS], int fault)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;
	int number;

	(void)setsid();
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)sigaction(SIGPIPE, &plain, NULL);
	(void)sigaction(SIGINT, &plain, NULL);
	(void)umask(run->mask);
	for (int i = 0; i < STREAMS; i++) {
		if (dup2(theirs[i], i) < 0)
			goto out;
	}
	if (run->dir && chdir(run->dir) < 0)
		goto out;
	/* exec takes char *const *, and changes none of it. */
	execve(run->program, (char *const *)(uintptr_t)run->argv,
		run->env ? (char *const *)(uintptr_t)run->env : environ);
out:
	number = errno;
	/* Nobody reads any more: then nobody is left to be told. */
	_exit(write(fault, &number, sizeof(number)) < 0 ? 126 : 127);
}

/* errno of the child's failure to become the program; 0: it did. */
static int wait_for_exec(int fault)
{
	int number = 0;
	ssize_t n;

	do {
		n = read(fault, &number, sizeof(number));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(number) ? number : 0;
}

static int start(const struct run *run, struct child *child, struct err *err)
{
	int pipes[STREAMS][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, fault[2] = {-1, -1};
	int theirs[STREAMS], null = open("/dev/null", O_RDWR | O_CLOEXEC), number = 0;
	bool made = null >= 0 && pipe_cloexec(fault) == 0;

	for (int i = 0; i < STREAMS; i++) {
		made = made && (run->detached || pipe_cloexec(pipes[i]) == 0);
		theirs[i] = run->detached ? null : pipes[i][i != INPUT];
		child->fd[i] = run->detached ? -1 : pipes[i][i == INPUT];
	}
	child->pid = made ? fork() : -1;
	if (child->pid == 0)
		become(run, theirs, fault[1]);
	if (child->pid < 0)
		number = errno;
	close_fd(&null);
	close_fd(&fault[1]);
	for (int i = 0; i < STREAMS; i++)
		close_fd(&pipes[i][i != INPUT]);
	if (child->pid > 0)
		number = wait_for_exec(fault[0]);
	close_fd(&fault[0]);
	if (!number)
		return 0;
	for (int i = 0; i < STREAMS; i++)
		close_fd(&child->fd[i]);
	if (child->pid > 0)
		(void)waitpid(child->pid, NULL, 0);
	return err_errno(err, number, "cannot run %s", run->program);
}

static void feed(struct child *child)
{
	ssize_t n = 0;

	if (child->input.n) {
		n = write(child->fd[INPUT], child->input.p, child->input.n);
		if (n > 0)
			child->input = (struct str){child->input.p + n, child->input.n - (size_t)n};
	}
	if (!child->input.n || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_fd(&child->fd[INPUT]);
}

static void take(int *fd, struct buf *into)
{
	char bytes[16384];
	ssize_t n = read(*fd, bytes, sizeof(bytes));
	size_t room = into->limit - into->len;

	if (n > 0)
		(void)buf_add(into, bytes, (size_t)n < room ? (size_t)n : room);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		close_fd(fd);
}

/* What can be moved now, waiting at most `ms` for it. How many streams moved. */
static int move(struct child *child, struct run_result *result, int ms)
{
	struct pollfd polls[STREAMS];
	int n;

	for (int i = 0; i < STREAMS; i++)
		polls[i] = (struct pollfd){child->fd[i], i == INPUT ? POLLOUT : POLLIN, 0};
	n = poll(polls, STREAMS, ms);
	if (n <= 0)
		return 0;
	if (polls[INPUT].revents)
		feed(child);
	if (polls[OUT].revents)
		take(&child->fd[OUT], &result->out);
	if (polls[NOTES].revents)
		take(&child->fd[NOTES], &result->notes);
	return n;
}

static void look(struct child *child)
{
	if (!child->gone && waitpid(child->pid, &child->status, WNOHANG) == child->pid)
		child->gone = true;
}

/* It and its children: TERM first, so that one who is writing a file may finish. */
static void end(struct child *child)
{
	struct timespec nap = {0, 10000000};

	(void)kill(-child->pid, SIGTERM);
	for (int i = 0; i < 100 && !child->gone; i++) {
		(void)nanosleep(&nap, NULL);
		look(child);
	}
	(void)kill(-child->pid, SIGKILL);
	if (!child->gone && waitpid(child->pid, &child->status, 0) == child->pid)
		child->gone = true;
}

static void attend(const struct run *run, struct child *child, struct run_result *result)
{
	int64_t start_us = clock_monotonic_us();

	for (look(child); !child->gone; look(child)) {
		(void)move(child, result, LOOK_MS);
		result->took_ms = (int)((clock_monotonic_us() - start_us) / 1000);
		result->cancelled = run->cancelled && run->cancelled();
		result->timed_out = !result->cancelled && result->took_ms >= run->timeout_ms;
		if (result->cancelled || result->timed_out)
			break;
	}
	if (!child->gone && !run->detached)
		end(child);
	close_fd(&child->fd[INPUT]);
	for (int i = 0; i < LAST_MOVES && move(child, result, 0) > 0; i++)
		;
}

int run_program(const struct run *run, struct run_result *result, struct err *err)
{
	struct child child = {.input = run->input};

	*result = (struct run_result){.exit = -1};
	buf_init(&result->out, RUN_OUTPUT_MAX);
	buf_init(&result->notes, RUN_OUTPUT_MAX);
	if (start(run, &child, err) < 0)
		return -1;
	if (child.fd[INPUT] >= 0)
		(void)fcntl(child.fd[INPUT], F_SETFL, O_NONBLOCK);
	attend(run, &child, result);
	for (int i = 0; i < STREAMS; i++)
		close_fd(&child.fd[i]);
	if (child.gone && WIFEXITED(child.status) && !result->timed_out && !result->cancelled)
		result->exit = WEXITSTATUS(child.status);
	return 0;
}

void run_result_fini(struct run_result *result)
{
	buf_fini(&result->out);
	buf_fini(&result->notes);
}

/* dir/name if that is a program; dir may begin with "~/". */
static char *program_in(struct str dir, const char *name, const char *home)
{
	struct buf path = BUF_INIT(PATH_MAX);
	struct stat st;
	bool tilde = str_starts(dir, "~/");

	if (!tilde && !str_starts(dir, "/"))
		return NULL; /* a place that moves with us is no place */
	(void)buf_add_str(&path, tilde ? home : "");
	(void)buf_add(&path, dir.p + tilde, dir.n - tilde);
	(void)buf_add_format(&path, "/%s", name);
	if (!buf_failed(&path) && stat(path.data, &st) == 0 && S_ISREG(st.st_mode) &&
		access(path.data, X_OK) == 0)
		return buf_take(&path);
	buf_fini(&path);
	return NULL;
}

char *run_find(const char *name, const char *home, const char *const *places)
{
	struct str rest = str_of(getenv("PATH"));
	char *found = NULL;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
	while (!found && rest.n) {
		struct str dir = str_cut(rest, ':', &rest);

		found = program_in(dir, name, home);
	}
	for (size_t i = 0; !found && places && places[i]; i++)
		found = program_in(str_of(places[i]), name, home);
	return found;
}
