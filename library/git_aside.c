/* See git_aside.h. The caller, the watcher and the worker; three processes that meet in
 * three pipes:
 *
 *	caller <-- report --- watcher <-- signs of life, report --- worker
 *	   \---- open while the caller lives ---^
 *
 * The watcher would be the caller, if the caller could not be killed.
 */
#include "library/git_aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"

#define SILENCE_S 60
#define TELL_US 100000 /* more often is not listened to */
#define LOOK_MS 200
#define MARK_FILE "promptd-transfer"
#define FOLDERS_MAX 8 /* below refs/remotes */

enum sign { SIGN_LIFE, SIGN_ASKING, SIGN_REPORT };

/* Smaller than PIPE_BUF: whole or not at all. */
struct message {
	enum sign sign;
	int outcome;
	char id[REPO_ID_BYTES];
	struct err err;
};

struct aside {
	int out;
	int64_t told_us;
};

static bool send_message(int fd, const struct message *message)
{
	ssize_t n;

	do {
		n = write(fd, message, sizeof(*message));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*message);
}

/* 1 one came, 0 the other end is gone, -1 interrupted. */
static int receive(int fd, struct message *message)
{
	ssize_t n = read(fd, message, sizeof(*message));

	if (n < 0)
		return errno == EINTR ? -1 : 0;
	return n == (ssize_t)sizeof(*message);
}

/* --- the worker --- */

bool aside_tell(struct aside *aside)
{
	struct message message = {.sign = SIGN_LIFE};
	int64_t now_us = clock_monotonic_us();

	if (now_us - aside->told_us < TELL_US)
		return true;
	aside->told_us = now_us;
	return send_message(aside->out, &message);
}

void aside_tell_asking(struct aside *aside)
{
	struct message message = {.sign = SIGN_ASKING};

	aside->told_us = 0;
	(void)send_message(aside->out, &message);
}

static void become_worker(const struct aside_order *order, int out)
{
	struct rlimit cpu = {.rlim_cur = ASIDE_CPU_S, .rlim_max = ASIDE_CPU_S + 5};
	struct rlimit core = {0};
	struct message message = {.sign = SIGN_REPORT};
	struct aside aside = {.out = out};

	(void)setrlimit(RLIMIT_CPU, &cpu);
	(void)setrlimit(RLIMIT_CORE, &core); /* it may hold a password */
	message.outcome = order->work(order->data, &aside, message.id, &message.err);
	(void)send_message(out, &message);
	_exit(0);
}

/* --- the watcher --- */

struct watch {
	const struct aside_order *order;
	pid_t worker;
	int in, life; /* from the worker; from the caller */
	int64_t began_us, until_us;
};

static unsigned silence_s(const struct aside_order *order)
{
	return order->silence_s > 0 ? order->silence_s : SILENCE_S;
}

static void wait_until(struct watch *watch, unsigned seconds)
{
	watch->until_us = clock_monotonic_us() + seconds * INT64_C(1000000);
}

/* 1: reported; 0: something came; -1: the worker is gone. */
static int listen_to(struct watch *watch, struct message *message)
{
	int result = receive(watch->in, message);

	if (result == 0)
		return -1;
	if (result > 0 && message->sign == SIGN_REPORT)
		return 1;
	if (result > 0)
		wait_until(watch,
			message->sign == SIGN_ASKING ? ASIDE_QUESTION_S : silence_s(watch->order));
	return 0;
}

static bool is_late(const struct watch *watch, struct message *message)
{
	const struct aside_order *order = watch->order;
	int64_t now_us = clock_monotonic_us();

	if (now_us - watch->began_us > ASIDE_WHOLE_S * INT64_C(1000000))
		(void)err_set(&message->err, ERR_LIMIT, "%.200s: still not done after %d minutes",
			order->name, ASIDE_WHOLE_S / 60);
	else if (now_us > watch->until_us)
		(void)err_set(&message->err, ERR_FAILED,
			"%.200s: nothing came for %u s (git_timeout in promptd.conf)", order->name,
			silence_s(order));
	return message->err.code != 0;
}

static void tell_death(const struct watch *watch, int status, struct message *message)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		(void)err_set(&message->err, ERR_LIMIT,
			"%.200s: what it sent takes more than %d seconds to unpack",
			watch->order->name, ASIDE_CPU_S);
	else
		(void)err_set(&message->err, ERR_FAILED, "%.200s: the transfer ended early (%d)",
			watch->order->name,
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void worker_end(struct watch *watch, int *status)
{
	(void)kill(watch->worker, SIGKILL);
	while (waitpid(watch->worker, status, 0) < 0 && errno == EINTR)
		;
}

/* The worker is no more when this returns. False: the caller is gone. */
static bool watch_run(struct watch *watch, struct message *message)
{
	struct pollfd fds[2] = {
		{.fd = watch->in, .events = POLLIN}, {.fd = watch->life, .events = POLLIN}};
	struct message said = {0};
	int status = 0, heard = 0;
	bool wanted = true;

	watch->began_us = clock_monotonic_us();
	wait_until(watch, silence_s(watch->order));
	while (wanted && heard == 0 && !is_late(watch, message)) {
		fds[0].revents = fds[1].revents = 0;
		(void)poll(fds, 2, LOOK_MS);
		wanted = fds[1].revents == 0;
		if (wanted && fds[0].revents != 0)
			heard = listen_to(watch, &said);
	}
	if (heard > 0)
		*message = said;
	if (heard < 0)
		while (waitpid(watch->worker, &status, 0) < 0 && errno == EINTR)
			;
	else
		worker_end(watch, &status);
	if (heard < 0)
		tell_death(watch, status, message);
	return wanted;
}

static void become_watcher(const struct aside_order *order, int life, int out)
{
	struct message message = {.sign = SIGN_REPORT, .outcome = -1};
	struct watch watch = {.order = order, .life = life};
	int signs[2];

	if (pipe(signs) != 0 || (watch.worker = fork()) < 0) {
		(void)err_errno(&message.err, errno, "cannot start a process");
		(void)send_message(out, &message);
		_exit(1);
	}
	if (watch.worker == 0) {
		(void)close(life);
		(void)close(out);
		(void)close(signs[0]);
		become_worker(order, signs[1]);
	}
	/* Ctrl-C is for the caller, who lets go of us. */
	(void)signal(SIGINT, SIG_IGN);
	(void)close(signs[1]);
	watch.in = signs[0];
	if (watch_run(&watch, &message))
		(void)send_message(out, &message);
	_exit(0);
}

/* --- what a killed one leaves --- */

static bool is_half(const char *name)
{
	return strncmp(name, "pack_git2_", 10) == 0;
}

static bool is_lock(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, ".lock") == 0;
}

static void sweep(const char *dir, bool (*is_left)(const char *), unsigned depth, int64_t from_ms)
{
	struct buf path = BUF_INIT(8192);
	const struct dirent *entry;
	DIR *folder = opendir(dir);
	struct stat st;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		buf_clear(&path);
		if (entry->d_name[0] == '.' ||
			buf_add_format(&path, "%s/%s", dir, entry->d_name) != 0 ||
			lstat(buf_text(&path), &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			sweep(buf_text(&path), is_left, depth - 1, from_ms);
		else if (is_left(entry->d_name))
			repo_break_lock(buf_text(&path), from_ms, INT64_MAX);
	}
	if (folder != NULL)
		(void)closedir(folder);
	buf_fini(&path);
}

/* Nobody else transfers now, and whoever began after from_ms is dead. */
static void mend(struct repo *repo, int64_t from_ms)
{
	static const struct {
		const char *folder;
		bool (*is_left)(const char *);
		unsigned depth;
	} places[] = {
		{"", is_lock, 0},
		{"refs/remotes", is_lock, FOLDERS_MAX},
		{"objects/pack", is_half, 0},
	};
	struct buf path = BUF_INIT(8192);
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++) {
		buf_clear(&path);
		if (buf_add_format(&path, "%s%s", repo_git_dir(repo), places[i].folder) == 0)
			sweep(buf_text(&path), places[i].is_left, places[i].depth, from_ms);
	}
	buf_fini(&path);
}

/* A file that is locked while something is transferred, and not empty. */
static int mark_open(const struct aside_order *order, struct err *err)
{
	struct buf path = BUF_INIT(8192);
	int fd, result;

	(void)buf_add_format(&path, "%s" MARK_FILE, repo_git_dir(order->repo));
	fd = open(buf_text(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	do {
		result = fd < 0 ? -1 : flock(fd, LOCK_EX);
	} while (result != 0 && fd >= 0 && errno == EINTR &&
		 (order->cancelled == NULL || !order->cancelled()));
	if (result != 0) {
		(void)err_errno(err, errno, "%s", buf_text(&path));
		if (fd >= 0)
			(void)close(fd);
		fd = -1;
	}
	buf_fini(&path);
	return fd;
}

/* When the one before us began, who did not come to its end; 0: all is well. */
static int64_t mark_left(int mark)
{
	struct stat st;

	if (fstat(mark, &st) != 0 || st.st_size == 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

static int mark_begin(struct repo *repo, int mark, struct err *err)
{
	int64_t left_ms = mark_left(mark);

	if (left_ms != 0)
		mend(repo, left_ms);
	if (ftruncate(mark, 0) != 0 || pwrite(mark, "begun\n", 6, 0) != 6)
		return err_errno(err, errno, MARK_FILE);
	return 0;
}

/* --- the caller --- */

static int wait_for(const struct aside_order *order, int in, int *life, struct message *message)
{
	int heard;

	do {
		struct pollfd fd = {.fd = in, .events = POLLIN};

		heard = poll(&fd, 1, LOOK_MS) > 0 ? receive(in, message) : -1;
		if (heard < 0 && *life >= 0 && order->cancelled != NULL && order->cancelled()) {
			/* The watcher ends, and its end of `in` with it. */
			(void)close(*life);
			*life = -1;
		}
	} while (heard < 0);
	return heard;
}

static int run(const struct aside_order *order, int in[2], int life[2], struct message *message,
	struct err *err)
{
	pid_t watcher = fork();
	int heard;

	if (watcher < 0)
		return err_errno(err, errno, "cannot start a process");
	if (watcher == 0) {
		(void)close(in[0]);
		(void)close(life[1]);
		become_watcher(order, life[0], in[1]);
	}
	(void)close(in[1]);
	in[1] = -1;
	heard = wait_for(order, in[0], &life[1], message);
	if (life[1] >= 0)
		(void)close(life[1]);
	life[1] = -1;
	while (waitpid(watcher, NULL, 0) < 0 && errno == EINTR)
		;
	if (heard == 0 && order->cancelled != NULL && order->cancelled())
		return err_set(err, ERR_FAILED, "cancelled");
	return heard > 0
		       ? 0
		       : err_set(err, ERR_FAILED, "%.200s: the transfer ended early", order->name);
}

static void close_both(int fds[2])
{
	if (fds[0] >= 0)
		(void)close(fds[0]);
	if (fds[1] >= 0)
		(void)close(fds[1]);
}

static int run_marked(
	const struct aside_order *order, int mark, struct message *message, struct err *err)
{
	int in[2] = {-1, -1}, life[2] = {-1, -1}, result;

	if (mark_begin(order->repo, mark, err) != 0)
		return -1;
	if (pipe(in) != 0 || pipe(life) != 0)
		result = err_errno(err, errno, "pipe");
	else
		result = run(order, in, life, message, err);
	close_both(in);
	close_both(life);
	if (result != 0 || message->outcome < 0)
		mend(order->repo, mark_left(mark));
	(void)!ftruncate(mark, 0);
	return result;
}

int aside_run(const struct aside_order *order, char id[REPO_ID_BYTES], struct err *err)
{
	struct message message = {.outcome = -1};
	int mark = mark_open(order, err), result;

	if (mark < 0)
		return -1;
	result = run_marked(order, mark, &message, err);
	(void)close(mark);
	if (result != 0)
		return -1;
	if (message.outcome < 0)
		return err_set(err, message.err.code, "%s", message.err.text);
	if (message.outcome == 0)
		memcpy(id, message.id, sizeof message.id);
	return message.outcome;
}
