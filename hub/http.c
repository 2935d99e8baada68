/*
 * HTTP over libwebsockets; see http.h. The only file of the room that knows it.
 *
 * A connection holds at most one exchange. The handler may answer from another
 * thread: a letter comes to the loop, which alone touches connections. A client
 * that left meanwhile takes only the connection with it; the exchange stays until
 * its answer has come.
 */
#include "hub/http.h"

#include <libwebsockets.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "core/mailbox.h"

#define LETTERS 8192
#define HEADER_BYTES (12U * 1024)
#define FIELD_MAX 4096
#define SLOWEST 16384 /* bytes a second of a body that takes longer than arrive_s */
#define FIELDS_MAX ((size_t)8 * 1024)
#define WAITING_MAX ((size_t)256 * 1024) /* of a stream */
#define TICK_US 1000000
#define FAREWELL_US 2000000
#define CHUNK 65536U
#define SMALL 16384U   /* a body that goes with its head */
#define FILES_MORE 256 /* than connections: databases, the log */

/* One request on a connection: libwebsockets keeps it beside its own, and makes it anew
 * for each of them. */
struct connection {
	struct http *http;
	struct lws *wsi;
	struct http_exchange *exchange;
	size_t sent; /* of exchange->out */
	bool head_sent, body_ended;
};

struct http {
	struct http_options options;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct mailbox *mailbox;
	lws_sorted_usec_list_t timer;
	pthread_t loop; /* once it runs */
	/* All of libwebsockets' sockets, and those that are no connections. */
	atomic_size_t n_sockets;
	size_t n_own;
	size_t connections_max, n_exchanges;
	unsigned port;
	int64_t end_us;
	atomic_bool running, stopping;
};

static const struct {
	enum lws_token_indexes token;
	enum http_method method;
} methods[] = {
	{WSI_TOKEN_GET_URI, HTTP_GET},
	{WSI_TOKEN_POST_URI, HTTP_POST},
	{WSI_TOKEN_PATCH_URI, HTTP_PATCH},
	{WSI_TOKEN_PUT_URI, HTTP_PUT},
	{WSI_TOKEN_DELETE_URI, HTTP_DELETE},
	{WSI_TOKEN_HEAD_URI, HTTP_HEAD},
};

/* A token that libwebsockets knows, or a name that it does not. */
static const struct {
	int token;
	const char *name;
} headers[HTTP_HEADERS] = {
	[HTTP_HOST] = {WSI_TOKEN_HOST, NULL},
	[HTTP_AUTHORIZATION] = {WSI_TOKEN_HTTP_AUTHORIZATION, NULL},
	[HTTP_COOKIE] = {WSI_TOKEN_HTTP_COOKIE, NULL},
	[HTTP_ORIGIN] = {WSI_TOKEN_ORIGIN, NULL},
	[HTTP_CONTENT_TYPE] = {WSI_TOKEN_HTTP_CONTENT_TYPE, NULL},
	[HTTP_CONTENT_ENCODING] = {WSI_TOKEN_HTTP_CONTENT_ENCODING, NULL},
	[HTTP_ACCEPT_ENCODING] = {WSI_TOKEN_HTTP_ACCEPT_ENCODING, NULL},
	[HTTP_IF_MATCH] = {WSI_TOKEN_HTTP_IF_MATCH, NULL},
	[HTTP_IF_NONE_MATCH] = {WSI_TOKEN_HTTP_IF_NONE_MATCH, NULL},
	[HTTP_PREFER] = {-1, "prefer:"},
	[HTTP_IDEMPOTENCY_KEY] = {-1, "idempotency-key:"},
	[HTTP_TRACEPARENT] = {-1, "traceparent:"},
	[HTTP_REQUEST_ID] = {-1, "x-request-id:"},
	[HTTP_FORWARDED_FOR] = {WSI_TOKEN_X_FORWARDED_FOR, NULL},
	[HTTP_SEC_FETCH_SITE] = {-1, "sec-fetch-site:"},
};

const char *http_method_name(enum http_method method)
{
	static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "-"};

	return names[method];
}

/* ── exchanges ─────────────────────────────────────────────────────────── */

static struct http_exchange *exchange_new(struct connection *connection)
{
	struct http_exchange *exchange = xcalloc(1, sizeof *exchange);

	exchange->http = connection->http;
	exchange->connection = connection;
	exchange->begun_us = clock_monotonic_us();
	exchange->method = HTTP_OTHER;
	buf_init(&exchange->text, HEADER_BYTES * 2);
	buf_init(&exchange->in, HTTP_BODY_MAX);
	buf_init(&exchange->fields, FIELDS_MAX);
	buf_init(&exchange->out, HTTP_ANSWER_MAX);
	connection->http->n_exchanges++;
	return exchange;
}

static void exchange_free(struct http_exchange *exchange)
{
	struct http *http = exchange->http;

	if (http->options.gone != NULL)
		http->options.gone(http->options.data, exchange);
	http->n_exchanges--;
	buf_fini(&exchange->text);
	buf_fini(&exchange->in);
	buf_fini(&exchange->fields);
	buf_fini(&exchange->out);
	free(exchange);
}

/* A header's value into exchange->text; where, as offset and length, for the buffer
 * may move. False: it is longer than it may be. */
static bool copy_value(struct http_exchange *exchange, struct lws *wsi, size_t which, size_t *len)
{
	int n = headers[which].name == NULL
			? lws_hdr_total_length(wsi, (enum lws_token_indexes)headers[which].token)
			: lws_hdr_custom_length(
				  wsi, headers[which].name, (int)strlen(headers[which].name));
	char *room;

	*len = 0;
	if (n <= 0)
		return true;
	if (n > FIELD_MAX || (room = buf_reserve(&exchange->text, (size_t)n + 1)) == NULL)
		return false;
	n = headers[which].name == NULL
		    ? lws_hdr_copy(wsi, room, n + 1, (enum lws_token_indexes)headers[which].token)
		    : lws_hdr_custom_copy(wsi, room, n + 1, headers[which].name,
			      (int)strlen(headers[which].name));
	if (n < 0)
		return false;
	*len = (size_t)n;
	buf_grow(&exchange->text, (size_t)n);
	return true;
}

/* libwebsockets takes the query apart and decodes it: a NUL behind each pair. */
static bool copy_query(struct http_exchange *exchange, struct lws *wsi)
{
	char *room;
	int i, n;

	for (i = 0; (n = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i)) > 0; i++) {
		room = buf_reserve(&exchange->text, (size_t)n + 1);
		if (room == NULL ||
			lws_hdr_copy_fragment(wsi, room, n + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
			return false;
		buf_grow(&exchange->text, (size_t)n + 1);
	}
	return true;
}

static bool copy_path(struct http_exchange *exchange, struct lws *wsi)
{
	char *room;
	size_t i;
	int n;

	for (i = 0; i < sizeof methods / sizeof *methods; i++) {
		n = lws_hdr_total_length(wsi, methods[i].token);
		if (n <= 0)
			continue;
		exchange->method = methods[i].method;
		room = n <= FIELD_MAX ? buf_reserve(&exchange->text, (size_t)n + 1) : NULL;
		if (room == NULL || lws_hdr_copy(wsi, room, n + 1, methods[i].token) < 0)
			return false;
		buf_grow(&exchange->text, (size_t)n);
		return true;
	}
	return true;
}

static bool exchange_read(struct http_exchange *exchange, struct lws *wsi)
{
	size_t lens[HTTP_HEADERS + 2], i;
	const char *at;

	if (!copy_path(exchange, wsi))
		return false;
	lens[0] = exchange->text.len;
	if (!copy_query(exchange, wsi))
		return false;
	lens[1] = exchange->text.len - lens[0];
	for (i = 0; i < HTTP_HEADERS; i++)
		if (!copy_value(exchange, wsi, i, &lens[2 + i]))
			return false;
	at = buf_text(&exchange->text);
	exchange->path = (struct str){at, lens[0]};
	exchange->query = (struct str){at + lens[0], lens[1]};
	at += lens[0] + lens[1];
	for (i = 0; i < HTTP_HEADERS; at += lens[2 + i++])
		exchange->headers[i] = (struct str){at, lens[2 + i]};
	return true;
}

/* ── answering ─────────────────────────────────────────────────────────── */

/* Loop's thread: the answer is set and nobody else touches it. */
static void answer_here(struct http_exchange *exchange)
{
	struct connection *connection = exchange->connection;

	exchange->answered = true;
	exchange->waiting = false;
	if (exchange->http->options.answered != NULL)
		exchange->http->options.answered(exchange->http->options.data, exchange);
	if (connection == NULL)
		exchange_free(exchange); /* nobody waits for it any more */
	else
		(void)lws_callback_on_writable(connection->wsi);
}

/* It may take long: nothing of libwebsockets' is to cut it off, and the memory of the
 * request's header is for others. */
static void wait_here(struct connection *connection)
{
	lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
	(void)lws_http_headers_detach(connection->wsi);
}

static void hold_here(struct http_exchange *exchange)
{
	struct connection *connection = exchange->connection;

	exchange->hold = false;
	if (connection == NULL) {
		exchange_free(exchange);
		return;
	}
	wait_here(connection);
	exchange->waiting = true;
	exchange->http->options.held(exchange->http->options.data, exchange);
}

static void on_letter(void *data)
{
	struct http_exchange *exchange = data;

	if (exchange->hold)
		hold_here(exchange);
	else
		answer_here(exchange);
}

void http_again(struct http_exchange *exchange)
{
	exchange->waiting = false;
	exchange->status = 0;
	exchange->type = NULL;
	buf_clear(&exchange->fields);
	buf_clear(&exchange->out);
	exchange->http->options.request(exchange->http->options.data, exchange);
}

void http_answer(struct http_exchange *exchange)
{
	struct http *http = exchange->http;

	exchange->waiting = false;
	if (atomic_load(&http->running) && pthread_equal(pthread_self(), http->loop)) {
		on_letter(exchange);
		return;
	}
	/* Each exchange posts one letter, and there are no more of them than
	 * connections and those whose client left; the rest waits for the loop. */
	while (mailbox_post(http->mailbox, on_letter, exchange) != 0) {
		lws_cancel_service(http->context);
		(void)nanosleep(&(const struct timespec){.tv_nsec = 1000000}, NULL);
	}
	lws_cancel_service(http->context);
}

static void answer_fault(struct http_exchange *exchange, unsigned status, const char *code)
{
	exchange->status = status;
	/* What follows was not read: it is not taken for the next request. */
	exchange->last = true;
	(void)buf_add_str(&exchange->fields, "Connection: close\r\n");
	(void)buf_add_format(&exchange->out,
		"{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"details\":{}}}", code, code);
	answer_here(exchange);
}

static bool has_body(const struct http_exchange *exchange)
{
	return exchange->method != HTTP_HEAD && exchange->status != 204 && exchange->status != 304;
}

/* The head, and with it a body that is small: one packet. */
static int send_head(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;
	unsigned char head[LWS_PRE + FIELDS_MAX + 1024 + SMALL], *p = head + LWS_PRE;
	unsigned char *const begin = p, *const end = head + sizeof head - SMALL - 1;
	struct str fields = {exchange->fields.data, exchange->fields.len};
	size_t length = exchange->streaming ? LWS_ILLEGAL_HTTP_CONTENT_LEN : exchange->out.len;

	if (lws_add_http_common_headers(connection->wsi, exchange->status,
		    exchange->type != NULL ? exchange->type : "application/json",
		    has_body(exchange) || exchange->method == HTTP_HEAD ? length : 0, &p,
		    end) != 0 ||
		(size_t)(end - p) < fields.n + 4)
		return -1;
	if (fields.n > 0)
		(void)memcpy(p, fields.p, fields.n);
	p += fields.n;
	if (lws_finalize_http_header(connection->wsi, &p, end) != 0)
		return -1;
	if (has_body(exchange) && exchange->out.len > 0 && exchange->out.len <= SMALL) {
		(void)memcpy(p, exchange->out.data, exchange->out.len);
		p += exchange->out.len;
		connection->sent = exchange->out.len;
	}
	connection->head_sent = true;
	return lws_write(connection->wsi, begin, (size_t)(p - begin), LWS_WRITE_HTTP_HEADERS) < 0
		       ? -1
		       : 0;
}

/* The exchange is over; the connection may go on to the next one. */
static int complete(struct connection *connection)
{
	bool last = connection->exchange->last;

	exchange_free(connection->exchange);
	connection->exchange = NULL;
	connection->head_sent = false;
	connection->sent = 0;
	if (last || lws_get_opaque_user_data(connection->wsi) != NULL)
		return -1;
	connection->body_ended = false;
	return lws_http_transaction_completed(connection->wsi);
}

/* What has been given to a stream, which is all sent at once: it is little. */
static int send_events(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;
	unsigned char chunk[LWS_PRE + CHUNK];
	size_t left = exchange->out.len - connection->sent, n = left < CHUNK ? left : CHUNK;

	if (n == 0) {
		lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
	} else {
		(void)memcpy(chunk + LWS_PRE, exchange->out.data + connection->sent, n);
		if (lws_write(connection->wsi, chunk + LWS_PRE, n, LWS_WRITE_HTTP) < 0)
			return -1;
		lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT,
			(int)connection->http->options.slow_s);
		(void)lws_callback_on_writable(connection->wsi);
	}
	buf_consume(&exchange->out, connection->sent + n);
	connection->sent = 0;
	return 0;
}

static int send_body(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;
	unsigned char chunk[LWS_PRE + CHUNK];
	size_t left = exchange->out.len - connection->sent, n = left < CHUNK ? left : CHUNK;
	bool last = n == left;

	if (n > 0)
		(void)memcpy(chunk + LWS_PRE, exchange->out.data + connection->sent, n);
	if (n > 0 && lws_write(connection->wsi, chunk + LWS_PRE, n,
			     last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
		return -1;
	connection->sent += n;
	if (last)
		return complete(connection);
	/* The next callback comes when the client has taken what went. */
	lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT,
		(int)connection->http->options.slow_s);
	(void)lws_callback_on_writable(connection->wsi);
	return 0;
}

static int on_writable(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;

	if (exchange == NULL || !exchange->answered)
		return 0;
	if (!connection->head_sent && send_head(connection) != 0)
		return -1;
	if (exchange->streaming)
		return send_events(connection);
	if (!has_body(exchange) || connection->sent == exchange->out.len)
		return complete(connection);
	return send_body(connection);
}

void http_stream(struct http_exchange *exchange)
{
	exchange->streaming = true;
	wait_here(exchange->connection);
	answer_here(exchange);
}

void http_stream_send(struct http_exchange *exchange, struct str text)
{
	struct connection *connection = exchange->connection;

	if (exchange->out.len + text.n > WAITING_MAX ||
		buf_add(&exchange->out, text.p, text.n) != 0)
		lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	else
		(void)lws_callback_on_writable(connection->wsi);
}

void http_stream_end(struct http_exchange *exchange)
{
	struct connection *connection = exchange->connection;

	lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

/* ── libwebsockets' side ───────────────────────────────────────────────── */

static void hand_over(struct http_exchange *exchange)
{
	struct http *http = exchange->http;

	exchange->body = (struct str){buf_text(&exchange->in), exchange->in.len};
	if (exchange->method == HTTP_OTHER)
		answer_fault(exchange, 501, "method_unknown");
	else if (atomic_load(&http->stopping))
		answer_fault(exchange, 503, "stopping");
	else
		http->options.request(http->options.data, exchange);
}

static int on_request(struct connection *connection)
{
	struct lws *wsi = connection->wsi;
	struct http_exchange *exchange;
	int64_t length = 0;
	char text[24];

	if (connection->exchange != NULL)
		return -1; /* the one before is not answered: no such thing in HTTP/1.1 */
	exchange = connection->exchange = exchange_new(connection);
	(void)lws_get_peer_simple(wsi, exchange->peer, sizeof exchange->peer);
	if (lws_get_opaque_user_data(wsi) != NULL) { /* one too many: told, and closed */
		(void)buf_add_str(&exchange->fields, "Retry-After: 30\r\n");
		answer_fault(exchange, 503, "too_many_connections");
		return 0;
	}
	if (!exchange_read(exchange, wsi)) {
		answer_fault(exchange, 431, "header_too_large");
		return 0;
	}
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) {
		answer_fault(exchange, 411, "length_required");
		return 0;
	}
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 &&
		(lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) < 0 ||
			!str_to_int(str_of(text), 0, INT64_MAX, &length))) {
		answer_fault(exchange, 400, "bad_request");
		return 0;
	}
	if ((uint64_t)length > HTTP_BODY_MAX) {
		answer_fault(exchange, 413, "too_large");
		return 0;
	}
	if (length > 0) {
		lws_set_timeout(
			wsi, PENDING_TIMEOUT_HTTP_CONTENT, (int)connection->http->options.arrive_s);
		return 0;
	}
	hand_over(exchange);
	/* Answered at once: it can go at once. */
	return exchange->answered && !exchange->streaming ? on_writable(connection) : 0;
}

static int on_body(struct connection *connection, const void *bytes, size_t len)
{
	struct http_exchange *exchange = connection->exchange;

	if (exchange == NULL || exchange->answered)
		return 0; /* of a request that was refused: read and thrown away */
	/* Who sends a byte now and then is not waited for: libwebsockets would. */
	if (clock_monotonic_us() - exchange->begun_us >
		(connection->http->options.arrive_s + (int64_t)(exchange->in.len / SLOWEST)) *
			1000000)
		return -1;
	return buf_add(&exchange->in, bytes, len);
}

/*
 * A body that came in one piece with the request before it is told to have ended again
 * and again, and the loop does nothing else (4.1.6). Who sends bodies ahead of answers is
 * cut off; to take no more from them (lws_rx_flow_control) would hold the answer back too.
 */
static int on_body_end(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;

	if (exchange == NULL)
		return 0;
	if (connection->body_ended)
		return -1;
	connection->body_ended = true;
	if (!exchange->answered && exchange->body.p == NULL)
		hand_over(exchange);
	return 0;
}

static void on_closed(struct connection *connection)
{
	struct http_exchange *exchange = connection->exchange;

	connection->exchange = NULL;
	exchange->connection = NULL;
	/* One without a body yet was never handed over: it did not arrive whole. */
	if (exchange->answered || exchange->waiting || exchange->body.p == NULL)
		exchange_free(exchange);
	/* Else its answer comes, and ends it. */
}

static int callback(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_context *context = lws_get_context(wsi);
	struct http *http = context != NULL ? lws_context_user(context) : NULL;
	struct connection *connection = user;

	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return http_connections(http) >= http->connections_max + HTTP_CONNECTIONS_SPARE;
	case LWS_CALLBACK_WSI_CREATE:
		(void)atomic_fetch_add(&http->n_sockets, 1);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		(void)atomic_fetch_sub(&http->n_sockets, 1);
		return 0;
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		if (http_connections(http) > http->connections_max)
			(void)lws_set_opaque_user_data(wsi, http); /* it is one too many */
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return -1; /* HTTP/1.1 is all that is spoken; the library would change to others */
	case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
		if (connection != NULL)
			*connection = (struct connection){.http = http, .wsi = wsi};
		return 0;
	case LWS_CALLBACK_HTTP:
		return on_request(connection);
	case LWS_CALLBACK_HTTP_BODY:
		return on_body(connection, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return on_body_end(connection);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return on_writable(connection);
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED_HTTP:
		if (connection != NULL && connection->exchange != NULL)
			on_closed(connection);
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		mailbox_run(http->mailbox);
		if (http->options.tick != NULL)
			http->options.tick(http->options.data);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

static void on_timer(lws_sorted_usec_list_t *timer)
{
	/* As lws_container_of(), by way of void: the member is as aligned as the whole. */
	struct http *http = (void *)((char *)timer - offsetof(struct http, timer));

	lws_sul_schedule(http->context, 0, &http->timer, on_timer, TICK_US);
	if (http->options.tick != NULL)
		http->options.tick(http->options.data);
}

static const struct lws_protocols protocols[] = {
	{"http", callback, sizeof(struct connection), 0, 0, NULL, 0},
	{NULL, NULL, 0, 0, 0, NULL, 0},
};

/* As many as are wanted, or as the system lets this process have files. */
static size_t most_connections(size_t wanted)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return wanted;
	if (files.rlim_cur < wanted + FILES_MORE) {
		files.rlim_cur =
			wanted + FILES_MORE < files.rlim_max ? wanted + FILES_MORE : files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* else it is as it was */
		(void)getrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur >= wanted + FILES_MORE)
		return wanted;
	return files.rlim_cur > 2 * FILES_MORE ? files.rlim_cur - FILES_MORE : FILES_MORE;
}

int http_open(struct http **out, const struct http_options *options, struct err *err)
{
	struct http *http = xcalloc(1, sizeof *http);
	struct lws_context_creation_info info = {
		.port = options->port == 0 ? 0 : (int)options->port,
		.iface = options->address,
		.protocols = protocols,
		.user = http,
		.max_http_header_data = HEADER_BYTES,
		.max_http_header_pool = HTTP_CONNECTIONS_MAX + HTTP_CONNECTIONS_SPARE,
		.keepalive_timeout = 60,
		.ka_time = 60, /* a client whose machine is gone */
		.ka_probes = 3,
		.ka_interval = 10,
		.timeout_secs = options->arrive_s > 0 ? options->arrive_s : HTTP_ARRIVE_S,
		.options = LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
	};

	http->options = *options;
	http->options.arrive_s = options->arrive_s > 0 ? options->arrive_s : HTTP_ARRIVE_S;
	http->options.slow_s = options->slow_s > 0 ? options->slow_s : HTTP_SLOW_S;
	http->connections_max = most_connections(
		options->connections > 0 ? options->connections : HTTP_CONNECTIONS_MAX);
	lws_set_log_level(0, NULL);
	if (mailbox_new(&http->mailbox, LETTERS, err) != 0)
		goto out;
	http->context = lws_create_context(&info);
	http->vhost = http->context != NULL ? lws_create_vhost(http->context, &info) : NULL;
	if (http->vhost == NULL) {
		(void)err_set(err, ERR_FAILED,
			"cannot listen on %s:%u: the port is taken, or "
			"the address is not of this machine",
			options->address, options->port);
		goto out;
	}
	http->port = (unsigned)lws_get_vhost_listen_port(http->vhost);
	http->n_own = atomic_load(&http->n_sockets);
	lws_sul_schedule(http->context, 0, &http->timer, on_timer, TICK_US);
	*out = http;
	return 0;
out:
	http_close(http);
	return -1;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	if (http->mailbox != NULL)
		mailbox_run(http->mailbox); /* answers that came too late */
	if (http->context != NULL) {
		lws_sul_cancel(&http->timer);
		lws_context_destroy(http->context);
	}
	mailbox_free(http->mailbox);
	free(http);
}

unsigned http_port(const struct http *http)
{
	return http->port;
}

size_t http_connections(const struct http *http)
{
	return http != NULL ? atomic_load(&http->n_sockets) - http->n_own : 0;
}

void http_run(struct http *http)
{
	int64_t end = 0;

	http->loop = pthread_self();
	atomic_store(&http->running, true);
	while (lws_service(http->context, 0) >= 0) {
		if (!atomic_load(&http->stopping))
			continue;
		if (end == 0) {
			end = clock_monotonic_us() + FAREWELL_US;
			if (http->options.stop != NULL)
				http->options.stop(http->options.data);
		}
		if (http->n_exchanges == 0 || clock_monotonic_us() > end)
			break;
	}
}

void http_stop(struct http *http)
{
	atomic_store(&http->stopping, true);
	lws_cancel_service(http->context);
}

void http_wake(struct http *http)
{
	lws_cancel_service(http->context);
}

void http_wake_in(struct http *http, int64_t us)
{
	if (us < TICK_US) /* which comes anyway */
		lws_sul_schedule(http->context, 0, &http->timer, on_timer, us > 0 ? us : 1);
}

/* ── queries ───────────────────────────────────────────────────────────── */

bool http_query_value(struct str query, const char *name, struct str *value)
{
	struct str pair;

	while (query.n > 0) {
		pair = str_cut(query, '\0', &query);
		if (str_is(str_cut(pair, '=', value), name))
			return true;
	}
	*value = (struct str){NULL, 0};
	return false;
}
