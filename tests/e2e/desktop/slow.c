/*
 * A disk that hangs: put before the C library of a program (LD_PRELOAD), every lock of a
 * file below $SLOW_FOLDER waits as long as the file $SLOW_WHILE is there, two minutes at
 * most. SQLite takes one for every reading transaction. That somebody waited says
 * $SLOW_WHILE.waits.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_of_library(int fd)
{
	const char *folder = getenv("SLOW_FOLDER");
	char link[64], path[4096];
	ssize_t n;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0 || folder == NULL)
		return false;
	path[n] = '\0';
	return strncmp(path, folder, strlen(folder)) == 0;
}

static void hang(void)
{
	const char *file = getenv("SLOW_WHILE");
	char note[4096];
	int fd, i;

	if (file == NULL || access(file, F_OK) != 0)
		return;
	(void)snprintf(note, sizeof note, "%s.waits", file);
	fd = open(note, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	for (i = 0; access(file, F_OK) == 0 && i < 12000; i++)
		(void)poll(NULL, 0, 10);
}

static int pass_on(const char *name, int fd, int command, void *argument)
{
	static int (*real)(int fd, int command, ...);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, name);
	if ((command == F_SETLK || command == F_SETLKW) && is_of_library(fd))
		hang();
	return real(fd, command, argument);
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return pass_on("fcntl", fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, command);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return pass_on("fcntl64", fd, command, argument);
}
