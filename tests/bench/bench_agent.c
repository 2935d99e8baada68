/*
 * The agent's transports beside others, with one client for all: a round trip
 * (client and server on one CPU), messages a second with 64 in flight (on two),
 * both with the server's CPU time a message, and memory a connection.
 *
 *	bench_agent [ws=COMMAND]
 *
 *	raw_unix, raw_tcp	a child that writes back what it reads: the floors
 *	unix, websocket		the agent's code answering a ping, its rate not held
 *	ws			npm's ws (peer/echo.mjs) saying each message back
 *
 * Others use this machine too: the subjects take turns in short rounds, and the
 * best round stands beside the middle one.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "mcp/loopback.h"
#include "tests/bench/bench.h"
#include "tests/served.h"

#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"b\",\"version\":\"1\"}}}"
#define IN_FLIGHT ((size_t)64)
#define ROUNDS 10
#define TRIPS 1000 /* a round */
#define RATE_NS 200000000
#define MESSAGE_MAX 64

enum subject { RAW_UNIX, RAW_TCP, UNIX, WEBSOCKET, WS_ECHO, SUBJECTS };
static const char *const names[SUBJECTS] = {"raw_unix", "raw_tcp", "unix", "websocket", "ws"};

struct lane {
	enum subject subject;
	int fd;
	pid_t pid; /* of the server */
	struct served served;
	struct bench_server node;
	char messages[IN_FLIGHT * MESSAGE_MAX]; /* the same one so many times */
	size_t message_len, answer_len;
	int64_t trips[ROUNDS * TRIPS], best_ns[ROUNDS];
	int64_t cpu_ns, answered;
	double rates[ROUNDS];
};

static struct lane lanes[SUBJECTS];
static size_t n_lanes;

/* ── servers ───────────────────────────────────────────────────────────── */

static void echo(int listening)
{
	int fd = accept(listening, NULL, NULL);
	char bytes[65536];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
		send_exactly(fd, bytes, (size_t)n);
	_exit(0);
}

static pid_t echo_start(int listening)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		echo(listening);
	}
	(void)close(listening);
	return pid;
}

static void raw_unix_start(struct lane *lane)
{
	char path[80];

	test_dir(lane->served.agent.home);
	(void)snprintf(path, sizeof path, "%.64s/run", lane->served.agent.home);
	CHECK(mkdir(path, 0700) == 0);
	lane->pid = echo_start(served_listen(lane->served.agent.home));
	lane->fd = connect_unix(&lane->served.agent);
}

static void raw_tcp_start(struct lane *lane)
{
	int fds[LOOPBACK_SOCKETS];
	unsigned port;
	struct err err;

	CHECK(loopback_listen(fds, &port, &err) == 0);
	CHECK(fcntl(fds[LOOPBACK_IPV4], F_SETFL, 0) == 0);
	(void)close(fds[LOOPBACK_IPV6]);
	lane->pid = echo_start(fds[LOOPBACK_IPV4]);
	lane->fd = connect_port(port);
}

static void served_lane_start(struct lane *lane)
{
	const struct mcp_websocket_options web = {.rate = 1000000, .burst = 1000000};
	const struct mcp_local local = {0};
	bool framed = lane->subject == WEBSOCKET;

	served_start(&lane->served, 100, framed ? NULL : &local, framed ? &web : NULL);
	lane->pid = lane->served.agent.pid;
	lane->fd = framed ? connect_good(&lane->served.agent) : connect_unix(&lane->served.agent);
}

static void ws_start(struct lane *lane, char *const argv[])
{
	bench_start(&lane->node, argv);
	lane->pid = lane->node.pid;
	lane->served.agent.port = (unsigned)strtoul(bench_receive(&lane->node), NULL, 10);
	(void)snprintf(lane->served.agent.token, sizeof lane->served.agent.token, "any");
	lane->fd = connect_good(&lane->served.agent);
}

static bool is_framed(const struct lane *lane)
{
	return lane->subject == WEBSOCKET || lane->subject == WS_ECHO;
}

/* One message: a line, or a masked frame. */
static void lane_prepare(struct lane *lane)
{
	static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
	char *m = lane->messages;
	size_t i, n = sizeof PING - 1;

	if (is_framed(lane)) {
		*m++ = (char)0x81;
		*m++ = (char)(0x80 | n);
		memcpy(m, mask, sizeof mask);
		m += sizeof mask;
		for (i = 0; i < n; i++)
			*m++ = (char)(PING[i] ^ mask[i % 4]);
	} else {
		memcpy(m, PING "\n", n + 1);
		m += n + 1;
	}
	lane->message_len = (size_t)(m - lane->messages);
	for (i = 1; i < IN_FLIGHT; i++)
		memcpy(lane->messages + i * lane->message_len, lane->messages, lane->message_len);
}

/* Every answer has the length of the first. */
static void lane_learn(struct lane *lane)
{
	char answer[256];
	size_t n = 0;

	send_exactly(lane->fd, lane->messages, lane->message_len);
	do {
		CHECK(n < sizeof answer);
		read_exactly(lane->fd, answer + n++, 1, 10000);
	} while (is_framed(lane) ? n < 2 || n < 2 + (size_t)answer[1] : answer[n - 1] != '\n');
	lane->answer_len = n;
}

static void lane_start(struct lane *lane, char *const ws[])
{
	if (lane->subject == RAW_UNIX)
		raw_unix_start(lane);
	else if (lane->subject == RAW_TCP)
		raw_tcp_start(lane);
	else if (lane->subject == WS_ECHO)
		ws_start(lane, ws);
	else
		served_lane_start(lane);
	CHECK(lane->fd >= 0);
	lane_prepare(lane);
	lane_learn(lane);
	lane->cpu_ns = lane->answered = 0;
}

static void lane_stop(struct lane *lane)
{
	(void)close(lane->fd);
	if (lane->subject == WS_ECHO)
		bench_stop(&lane->node);
	else if (lane->subject == UNIX || lane->subject == WEBSOCKET)
		served_end(&lane->served);
	else /* others that were forked later hold its connection too */
		CHECK(kill(lane->pid, SIGKILL) == 0 && waitpid(lane->pid, NULL, 0) == lane->pid);
	if (lane->subject == RAW_UNIX)
		test_dir_remove(lane->served.agent.home);
}

static void lanes_start(char *const ws[])
{
	size_t i;

	n_lanes = ws != NULL ? SUBJECTS : WS_ECHO;
	for (i = 0; i < n_lanes; i++) {
		lanes[i].subject = (enum subject)i;
		lane_start(&lanes[i], ws);
	}
}

static void lanes_stop(void)
{
	size_t i;

	for (i = 0; i < n_lanes; i++)
		lane_stop(&lanes[i]);
}

/* ── measuring ─────────────────────────────────────────────────────────── */

static void read_answer(struct lane *lane)
{
	static char bytes[65536];
	size_t left = lane->answer_len;
	ssize_t n;

	while (left > 0) {
		n = recv(lane->fd, bytes, left, 0);
		CHECK(n > 0);
		left -= (size_t)n;
	}
}

static void trips_round(struct lane *lane, int round)
{
	int64_t *trips = lane->trips + (size_t)round * TRIPS;
	int64_t cpu = bench_cpu_ns(lane->pid), start;
	size_t i;

	for (i = 0; i < TRIPS; i++) {
		start = bench_now_ns();
		send_exactly(lane->fd, lane->messages, lane->message_len);
		read_answer(lane);
		trips[i] = bench_now_ns() - start;
	}
	lane->cpu_ns += bench_cpu_ns(lane->pid) - cpu;
	lane->answered += TRIPS;
	bench_sort(trips, TRIPS);
	lane->best_ns[round] = bench_percentile(trips, TRIPS, 50);
}

static void rate_round(struct lane *lane, int round)
{
	static char bytes[65536];
	int64_t cpu = bench_cpu_ns(lane->pid), start = bench_now_ns(), took;
	size_t sent = IN_FLIGHT, got = 0; /* messages; bytes */
	ssize_t n;

	send_exactly(lane->fd, lane->messages, IN_FLIGHT * lane->message_len);
	while (got < sent * lane->answer_len) {
		n = recv(lane->fd, bytes, sizeof bytes, 0);
		CHECK(n > 0);
		got += (size_t)n;
		if (sent - got / lane->answer_len > IN_FLIGHT / 2 ||
			bench_now_ns() - start > RATE_NS)
			continue;
		send_exactly(lane->fd, lane->messages, IN_FLIGHT / 2 * lane->message_len);
		sent += IN_FLIGHT / 2;
	}
	took = bench_now_ns() - start;
	lane->cpu_ns += bench_cpu_ns(lane->pid) - cpu;
	lane->answered += (int64_t)sent;
	lane->rates[round] = (double)sent / (double)took * 1e9;
}

static double lane_cpu_us(const struct lane *lane)
{
	return (double)lane->cpu_ns / (double)lane->answered / 1e3;
}

static void lane_trips_print(struct lane *lane)
{
	bench_sort(lane->trips, ROUNDS * TRIPS);
	bench_sort(lane->best_ns, ROUNDS);
	bench_subject_begin(names[lane->subject]);
	bench_value("p50", (double)bench_percentile(lane->trips, ROUNDS * TRIPS, 50) / 1e3);
	bench_value("p99", (double)bench_percentile(lane->trips, ROUNDS * TRIPS, 99) / 1e3);
	bench_value("best_p50", (double)lane->best_ns[0] / 1e3);
	bench_value("cpu", lane_cpu_us(lane));
	bench_subject_end();
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void lane_rate_print(struct lane *lane)
{
	qsort(lane->rates, ROUNDS, sizeof *lane->rates, by_value);
	bench_subject_begin(names[lane->subject]);
	bench_value("p50", lane->rates[ROUNDS / 2]);
	bench_value("best", lane->rates[ROUNDS - 1]);
	bench_value("cpu_us", lane_cpu_us(lane));
	bench_subject_end();
}

static void all_rounds(void (*round)(struct lane *, int), void (*print)(struct lane *))
{
	size_t i;
	int r;

	for (r = 0; r < ROUNDS; r++)
		for (i = 0; i < n_lanes; i++)
			round(&lanes[i], r);
	for (i = 0; i < n_lanes; i++)
		print(&lanes[i]);
	bench_end();
}

/* ── memory of connections that say nothing more ───────────────────────── */

static double pss(pid_t pid)
{
	return (double)proc_number(pid, "smaps_rollup", "Pss:");
}

static void ready_web(int fd)
{
	struct buf answer = BUF_INIT(1UL << 20);

	frame_say(fd, INITIALIZE, sizeof INITIALIZE - 1);
	CHECK(frame_hear(fd, &answer) == 1);
	buf_fini(&answer);
}

static void ready_unix(int fd)
{
	char bytes[65536];

	send_exactly(fd, INITIALIZE "\n", sizeof INITIALIZE);
	CHECK(receive(fd, bytes, sizeof bytes, 10000) > 0);
}

/* KiB a connection, of so many; the first is there before. */
static void connections_measure(struct agent *agent, bool web, size_t n)
{
	int fds[64];
	double before = 0;
	size_t i;

	for (i = 0; i <= n; i++) {
		if (i == 1)
			before = pss(agent->pid);
		fds[i] = web ? connect_good(agent) : connect_unix(agent);
		CHECK(fds[i] >= 0);
		(web ? ready_web : ready_unix)(fds[i]);
	}
	bench_value("connections", (double)n);
	bench_value("each", (pss(agent->pid) - before) / (double)n);
	for (i = 0; i <= n; i++)
		(void)close(fds[i]);
}

static void memory(char *const ws[])
{
	static struct lane lane;
	struct agent agent;

	agent_start(&agent);
	bench_begin("agent_connection_pss", "KiB");
	bench_subject_begin("agent");
	bench_value("idle", pss(agent.pid));
	bench_subject_end();
	bench_subject_begin("unix");
	connections_measure(&agent, false, LOCAL_CLIENTS_MAX - 1);
	bench_subject_end();
	bench_subject_begin("websocket");
	connections_measure(&agent, true, WEBSOCKET_CLIENTS_MAX - 1);
	bench_subject_end();
	agent_stop(&agent);
	if (ws != NULL) {
		ws_start(&lane, ws);
		lane.served.agent.pid = lane.pid;
		bench_subject_begin("ws");
		bench_value("idle", pss(lane.pid));
		connections_measure(&lane.served.agent, true, WEBSOCKET_CLIENTS_MAX - 1);
		bench_subject_end();
		(void)close(lane.fd);
		bench_stop(&lane.node);
	}
	bench_end();
}

int main(int argc, char **argv)
{
	struct bench_subject peer[BENCH_SUBJECTS_MAX];
	char *const *ws = argc > 1 && bench_subjects(argc, argv, peer) > 0 ? peer[0].argv : NULL;

	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	bench_pin();
	lanes_start(ws);
	bench_begin("agent_round_trip", "us");
	all_rounds(trips_round, lane_trips_print);
	lanes_stop();
	bench_unpin();
	lanes_start(ws);
	bench_begin("agent_messages", "per second");
	all_rounds(rate_round, lane_rate_print);
	lanes_stop();
	memory(ws);
	return 0;
}
