/*
 * Tests of every limit of the agent's transports, each reached: with the real
 * code in a child process, and clocks and rates that a test can wait for. Those
 * that need no other clock are in test_websocket and test_agent.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "mcp/session.h"
#include "mcp/tell.h"
#include "tests/served.h"

#define CLIENT "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}"
#define INITIALIZE(capabilities)                                              \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":" \
	"{\"protocolVersion\":\"2025-06-18\",\"capabilities\":" capabilities "," CLIENT "}}"
#define MODERN                                                                   \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
	"\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"
#define GET                                                                                     \
	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"team/" \
	"long\"}}"

#define LONG_BYTES (700UL * 1024)
#define GETS 40
/* What one client that does not read may cost, sanitizers' own needs included. */
#define MEMORY_KIB (64L * 1024)

static const struct mcp_local unix_plain = {0};
static const struct mcp_websocket_options web_plain = {0};
static const struct mcp_websocket_options web_fast = {.rate = 100000, .burst = 100000};

/* AddressSanitizer would keep what was freed, and no bound could be measured. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1:thread_local_quarantine_size_kb=16";
}

/* ── lines over the unix socket ────────────────────────────────────────── */

static void say(int fd, const char *message)
{
	send_exactly(fd, message, strlen(message));
	send_exactly(fd, "\n", 1);
}

/* The next line, without its end. */
static void hear(int fd, struct buf *line)
{
	const char *end = NULL;
	char bytes[65536];

	buf_clear(line);
	while (end == NULL) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		ssize_t n;

		CHECK(poll(&poll_fd, 1, 10000) == 1);
		n = recv(fd, bytes, sizeof bytes, MSG_PEEK);
		CHECK(n > 0);
		end = memchr(bytes, '\n', (size_t)n);
		n = end != NULL ? end - bytes + 1 : n;
		read_exactly(fd, bytes, (size_t)n, 10000);
		(void)buf_add(line, bytes, (size_t)n);
	}
	buf_truncate(line, line->len - 1);
}

static int unix_ready(const struct served *served, const char *initialize)
{
	struct buf line = BUF_INIT(1UL << 20);
	int fd = connect_unix(&served->agent);

	CHECK(fd >= 0);
	say(fd, initialize);
	hear(fd, &line);
	CHECK(str_starts(
		(struct str){line.data, line.len}, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":"));
	buf_fini(&line);
	return fd;
}

static int web_ready(const struct served *served)
{
	static const char initialize[] = INITIALIZE("{}");
	struct buf payload = BUF_INIT(1UL << 20);
	int fd = connect_good(&served->agent);

	frame_say(fd, initialize, sizeof initialize - 1);
	CHECK(frame_hear(fd, &payload) == 1);
	buf_fini(&payload);
	return fd;
}

static void check_web(int fd)
{
	struct buf payload = BUF_INIT(1UL << 20);

	frame_say(fd, PING, sizeof PING - 1);
	CHECK(frame_hear(fd, &payload) == 1);
	CHECK_STR(buf_text(&payload), PONG);
	buf_fini(&payload);
}

static void check_unix(int fd)
{
	struct buf line = BUF_INIT(1UL << 20);

	say(fd, PING);
	hear(fd, &line);
	CHECK_STR(buf_text(&line), PONG);
	buf_fini(&line);
}

/* ── what a client may send ────────────────────────────────────────────── */

static void a_header_may_have_4_kib(void)
{
	struct buf head = BUF_INIT(16384);
	struct served served;
	char status[16];
	size_t more;
	int fd;

	served_start(&served, 100, NULL, &web_plain);
	for (more = 0; more < 2; more++) {
		buf_clear(&head);
		upgrade_fill(&served.agent, UP HOST WS V13 KEY AUTH "X: ", &head);
		while (head.len < UPGRADE_HEADER_MAX - 4 + more)
			(void)buf_add_char(&head, 'x');
		(void)buf_add_str(&head, "\r\n\r\n");
		fd = upgrade(&served.agent, buf_text(&head), status);
		CHECK_STR(status, more == 0 ? "HTTP/1.1 101" : "HTTP/1.1 403");
		(void)close(fd);
	}
	buf_fini(&head);
	served_end(&served);
}

static void a_message_may_have_1_mib(void)
{
	struct buf message = BUF_INIT(2UL << 20), payload = BUF_INIT(1UL << 20);
	struct served served;
	int fd;

	served_start(&served, 100, NULL, &web_plain);
	fd = connect_good(&served.agent);
	(void)buf_add_str(&message, PING);
	while (message.len < MCP_MESSAGE_MAX)
		(void)buf_add_char(&message, ' ');
	frame_say(fd, message.data, message.len);
	CHECK(frame_hear(fd, &payload) == 1);
	CHECK_STR(buf_text(&payload), PONG);
	buf_clear(&payload);
	(void)buf_add_char(&message, ' ');
	/* Refused by its head alone: not all of it need be taken. */
	CHECK(send(fd, "\x81\xff\x00\x00\x00\x00\x00\x10\x00\x01\0\0\0\0", 14, 0) == 14);
	CHECK(frame_hear(fd, &payload) == 8);
	CHECK(payload.len == 2 && memcmp(payload.data, "\x03\xf1", 2) == 0);
	(void)close(fd);
	buf_fini(&message);
	buf_fini(&payload);
	served_end(&served);
}

/* A line too long is answered, skipped, and the next one served. */
static void a_line_may_have_1_mib(void)
{
	struct buf message = BUF_INIT(2UL << 20), line = BUF_INIT(1UL << 20);
	struct served served;
	int fd, more;

	served_start(&served, 100, &unix_plain, NULL);
	fd = connect_unix(&served.agent);
	for (more = 0; more < 2; more++) {
		buf_clear(&message);
		(void)buf_add_str(&message, PING);
		while (message.len < MCP_MESSAGE_MAX + (size_t)more)
			(void)buf_add_char(&message, ' ');
		say(fd, buf_text(&message));
		hear(fd, &line);
		CHECK((strstr(buf_text(&line), "message too large") != NULL) == (more == 1));
	}
	check_unix(fd);
	(void)close(fd);
	buf_fini(&message);
	buf_fini(&line);
	served_end(&served);
}

/* Large messages past the rate stay in the client's socket: nothing piles up with
 * us, and all are answered. */
static void what_comes_too_fast_waits_outside(void)
{
	const struct mcp_websocket_options with = {.rate = 10, .burst = 2};
	struct buf message = BUF_INIT(1UL << 20), payload = BUF_INIT(1UL << 20);
	int64_t before, after;
	struct served served;
	int fd, i, status;
	pid_t sender;

	served_start(&served, 100, NULL, &with);
	fd = connect_good(&served.agent);
	before = proc_number(served.agent.pid, "status", "VmRSS:");
	(void)buf_add_str(&message, PING);
	while (message.len < 512UL * 1024)
		(void)buf_add_char(&message, ' ');
	sender = fork();
	CHECK(sender >= 0);
	for (i = 0; sender == 0 && i < 12; i++)
		frame_say(fd, message.data, message.len);
	if (sender == 0)
		_exit(0);
	for (i = 0; i < 12; i++) {
		buf_clear(&payload);
		CHECK(frame_hear(fd, &payload) == 1);
		CHECK_STR(buf_text(&payload), PONG);
	}
	CHECK(waitpid(sender, &status, 0) == sender && status == 0);
	after = proc_number(served.agent.pid, "status", "VmHWM:");
	CHECK(after - before < MEMORY_KIB);
	(void)close(fd);
	buf_fini(&message);
	buf_fini(&payload);
	served_end(&served);
}

/* ── who does not answer, who does not read ────────────────────────────── */

static void who_answers_no_ping_is_cut_off(void)
{
	/* So much time has this process, too, to answer as the good one. */
	const struct mcp_websocket_options with = {.ping_ms = 1000};
	struct buf payload = BUF_INIT(1024);
	struct served served;
	int silent, good, i;
	char byte;

	served_start(&served, 100, NULL, &with);
	silent = connect_good(&served.agent);
	CHECK(frame_hear(silent, &payload) == 9);
	CHECK(receive(silent, &byte, 1, 60000) == 0);
	good = connect_good(&served.agent);
	for (i = 0; i < 4; i++) {
		CHECK(frame_hear(good, &payload) == 9);
		CHECK(send(good, "\x8a\x80\0\0\0\0", 6, MSG_NOSIGNAL) == 6);
	}
	check_web(good);
	(void)close(silent);
	(void)close(good);
	buf_fini(&payload);
	served_end(&served);
}

/* It asks for 28 MB at once and begins to read later: nothing is lost. */
static void who_reads_late_gets_everything(void)
{
	struct buf payload = BUF_INIT(4UL << 20);
	struct served served;
	int fd, i;

	served_start(&served, LONG_BYTES, NULL, &web_fast);
	fd = web_ready(&served);
	for (i = 0; i < GETS; i++)
		frame_say(fd, GET, sizeof GET - 1);
	(void)poll(NULL, 0, 200);
	for (i = 0; i < GETS; i++) {
		buf_clear(&payload);
		CHECK(frame_hear(fd, &payload) == 1);
		CHECK(payload.len > LONG_BYTES);
	}
	CHECK(proc_number(served.agent.pid, "status", "VmHWM:") < 2 * MEMORY_KIB);
	check_web(fd);
	(void)close(fd);
	buf_fini(&payload);
	served_end(&served);
}

static void who_reads_late_gets_everything_as_lines(void)
{
	struct buf line = BUF_INIT(4UL << 20);
	struct served served;
	int fd, i;

	served_start(&served, LONG_BYTES, &unix_plain, NULL);
	fd = unix_ready(&served, INITIALIZE("{}"));
	for (i = 0; i < GETS; i++)
		say(fd, GET);
	(void)poll(NULL, 0, 200);
	for (i = 0; i < GETS; i++) {
		hear(fd, &line);
		CHECK(line.len > LONG_BYTES);
	}
	check_unix(fd);
	(void)close(fd);
	buf_fini(&line);
	served_end(&served);
}

/* Asks and never reads; others are served meanwhile, memory stays bounded, and it
 * is cut off. */
static void a_reader_that_stops_is_cut_off_the_websocket(void)
{
	const struct mcp_websocket_options with = {.rate = 100000, .burst = 100000, .ping_ms = 500};
	struct buf payload = BUF_INIT(4UL << 20);
	struct served served;
	unsigned before;
	int64_t memory;
	int fd, i, other;

	served_start(&served, LONG_BYTES, NULL, &with);
	other = web_ready(&served);
	frame_say(other, GET, sizeof GET - 1); /* opens the ledger */
	CHECK(frame_hear(other, &payload) == 1);
	before = count_descriptors(served.agent.pid);
	memory = proc_number(served.agent.pid, "status", "VmRSS:");
	fd = web_ready(&served);
	for (i = 0; i < GETS; i++)
		frame_say(fd, GET, sizeof GET - 1);
	check_web(other);
	/* The other one lives: it answers its pings. */
	for (i = 0; i < 4; i++) {
		CHECK(frame_hear(other, &payload) == 9);
		CHECK(send(other, "\x8a\x80\0\0\0\0", 6, MSG_NOSIGNAL) == 6);
	}
	CHECK(descriptors_become(served.agent.pid, before));
	CHECK(proc_number(served.agent.pid, "status", "VmHWM:") - memory < MEMORY_KIB);
	(void)close(fd);
	(void)close(other);
	buf_fini(&payload);
	served_end(&served);
}

static void a_reader_that_stops_is_cut_off_the_unix_socket(void)
{
	const struct mcp_local with = {.slow_ms = 500};
	struct buf line = BUF_INIT(4UL << 20);
	struct served served;
	unsigned before;
	int64_t memory;
	int fd, i, other;

	served_start(&served, LONG_BYTES, &with, NULL);
	other = unix_ready(&served, INITIALIZE("{}"));
	say(other, GET); /* opens the ledger */
	hear(other, &line);
	before = count_descriptors(served.agent.pid);
	memory = proc_number(served.agent.pid, "status", "VmRSS:");
	fd = unix_ready(&served, INITIALIZE("{}"));
	for (i = 0; i < GETS; i++)
		say(fd, GET);
	check_unix(other);
	/* What changes meanwhile does not pile up for it. */
	for (i = 0; i < 5; i++) {
		library_put(served.agent.home, "team/other", i % 2 == 0 ? STR("a") : STR("b"));
		CHECK(write(served.watch, "", 1) == 1);
	}
	CHECK(descriptors_become(served.agent.pid, before));
	CHECK(proc_number(served.agent.pid, "status", "VmHWM:") - memory < MEMORY_KIB);
	(void)close(fd);
	(void)close(other);
	buf_fini(&line);
	served_end(&served);
}

/* ── who is connected ──────────────────────────────────────────────────── */

static int list_pipe[2];

/* In the child: too busy for the first list. */
static bool list_changed(void *data, const struct local_client *clients, size_t n)
{
	static unsigned char calls;

	(void)data;
	CHECK(n == 0 || clients[0].number == 1);
	calls++;
	CHECK(write(list_pipe[1], &calls, 1) == 1);
	return calls > 1;
}

static void a_list_that_nobody_took_is_told_again(void)
{
	const struct mcp_local with = {.changed = list_changed};
	struct served served;
	unsigned char calls;
	int fd;

	CHECK(pipe(list_pipe) == 0);
	served_start(&served, 100, &with, NULL);
	fd = connect_unix(&served.agent);
	CHECK(fd >= 0);
	do
		CHECK(read(list_pipe[0], &calls, 1) == 1);
	while (calls < 2);
	check_unix(fd);
	(void)close(fd);
	served_end(&served);
}

/* ── changes ───────────────────────────────────────────────────────────── */

static void wait_for_list_changed(int fd, struct buf *line, bool web)
{
	do {
		if (web) {
			buf_clear(line);
			CHECK(frame_hear(fd, line) == 1);
		} else {
			hear(fd, line);
		}
	} while (strstr(buf_text(line), "notifications/prompts/list_changed") == NULL);
}

/* The watch speaks before the commit is there, and never again. */
static void a_commit_after_the_watchs_word_is_heard(void)
{
	struct buf line = BUF_INIT(1UL << 20);
	struct served served;
	int web, fd;

	for (web = 0; web < 2; web++) {
		served_start(&served, 100, web ? NULL : &unix_plain, web ? &web_plain : NULL);
		fd = web ? web_ready(&served) : unix_ready(&served, INITIALIZE("{}"));
		CHECK(write(served.watch, "", 1) == 1);
		if (web)
			check_web(fd); /* it has looked */
		else
			check_unix(fd);
		library_put(served.agent.home, "team/other", STR("Later."));
		wait_for_list_changed(fd, &line, web != 0);
		(void)close(fd);
		served_end(&served);
	}
	buf_fini(&line);
}

/* One that had to wait with reading hears of it when it has read. */
static void a_change_is_told_behind_what_waits(void)
{
	struct buf line = BUF_INIT(4UL << 20);
	struct served served;
	int fd, i;

	served_start(&served, LONG_BYTES, &unix_plain, NULL);
	fd = unix_ready(&served, INITIALIZE("{}"));
	for (i = 0; i < 4; i++)
		say(fd, GET);
	(void)poll(NULL, 0, 100); /* now it is stuck */
	library_put(served.agent.home, "team/other", STR("Later."));
	CHECK(write(served.watch, "", 1) == 1);
	(void)poll(NULL, 0, TELL_SOON_MS + TELL_LATE_MS + 200); /* the last look is over */
	wait_for_list_changed(fd, &line, false);
	(void)close(fd);
	buf_fini(&line);
	served_end(&served);
}

/* The agent ends: what is open is completed before the connection closes. */
static void the_end_completes_a_subscription(void)
{
	static const char listen[] = "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":"
				     "\"subscriptions/listen\",\"params\":{" MODERN
				     ",\"notifications\":{\"promptsListChanged\":true}}}";
	struct buf payload = BUF_INIT(1UL << 20);
	struct served served;
	int fd;

	served_start(&served, 100, NULL, &web_plain);
	fd = connect_good(&served.agent);
	frame_say(fd, listen, sizeof listen - 1);
	CHECK(frame_hear(fd, &payload) == 1);
	CHECK(strstr(buf_text(&payload), "acknowledged") != NULL);
	served_end(&served);
	buf_clear(&payload);
	CHECK(frame_hear(fd, &payload) == 1);
	CHECK(strstr(buf_text(&payload), "\"id\":\"s\"") != NULL);
	CHECK(strstr(buf_text(&payload), "\"resultType\":\"complete\"") != NULL);
	buf_clear(&payload);
	CHECK(frame_hear(fd, &payload) == 8);
	CHECK(payload.len == 2 && memcmp(payload.data, "\x03\xe9", 2) == 0);
	(void)close(fd);
	buf_fini(&payload);
}

/* ── what a session may ask for ────────────────────────────────────────── */

static void listen_once(int fd, int id, const char *wishes, struct buf *line)
{
	struct buf message = BUF_INIT(1UL << 20);

	(void)buf_add_format(&message,
		"{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"subscriptions/"
		"listen\",\"params\":{" MODERN ",\"notifications\":%s}}",
		id, wishes);
	say(fd, buf_text(&message));
	hear(fd, line);
	buf_fini(&message);
}

static void a_session_may_listen_sixteen_times(void)
{
	struct buf line = BUF_INIT(1UL << 20);
	struct served served;
	int fd, i;

	served_start(&served, 100, &unix_plain, NULL);
	fd = connect_unix(&served.agent);
	for (i = 0; i <= SESSION_LISTENS_MAX; i++) {
		listen_once(fd, i, "{\"promptsListChanged\":true}", &line);
		CHECK((strstr(buf_text(&line), "acknowledged") != NULL) ==
			(i < SESSION_LISTENS_MAX));
	}
	CHECK(strstr(buf_text(&line), "at most 16 subscriptions") != NULL);
	/* Room again after one was cancelled. */
	say(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
		"{\"requestId\":3}}");
	listen_once(fd, 99, "{\"promptsListChanged\":true}", &line);
	CHECK(strstr(buf_text(&line), "acknowledged") != NULL);
	(void)close(fd);
	buf_fini(&line);
	served_end(&served);
}

static size_t count_text(const char *in, const char *what)
{
	size_t n = 0;

	while ((in = strstr(in, what)) != NULL) {
		in += strlen(what);
		n++;
	}
	return n;
}

static void a_session_may_name_256_resources(void)
{
	struct buf line = BUF_INIT(1UL << 20), wishes = BUF_INIT(1UL << 20);
	struct served served;
	int fd, i;

	served_start(&served, 100, &unix_plain, NULL);
	fd = connect_unix(&served.agent);
	(void)buf_add_str(&wishes, "{\"resourceSubscriptions\":[");
	for (i = 0; i < SESSION_URIS_MAX + 10; i++)
		(void)buf_add_format(&wishes, "%s\"prompt://team/n%d\"", i > 0 ? "," : "", i);
	(void)buf_add_str(&wishes, "]}");
	listen_once(fd, 1, buf_text(&wishes), &line);
	CHECK(count_text(buf_text(&line), "prompt://") == SESSION_URIS_MAX);
	(void)close(fd);
	/* The older way, one by one. */
	fd = unix_ready(&served, INITIALIZE("{}"));
	listen_once(fd, 1, buf_text(&wishes), &line);
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"resources/subscribe\",\"params\":"
		"{\"uri\":\"prompt://team/long\"}}");
	hear(fd, &line);
	CHECK(strstr(buf_text(&line), "at most 256 subscriptions") != NULL);
	(void)close(fd);
	buf_fini(&line);
	buf_fini(&wishes);
	served_end(&served);
}

/* Sixteen requests of a session may wait for answers of the user; the next one
 * is told what is missing instead. */
static void sixteen_questions_may_be_open(void)
{
	struct buf line = BUF_INIT(1UL << 20);
	struct served served;
	char message[256];
	int fd, i;

	served_start(&served, 100, &unix_plain, NULL);
	library_put_input(served.agent.home, "team/ask", STR("Tell me about {{what}}."), "what");
	fd = unix_ready(&served, INITIALIZE("{\"elicitation\":{}}"));
	for (i = 0; i <= SESSION_PARKED_MAX; i++) {
		(void)snprintf(message, sizeof message,
			"{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"prompts/get\",\"params\":"
			"{\"name\":\"team/ask\"}}",
			100 + i);
		say(fd, message);
		hear(fd, &line);
		CHECK((strstr(buf_text(&line), "elicitation/create") != NULL) ==
			(i < SESSION_PARKED_MAX));
	}
	CHECK(strstr(buf_text(&line), "\"id\":116") != NULL);
	CHECK(strstr(buf_text(&line), "-32602") != NULL);
	/* Those that wait are still answered. */
	say(fd, "{\"jsonrpc\":\"2.0\",\"id\":\"ask-1\",\"result\":{\"action\":\"accept\","
		"\"content\":{\"what\":\"limits\"}}}");
	hear(fd, &line);
	CHECK(strstr(buf_text(&line), "Tell me about limits.") != NULL);
	(void)close(fd);
	buf_fini(&line);
	served_end(&served);
}

/* ── who may connect ───────────────────────────────────────────────────── */

/* Another user who gets as far as the socket is hung up on. Only root can play
 * that user. */
static void another_user_is_not_served(void)
{
	struct served served;
	char path[80], byte;
	int status;
	pid_t other;

	if (getuid() != 0) {
		(void)printf("-- (only root can be another user)\n");
		return;
	}
	served_start(&served, 100, &unix_plain, NULL);
	(void)snprintf(path, sizeof path, "%s/run", served.agent.home);
	CHECK(chmod(served.agent.home, 0711) == 0 && chmod(path, 0711) == 0);
	(void)snprintf(path, sizeof path, "%s/run/agent.sock", served.agent.home);
	CHECK(chmod(path, 0666) == 0);
	other = fork();
	CHECK(other >= 0);
	if (other == 0) {
		int fd;

		CHECK(setgid(65534) == 0 && setuid(65534) == 0);
		fd = connect_unix(&served.agent);
		CHECK(fd >= 0);
		(void)send(fd, PING "\n", sizeof PING, MSG_NOSIGNAL); /* closed already, maybe */
		CHECK(receive(fd, &byte, 1, 60000) == 0);
		_exit(0);
	}
	CHECK(waitpid(other, &status, 0) == other && status == 0);
	(void)close(unix_ready(&served, INITIALIZE("{}")));
	served_end(&served);
}

int main(void)
{
	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(a_header_may_have_4_kib);
	RUN(a_message_may_have_1_mib);
	RUN(a_line_may_have_1_mib);
	RUN(what_comes_too_fast_waits_outside);
	RUN(who_answers_no_ping_is_cut_off);
	RUN(who_reads_late_gets_everything);
	RUN(who_reads_late_gets_everything_as_lines);
	RUN(a_reader_that_stops_is_cut_off_the_websocket);
	RUN(a_reader_that_stops_is_cut_off_the_unix_socket);
	RUN(a_list_that_nobody_took_is_told_again);
	RUN(a_commit_after_the_watchs_word_is_heard);
	RUN(a_change_is_told_behind_what_waits);
	RUN(the_end_completes_a_subscription);
	RUN(a_session_may_listen_sixteen_times);
	RUN(a_session_may_name_256_resources);
	RUN(sixteen_questions_may_be_open);
	RUN(another_user_is_not_served);
	return 0;
}
