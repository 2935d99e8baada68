/* Listening on loopback; see loopback.h. */
#include "mcp/loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOPBACK_TRIES 64
#define LOOPBACK_BACKLOG 256

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int descriptor_own(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 ? 0 : -1;
}

/* The descriptor, or -1 and errno. *port 0: any, which is put there. */
static int listen_at(union address *address, socklen_t len, in_port_t *port)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM, 0), on = 1, saved;
	bool v6 = address->any.sa_family == AF_INET6;

	if (fd < 0)
		return -1;
	if (descriptor_own(fd) == 0 &&
		(!v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
		bind(fd, &address->any, len) == 0 && listen(fd, LOOPBACK_BACKLOG) == 0 &&
		getsockname(fd, &address->any, &len) == 0) {
		*port = v6 ? address->v6.sin6_port : address->v4.sin_port;
		return fd;
	}
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

/* Does what bind said mean that this machine has no IPv6? */
static bool is_absent(int number)
{
	return number == EAFNOSUPPORT || number == EADDRNOTAVAIL || number == EPROTONOSUPPORT ||
	       number == EACCES;
}

/* 0, 1 when the port's other half is taken, -1 and errno. */
static int try_both(int fds[LOOPBACK_SOCKETS], unsigned *out)
{
	union address v4 = {.v4 = {.sin_family = AF_INET}};
	union address v6 = {.v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
	in_port_t port = 0;
	int saved;

	v4.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[LOOPBACK_IPV4] = listen_at(&v4, sizeof v4.v4, &port);
	if (fds[LOOPBACK_IPV4] < 0)
		return -1;
	v6.v6.sin6_port = port;
	fds[LOOPBACK_IPV6] = listen_at(&v6, sizeof v6.v6, &port);
	if (fds[LOOPBACK_IPV6] >= 0 || is_absent(errno)) {
		*out = ntohs(port);
		return 0;
	}
	saved = errno;
	(void)close(fds[LOOPBACK_IPV4]);
	errno = saved;
	return saved == EADDRINUSE ? 1 : -1;
}

int loopback_listen(int fds[LOOPBACK_SOCKETS], unsigned *port, struct err *err)
{
	int i, result = 1;

	for (i = 0; i < LOOPBACK_TRIES && result == 1; i++)
		result = try_both(fds, port);
	if (result == 0)
		return 0;
	return err_errno(err, errno, "cannot listen on loopback");
}

int loopback_accept(int listen_fd, int *out)
{
	int fd = accept(listen_fd, NULL, NULL), on = 1;

	if (fd >= 0 && descriptor_own(fd) == 0) {
		/* An answer in two frames would wait 40 ms for the peer's word about the
		 * first; without it nothing is wrong but that. */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		*out = fd;
		return LOOPBACK_OK;
	}
	if (fd >= 0)
		(void)close(fd);
	return errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM
		       ? LOOPBACK_FULL
		       : LOOPBACK_NONE;
}
