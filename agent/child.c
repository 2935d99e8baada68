/* See child.h. */
#include "agent/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>

extern char **environ;

int child_spawn(pid_t *child, const struct child_options *options)
{
	char *const *env = options->env != NULL ? options->env : environ;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, plain;
	int result;

	(void)sigemptyset(&none);
	(void)sigemptyset(&plain);
	(void)sigaddset(&plain, SIGPIPE);
	(void)sigaddset(&plain, SIGHUP);
	(void)posix_spawnattr_init(&how);
	(void)posix_spawnattr_setsigmask(&how, &none);
	(void)posix_spawnattr_setsigdefault(&how, &plain);
	(void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	if (!options->says)
		(void)posix_spawn_file_actions_adddup2(&files, 1, 2);
	/* It takes char *const *, and changes none of it. */
	result = posix_spawn(child, options->program, &files, &how,
		(char *const *)(uintptr_t)options->argv, env);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&how);
	return result;
}
