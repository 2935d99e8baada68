/* Tests of the agent's websocket over real sockets: strangers, caps, bad clients. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "mcp/websocket.h"
#include "tests/websocket_client.h"

#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"

static struct agent agent;

/* Everything until the other side closes, or time is up. */
static void read_to_end(int fd, struct buf *out, int timeout_ms)
{
	char bytes[4096];
	ssize_t n;

	while ((n = receive(fd, bytes, sizeof bytes, timeout_ms)) > 0)
		(void)buf_add(out, bytes, (size_t)n);
	CHECK(n == 0); /* it was closed */
}

static void check_answer(int fd, const char *message, const char *answer)
{
	struct buf payload = BUF_INIT(1UL << 20);

	frame_say(fd, message, strlen(message));
	CHECK(frame_hear(fd, &payload) == 1);
	CHECK(str_starts((struct str){payload.data, payload.len}, answer));
	buf_fini(&payload);
}

static void messages_are_answered(void)
{
	int fd = connect_good(&agent);

	check_answer(fd, INITIALIZE, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{");
	check_answer(fd, PING, PONG);
	(void)close(fd);
}

static void hostile_upgrades_get_403_and_nothing_else(void)
{
	struct buf answer = BUF_INIT(65536);
	size_t i;

	for (i = 0; i < HOSTILE_UPGRADES; i++) {
		int fd = connect_port(agent.port);

		CHECK(fd >= 0);
		upgrade_send(&agent, fd, hostile_upgrades[i].text);
		buf_clear(&answer);
		read_to_end(fd, &answer, 10000);
		if (strcmp(buf_text(&answer), "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n"
					      "Content-Length: 0\r\n\r\n") != 0) {
			(void)fprintf(
				stderr, "%s: %s\n", hostile_upgrades[i].name, buf_text(&answer));
			exit(1);
		}
		(void)close(fd);
	}
	buf_fini(&answer);
}

static void hostile_frames_end_the_connection(void)
{
	size_t i;

	for (i = 0; i < HOSTILE_FRAMES; i++) {
		struct buf payload = BUF_INIT(65536), rest = BUF_INIT(65536);
		const struct hostile_frame *frame = &hostile_frames[i];
		int fd = connect_good(&agent);

		CHECK(send(fd, frame->bytes, frame->len, MSG_NOSIGNAL) == (ssize_t)frame->len);
		CHECK(frame_hear(fd, &payload) == 8 && payload.len == 2);
		if (((unsigned char)payload.data[0] << 8 | (unsigned char)payload.data[1]) !=
			(int)frame->code) {
			(void)fprintf(stderr, "%s: another code\n", frame->name);
			exit(1);
		}
		read_to_end(fd, &rest, 10000);
		CHECK(rest.len == 0);
		(void)close(fd);
		buf_fini(&payload);
		buf_fini(&rest);
	}
}

static void a_close_is_answered(void)
{
	struct buf payload = BUF_INIT(65536);
	int fd = connect_good(&agent);

	CHECK(send(fd, "\x88\x82\0\0\0\0\x03\xe8", 8, MSG_NOSIGNAL) == 8);
	CHECK(frame_hear(fd, &payload) == 8);
	CHECK(payload.len == 2 && memcmp(payload.data, "\x03\xe8", 2) == 0);
	read_to_end(fd, &payload, 10000);
	(void)close(fd);
	buf_fini(&payload);
}

static void the_seventeenth_client_is_told_so(void)
{
	int fds[WEBSOCKET_CLIENTS_MAX], i;
	char status[16];

	for (i = 0; i < WEBSOCKET_CLIENTS_MAX; i++)
		fds[i] = connect_good(&agent);
	i = upgrade(&agent, GOOD_UPGRADE, status);
	CHECK_STR(status, "HTTP/1.1 503");
	(void)close(i);
	for (i = 0; i < WEBSOCKET_CLIENTS_MAX; i++) {
		check_answer(fds[i], PING, PONG);
		(void)close(fds[i]);
	}
	/* Room again, as soon as they are gone. */
	for (i = 0; i < 6000; i++) {
		int fd = upgrade(&agent, GOOD_UPGRADE, status);

		(void)close(fd);
		if (strcmp(status, "HTTP/1.1 101") == 0)
			return;
		(void)poll(NULL, 0, 10);
	}
	CHECK(!"room again");
}

/* Strangers that say nothing, or a byte, do not keep anybody else waiting. */
static void two_hundred_half_open_ones_are_in_nobodys_way(void)
{
	int64_t since, slowest = 0;
	int fds[200], i;

	for (i = 0; i < 200; i++) {
		fds[i] = connect_port(agent.port);
		CHECK(fds[i] >= 0);
		if (i % 2 == 0)
			CHECK(send(fds[i], "GET /mcp HTTP/1.1\r\nHost: ", 25, MSG_NOSIGNAL) == 25);
	}
	for (i = 0; i < 20; i++) {
		since = clock_monotonic_us();
		(void)close(connect_good(&agent));
		since = clock_monotonic_us() - since;
		slowest = since > slowest ? since : slowest;
	}
	(void)printf("a good handshake beside 200 half-open ones: at most %lld us\n",
		(long long)slowest);
	for (i = 0; i < 200; i++)
		(void)close(fds[i]);
}

static void more_strangers_than_may_be_push_out_the_oldest(void)
{
	int fds[WEBSOCKET_STRANGERS_MAX + 10], i;
	char byte;

	for (i = 0; i < WEBSOCKET_STRANGERS_MAX + 10; i++) {
		fds[i] = connect_port(agent.port);
		CHECK(fds[i] >= 0);
	}
	(void)close(connect_good(&agent));
	CHECK(receive(fds[0], &byte, 1, 60000) == 0);
	for (i = 0; i < WEBSOCKET_STRANGERS_MAX + 10; i++)
		(void)close(fds[i]);
}

static void a_stranger_has_five_seconds(void)
{
	int fd = connect_port(agent.port);
	int64_t since = clock_monotonic_us();
	char byte;

	CHECK(send(fd, "GET /", 5, MSG_NOSIGNAL) == 5);
	CHECK(receive(fd, &byte, 1, 60000) == 0);
	CHECK(clock_monotonic_us() - since > 3 * 1000000);
	(void)close(fd);
}

/* Past the burst messages wait for tokens; none is lost. */
static void the_rate_is_held(void)
{
	struct buf payload = BUF_INIT(1UL << 20);
	int64_t since = clock_monotonic_us();
	int fd = connect_good(&agent), i, n = WEBSOCKET_BURST + WEBSOCKET_RATE;

	for (i = 0; i < n; i++)
		frame_say(fd, PING, strlen(PING));
	for (i = 0; i < n; i++) {
		buf_clear(&payload);
		CHECK(frame_hear(fd, &payload) == 1);
		CHECK_STR(buf_text(&payload), PONG);
	}
	CHECK(clock_monotonic_us() - since > 800000);
	buf_fini(&payload);
	(void)close(fd);
}

static void who_vanishes_in_the_middle_is_forgotten(void)
{
	int i, fd;

	for (i = 0; i < 50; i++) {
		fd = connect_good(&agent);
		CHECK(send(fd, "\x81\xfe\x01\x00\0\0\0\0half", 12, MSG_NOSIGNAL) == 12);
		(void)close(fd);
	}
	messages_are_answered();
}

/* As soon as there are so many, each with its name; a minute at most. */
static json_t *listed(size_t n)
{
	json_t *list;
	int i;

	for (i = 0; i < 6000; i++) {
		list = agent_file(&agent, "clients.json");
		if (json_is_array(list) && json_array_size(list) == n &&
			(n == 0 || json_text(json_array_get(list, 0), "name") != NULL))
			return list;
		json_decref(list);
		(void)poll(NULL, 0, 10);
	}
	CHECK(!"so many clients");
	return NULL;
}

static void a_client_is_listed_while_it_is_there(void)
{
	json_t *list;
	int fd = connect_good(&agent);

	check_answer(fd, INITIALIZE, "{");
	list = listed(1);
	CHECK_STR(json_text(json_array_get(list, 0), "name"), "t");
	CHECK_STR(json_text(json_array_get(list, 0), "era"), "2025-06-18");
	json_decref(list);
	(void)close(fd);
	json_decref(listed(0));
}

int main(void)
{
	json_door_init();
	agent_start(&agent);
	RUN(messages_are_answered);
	RUN(a_client_is_listed_while_it_is_there);
	RUN(hostile_upgrades_get_403_and_nothing_else);
	RUN(hostile_frames_end_the_connection);
	RUN(a_close_is_answered);
	RUN(the_seventeenth_client_is_told_so);
	RUN(two_hundred_half_open_ones_are_in_nobodys_way);
	RUN(more_strangers_than_may_be_push_out_the_oldest);
	RUN(a_stranger_has_five_seconds);
	RUN(the_rate_is_held);
	RUN(who_vanishes_in_the_middle_is_forgotten);
	agent_stop(&agent);
	return 0;
}
