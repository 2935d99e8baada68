/* The store's directory and files; see files.h. */
#define _XOPEN_SOURCE 700 /* realpath() is XSI */
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_PATH_MAX 512

static int files_make_dirs(const char *dir, struct err *err)
{
	char part[FILES_PATH_MAX];
	size_t i, n = strlen(dir);

	if (n == 0 || n >= sizeof part)
		return err_set(err, ERR_INVALID, "not a directory's path: %.60s", dir);
	memcpy(part, dir, n + 1);
	for (i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		/* A directory that exists may say EROFS instead of EEXIST. */
		if (mkdir(part, 0700) != 0 && errno != EEXIST && access(part, F_OK) != 0)
			return err_errno(err, errno, "cannot make %s", part);
		part[i] = i < n ? '/' : '\0';
	}
	return 0;
}

static int files_check_owner(const char *path, const struct stat *st, struct err *err)
{
	if (st->st_uid == geteuid())
		return 0;
	return err_set(err, ERR_REFUSED, "%s belongs to user %lu, not to you", path,
		(unsigned long)st->st_uid);
}

/* Take the rights of group and others away. On a read-only disk nobody can, and
 * nobody could have opened them there since. */
static int files_close_to_others(
	const char *path, const struct stat *st, mode_t mode, struct err *err)
{
	if ((st->st_mode & 077) == 0 || chmod(path, st->st_mode & mode) == 0 || errno == EROFS)
		return 0;
	return err_errno(err, errno, "%s is open to others and cannot be closed", path);
}

int files_dir(const char *dir, bool create, char *resolved, size_t size, struct err *err)
{
	struct stat st;
	char *real;
	size_t n;

	if (create && files_make_dirs(dir, err) != 0)
		return -1;
	real = realpath(dir, NULL);
	if (real == NULL && errno == ENOENT && !create)
		return 1;
	if (real == NULL)
		return err_errno(err, errno, "%s", dir);
	n = strlen(real);
	if (n < size)
		memcpy(resolved, real, n + 1);
	free(real);
	if (n >= size)
		return err_set(err, ERR_LIMIT, "path is too long: %.60s", dir);
	if (lstat(resolved, &st) != 0)
		return err_errno(err, errno, "%s", resolved);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_FAILED, "%s is not a directory", resolved);
	if (files_check_owner(resolved, &st, err) != 0)
		return -1;
	return files_close_to_others(resolved, &st, 0700, err);
}

/* 0 fit for use, 1 not there. */
static int files_check(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 1 : err_errno(err, errno, "%s", path);
	if (S_ISLNK(st.st_mode))
		return err_set(err, ERR_REFUSED, "%s is a link; links are not followed", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_REFUSED, "%s is not a file", path);
	if (files_check_owner(path, &st, err) != 0)
		return -1;
	return files_close_to_others(path, &st, 0600, err);
}

static int files_beside(char out[FILES_PATH_MAX], const char *path, const char *tail)
{
	int n = snprintf(out, FILES_PATH_MAX, "%s%s", path, tail);

	return n > 0 && n < FILES_PATH_MAX ? 0 : -1;
}

int files_claim(const char *path, bool create, struct err *err)
{
	static const char *const tails[] = {"-wal", "-shm"};
	char beside[FILES_PATH_MAX];
	int found = files_check(path, err), fd;
	size_t i;

	if (found < 0)
		return -1;
	for (i = 0; i < sizeof tails / sizeof *tails; i++) {
		if (files_beside(beside, path, tails[i]) != 0)
			return err_set(err, ERR_LIMIT, "path is too long: %.60s", path);
		if (files_check(beside, err) < 0)
			return -1;
	}
	if (found == 0 || !create)
		return found;
	/* Ours alone from its first byte on; whoever else makes it at the same
	 * time makes the same. */
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "cannot make %s", path);
	(void)close(fd); /* nothing was written */
	return 0;
}

bool files_writable(const char *path)
{
	return access(path, W_OK) == 0;
}

static int64_t files_size(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

int64_t files_wal_bytes(const char *path)
{
	char beside[FILES_PATH_MAX];

	return files_beside(beside, path, "-wal") == 0 ? files_size(beside) : 0;
}

int64_t files_bytes(const char *path)
{
	return files_size(path) + files_wal_bytes(path);
}

int files_sync_dir(const char *path, struct err *err)
{
	char dir[FILES_PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd, result = 0;

	(void)snprintf(dir, sizeof dir, "%.*s", slash != NULL ? (int)(slash - path) : 0, path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "%s", dir);
	if (fsync(fd) != 0)
		result = err_errno(err, errno, "%s", dir);
	(void)close(fd); /* only synced */
	return result;
}
