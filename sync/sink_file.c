/* See sink_file.h. */
#include "sync/sink_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file(const char *path, struct stat *st, int *fd, struct err *err)
{
	*fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (*fd < 0)
		return errno == ELOOP ? err_set(err, ERR_REFUSED, "%s is a link", path)
				      : err_errno(err, errno, "cannot open %s", path);
	if (fstat(*fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == getuid() &&
		(st->st_mode & 077) == 0)
		return 0;
	(void)close(*fd);
	return err_set(err, ERR_REFUSED, "%s is not a file of this user alone (0600)", path);
}

/* How much of the body stands at the end of the file. Its first line is of this body
 * alone: an event has its id in it. */
static size_t written(int fd, const struct stat *st, struct str body)
{
	size_t n = (size_t)st->st_size < body.n ? (size_t)st->st_size : body.n, i, left;
	char *tail = n > 0 ? malloc(n) : NULL;
	size_t found = 0;

	if (tail == NULL || pread(fd, tail, n, st->st_size - (off_t)n) != (ssize_t)n) {
		free(tail);
		return 0;
	}
	for (i = 0; i < n && found == 0; i++) {
		left = n - i;
		/* A line's beginning, or the file's. */
		if ((i > 0 && tail[i - 1] != '\n') ||
			(i == 0 && n < (size_t)st->st_size && left < body.n))
			continue;
		if (memcmp(tail + i, body.p, left) == 0)
			found = left;
	}
	free(tail);
	return found;
}

static int write_all(int fd, struct str bytes)
{
	ssize_t n;

	while (bytes.n > 0) {
		n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return 0;
}

static int append(int fd, const struct stat *st, struct str body, const char *path, struct err *err)
{
	size_t done = written(fd, st, body);
	int saved;

	body.p += done;
	body.n -= done;
	if (write_all(fd, body) == 0 && fsync(fd) == 0)
		return 0;
	saved = errno;
	/* Half a line would be joined with the next one. */
	if (done == 0)
		(void)!ftruncate(fd, st->st_size);
	return err_errno(err, saved, "cannot write %s", path);
}

int sink_file_append(const char *path, struct str body, int64_t bytes_max, struct err *err)
{
	char before[1024];
	struct stat st;
	int fd, rc;

	if (open_file(path, &st, &fd, err) != 0)
		return -1;
	if (st.st_size > 0 && st.st_size + (int64_t)body.n > bytes_max &&
		written(fd, &st, body) == 0) {
		(void)close(fd);
		if (snprintf(before, sizeof before, "%s.1", path) >= (int)sizeof before ||
			rename(path, before) != 0)
			return err_errno(err, errno, "cannot put %s aside", path);
		if (open_file(path, &st, &fd, err) != 0)
			return -1;
	}
	rc = append(fd, &st, body, path, err);
	if (close(fd) != 0 && rc == 0)
		rc = err_errno(err, errno, "cannot write %s", path);
	return rc;
}
