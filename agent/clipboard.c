/* See clipboard.h. The programs stay behind to hold the text. */
#include "agent/clipboard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_THERE 127

struct way {
	const char *display; /* variable that says it may work */
	const char *argv[5];
};

static const struct way ways[] = {
	{"WAYLAND_DISPLAY", {"wl-copy", "--type", "text/plain;charset=utf-8", NULL}},
	{"DISPLAY", {"xclip", "-selection", "clipboard", "-in", NULL}},
	{"DISPLAY", {"xsel", "--clipboard", "--input", NULL}},
};

/* Nothing of ours stays open in it: what it holds would wait for its end. */
static void become(const struct way *way, const int in[2])
{
	int none = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)dup2(in[0], STDIN_FILENO);
	(void)close(in[0]);
	(void)close(in[1]);
	if (none >= 0) {
		(void)dup2(none, STDOUT_FILENO);
		(void)dup2(none, STDERR_FILENO);
	}
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execlp(way->argv[0], way->argv[0], way->argv[1], way->argv[2], way->argv[3],
		way->argv[4], (char *)NULL);
	_exit(NOT_THERE);
}

static void give(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* it ended, and its status says so */
		text.p += n;
		text.n -= (size_t)n;
	}
}

/* 0, CLIPBOARD_NO_PROGRAM, or failed. */
static int try_way(const struct way *way, struct str text, struct err *err)
{
	int in[2], status = -1;
	pid_t child;

	if (pipe(in) != 0)
		return err_errno(err, errno, "pipe");
	child = fork();
	if (child == 0)
		become(way, in);
	(void)close(in[0]);
	if (child > 0)
		give(in[1], text);
	(void)close(in[1]);
	if (child < 0)
		return err_errno(err, errno, "cannot start %s", way->argv[0]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, errno, "cannot wait for %s", way->argv[0]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
		return CLIPBOARD_NO_PROGRAM;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_FAILED, "%s took nothing", way->argv[0]);
	return 0;
}

int clipboard_put(struct str text, struct err *err)
{
	bool display = false;
	int result = CLIPBOARD_NO_PROGRAM;
	size_t i;

	for (i = 0; i < sizeof ways / sizeof *ways && result == CLIPBOARD_NO_PROGRAM; i++) {
		const char *where = getenv(ways[i].display);

		if (where == NULL || where[0] == '\0')
			continue;
		display = true;
		result = try_way(&ways[i], text, err);
	}
	return display ? result : CLIPBOARD_NO_DISPLAY;
}
