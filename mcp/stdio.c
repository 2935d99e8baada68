/* The stdio transport; see stdio.h. */
#include "mcp/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "mcp/lines.h"
#include "mcp/tell.h"

/* Changes of the library are told at most this often: an import makes many. */
#define TELL_MS 200
/* How long a client that stopped reading may keep us when we were told to end. */
#define LINGER_MS 500

struct loop {
	const struct mcp_stdio *stdio;
	struct mcp_session *session;
	struct framing framing;
	bool out_is_socket;
	int own_fd; /* the same pipe, non-blocking; -1: none */
	bool input_ended, client_gone, stopped;
	int64_t stopped_ms; /* when we were told to end */
	struct tell tell;
};

static bool fd_is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/*
 * The client's pipe through a description of our own, which may be non-blocking
 * without anybody else's becoming so. Linux opens it by its name in /proc; sockets
 * and other systems say no, and the inherited descriptor serves. -1: it does.
 */
static int open_own(int fd)
{
	char path[64];
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		return -1; /* a file would get a second position */
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

/*
 * One write that does not block, inherited flags untouched: a socket can be asked
 * so, our own description is so, and any other pipe that polls writable has room
 * for PIPE_BUF bytes, POSIX says, and no more is tried.
 */
static ssize_t write_some(struct loop *loop, const struct buf *out)
{
	if (loop->out_is_socket)
		return send(loop->stdio->out_fd, out->data, out->len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (loop->own_fd >= 0)
		return write(loop->own_fd, out->data, out->len);
	return write(loop->stdio->out_fd, out->data, out->len < PIPE_BUF ? out->len : PIPE_BUF);
}

static void loop_stop(struct loop *loop)
{
	loop->stopped = true;
	loop->stopped_ms = clock_monotonic_us() / 1000;
}

static bool lingered(const struct loop *loop)
{
	return loop->stopped && clock_monotonic_us() / 1000 - loop->stopped_ms > LINGER_MS;
}

static int wait_writable(struct loop *loop, int timeout_ms)
{
	struct pollfd fds[2] = {
		{.fd = loop->stdio->out_fd, .events = POLLOUT},
		{.fd = loop->stopped ? -1 : loop->stdio->stop_fd, .events = POLLIN},
	};
	int n = poll(fds, 2, timeout_ms);

	if (n > 0 && fds[1].revents != 0)
		loop_stop(loop);
	return n > 0 && fds[0].revents != 0 ? 1 : 0;
}

/* Nothing was taken: 0 to try again when it may be, -1 for an error. */
static int write_failed(struct loop *loop, struct err *err)
{
	if (errno == EPIPE || errno == ECONNRESET)
		loop->client_gone = true;
	else if (errno == EAGAIN)
		(void)wait_writable(loop, loop->stopped ? 50 : -1);
	else if (errno != EINTR)
		return err_errno(err, errno, "cannot write to the client");
	return 0;
}

/* Write all there is. A client that is gone ends the loop and is no error; one
 * that does not read is waited for, unless we were told to end. */
static int flush_out(struct loop *loop, struct err *err)
{
	struct buf *out = mcp_session_out(loop->session);
	bool must_ask = !loop->out_is_socket && loop->own_fd < 0;
	size_t done = 0;

	while (done < out->len && !loop->client_gone && !lingered(loop)) {
		struct buf rest = *out;
		ssize_t n;

		rest.data += done;
		rest.len -= done;
		if (must_ask && !wait_writable(loop, loop->stopped ? 50 : -1))
			continue;
		n = write_some(loop, &rest);
		if (n < 0 && write_failed(loop, err) != 0)
			return -1;
		done += n > 0 ? (size_t)n : 0;
	}
	buf_drain(out, MCP_KEEP_BYTES);
	return 0;
}

/* Usage first, then the answers that it stands for. */
static int settle(struct loop *loop, struct err *err)
{
	struct err lost;

	if (mcp_session_settle(loop->session, &lost) != 0 && loop->stdio->warn != NULL)
		loop->stdio->warn(&lost);
	return flush_out(loop, err);
}

static int handle_lines(struct loop *loop, struct err *err)
{
	bool more;

	do {
		more = lines_handle(&loop->framing, loop->session, loop->input_ended);
		if (settle(loop, err) != 0)
			return -1;
	} while (more && !loop->client_gone && !loop->stopped);
	return 0;
}

static int read_some(struct loop *loop, struct err *err)
{
	char *room = framing_room(&loop->framing);
	ssize_t n;

	if (room == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	n = read(loop->stdio->in_fd, room, FRAMING_CHUNK);
	if (n < 0) {
		if (errno == EINTR || errno == EAGAIN)
			return 0;
		if (errno != ECONNRESET)
			return err_errno(err, errno, "cannot read from the client");
		n = 0;
	}
	if (n == 0)
		loop->input_ended = true;
	framing_filled(&loop->framing, (size_t)n);
	return handle_lines(loop, err);
}

static int64_t now_ms(void)
{
	return clock_monotonic_us() / 1000;
}

static int tell_changes(struct loop *loop, struct err *err)
{
	tell_looked(&loop->tell, now_ms());
	mcp_session_library_changed(loop->session);
	return settle(loop, err);
}

/* How long to sleep: for ever, but for changes that are to be told soon. */
static int sleep_ms(const struct loop *loop)
{
	int64_t left;

	if (loop->tell.due_ms == 0)
		return -1;
	left = loop->tell.due_ms - now_ms();
	return left > 0 ? (int)left : 0;
}

static int loop_once(struct loop *loop, struct err *err)
{
	const struct mcp_stdio *stdio = loop->stdio;
	bool watch = stdio->watch_fd >= 0 && mcp_session_wants_changes(loop->session);
	struct pollfd fds[3] = {
		{.fd = stdio->in_fd, .events = POLLIN},
		{.fd = stdio->stop_fd, .events = POLLIN},
		{.fd = watch ? stdio->watch_fd : -1, .events = POLLIN},
	};

	if (poll(fds, 3, sleep_ms(loop)) < 0)
		return errno == EINTR ? 0 : err_errno(err, errno, "poll");
	if (fds[1].revents != 0)
		loop_stop(loop);
	if (fds[2].revents != 0 && stdio->watch_take(stdio->watch_data))
		tell_noticed(&loop->tell, now_ms(), TELL_MS);
	if (!watch && stdio->watch_always && fds[0].revents != 0)
		(void)stdio->watch_take(stdio->watch_data);
	if (fds[0].revents != 0 && read_some(loop, err) != 0)
		return -1;
	if (sleep_ms(loop) == 0)
		return tell_changes(loop, err);
	return 0;
}

int mcp_stdio_run(struct mcp_server *server, const struct mcp_stdio *stdio, struct err *err)
{
	struct loop loop = {
		.stdio = stdio,
		.session = mcp_session_new(server, "stdio"),
		.out_is_socket = fd_is_socket(stdio->out_fd),
		.own_fd = open_own(stdio->out_fd),
	};
	bool first = true;
	int result = 0;

	framing_init(&loop.framing, MCP_MESSAGE_MAX);
	while (result == 0 && !loop.input_ended && !loop.client_gone && !loop.stopped) {
		result = loop_once(&loop, err);
		if (first && stdio->after_first != NULL)
			stdio->after_first(stdio->after_first_data);
		first = false;
	}
	if (result == 0 && !loop.client_gone) {
		mcp_session_close(loop.session);
		result = settle(&loop, err);
	}
	framing_fini(&loop.framing);
	mcp_session_free(loop.session);
	if (loop.own_fd >= 0)
		(void)close(loop.own_fd);
	return result;
}
