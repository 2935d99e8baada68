/*
 * A real promptd-mcp as a child, for tests that must see the process: started
 * over pipes or a socket pair, spoken to in lines, ended. Header only, so that a
 * test stays one file.
 */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/str.h"
#include "tests/test.h"

#ifndef _GNU_SOURCE /* which declares it */
extern char **environ;
#endif

struct server {
	pid_t pid;
	int to, from;
	struct buf in; /* read, not yet looked at */
};

/* $PROMPTD_HOME must be set. socket: one socket for both ways, as some hosts do. */
static inline void server_start(struct server *server, const char *program, bool socket)
{
	char *argv[] = {xstrdup(program), NULL};
	posix_spawn_file_actions_t actions;
	int to[2], from[2];

	if (socket) {
		CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, to) == 0);
		from[0] = dup(to[1]);
		from[1] = dup(to[0]);
	} else {
		CHECK(pipe(to) == 0 && pipe(from) == 0);
	}
	CHECK(fcntl(to[1], F_SETFD, FD_CLOEXEC) == 0 && fcntl(from[0], F_SETFD, FD_CLOEXEC) == 0);
	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_adddup2(&actions, to[0], 0) == 0);
	CHECK(posix_spawn_file_actions_adddup2(&actions, from[1], 1) == 0);
	CHECK(posix_spawn_file_actions_addclose(&actions, to[0]) == 0);
	CHECK(posix_spawn_file_actions_addclose(&actions, from[1]) == 0);
	CHECK(posix_spawn(&server->pid, program, &actions, NULL, argv, environ) == 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	free(argv[0]);
	(void)close(to[0]);
	(void)close(from[1]);
	server->to = to[1];
	server->from = from[0];
	buf_init(&server->in, 64UL * 1024 * 1024);
}

/* False when the server is gone. The newline is ours. */
static inline bool server_say_n(struct server *server, const char *message, size_t len)
{
	size_t done = 0;

	while (done <= len) {
		ssize_t n = done < len ? write(server->to, message + done, len - done)
				       : write(server->to, "\n", 1);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static inline bool server_say(struct server *server, const char *message)
{
	return server_say_n(server, message, strlen(message));
}

/* The next line, yours; NULL at the end, or when none came in time. */
static inline char *server_hear(struct server *server, int timeout_ms)
{
	struct pollfd fd = {.fd = server->from, .events = POLLIN};
	const char *end;
	char *line;

	while ((end = server->in.len > 0 ? memchr(server->in.data, '\n', server->in.len) : NULL) ==
		NULL) {
		char *room;
		ssize_t n;

		if (poll(&fd, 1, timeout_ms) <= 0)
			return NULL;
		room = buf_reserve(&server->in, 65536);
		CHECK(room != NULL);
		n = read(server->from, room, 65536);
		if (n <= 0)
			return NULL;
		buf_grow(&server->in, (size_t)n);
	}
	line = str_dup((struct str){server->in.data, (size_t)(end - server->in.data)});
	buf_consume(&server->in, (size_t)(end - server->in.data) + 1);
	return line;
}

/* End of input for the server. */
static inline void server_hang_up(struct server *server)
{
	if (server->to >= 0) {
		(void)shutdown(server->to, SHUT_WR); /* a pipe says no, and is closed below */
		(void)close(server->to);
	}
	server->to = -1;
}

/* Wait for its end; the wait status. Closes what is open. */
static inline int server_wait(struct server *server)
{
	int status = 0;

	server_hang_up(server);
	CHECK(waitpid(server->pid, &status, 0) == server->pid);
	(void)close(server->from);
	buf_fini(&server->in);
	return status;
}

/* A new directory of this test's own, at most 64 bytes of path. */
static inline void test_dir(char out[64])
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(out, 64, "%.40s/promptd-test-XXXXXX", base != NULL ? base : "/tmp");
	CHECK(mkdtemp(out) != NULL);
}

static inline void test_dir_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[600];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(name, sizeof name, "%.300s/%s", path, entry->d_name);
		if (unlink(name) != 0)
			test_dir_remove(name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(path);
}

#endif
