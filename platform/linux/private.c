/* Small files that are nobody else's; see platform.h. */
#include "platform/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text = (struct str){text.p + n, text.n - (size_t)n};
	}
	return 0;
}

int platform_put_private(const char *dir, const char *name, struct str text, struct err *err)
{
	char path[PLATFORM_PATH_MAX], temporary[PLATFORM_PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	(void)snprintf(temporary, sizeof temporary, "%s.new", path);
	(void)unlink(temporary); /* of one that was killed here */
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "cannot write %s", temporary);
	if (write_all(fd, text) != 0) {
		(void)err_errno(err, errno, "cannot write %s", temporary);
		(void)close(fd);
		(void)unlink(temporary); /* a full disk needs the room */
		return -1;
	}
	if (close(fd) != 0 || rename(temporary, path) != 0)
		return err_errno(err, errno, "cannot write %s", path);
	return 0;
}
