/* The agent's unix socket; see listening.h. */
#include "agent/listening.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_BACKLOG 128
/* A killed agent's lock is free a moment before its socket is. */
#define GONE_MS 1000

static bool somebody_listens(const char *path)
{
	int waited;

	for (waited = 0; platform_socket_listens(path); waited += 20) {
		if (waited >= GONE_MS)
			return true;
		(void)poll(NULL, 0, 20);
	}
	return false;
}

/* bind() makes it 0700 at most, by our umask, in a directory of ours alone. */
static int bind_path(int fd, struct listening *listening, struct err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = listening->path;
	struct stat st;

	memcpy(address.sun_path, path, strlen(path));
	(void)unlink(path); /* what a killed one left; nobody listens there */
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0600) != 0 ||
		listen(fd, LISTEN_BACKLOG) != 0 || lstat(path, &st) != 0)
		return err_errno(err, errno, "cannot listen on %s", path);
	listening->device = st.st_dev;
	listening->inode = st.st_ino;
	return 0;
}

int listening_open(struct listening *listening, const struct platform_dirs *dirs, struct err *err)
{
	const size_t longest = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;

	memset(listening, 0, sizeof *listening);
	(void)snprintf(listening->path, sizeof listening->path, "%s/agent.sock", dirs->run);
	listening->fd = platform_service_socket();
	listening->handed = listening->fd >= 0;
	if (listening->handed)
		return 0;
	if (strlen(listening->path) > longest)
		return err_set(err, ERR_LIMIT,
			"the path of the socket is longer than %zu bytes: %s", longest,
			listening->path);
	if (somebody_listens(listening->path))
		return err_set(err, ERR_BUSY,
			"the service manager listens at %s and starts the agent itself",
			listening->path);
	listening->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listening->fd < 0)
		return err_errno(err, errno, "socket");
	return bind_path(listening->fd, listening, err);
}

void listening_hide(const struct listening *listening)
{
	struct stat st;

	if (!listening->handed && listening->inode != 0 && lstat(listening->path, &st) == 0 &&
		st.st_dev == listening->device && st.st_ino == listening->inode)
		(void)unlink(listening->path);
}

void listening_close(struct listening *listening)
{
	listening_hide(listening);
	if (listening->fd >= 0)
		(void)close(listening->fd);
	listening->fd = -1;
}
