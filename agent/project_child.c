/* See project_child.h. */
#include "agent/project_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 4
#define WATCHED_MAX 64

extern char **environ;

static int spawn(const char *program, struct err *err)
{
	char name[] = "promptd", command[] = "project", option[] = "--read";
	char *argv[] = {name, command, option, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t plain;
	pid_t child;
	int result;

	(void)sigemptyset(&plain);
	(void)sigaddset(&plain, SIGPIPE);
	(void)sigaddset(&plain, SIGCHLD);
	(void)posix_spawnattr_init(&how);
	(void)posix_spawnattr_setsigdefault(&how, &plain);
	(void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawn_file_actions_init(&files);
	/* Our own input and output are the client's. */
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&files, 1, 2);
	result = posix_spawn(&child, program, &files, &how, argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&how);
	return result == 0 ? 0 : err_errno(err, result, "%s", program);
}

/* Its end is the end of a pipe that it holds and knows nothing of: nobody need be told
 * of children, or wait for one that takes long. */
int project_child_read(struct err *err)
{
	char program[PLATFORM_PATH_MAX];
	struct pollfd end = {.events = POLLIN};
	int pipes[2], result;

	if (platform_program("promptd", program, err) != 0)
		return -1;
	if (pipe(pipes) != 0)
		return err_errno(err, errno, "pipe");
	(void)fcntl(pipes[0], F_SETFD, FD_CLOEXEC);
	result = spawn(program, err);
	(void)close(pipes[1]);
	end.fd = pipes[0];
	if (result == 0)
		(void)poll(&end, 1, PROJECT_CHILD_MS);
	(void)close(pipes[0]);
	return result;
}

static void watch_folder(
	struct platform_watch *watch, const char *dir, unsigned depth, unsigned *left)
{
	struct dirent *entry;
	struct err ignored; /* what cannot be watched is read at the next start */
	DIR *folder;

	if (*left == 0 || depth == 0 || platform_watch_add(watch, dir, &ignored) != 0)
		return;
	--*left;
	folder = opendir(dir);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[PLATFORM_PATH_MAX];
		struct stat st;
		int n = snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);

		if (entry->d_name[0] != '.' && n > 0 && (size_t)n < sizeof path &&
			lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			watch_folder(watch, path, depth - 1, left);
	}
	if (folder != NULL)
		(void)closedir(folder);
}

void project_child_watch(const struct project_place *place, struct platform_watch *watch)
{
	unsigned left = WATCHED_MAX;

	for (size_t i = 0; i < place->n; i++)
		watch_folder(watch, place->folders[i], DEPTH_MAX, &left);
}
