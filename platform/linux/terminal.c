/* The terminal and the disk under us, on Linux; see platform.h. */
#include "platform/platform.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool platform_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

unsigned platform_terminal_columns(int fd)
{
	struct winsize size = {0};

	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

int platform_disk_free(const char *path, int64_t *bytes, struct err *err)
{
	struct statvfs fs;

	if (statvfs(path, &fs) != 0)
		return err_errno(err, errno, "%s", path);
	if (__builtin_mul_overflow(fs.f_bavail, fs.f_frsize, bytes))
		*bytes = INT64_MAX;
	return 0;
}

int platform_access(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? PLATFORM_ABSENT : err_errno(err, errno, "%s", path);
	if (st.st_uid != getuid())
		return PLATFORM_FOREIGN;
	if (!S_ISLNK(st.st_mode) && (st.st_mode & 077) != 0)
		return PLATFORM_OPEN;
	return PLATFORM_PRIVATE;
}
