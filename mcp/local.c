/* Many local clients on a unix socket; see local.h. */
#include "mcp/local.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "mcp/lines.h"
#include "mcp/tell.h"

/* Changes of the library are told at most this often: an import makes many. */
#define TELL_MS 50
/* When descriptors have run out, accepting rests so long. */
#define ACCEPT_REST_MS 200
/* Who wants to know who is connected was busy: asked again after so long. */
#define LIST_AGAIN_MS 100

struct client {
	int fd;
	struct framing framing;
	struct mcp_session *session;
	size_t sent;	  /* of the session's out: gone already */
	int64_t stuck_ms; /* since when nothing was taken; 0: it flows */
	int64_t since_ms; /* when it came */
	unsigned long number;
	bool ended;  /* its input is at the end */
	bool closed; /* and its session said its last */
	bool more;   /* lines wait until what is to be sent is sent */
	bool dead;   /* to be removed after this round */
	bool named;  /* the client's name was told to `changed` */
	bool owed;   /* changes are to be told when it has read what waits */
};

struct loop {
	struct mcp_server *server;
	const struct mcp_local *local;
	struct client clients[LOCAL_CLIENTS_MAX];
	size_t n;
	unsigned long numbered;
	int64_t accept_again_ms; /* 0: accepting */
	int64_t list_again_ms;	 /* 0: the list may be told */
	int64_t slow_ms;
	struct tell tell;
	bool list_changed;
};

static int64_t now_ms(void)
{
	return clock_monotonic_us() / 1000;
}

static size_t client_waiting(const struct client *client)
{
	return mcp_session_out(client->session)->len - client->sent;
}

static void client_close(struct loop *loop, size_t i)
{
	struct client *client = &loop->clients[i];

	(void)close(client->fd); /* nothing of ours is in it any more */
	framing_fini(&client->framing);
	mcp_session_free(client->session);
	loop->n--;
	memmove(client, client + 1, (loop->n - i) * sizeof *client);
	loop->list_changed = true;
}

/* Send what the socket takes now. */
static void client_send(struct client *client)
{
	struct buf *out = mcp_session_out(client->session);

	while (client->sent < out->len) {
		ssize_t n = send(client->fd, out->data + client->sent, out->len - client->sent,
			MSG_NOSIGNAL);

		if (n > 0) {
			client->sent += (size_t)n;
			client->stuck_ms = 0;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			if (client->stuck_ms == 0)
				client->stuck_ms = now_ms();
			return;
		}
		client->dead = true;
		return;
	}
	buf_drain(out, MCP_KEEP_BYTES);
	client->sent = 0;
	client->stuck_ms = 0;
}

/* Usage first, then the answers that it stands for. */
static void client_settle(struct loop *loop, struct client *client)
{
	struct err err;

	if (mcp_session_settle(client->session, &err) != 0 && loop->local->warn != NULL)
		loop->local->warn(loop->local->data, &err);
	client_send(client);
}

static void client_handle(struct loop *loop, struct client *client)
{
	do {
		client->more = lines_handle(&client->framing, client->session, client->ended);
		client_settle(loop, client);
	} while (client->more && client_waiting(client) == 0 && !client->dead);
	if (!client->named && mcp_session_client(client->session).n > 0)
		client->named = loop->list_changed = true;
	if (client->ended && !client->more && !client->closed) {
		client->closed = true;
		mcp_session_close(client->session);
		client_settle(loop, client);
	}
	if (client->closed && client_waiting(client) == 0)
		client->dead = true;
}

static void client_read(struct loop *loop, struct client *client)
{
	char *room = framing_room(&client->framing);
	ssize_t n;

	if (room == NULL) {
		client->dead = true;
		return;
	}
	n = recv(client->fd, room, FRAMING_CHUNK, 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) {
		client->dead = true;
		return;
	}
	if (n == 0)
		client->ended = true;
	framing_filled(&client->framing, (size_t)n);
	client_handle(loop, client);
}

static bool accept_must_rest(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

static int loop_accept(struct loop *loop, struct err *err)
{
	const struct mcp_local *local = loop->local;
	int fd = accept(local->listen_fd, NULL, NULL);
	struct client *client;

	if (fd < 0 && accept_must_rest(errno))
		loop->accept_again_ms = now_ms() + ACCEPT_REST_MS;
	else if (fd < 0 && (errno == EBADF || errno == EINVAL || errno == ENOTSOCK))
		return err_errno(err, errno, "cannot accept connections");
	if (fd < 0)
		return 0;
	/* Ours alone, so its flags are ours to set. */
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
		(local->admit != NULL && !local->admit(local->data, fd))) {
		(void)close(fd);
		return 0;
	}
	client = &loop->clients[loop->n++];
	memset(client, 0, sizeof *client);
	client->fd = fd;
	client->number = ++loop->numbered;
	client->since_ms = clock_now_ms();
	client->session = mcp_session_new(loop->server, "unix");
	framing_init(&client->framing, MCP_MESSAGE_MAX);
	loop->list_changed = true;
	return 0;
}

static void client_tell(struct loop *loop, struct client *client)
{
	/* Nothing piles up for one that does not read. */
	client->owed = client_waiting(client) > 0;
	if (client->owed)
		return;
	mcp_session_library_changed(client->session);
	client_settle(loop, client);
}

static void loop_tell(struct loop *loop)
{
	size_t i;

	tell_looked(&loop->tell, now_ms());
	for (i = 0; i < loop->n; i++)
		if (!loop->clients[i].dead && !loop->clients[i].closed &&
			mcp_session_wants_changes(loop->clients[i].session))
			client_tell(loop, &loop->clients[i]);
}

static void sooner(int64_t *due, int64_t when)
{
	if (when != 0 && when < *due)
		*due = when;
}

/* Milliseconds until something is due; -1: nothing is. */
static int loop_sleep_ms(const struct loop *loop)
{
	int64_t due = INT64_MAX, now = now_ms();
	size_t i;

	sooner(&due, loop->tell.due_ms);
	sooner(&due, loop->accept_again_ms);
	sooner(&due, loop->list_again_ms);
	for (i = 0; i < loop->n; i++)
		if (loop->clients[i].stuck_ms != 0)
			sooner(&due, loop->clients[i].stuck_ms + loop->slow_ms);
	if (due == INT64_MAX)
		return -1;
	return due > now ? (int)(due - now) : 0;
}

/* Remove who is gone, and who is too slow. */
static void loop_sweep(struct loop *loop)
{
	int64_t now = now_ms();
	size_t i;

	for (i = loop->n; i-- > 0;) {
		struct client *client = &loop->clients[i];

		if (client->dead ||
			(client->stuck_ms != 0 && now - client->stuck_ms >= loop->slow_ms))
			client_close(loop, i);
	}
}

static void loop_list(struct loop *loop)
{
	struct local_client list[LOCAL_CLIENTS_MAX];
	size_t i;

	if (now_ms() < loop->list_again_ms)
		return;
	loop->list_again_ms = 0;
	loop->list_changed = false;
	if (loop->local->changed == NULL)
		return;
	for (i = 0; i < loop->n; i++)
		list[i] = (struct local_client){loop->clients[i].number,
			mcp_session_client(loop->clients[i].session),
			mcp_session_era(loop->clients[i].session), loop->clients[i].since_ms};
	if (loop->local->changed(loop->local->data, list, loop->n))
		return;
	loop->list_changed = true;
	loop->list_again_ms = now_ms() + LIST_AGAIN_MS;
}

/* A client with answers waiting is not read: nothing piles up. */
static void loop_poll_client(const struct client *client, struct pollfd *fd)
{
	fd->fd = client->fd;
	fd->events = client_waiting(client) > 0 ? POLLOUT : POLLIN;
	fd->revents = 0;
}

static void loop_serve_client(struct loop *loop, struct client *client, short revents)
{
	if ((revents & POLLOUT) != 0) {
		client_send(client);
		if (client_waiting(client) == 0 && (client->more || client->ended))
			client_handle(loop, client);
		if (client->owed && !client->dead && !client->closed)
			client_tell(loop, client);
	} else if (revents != 0) {
		client_read(loop, client);
	}
}

/* A round can take long: every client's use is made durable. */
static bool is_stopped(const struct loop *loop)
{
	struct pollfd fd = {.fd = loop->local->stop_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

static int loop_once(struct loop *loop, bool *stopped, struct err *err)
{
	const struct mcp_local *local = loop->local;
	struct pollfd fds[3 + LOCAL_CLIENTS_MAX] = {
		{.fd = local->stop_fd, .events = POLLIN},
		{.fd = local->watch_fd, .events = POLLIN},
		{.fd = loop->n < LOCAL_CLIENTS_MAX && loop->accept_again_ms == 0 ? local->listen_fd
										 : -1,
			.events = POLLIN},
	};
	size_t i, n = loop->n;

	for (i = 0; i < n; i++)
		loop_poll_client(&loop->clients[i], &fds[3 + i]);
	if (poll(fds, 3 + n, loop_sleep_ms(loop)) < 0)
		return errno == EINTR ? 0 : err_errno(err, errno, "poll");
	*stopped = fds[0].revents != 0;
	if (fds[1].revents != 0 && local->watch_take(local->data))
		tell_noticed(&loop->tell, now_ms(), TELL_MS);
	for (i = 0; i < n && !*stopped; i++) {
		loop_serve_client(loop, &loop->clients[i], fds[3 + i].revents);
		*stopped = fds[3 + i].revents != 0 && is_stopped(loop);
	}
	if (loop->accept_again_ms != 0 && now_ms() >= loop->accept_again_ms)
		loop->accept_again_ms = 0;
	if (fds[2].revents != 0 && loop_accept(loop, err) != 0)
		return -1;
	if (loop->tell.due_ms != 0 && now_ms() >= loop->tell.due_ms)
		loop_tell(loop);
	loop_sweep(loop);
	if (loop->list_changed)
		loop_list(loop);
	return 0;
}

int mcp_local_run(struct mcp_server *server, const struct mcp_local *local, struct err *err)
{
	struct loop *loop = xcalloc(1, sizeof *loop);
	bool stopped = false;
	int result = 0;

	loop->server = server;
	loop->local = local;
	loop->slow_ms = local->slow_ms > 0 ? local->slow_ms : LOCAL_SLOW_MS;
	while (result == 0 && !stopped)
		result = loop_once(loop, &stopped, err);
	while (loop->n > 0) {
		struct client *client = &loop->clients[loop->n - 1];

		mcp_session_close(client->session);
		client_settle(loop, client);
		client_close(loop, loop->n - 1);
	}
	free(loop);
	return result;
}
