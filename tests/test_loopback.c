/* Tests of mcp/loopback: both families at one port, and never half of one. */
#define _GNU_SOURCE /* unshare */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mcp/loopback.h"
#include "tests/test.h"

static struct sockaddr_in6 v6_at(unsigned port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

	address.sin6_port = htons((uint16_t)port);
	return address;
}

static void close_both(const int fds[LOOPBACK_SOCKETS])
{
	(void)close(fds[LOOPBACK_IPV4]);
	(void)close(fds[LOOPBACK_IPV6]);
}

static void both_families_have_one_port(void)
{
	int fds[LOOPBACK_SOCKETS], taken, at_once = 0;
	socklen_t len = sizeof at_once;
	struct sockaddr_in6 address;
	unsigned port = 0;
	struct err err;
	int fd;

	CHECK(loopback_listen(fds, &port, &err) == 0);
	CHECK(port > 0 && fds[LOOPBACK_IPV4] >= 0);
	CHECK(loopback_accept(fds[LOOPBACK_IPV4], &taken) == LOOPBACK_NONE);
	if (fds[LOOPBACK_IPV6] < 0) {
		(void)printf("-- (there is no IPv6 here)\n");
		return;
	}
	address = v6_at(port);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	CHECK(loopback_accept(fds[LOOPBACK_IPV4], &taken) == LOOPBACK_NONE);
	CHECK(loopback_accept(fds[LOOPBACK_IPV6], &taken) == LOOPBACK_OK);
	CHECK((fcntl(taken, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK((fcntl(taken, F_GETFL) & O_NONBLOCK) != 0);
	CHECK(getsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &at_once, &len) == 0 && at_once != 0);
	(void)close(taken);
	(void)close(fd);
	close_both(fds);
}

/* In a network of our own, with two ports in all. */
static bool network_make(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	static const char range[] = "40000 40001";
	int fd;

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		return false;
	(void)close(fd);
	fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_WRONLY);
	return fd >= 0 && write(fd, range, sizeof range - 1) == (ssize_t)sizeof range - 1;
}

/* Somebody else has ::1 at one of the two: the other is taken. At both: none. */
static void child_of_squatters(void)
{
	int squatters[2], fds[LOOPBACK_SOCKETS], i;
	unsigned port;
	struct err err;

	if (!network_make())
		_exit(TEST_SKIP);
	for (i = 0; i < 2; i++) {
		struct sockaddr_in6 address = v6_at(40000 + (unsigned)i);

		squatters[i] = socket(AF_INET6, SOCK_STREAM, 0);
		if (squatters[i] < 0 ||
			bind(squatters[i], (struct sockaddr *)&address, sizeof address) != 0 ||
			listen(squatters[i], 1) != 0)
			_exit(TEST_SKIP);
		if (i == 0) {
			CHECK(loopback_listen(fds, &port, &err) == 0);
			CHECK(port == 40001 && fds[LOOPBACK_IPV6] >= 0);
			close_both(fds);
		}
	}
	CHECK(loopback_listen(fds, &port, &err) == -1);
	_exit(0);
}

static void a_port_that_is_half_taken_is_not_used(void)
{
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0)
		child_of_squatters();
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) == TEST_SKIP)
		(void)printf("-- (no network of our own to be had here)\n");
	else
		CHECK(WEXITSTATUS(status) == 0);
}

int main(void)
{
	RUN(both_families_have_one_port);
	RUN(a_port_that_is_half_taken_is_not_used);
	return 0;
}
