/* See credentials.h; the words exchanged are those of git-credential(1). */
#include "agent/credentials.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void credentials_init(struct credentials *credentials, const char *dir)
{
	*credentials = (struct credentials){0};
	(void)snprintf(credentials->dir, sizeof credentials->dir, "%s", dir);
}

void credentials_fini(struct credentials *credentials)
{
	memset(credentials->password, 0, sizeof credentials->password);
}

/* The child's part. git's own messages go to the person, and it may ask them on the
 * terminal. */
static void become_git(const char *dir, const char *what, const int in[2], const int out[2])
{
	const char *const argv[] = {"git", "-C", dir, "credential", what, NULL};

	(void)dup2(in[0], STDIN_FILENO);
	(void)dup2(out[1], STDOUT_FILENO);
	(void)close(in[0]);
	(void)close(in[1]);
	(void)close(out[0]);
	(void)close(out[1]);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execlp(argv[0], argv[0], argv[1], argv[2], argv[3], argv[4], (char *)NULL);
	_exit(127);
}

static void say(int fd, struct str words)
{
	while (words.n > 0) {
		ssize_t n = write(fd, words.p, words.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* it ended, and its status says so */
		words.p += n;
		words.n -= (size_t)n;
	}
}

static void hear(int fd, struct buf *answer)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || buf_add(answer, bytes, (size_t)n) != 0)
			return;
	}
}

/* `git credential WHAT` with these words. 0 when it ended well. */
static int run_git(const char *dir, const char *what, struct str words, struct buf *answer)
{
	int in[2], out[2], status = -1;
	pid_t child;

	if (pipe(in) != 0)
		return -1;
	if (pipe(out) != 0) {
		(void)close(in[0]);
		(void)close(in[1]);
		return -1;
	}
	child = fork();
	if (child == 0)
		become_git(dir, what, in, out);
	(void)close(in[0]);
	(void)close(out[1]);
	if (child > 0)
		say(in[1], words);
	(void)close(in[1]);
	if (child > 0)
		hear(out[0], answer);
	(void)close(out[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* A newline in one of them would be another word. */
static bool is_one_line(const char *text)
{
	return strpbrk(text, "\n\r") == NULL;
}

static int take_answer(struct credentials *credentials, struct str answer)
{
	struct str line, value;

	credentials->name[0] = credentials->password[0] = '\0';
	while (str_next_line(&answer, &line)) {
		struct str key = str_cut(line, '=', &value);

		if (value.n >= REPO_SECRET_MAX)
			return 1;
		if (str_is(key, "username"))
			(void)snprintf(
				credentials->name, REPO_SECRET_MAX, "%.*s", (int)value.n, value.p);
		if (str_is(key, "password"))
			(void)snprintf(credentials->password, REPO_SECRET_MAX, "%.*s", (int)value.n,
				value.p);
	}
	return credentials->password[0] != '\0' ? 0 : 1;
}

int credentials_secret(void *data, const char *url, const char *user, char name[REPO_SECRET_MAX],
	char password[REPO_SECRET_MAX])
{
	struct credentials *credentials = data;
	struct buf words = BUF_INIT(8192), answer = BUF_INIT(16384);
	int result = 1;

	if (!is_one_line(url) || (user != NULL && !is_one_line(user)) ||
		strlen(url) >= sizeof credentials->url)
		return 1;
	(void)snprintf(credentials->url, sizeof credentials->url, "%s", url);
	(void)buf_add_format(&words, "url=%s\n", url);
	if (user != NULL)
		(void)buf_add_format(&words, "username=%s\n", user);
	(void)buf_add_char(&words, '\n');
	if (run_git(credentials->dir, "fill", (struct str){buf_text(&words), words.len}, &answer) ==
		0)
		result = take_answer(credentials, (struct str){buf_text(&answer), answer.len});
	if (result == 0) {
		(void)snprintf(name, REPO_SECRET_MAX, "%s", credentials->name);
		(void)snprintf(password, REPO_SECRET_MAX, "%s", credentials->password);
	}
	if (answer.data != NULL)
		memset(answer.data, 0, answer.len);
	buf_fini(&answer);
	buf_fini(&words);
	return result;
}

void credentials_verdict(void *data, bool taken)
{
	struct credentials *credentials = data;
	struct buf words = BUF_INIT(8192), answer = BUF_INIT(1024);

	(void)buf_add_format(&words, "url=%s\nusername=%s\npassword=%s\n\n", credentials->url,
		credentials->name, credentials->password);
	/* Whether a helper kept it is its own affair. */
	(void)run_git(credentials->dir, taken ? "approve" : "reject",
		(struct str){buf_text(&words), words.len}, &answer);
	if (words.data != NULL)
		memset(words.data, 0, words.len);
	buf_fini(&words);
	buf_fini(&answer);
}
