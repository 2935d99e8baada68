/* Processes of this user on Linux; see platform.h. */
#define _GNU_SOURCE /* struct ucred, POSIX_SPAWN_SETSID */
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything, so count
 * from its closing parenthesis. Field 3 is Z or X when it ended and was not reaped. */
int platform_process_start(long pid, uint64_t *start, struct err *err)
{
	char path[64], text[1024];
	const char *at;
	FILE *file;
	size_t n;
	int field;

	(void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return err_set(err, ERR_NOT_FOUND, "no process %ld", pid);
	n = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file); /* only read from */
	text[n] = '\0';
	at = strrchr(text, ')');
	if (at != NULL && (strncmp(at, ") Z", 3) == 0 || strncmp(at, ") X", 3) == 0))
		return err_set(err, ERR_NOT_FOUND, "process %ld has ended", pid);
	for (field = 2; at != NULL && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL || sscanf(at, " %" SCNu64, start) != 1)
		return err_set(err, ERR_FAILED, "%s is not what it was", path);
	return 0;
}

int platform_process_watch(long pid)
{
	return pidfd_open((pid_t)pid, 0); /* closed by exec() always */
}

bool platform_display_socket(const char *display, const char **dir, char name[16])
{
	const char *colon = strrchr(display, ':');
	int number = -1;

	if (colon == NULL || (colon != display && strncmp(display, "unix:", 5) != 0) ||
		sscanf(colon, ":%d", &number) != 1 || number < 0)
		return false;
	*dir = "/tmp/.X11-unix";
	(void)snprintf(name, 16, "X%d", number);
	return true;
}

bool platform_peer_is_us(int socket)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       peer.uid == getuid();
}

static int spawn(const char *program, const char *const argv[], const char *log,
	posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions)
{
	sigset_t none, defaults;
	pid_t pid;
	int i;

	(void)sigemptyset(&none);
	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGCHLD);
	(void)posix_spawnattr_setsigmask(attributes, &none);
	(void)posix_spawnattr_setsigdefault(attributes, &defaults);
	(void)posix_spawnattr_setflags(attributes,
		(short)(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
	for (i = 0; i < 2; i++)
		(void)posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
	(void)posix_spawn_file_actions_addopen(
		actions, 2, log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
	(void)posix_spawn_file_actions_addchdir_np(actions, "/");
	/* It takes char *const *, and changes none of it. */
	return posix_spawn(
		&pid, program, actions, attributes, (char *const *)(uintptr_t)argv, environ);
}

int platform_spawn_detached(
	const char *program, const char *const argv[], const char *log, struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result;

	if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
		return err_set(err, ERR_MEMORY, "out of memory");
	result = spawn(program, argv, log, &attributes, &actions);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return result == 0 ? 0 : err_errno(err, result, "cannot start %s", program);
}

/* sd_notify(3)'s protocol: a datagram to $NOTIFY_SOCKET. */
void platform_service_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t n = path != NULL ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, n);
	if (path[0] == '@')
		address.sun_path[0] = '\0'; /* an abstract name */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody to tell it to if it fails. */
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	(void)close(fd);
}

static int socket_option(int fd, int name)
{
	socklen_t len = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

/* sd_listen_fds(3)'s protocol: descriptors from 3 on, meant for $LISTEN_PID. */
int platform_service_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid() ||
		strtol(count, NULL, 10) < 1)
		return -1;
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	if (socket_option(3, SO_DOMAIN) != AF_UNIX || socket_option(3, SO_TYPE) != SOCK_STREAM ||
		socket_option(3, SO_ACCEPTCONN) != 1)
		return -1;
	return fcntl(3, F_SETFD, FD_CLOEXEC) == 0 ? 3 : -1;
}

#define UNIX_LISTENS 0x10000U /* __SO_ACCEPTCON, as /proc/net/unix shows it */

/* A line: number, references, protocol, flags, type, state, inode, path. */
bool platform_socket_listens(const char *path)
{
	FILE *file = fopen("/proc/net/unix", "re");
	char line[512];
	bool listens = false;

	while (file != NULL && !listens && fgets(line, sizeof line, file) != NULL) {
		unsigned flags;
		int at = 0;

		line[strcspn(line, "\n")] = '\0';
		listens = sscanf(line, "%*s %*s %*s %x %*s %*s %*s %n", &flags, &at) == 1 &&
			  at > 0 && (flags & UNIX_LISTENS) != 0 && strcmp(line + at, path) == 0;
	}
	if (file != NULL)
		(void)fclose(file); /* only read */
	return listens;
}
