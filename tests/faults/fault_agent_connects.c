/*
 * Clients that come and go in every way there is: both transports, served,
 * refused, half-open, gone in the middle of a message. The agent keeps nothing of
 * them: descriptors and memory are afterwards what they were.
 *
 * fault_agent_connects [connections]   (default 1,000)
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "tests/websocket_client.h"

#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define GET                                                                                     \
	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"team/" \
	"review\"}}"
/* So many stay open for a while before they go. */
#define LINGER 24
/* What may be kept of the second half of them: caches that fill, pages that malloc
 * holds; and less than 100 bytes a connection. */
#define KEPT_KIB(n) (512 + (n) / 20)

static struct agent agent;
static long n_served, n_refused, n_left;

/* ── one connection: what it does; its descriptor is closed by the caller ── */

static int unix_connect(void)
{
	int fd;

	while ((fd = connect_unix(&agent)) < 0)
		(void)poll(NULL, 0, 1); /* as many as may wait do */
	return fd;
}

static int unix_says(const char *text)
{
	int fd = unix_connect();

	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
	n_left++;
	return fd;
}

static int unix_silent(void)
{
	return unix_says("");
}

static int unix_half_a_line(void)
{
	return unix_says("{\"jsonrpc\":\"2.0\",\"id\":1,\"meth");
}

static int unix_does_not_read(void)
{
	return unix_says(INITIALIZE "\n" GET "\n" GET "\n" GET "\n");
}

static int unix_served(void)
{
	char bytes[4096];
	int fd = unix_connect();

	send_exactly(fd, PING "\n", sizeof PING);
	CHECK(receive(fd, bytes, sizeof bytes, 60000) > 0);
	n_served++;
	return fd;
}

static int web_silent(void)
{
	int fd = connect_port(agent.port);

	CHECK(fd >= 0);
	n_left++;
	return fd;
}

static int web_half_a_header(void)
{
	int fd = web_silent();

	(void)!send(fd, "GET /mcp HTTP/1.1\r\nHost: ", 25, MSG_NOSIGNAL);
	return fd;
}

static int web_refused(void)
{
	static size_t next;
	struct buf answer = BUF_INIT(4096);
	int fd = connect_port(agent.port);

	CHECK(fd >= 0);
	upgrade_send(&agent, fd, hostile_upgrades[next++ % HOSTILE_UPGRADES].text);
	while (receive(fd, buf_reserve(&answer, 256), 256, 60000) > 0)
		;
	buf_fini(&answer);
	n_refused++;
	return fd;
}

/* Let in; there may be too many at the moment, and that is an answer as well. */
static int web_in(bool *in)
{
	char status[16];
	int fd = upgrade(&agent, GOOD_UPGRADE, status);

	*in = strcmp(status, "HTTP/1.1 101") == 0;
	CHECK(*in || strcmp(status, "HTTP/1.1 503") == 0);
	n_refused += !*in;
	return fd;
}

static int web_says(const char *bytes, size_t n)
{
	bool in;
	int fd = web_in(&in);

	if (in) {
		(void)!send(fd, bytes, n, MSG_NOSIGNAL);
		n_left++;
	}
	return fd;
}

static int web_goes_at_once(void)
{
	return web_says("", 0);
}

static int web_half_a_frame(void)
{
	return web_says("\x81\xfe\x01\x00\0\0\0\0half", 12);
}

static int web_begins_a_large_one(void)
{
	return web_says("\x81\xff\0\0\0\0\0\x10\0\0\0\0\0\0{\"jsonrpc\"", 24);
}

static int web_is_hostile(void)
{
	static size_t next;
	const struct hostile_frame *frame = &hostile_frames[next++ % HOSTILE_FRAMES];

	return web_says(frame->bytes, frame->len);
}

static int web_is_reset(void)
{
	struct linger linger = {.l_onoff = 1};
	int fd = web_half_a_frame();

	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
	return fd;
}

static int web_served(void)
{
	struct buf answer = BUF_INIT(1UL << 20);
	bool in;
	int fd = web_in(&in);

	if (in) {
		frame_say(fd, PING, sizeof PING - 1);
		CHECK(frame_hear(fd, &answer) == 1);
		n_served++;
	}
	buf_fini(&answer);
	return fd;
}

static int (*const kinds[])(void) = {unix_silent, web_silent, unix_half_a_line, web_half_a_header,
	unix_does_not_read, web_refused, unix_served, web_served, web_goes_at_once,
	web_half_a_frame, web_begins_a_large_one, web_is_hostile, web_is_reset};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* ── all of them ───────────────────────────────────────────────────────── */

static void come_and_go(int n)
{
	int open[LINGER], i;

	for (i = 0; i < n; i++) {
		if (i >= LINGER)
			(void)close(open[i % LINGER]);
		open[i % LINGER] = kinds[(size_t)i % KINDS]();
	}
	for (i = 0; i < LINGER; i++)
		(void)close(open[i]);
}

/* The least of a while: some of the first may not have been let go yet; who was sent
 * a close has a second for his own. */
static unsigned descriptors_at_rest(void)
{
	unsigned least = count_descriptors(agent.pid), n;
	int i;

	for (i = 0; i < 50; i++) {
		(void)poll(NULL, 0, 50);
		n = count_descriptors(agent.pid);
		least = n < least ? n : least;
	}
	return least;
}

/* Back to what it was; a minute at most. */
static bool descriptors_fall_to(unsigned n)
{
	int i;

	for (i = 0; count_descriptors(agent.pid) > n && i < 6000; i++)
		(void)poll(NULL, 0, 10);
	return i < 6000;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
	int64_t before, after;
	unsigned descriptors;

	CHECK(n >= LINGER);
	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	test_dir(agent.home);
	library_put(agent.home, "team/review", STR("Look closely."));
	agent_start_in(&agent);
	(void)close(unix_served());
	(void)close(web_served());
	(void)close(unix_does_not_read());
	come_and_go(LINGER); /* opens what is opened once */
	descriptors = descriptors_at_rest();
	come_and_go(n / 2); /* fills what is kept for good */
	before = proc_number(agent.pid, "smaps_rollup", "Pss:");
	come_and_go(n - n / 2);
	CHECK(descriptors_fall_to(descriptors));
	after = proc_number(agent.pid, "smaps_rollup", "Pss:");
	(void)printf("%d connections: %ld served, %ld refused, %ld left before an answer; "
		     "%u descriptors before and after, %lld KiB halfway, %lld at the end\n",
		n, n_served, n_refused, n_left, descriptors, (long long)before, (long long)after);
	/* A sanitizer's quarantine and history are not the agent's memory: leaks are its
	 * to find there, and the bound is held by the program as people get it. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	CHECK(after - before < KEPT_KIB(n));
#endif
	(void)close(unix_served());
	(void)close(web_served());
	agent_stop(&agent);
	return 0;
}
