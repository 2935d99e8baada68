/*
 * Reading and exchanging whole files. What is careful here: links are resolved by
 * hand because realpath() knows nothing of a file that is not there yet; the file
 * is looked at again just before the rename because assistants write theirs at any
 * moment (one does so after every answer); nothing is ever written in place.
 */
#include "agent/connect_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "platform/platform.h"

#define LINKS_MAX 40
#define KEPT_MAX 5

/* The directory part, "." when there is none; yours. */
static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return str_dup((struct str){path, slash == path ? 1 : (size_t)(slash - path)});
}

static char *join(const char *dir, const char *name)
{
	struct buf path = BUF_INIT(2 * PATH_MAX);

	(void)buf_add_format(&path, "%s%s%s", dir, strcmp(dir, "/") ? "/" : "", name);
	return buf_take(&path);
}

/* Follow one link; 1 when path is none. */
static int follow(char **path, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlink(*path, target, sizeof(target));
	char *dir, *next;

	if (n < 0)
		return errno == EINVAL || errno == ENOENT || errno == ENOTDIR
			       ? 1
			       : err_errno(err, errno, "%s", *path);
	if ((size_t)n == sizeof(target))
		return err_set(err, ERR_FAILED, "%s: its link is too long", *path);
	target[n] = '\0';
	dir = dir_of(*path);
	next = target[0] == '/' ? xstrdup(target) : join(dir, target);
	free(dir);
	if (!next)
		return err_set(err, ERR_FAILED, "%s: its link is too long", *path);
	free(*path);
	*path = next;
	return 0;
}

static int resolve(struct connect_file *file, struct err *err)
{
	file->real = xstrdup(file->path);
	for (int i = 0; i < LINKS_MAX; i++) {
		int r = follow(&file->real, err);

		if (r)
			return r < 0 ? -1 : 0;
		file->is_link = true;
	}
	return err_set(err, ERR_FAILED, "%s: links in a circle", file->path);
}

static int read_all(int fd, const char *path, struct buf *text, struct err *err)
{
	for (;;) {
		char *room = buf_reserve(text, 65536);
		ssize_t n;

		if (!room)
			return err_set(err, ERR_REFUSED, "%s is too large", path);
		n = read(fd, room, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "%s", path);
		if (n == 0)
			return 0;
		buf_grow(text, (size_t)n);
	}
}

static int acceptable(const struct connect_file *file, struct err *err)
{
	if (!S_ISREG(file->stat.st_mode))
		return err_set(err, ERR_REFUSED, "%s is not a plain file", file->path);
	if (file->stat.st_uid != geteuid())
		return err_set(err, ERR_REFUSED, "%s belongs to another user", file->path);
	return 0;
}

int connect_file_read(struct connect_file *file, const char *path, struct err *err)
{
	int fd, r;

	*file = (struct connect_file){.path = xstrdup(path)};
	buf_init(&file->text, CONNECT_FILE_BYTES_MAX);
	if (resolve(file, err) < 0)
		return -1;
	/* Not to hang on a pipe that was put there. */
	fd = open(file->real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_errno(err, errno, "%s", path);
	file->exists = true;
	r = fstat(fd, &file->stat) < 0 ? err_errno(err, errno, "%s", path) : acceptable(file, err);
	if (r == 0)
		r = read_all(fd, path, &file->text, err);
	(void)close(fd); /* it was only read */
	return r;
}

void connect_file_fini(struct connect_file *file)
{
	free(file->path);
	free(file->real);
	buf_fini(&file->text);
}

/* 0 still what was read, 1 not. */
static int unchanged(const struct connect_file *file)
{
	const struct stat *was = &file->stat;
	struct stat is;

	if (lstat(file->real, &is) < 0)
		return file->exists;
	return !(file->exists && is.st_dev == was->st_dev && is.st_ino == was->st_ino &&
		 is.st_size == was->st_size && is.st_mtim.tv_sec == was->st_mtim.tv_sec &&
		 is.st_mtim.tv_nsec == was->st_mtim.tv_nsec);
}

/* dir and its parents, as open to others as a file of `mode` would be. */
static int make_dirs(const char *dir, mode_t mode, struct err *err)
{
	mode_t dir_mode = mode | ((mode & 0444) >> 2);
	char *path = xstrdup(dir);
	int r = 0;

	for (char *p = path + 1; r == 0; p++) {
		char was = *p;

		if (was != '/' && was != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, dir_mode) == 0)
			r = chmod(path, dir_mode); /* whatever the umask is */
		else if (errno != EEXIST)
			r = -1;
		if (r < 0)
			r = err_errno(err, errno, "%s", path);
		*p = was;
		if (was == '\0')
			break;
	}
	free(path);
	return r;
}

static int write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			text = (struct str){text.p + n, text.n - (size_t)n};
	}
	return fsync(fd);
}

/* A file of that text beside `path`; its name into *temp. */
static int write_beside(const char *path, struct str text, mode_t mode, const struct stat *owner,
	char **temp, struct err *err)
{
	struct buf name = BUF_INIT(PATH_MAX);
	char *dir = dir_of(path);
	int fd, r = 0;

	(void)buf_add_format(&name, "%s/.promptd-XXXXXX", dir);
	free(dir);
	*temp = buf_take(&name);
	if (!*temp)
		return err_set(err, ERR_FAILED, "%s: the path is too long", path);
	fd = mkstemp(*temp);
	if (fd < 0) {
		r = err_errno(err, errno, "cannot write beside %s", path);
		free(*temp);
		return r;
	}
	if (owner && fchown(fd, owner->st_uid, owner->st_gid) < 0 && errno != EPERM)
		r = -1;
	if (r < 0 || fchmod(fd, mode & 07777) < 0 || write_all(fd, text) < 0)
		r = err_errno(err, errno, "cannot write %s", path);
	if (close(fd) < 0 && r == 0)
		r = err_errno(err, errno, "cannot write %s", path);
	if (r < 0) {
		(void)unlink(*temp); /* the failure is told already */
		free(*temp);
	}
	return r;
}

/* The name itself on the disk as well. Not every file system can; the text is
 * safe either way. */
static void sync_dir_of(const char *path)
{
	char *dir = dir_of(path);
	int fd = open(dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

	free(dir);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

int connect_file_write(struct connect_file *file, struct str text, mode_t mode, struct err *err)
{
	char *dir = dir_of(file->real), *temp;
	int r = file->exists ? 0 : make_dirs(dir, mode, err);

	free(dir);
	if (r < 0)
		return -1;
	r = write_beside(file->real, text, file->exists ? file->stat.st_mode : mode,
		file->exists ? &file->stat : NULL, &temp, err);
	if (r < 0)
		return -1;
	r = unchanged(file);
	if (r == 0 && rename(temp, file->real) < 0)
		r = err_errno(err, errno, "cannot write %s", file->path);
	if (r)
		(void)unlink(temp); /* nothing more can be done about it */
	else
		sync_dir_of(file->real);
	free(temp);
	return r;
}

int connect_file_remove(struct connect_file *file, struct err *err)
{
	int r = unchanged(file);

	if (r == 0 && unlink(file->real) < 0)
		r = err_errno(err, errno, "%s", file->path);
	return r;
}

int connect_file_put(const char *path, struct str text, struct err *err)
{
	char *temp;
	int r = write_beside(path, text, 0600, NULL, &temp, err);

	if (r < 0)
		return -1;
	if (rename(temp, path) < 0) {
		r = err_errno(err, errno, "%s", path);
		(void)unlink(temp); /* the failure is told already */
	} else {
		sync_dir_of(path);
	}
	free(temp);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Their names end in the time at a fixed width: sorted is oldest first. */
static void forget_oldest(const char *dir, const char *prefix)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char **names = NULL;
	size_t n = 0;

	while (d && (entry = readdir(d))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		names = xrealloc(names, (n + 1) * sizeof(*names));
		names[n++] = join(dir, entry->d_name);
	}
	if (d)
		(void)closedir(d);
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		if (n - i > KEPT_MAX)
			(void)unlink(names[i]); /* one too many does no harm */
		free(names[i]);
	}
	free(names);
}

int connect_file_keep(const struct connect_file *file, const char *dir, const char *name,
	char **kept, struct err *err)
{
	struct buf path = BUF_INIT(PATH_MAX), prefix = BUF_INIT(PATH_MAX);
	int r;

	if (platform_make_dir(dir, err) < 0)
		return -1;
	(void)buf_add_format(&prefix, "%s.", name);
	(void)buf_add_format(&path, "%s/%s%013" PRId64, dir, buf_text(&prefix), clock_now_ms());
	r = connect_file_put(
		buf_text(&path), (struct str){buf_text(&file->text), file->text.len}, err);
	if (r == 0) {
		forget_oldest(dir, buf_text(&prefix));
		*kept = buf_take(&path);
	}
	buf_fini(&prefix);
	buf_fini(&path);
	return r;
}
