/* Room kept for a full disk; see ballast.h. */
#include "store/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/files.h"

static bool ballast_path(const struct store *store, char path[DB_PATH_MAX])
{
	int n = snprintf(path, DB_PATH_MAX, "%s/" BALLAST_NAME, store->dir);

	return n > 0 && n < DB_PATH_MAX;
}

/* Written, not reserved: a hole in a file gives nothing back. */
static bool ballast_fill(int fd)
{
	char nothing[8192];
	size_t left = BALLAST_BYTES;

	memset(nothing, 0xA5, sizeof nothing);
	while (left > 0) {
		ssize_t n = write(fd, nothing, left < sizeof nothing ? left : sizeof nothing);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		left -= (size_t)n;
	}
	return true;
}

void ballast_keep(struct store *store)
{
	char path[DB_PATH_MAX];
	bool filled;
	int fd;

	if (store->ledger.read_only || !ballast_path(store, path))
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return; /* there already, most often */
	filled = ballast_fill(fd);
	/* Half of it is none: without room for it there is nothing to keep. */
	if (close(fd) != 0 || !filled)
		(void)unlink(path);
}

bool ballast_drop(struct store *store)
{
	char path[DB_PATH_MAX];

	return ballast_path(store, path) && unlink(path) == 0;
}
