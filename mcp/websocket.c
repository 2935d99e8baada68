/*
 * The websocket transport; see websocket.h.
 *
 * libwebsockets is used for what it is good at: sockets, one loop, timers,
 * writing the rest later. Connections are raw to it. Its own handshake and
 * frames are not used: 4.1 takes a foreign Host and Origin, a missing
 * subprotocol, a POST, version 8 and unmasked frames. This is the only file of
 * the room that knows the library.
 */
#include "mcp/websocket.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "mcp/frames.h"
#include "mcp/loopback.h"
#include "mcp/tell.h"

/* Changes of the library are told at most this often: an import makes many. */
#define TELL_MS 50
/* Who has so much waiting to be read is asked for no more messages. */
#define HOLD_BYTES (256UL * 1024)
/* When descriptors have run out, accepting rests so long. */
#define ACCEPT_REST_US 200000
#define ACCEPT_AT_ONCE 16
/* How long the farewell may take. */
#define FAREWELL_US 200000
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455 1.3 */

/* One connection; libwebsockets keeps it (zeroed) beside its own. */
struct peer {
	struct mcp_websocket *websocket;
	struct lws *wsi;
	struct peer *next;	     /* all of them, newest first */
	struct buf header;	     /* before the check */
	struct mcp_session *session; /* after it */
	struct frames frames;
	struct buf waiting; /* bytes read and not yet taken: the rate was reached */
	struct buf tx;	    /* LWS_PRE bytes of room, then what is to be sent */
	int64_t since_ms, refilled_us, ping_due_us;
	unsigned long number;
	unsigned tokens;
	bool known; /* init was done */
	bool pinged, ending, closing, held, named;
};

struct mcp_websocket {
	struct mcp_server *server;
	struct mcp_websocket_options options;
	char token[UPGRADE_TOKEN_HEX + 1];
	struct lws_context *context;
	unsigned port;
	struct peer *peers;
	size_t n_clients, n_strangers;
	unsigned long numbered;
	struct lws *listening[LOOPBACK_SOCKETS];
	lws_sorted_usec_list_t timer;  /* for changes that are to be told; at last for the end */
	lws_sorted_usec_list_t accept; /* when to listen again */
	struct tell tell;
	bool stopped, farewell_over, list_changed;
};

/* ── sending ───────────────────────────────────────────────────────────── */

static void tx_begin(struct peer *peer)
{
	static const char room[LWS_PRE] = {0};

	if (peer->tx.len == 0)
		(void)buf_add(&peer->tx, room, sizeof room);
}

/* Have it closed from the loop: nothing is freed inside a callback. */
static void peer_kill(struct peer *peer)
{
	peer->closing = true;
	lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static void peer_want_write(struct peer *peer)
{
	if (peer->tx.len > LWS_PRE)
		(void)lws_callback_on_writable(peer->wsi);
}

/* Everything at once: what the socket does not take the library keeps, and says
 * so in lws_partial_buffered(). */
static int peer_write(struct peer *peer)
{
	size_t len = peer->tx.len > LWS_PRE ? peer->tx.len - LWS_PRE : 0;
	int written;

	if (len == 0 || lws_partial_buffered(peer->wsi))
		return 0;
	written =
		lws_write(peer->wsi, (unsigned char *)peer->tx.data + LWS_PRE, len, LWS_WRITE_RAW);
	if (written < 0 || (size_t)written < len)
		return -1;
	buf_drain(&peer->tx, MCP_KEEP_BYTES);
	return 0;
}

/* The session's answers, a frame each. Usage is durable before they can go. */
static void peer_collect(struct peer *peer)
{
	struct buf *out = mcp_session_out(peer->session);
	struct str rest = {out->data, out->len}, line;
	struct err err;

	if (out->len == 0)
		return;
	if (mcp_session_settle(peer->session, &err) != 0 && peer->websocket->options.warn != NULL)
		peer->websocket->options.warn(peer->websocket->options.data, &err);
	tx_begin(peer);
	while (str_next_line(&rest, &line))
		(void)frames_write(&peer->tx, FRAMES_OP_TEXT, line);
	if (buf_failed(&peer->tx))
		peer_kill(peer); /* more than may ever wait */
	buf_drain(out, MCP_KEEP_BYTES);
}

static void peer_send_close(struct peer *peer, unsigned code)
{
	tx_begin(peer);
	(void)frames_write_close(&peer->tx, code);
	peer->ending = true;
	lws_set_timeout(peer->wsi, PENDING_TIMEOUT_USER_OK, 1);
}

/* ── the handshake ─────────────────────────────────────────────────────── */

static void answer_refusal(struct peer *peer, const char *status)
{
	tx_begin(peer);
	(void)buf_add_format(
		&peer->tx, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status);
	peer->ending = true;
}

static void answer_upgrade(struct peer *peer, const struct upgrade *upgrade)
{
	char text[24 + sizeof GUID], accept[32];
	unsigned char digest[20];

	(void)memcpy(text, upgrade->key.p, 24);
	(void)memcpy(text + 24, GUID, sizeof GUID);
	(void)lws_SHA1((unsigned char *)text, 24 + sizeof GUID - 1, digest);
	(void)lws_b64_encode_string((char *)digest, sizeof digest, accept, sizeof accept);
	tx_begin(peer);
	(void)buf_add_format(&peer->tx,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: mcp\r\n",
		accept);
	if (upgrade->proof[0] != '\0')
		(void)buf_add_format(&peer->tx, "Promptd-Proof: %s\r\n", upgrade->proof);
	(void)buf_add_str(&peer->tx, "\r\n");
}

/* The one timer of a connection: its next ping, or the next token. */
static void peer_arm(struct peer *peer)
{
	int64_t now = clock_monotonic_us(), due = peer->ping_due_us;
	int64_t token = now + 1000000 / peer->websocket->options.rate;

	if (peer->held && peer->tokens == 0 && token < due)
		due = token;
	lws_set_timer_usecs(peer->wsi, due > now ? due - now : 1);
}

static void peer_admit(struct peer *peer)
{
	struct mcp_websocket *websocket = peer->websocket;

	websocket->n_strangers--;
	websocket->n_clients++;
	websocket->list_changed = true;
	peer->session = mcp_session_new(websocket->server, "websocket");
	frames_init(&peer->frames, MCP_MESSAGE_MAX);
	buf_init(&peer->waiting, MCP_MESSAGE_MAX);
	peer->number = ++websocket->numbered;
	peer->since_ms = clock_now_ms();
	peer->tokens = websocket->options.burst;
	peer->refilled_us = clock_monotonic_us();
	peer->ping_due_us = peer->refilled_us + websocket->options.ping_ms * 1000;
	lws_set_timeout(peer->wsi, NO_PENDING_TIMEOUT, 0);
	peer_arm(peer);
}

static void peer_frames(struct peer *peer, struct str bytes);

static void peer_handshake(struct peer *peer, struct str bytes)
{
	struct mcp_websocket *websocket = peer->websocket;
	struct upgrade_rules rules = {
		websocket->port, websocket->token, websocket->options.origins};
	enum upgrade_outcome outcome;
	struct upgrade upgrade;
	struct str rest;

	/* What does not fit is past the header's limit, and refused for it. */
	(void)buf_add(&peer->header, bytes.p,
		bytes.n < peer->header.limit - peer->header.len
			? bytes.n
			: peer->header.limit - peer->header.len);
	outcome = upgrade_check(
		(struct str){buf_text(&peer->header), peer->header.len}, &rules, &upgrade);
	if (outcome == UPGRADE_MORE)
		return;
	if (outcome == UPGRADE_REFUSE) {
		answer_refusal(peer, "403 Forbidden");
		return;
	}
	if (websocket->n_clients >= WEBSOCKET_CLIENTS_MAX) {
		answer_refusal(peer, "503 Service Unavailable");
		return;
	}
	peer_admit(peer);
	answer_upgrade(peer, &upgrade);
	rest = (struct str){
		peer->header.data + upgrade.header_len, peer->header.len - upgrade.header_len};
	peer_frames(peer, rest);
	buf_fini(&peer->header);
}

/* ── messages ──────────────────────────────────────────────────────────── */

/* Tokens come with time; a message takes one. Who does not read waits as well. */
static bool peer_may_go_on(struct peer *peer)
{
	const struct mcp_websocket_options *options = &peer->websocket->options;
	int64_t now = clock_monotonic_us(), step = 1000000 / options->rate;
	int64_t new = (now - peer->refilled_us) / step;

	if (new > 0) {
		peer->refilled_us += new *step;
		peer->tokens = new + peer->tokens < options->burst ? peer->tokens + (unsigned)new
								   : options->burst;
	}
	if (peer->tokens == 0 ||
		peer->tx.len + mcp_session_out(peer->session)->len > LWS_PRE + HOLD_BYTES)
		return false;
	peer->tokens--;
	return true;
}

/* Keep what was not taken until tokens have come, or what waits to be sent has
 * gone; read no more meanwhile. */
static void peer_hold(struct peer *peer, struct str bytes)
{
	if (!peer->held)
		(void)lws_rx_flow_control(peer->wsi, 0);
	peer->held = true;
	if (buf_add(&peer->waiting, bytes.p, bytes.n) != 0)
		peer->closing = true;
	peer_arm(peer);
}

static void peer_message(struct peer *peer, struct str message)
{
	mcp_session_receive(peer->session, message);
	if (!peer->named && mcp_session_client(peer->session).n > 0)
		peer->named = peer->websocket->list_changed = true;
}

static void peer_event(struct peer *peer, enum frames_event event, struct str payload)
{
	switch (event) {
	case FRAMES_TEXT:
		peer_message(peer, payload);
		break;
	case FRAMES_PING:
		tx_begin(peer);
		(void)frames_write(&peer->tx, FRAMES_OP_PONG, payload);
		break;
	case FRAMES_PONG:
		peer->pinged = false;
		break;
	case FRAMES_CLOSE:
		peer_send_close(peer,
			peer->frames.code == FRAMES_NO_CODE ? FRAMES_NORMAL : peer->frames.code);
		break;
	case FRAMES_FAULT:
		peer_send_close(peer, peer->frames.code);
		break;
	case FRAMES_MORE:
		break;
	}
}

/* Control frames count against the rate too: they cost as much. */
static void peer_frames(struct peer *peer, struct str bytes)
{
	enum frames_event event = FRAMES_TEXT;
	struct str payload = {NULL, 0};

	while (bytes.n > 0 && !peer->ending && event != FRAMES_MORE) {
		if (!peer_may_go_on(peer)) {
			peer_collect(peer);
			peer_hold(peer, bytes);
			return;
		}
		event = frames_next(&peer->frames, &bytes, &payload);
		if (event == FRAMES_MORE)
			peer->tokens++; /* nothing whole came of it */
		peer_event(peer, event, payload);
	}
	if (!peer->ending)
		peer_collect(peer);
}

/* Tokens may have come, or answers gone: go on with what waits. */
static void peer_release(struct peer *peer)
{
	struct buf waiting = peer->waiting;

	buf_init(&peer->waiting, waiting.limit);
	peer_frames(peer, (struct str){waiting.data, waiting.len});
	buf_fini(&waiting);
	if (peer->waiting.len == 0 && !peer->ending) {
		peer->held = false;
		(void)lws_rx_flow_control(peer->wsi, 1);
	}
}

static void peer_timer(struct peer *peer)
{
	int64_t now = clock_monotonic_us();

	if (peer->held)
		peer_release(peer);
	if (now >= peer->ping_due_us) {
		if (peer->pinged) {
			peer->closing = true;
			return;
		}
		peer->pinged = true;
		peer->ping_due_us = now + peer->websocket->options.ping_ms * 1000;
		tx_begin(peer);
		(void)frames_write(&peer->tx, FRAMES_OP_PING, (struct str){NULL, 0});
	}
	peer_arm(peer);
}

/* ── connections ───────────────────────────────────────────────────────── */

/* Too many strangers: the one that has waited longest goes. */
static void drop_oldest_stranger(struct mcp_websocket *websocket)
{
	struct peer *peer, *oldest = NULL;

	for (peer = websocket->peers; peer != NULL; peer = peer->next)
		if (peer->session == NULL && !peer->closing)
			oldest = peer; /* the list is newest first */
	if (oldest != NULL)
		peer_kill(oldest);
}

static void peer_init(struct peer *peer, struct mcp_websocket *websocket, struct lws *wsi)
{
	if (websocket->n_strangers >= WEBSOCKET_STRANGERS_MAX)
		drop_oldest_stranger(websocket);
	peer->known = true;
	peer->websocket = websocket;
	peer->wsi = wsi;
	peer->next = websocket->peers;
	websocket->peers = peer;
	websocket->n_strangers++;
	buf_init(&peer->header, UPGRADE_HEADER_MAX + 1);
	buf_init(&peer->tx, LWS_PRE + 8UL * MCP_MESSAGE_MAX);
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, WEBSOCKET_HANDSHAKE_S);
}

static void peer_fini(struct peer *peer)
{
	struct mcp_websocket *websocket = peer->websocket;
	struct peer **at;

	if (!peer->known)
		return;
	for (at = &websocket->peers; *at != peer; at = &(*at)->next)
		;
	*at = peer->next;
	if (peer->session != NULL) {
		websocket->n_clients--;
		websocket->list_changed = true;
		mcp_session_free(peer->session);
		frames_fini(&peer->frames);
	} else {
		websocket->n_strangers--;
	}
	buf_fini(&peer->header);
	buf_fini(&peer->waiting);
	buf_fini(&peer->tx);
	peer->known = false;
}

static void tell_arm(struct mcp_websocket *websocket);

static void tell_list(struct mcp_websocket *websocket)
{
	struct local_client list[WEBSOCKET_CLIENTS_MAX];
	struct peer *peer;
	size_t n = 0;

	websocket->list_changed = false;
	if (websocket->options.changed == NULL)
		return;
	for (peer = websocket->peers; peer != NULL; peer = peer->next)
		if (peer->session != NULL && n < WEBSOCKET_CLIENTS_MAX)
			list[n++] = (struct local_client){peer->number,
				mcp_session_client(peer->session), mcp_session_era(peer->session),
				peer->since_ms};
	websocket->options.changed(websocket->options.data, list, n);
}

/* Tell, if there is something; and look again when it is time. lws_container_of()
 * by way of char * is a cast that clang minds. */
static void tell_changes(lws_sorted_usec_list_t *sul)
{
	struct mcp_websocket *websocket =
		(void *)((char *)sul - offsetof(struct mcp_websocket, timer));
	struct peer *peer;

	tell_looked(&websocket->tell, clock_monotonic_us() / 1000);
	for (peer = websocket->peers; peer != NULL; peer = peer->next) {
		if (peer->session == NULL || peer->ending || peer->closing ||
			!mcp_session_wants_changes(peer->session))
			continue;
		mcp_session_library_changed(peer->session);
		peer_collect(peer);
		peer_want_write(peer);
	}
	tell_arm(websocket);
}

static void tell_arm(struct mcp_websocket *websocket)
{
	int64_t due = websocket->tell.due_ms * 1000 - clock_monotonic_us();

	if (websocket->tell.due_ms != 0)
		lws_sul_schedule(
			websocket->context, 0, &websocket->timer, tell_changes, due > 1 ? due : 1);
}

/* After whatever happened to a connection: write, or let it end. Non-zero makes
 * the library close it. */
static int peer_after(struct peer *peer)
{
	if (peer->websocket->list_changed)
		tell_list(peer->websocket);
	/* Written now, not when the loop says that one may: that costs a round of it.
	 * One that is held is let go by writing, so it has to wait for that. */
	if (peer->closing || (!peer->held && peer_write(peer) != 0))
		return -1;
	if (peer->ending && peer->tx.len <= LWS_PRE && !lws_partial_buffered(peer->wsi))
		return -1;
	peer_want_write(peer);
	return 0;
}

static int on_peer(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct mcp_websocket *websocket = lws_context_user(lws_get_context(wsi));
	struct peer *peer = user;

	switch (reason) {
	case LWS_CALLBACK_RAW_ADOPT:
		peer_init(peer, websocket, wsi);
		return 0;
	case LWS_CALLBACK_RAW_CLOSE:
		peer_fini(peer);
		if (websocket->list_changed)
			tell_list(websocket);
		return 0;
	case LWS_CALLBACK_RAW_RX:
		if (peer->ending)
			return peer_after(peer);
		if (peer->session == NULL)
			peer_handshake(peer, (struct str){in, len});
		else if (peer->held)
			peer_hold(peer, (struct str){in, len});
		else
			peer_frames(peer, (struct str){in, len});
		return peer_after(peer);
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (peer_write(peer) != 0)
			return -1;
		if (peer->held && !peer->ending && !lws_partial_buffered(wsi))
			peer_release(peer);
		return peer_after(peer);
	case LWS_CALLBACK_TIMER:
		if (peer->session != NULL && !peer->ending)
			peer_timer(peer);
		return peer_after(peer);
	default:
		return 0;
	}
}

/* The watch and the stop are files to the library. */
static int on_watch(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct mcp_websocket *websocket = lws_context_user(lws_get_context(wsi));

	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_RAW_RX_FILE &&
		websocket->options.watch_take(websocket->options.data)) {
		tell_noticed(&websocket->tell, clock_monotonic_us() / 1000, TELL_MS);
		tell_arm(websocket);
	}
	return 0;
}

static int on_file(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct mcp_websocket *websocket = lws_context_user(lws_get_context(wsi));
	const struct websocket_file *files = websocket->options.files;
	size_t i;

	(void)user;
	(void)in;
	(void)len;
	for (i = 0; reason == LWS_CALLBACK_RAW_RX_FILE && i < websocket->options.n_files; i++)
		if (files[i].fd == lws_get_socket_fd(wsi))
			files[i].ready(websocket->options.data);
	return 0;
}

static int on_stop(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct mcp_websocket *websocket = lws_context_user(lws_get_context(wsi));

	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		websocket->stopped = true;
	return 0;
}

static void set_listening(struct mcp_websocket *websocket, int on)
{
	int i;

	for (i = 0; i < LOOPBACK_SOCKETS; i++)
		if (websocket->listening[i] != NULL)
			(void)lws_rx_flow_control(websocket->listening[i], on);
}

static void accept_again(lws_sorted_usec_list_t *sul)
{
	set_listening((void *)((char *)sul - offsetof(struct mcp_websocket, accept)), 1);
}

/* Descriptors are out: a stranger makes room, and who waits does so a little. The
 * library's own listening would spin instead, a line of log each time. */
static void accept_rest(struct mcp_websocket *websocket)
{
	drop_oldest_stranger(websocket);
	set_listening(websocket, 0);
	lws_sul_schedule(websocket->context, 0, &websocket->accept, accept_again, ACCEPT_REST_US);
}

static int on_listen(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct mcp_websocket *websocket = lws_context_user(lws_get_context(wsi));
	int i, fd, outcome = LOOPBACK_OK;

	(void)user;
	(void)in;
	(void)len;
	if (reason != LWS_CALLBACK_RAW_RX_FILE || websocket->stopped)
		return 0;
	for (i = 0; i < ACCEPT_AT_ONCE && outcome == LOOPBACK_OK; i++) {
		lws_sock_file_fd_type adopted;

		outcome = loopback_accept((int)lws_get_socket_fd(wsi), &fd);
		if (outcome == LOOPBACK_FULL)
			accept_rest(websocket);
		if (outcome != LOOPBACK_OK)
			break;
		adopted.sockfd = fd;
		/* When it fails it has closed the socket. */
		(void)lws_adopt_descriptor_vhost(
			lws_get_vhost(wsi), LWS_ADOPT_SOCKET, adopted, "mcp", NULL);
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{.name = "mcp",
		.callback = on_peer,
		.per_session_data_size = sizeof(struct peer),
		.rx_buffer_size = 65536},
	{.name = "listen", .callback = on_listen},
	{.name = "watch", .callback = on_watch},
	{.name = "file", .callback = on_file},
	{.name = "stop", .callback = on_stop},
	{.name = NULL},
};

/* ── opening and closing ───────────────────────────────────────────────── */

static struct lws *adopt_file(struct lws_vhost *vhost, int fd, const char *protocol)
{
	lws_sock_file_fd_type file = {.filefd = fd};

	return lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, file, protocol, NULL);
}

static bool adopt_all(struct mcp_websocket *websocket, struct lws_vhost *vhost)
{
	const struct mcp_websocket_options *options = &websocket->options;
	size_t i;

	for (i = 0; i < options->n_files; i++)
		if (adopt_file(vhost, options->files[i].fd, "file") == NULL)
			return false;
	return (options->watch_fd < 0 || adopt_file(vhost, options->watch_fd, "watch") != NULL) &&
	       adopt_file(vhost, options->stop_fd, "stop") != NULL;
}

static bool adopt_listening(struct mcp_websocket *websocket, struct lws_vhost *vhost, int fds[])
{
	bool all = true;
	int i;

	for (i = 0; i < LOOPBACK_SOCKETS; i++) {
		if (fds[i] < 0)
			continue;
		websocket->listening[i] = adopt_file(vhost, fds[i], "listen");
		all = all && websocket->listening[i] != NULL;
	}
	return all;
}

static int websocket_start(struct mcp_websocket *websocket, struct err *err)
{
	struct lws_context_creation_info info;
	struct lws_vhost *vhost;
	int fds[LOOPBACK_SOCKETS];

	lws_set_log_level(LLL_ERR, NULL);
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	info.user = websocket;
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	info.fd_limit_per_thread = WEBSOCKET_CLIENTS_MAX + WEBSOCKET_STRANGERS_MAX + 64;
	info.pt_serv_buf_size = 65536;
	websocket->context = lws_create_context(&info);
	vhost = websocket->context != NULL ? lws_create_vhost(websocket->context, &info) : NULL;
	if (vhost == NULL)
		return err_set(err, ERR_FAILED, "libwebsockets does not start");
	if (loopback_listen(fds, &websocket->port, err) != 0)
		return -1;
	if (!adopt_listening(websocket, vhost, fds) || !adopt_all(websocket, vhost))
		return err_set(err, ERR_FAILED, "libwebsockets does not take a descriptor");
	return 0;
}

int mcp_websocket_open(struct mcp_websocket **out, struct mcp_server *server,
	const struct mcp_websocket_options *options, struct err *err)
{
	struct mcp_websocket *websocket = xcalloc(1, sizeof *websocket);

	websocket->server = server;
	websocket->options = *options;
	if (websocket->options.rate == 0)
		websocket->options.rate = WEBSOCKET_RATE;
	if (websocket->options.burst == 0)
		websocket->options.burst = WEBSOCKET_BURST;
	if (websocket->options.ping_ms == 0)
		websocket->options.ping_ms = WEBSOCKET_PING_MS;
	memcpy(websocket->token, options->token, UPGRADE_TOKEN_HEX);
	if (websocket_start(websocket, err) != 0) {
		mcp_websocket_close(websocket);
		return -1;
	}
	*out = websocket;
	return 0;
}

unsigned mcp_websocket_port(const struct mcp_websocket *websocket)
{
	return websocket->port;
}

static void farewell_over(lws_sorted_usec_list_t *sul)
{
	struct mcp_websocket *websocket =
		(void *)((char *)sul - offsetof(struct mcp_websocket, timer));

	websocket->farewell_over = true;
}

/* Complete what is open, tell everybody that we go, and give them a moment to
 * hear it. */
static void farewell(struct mcp_websocket *websocket)
{
	struct peer *peer;

	for (peer = websocket->peers; peer != NULL; peer = peer->next) {
		if (peer->session == NULL || peer->ending || peer->closing)
			continue;
		mcp_session_close(peer->session);
		peer_collect(peer);
		peer_send_close(peer, FRAMES_GOING_AWAY);
		peer_want_write(peer);
	}
	lws_sul_schedule(websocket->context, 0, &websocket->timer, farewell_over, FAREWELL_US);
	while (websocket->n_clients > 0 && !websocket->farewell_over)
		if (lws_service(websocket->context, 0) < 0)
			break;
	lws_sul_schedule(websocket->context, 0, &websocket->timer, NULL, LWS_SET_TIMER_USEC_CANCEL);
}

int mcp_websocket_run(struct mcp_websocket *websocket, struct err *err)
{
	while (!websocket->stopped)
		if (lws_service(websocket->context, 0) < 0)
			return err_set(err, ERR_FAILED, "libwebsockets gave up");
	farewell(websocket);
	return 0;
}

void mcp_websocket_close(struct mcp_websocket *websocket)
{
	if (websocket == NULL)
		return;
	if (websocket->context != NULL)
		lws_context_destroy(websocket->context);
	free(websocket);
}
