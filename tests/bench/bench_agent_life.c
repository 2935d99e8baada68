/*
 * The real agent as its user meets it: how soon others' commits are pushed to its
 * clients, how often it wakes for nothing, a good handshake beside bad ones, its
 * end, and its return after a kill with 100,000 usage rows waiting.
 *
 *	bench_agent_life [push|idle|handshake|end|restart]…	(all of them)
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <time.h>

#include "store/usage.h"
#include "tests/bench/bench.h"
#include "tests/bench/corpus.h"
#include "tests/websocket_client.h"

#define HELLO                                                                                      \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"b\",\"version\":\"1\"}}}"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"
#define CHANGED "notifications/prompts/list_changed"
#define GET                                                                                     \
	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"team/" \
	"review\"}}\n"

#define COMMITS 100
#define IDLE_S 60
#define BAD 200
#define HANDSHAKES 200
#define ENDS 20
#define RESTARTS 10
#define ROWS 100000
#define PROMPTS 10000

static void nap_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

static int local_ready(const struct agent *agent)
{
	char bytes[65536];
	int fd = connect_unix(agent);

	CHECK(fd >= 0);
	send_exactly(fd, HELLO "\n", sizeof HELLO);
	CHECK(receive(fd, bytes, sizeof bytes, 10000) > 0);
	return fd;
}

static int web_ready(const struct agent *agent)
{
	struct buf answer = BUF_INIT(1UL << 20);
	int fd = connect_good(agent);

	frame_say(fd, HELLO, sizeof HELLO - 1);
	CHECK(frame_hear(fd, &answer) == 1);
	buf_fini(&answer);
	return fd;
}

static void print_ms(const char *name, int64_t *values, size_t n)
{
	bench_sort(values, n);
	bench_subject_begin(name);
	bench_value("n", (double)n);
	bench_value("p50", (double)bench_percentile(values, n, 50) / 1e6);
	bench_value("p99", (double)bench_percentile(values, n, 99) / 1e6);
	bench_value("max", (double)values[n - 1] / 1e6);
	bench_subject_end();
}

/* ── push ──────────────────────────────────────────────────────────────── */

static void commit(struct store *store, int number)
{
	struct prompt *prompt = prompt_new();
	char text[64];
	struct err err;

	(void)snprintf(text, sizeof text, "Look closely, %d times.", number);
	prompt_set(&prompt->path, STR("team/review"));
	prompt_set(&prompt->title, STR("Review"));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	prompt_free(prompt);
}

/* What came is the notification, or its end stands in the bytes. */
static bool hear_change(int fd)
{
	char bytes[65536];
	ssize_t n = receive(fd, bytes, sizeof bytes - 1, 10000), i;

	CHECK(n > 0);
	bytes[n] = '\0';
	for (i = 0; i < n; i++)
		if (strncmp(bytes + i, CHANGED, sizeof CHANGED - 1) == 0)
			return true;
	return false;
}

static void drain(int fd)
{
	char bytes[65536];

	while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

/* Both are waited for at once; when each had heard of it. */
static void wait_for_both(struct pollfd fds[2], int64_t since, int64_t *local, int64_t *web)
{
	*local = *web = -1;
	while (*local < 0 || *web < 0) {
		CHECK(poll(fds, 2, 60000) > 0);
		if (fds[0].revents != 0 && hear_change(fds[0].fd) && *local < 0)
			*local = bench_now_ns() - since;
		if (fds[1].revents != 0 && hear_change(fds[1].fd) && *web < 0)
			*web = bench_now_ns() - since;
	}
}

static void push(void)
{
	static int64_t local[COMMITS], web[COMMITS];
	struct agent agent;
	struct store *store;
	struct pollfd fds[2];
	uint64_t random = 1;
	int i;

	agent_start(&agent);
	store = home_store(agent.home);
	fds[0] = (struct pollfd){.fd = local_ready(&agent), .events = POLLIN};
	fds[1] = (struct pollfd){.fd = web_ready(&agent), .events = POLLIN};
	for (i = 0; i < COMMITS; i++) {
		nap_ms((int)(corpus_random(&random) % 150));
		drain(fds[0].fd);
		drain(fds[1].fd);
		commit(store, i);
		wait_for_both(fds, bench_now_ns(), &local[i], &web[i]);
	}
	bench_begin("agent_push_after_commit", "ms");
	print_ms("unix", local, COMMITS);
	print_ms("websocket", web, COMMITS);
	bench_end();
	store_close(store);
	(void)close(fds[0].fd);
	(void)close(fds[1].fd);
	agent_stop(&agent);
}

/* ── idle ──────────────────────────────────────────────────────────────── */

/* So many seconds, in which a websocket client (or -1) answers its pings. */
static void rest(int web, int seconds)
{
	struct pollfd fd = {.fd = web, .events = POLLIN};
	struct buf ping = BUF_INIT(256);
	int64_t end = bench_now_ns() + seconds * 1000000000L, left;

	while ((left = end - bench_now_ns()) > 0)
		if (poll(&fd, 1, (int)(left / 1000000) + 1) > 0) {
			CHECK(frame_hear(web, &ping) == 9);
			send_exactly(web, "\x8a\x80\0\0\0\0", 6);
		}
	buf_fini(&ping);
}

static void wakeups(const struct agent *agent, const char *name, int web)
{
	double before;

	rest(web, 3); /* what came before has its late look */
	before = bench_wakeups(agent->pid);
	rest(web, IDLE_S);
	bench_subject_begin(name);
	bench_value("rate", (bench_wakeups(agent->pid) - before) * 30 / IDLE_S);
	bench_subject_end();
}

/* A websocket client has a ping each 30 s: that is two more, one for its answer. */
static void idle(void)
{
	struct agent agent;
	int local, web;

	agent_start(&agent);
	bench_begin("agent_idle_wakeups", "per 30 s");
	wakeups(&agent, "nobody", -1);
	local = local_ready(&agent);
	wakeups(&agent, "unix_client", -1);
	web = web_ready(&agent);
	wakeups(&agent, "both_clients", web);
	bench_end();
	(void)close(local);
	(void)close(web);
	agent_stop(&agent);
}

/* ── handshakes ────────────────────────────────────────────────────────── */

/* 200 that send a byte of a good header every 10 ms, and begin anew when they are
 * cut off; until killed. */
static pid_t slow_start(const struct agent *agent)
{
	static const char header[] = UP HOST WS V13 KEY;
	int fds[BAD], i, at;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid > 0)
		return pid;
	for (i = 0; i < BAD; i++)
		fds[i] = connect_port(agent->port);
	for (at = 0;; at++) {
		for (i = 0; i < BAD; i++) {
			if (send(fds[i], header + at % 60, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
				continue;
			(void)close(fds[i]);
			fds[i] = connect_port(agent->port);
		}
		nap_ms(10);
	}
}

static void handshakes(const struct agent *agent, const char *name)
{
	static int64_t took[HANDSHAKES];
	int64_t start;
	int i, fd;

	for (i = 0; i < HANDSHAKES; i++) {
		start = bench_now_ns();
		fd = connect_good(agent);
		took[i] = bench_now_ns() - start;
		(void)close(fd);
		nap_ms(2); /* its end is seen: there may be 16 */
	}
	print_ms(name, took, HANDSHAKES);
}

static void half_open(const struct agent *agent, int fds[BAD])
{
	int i;

	for (i = 0; i < BAD; i++) {
		fds[i] = connect_port(agent->port);
		CHECK(fds[i] >= 0);
		if (i % 2 == 0)
			(void)send(fds[i], "GET /mcp HTTP/1.1\r\nHost: ", 25, MSG_NOSIGNAL);
	}
}

static void half_open_close(const int fds[BAD])
{
	int i;

	for (i = 0; i < BAD; i++)
		(void)close(fds[i]);
}

static void handshake(void)
{
	struct agent agent;
	int fds[BAD];
	pid_t slow;

	agent_start(&agent);
	bench_begin("agent_handshake", "ms");
	handshakes(&agent, "alone");
	half_open(&agent, fds);
	handshakes(&agent, "beside_200_half_open");
	half_open_close(fds);
	slow = slow_start(&agent);
	nap_ms(500);
	handshakes(&agent, "beside_200_slow");
	half_open(&agent, fds);
	handshakes(&agent, "beside_both");
	bench_end();
	half_open_close(fds);
	CHECK(kill(slow, SIGKILL) == 0 && waitpid(slow, NULL, 0) == slow);
	agent_stop(&agent);
}

/* ── a full outbox ─────────────────────────────────────────────────────── */

static void fill_library(struct store *store)
{
	struct corpus *corpus = corpus_open(NULL);
	struct err err;
	size_t i;

	CHECK(store_begin(store, &err) == 0);
	for (i = 0; i < PROMPTS; i++) {
		struct prompt *prompt = corpus_prompt(corpus, i);

		CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
		prompt_free(prompt);
	}
	CHECK(store_commit(store, &err) == 0);
	corpus_close(corpus);
}

static void fill_outbox(struct store *store)
{
	struct prompt *prompt;
	struct usage_event event = {.version = 1,
		.client_type = STR("mcp"),
		.surface = STR("prompt"),
		.action = STR("get"),
		.outcome = STR("ok"),
		.success = -1};
	struct store_want want = {0};
	struct err err;
	int i;

	CHECK(store_prompt_get(store, STR("team/review"), &want, &prompt, &err) == 0);
	event.prompt_id = str_of(prompt->id);
	event.digest = str_of(prompt->digest);
	for (i = 1; i <= ROWS; i++) {
		CHECK(store_usage_add(store, &event, &err) == 0);
		if (i % 1000 == 0)
			CHECK(store_usage_commit(store, &err) == 0);
	}
	prompt_free(prompt);
}

static void home_make(struct agent *agent)
{
	struct store *store;
	char dir[80];

	test_dir(agent->home);
	(void)snprintf(dir, sizeof dir, "%.64s/data", agent->home);
	CHECK(mkdir(dir, 0700) == 0);
	store = home_store(agent->home);
	commit(store, 0);
	fill_library(store);
	fill_outbox(store);
	store_close(store);
}

/* From SIGTERM until the process is gone, two clients connected and at work. */
static void end(void)
{
	static int64_t took[ENDS];
	struct agent agent;
	int i;

	home_make(&agent);
	for (i = 0; i < ENDS; i++) {
		int64_t start;
		int local, web, status;

		agent_start_in(&agent);
		local = local_ready(&agent);
		web = web_ready(&agent);
		send_exactly(local, GET, sizeof GET - 1);
		frame_say(web, GET, sizeof GET - 2);
		start = bench_now_ns();
		status = agent_end(&agent, SIGTERM);
		took[i] = bench_now_ns() - start;
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		(void)close(local);
		(void)close(web);
	}
	bench_begin("agent_sigterm_to_gone", "ms");
	print_ms("agent", took, ENDS);
	bench_end();
	test_dir_remove(agent.home);
}

static void ask(int fd, const char *message)
{
	char bytes[65536];

	send_exactly(fd, message, strlen(message));
	CHECK(receive(fd, bytes, sizeof bytes, 60000) > 0);
}

/* Start it and ask as soon as it listens; the time until the answer. */
static int64_t start_and_ask(struct agent *agent, const char *message)
{
	char program[] = BINARY_DIR "/bin/promptd", word[] = "agent", option[] = "--foreground";
	char *argv[] = {program, word, option, NULL};
	int64_t start = bench_now_ns();
	int fd;

	CHECK(setenv("PROMPTD_HOME", agent->home, 1) == 0);
	CHECK(posix_spawn(&agent->pid, program, NULL, NULL, argv, environ) == 0);
	while ((fd = connect_unix(agent)) < 0)
		(void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
	ask(fd, HELLO "\n");
	ask(fd, message);
	start = bench_now_ns() - start;
	(void)close(fd);
	return start;
}

static void kill_at_work(struct agent *agent)
{
	int fd = local_ready(agent), i;

	for (i = 0; i < 50; i++)
		send_exactly(fd, GET, sizeof GET - 1);
	(void)agent_end(agent, SIGKILL);
	(void)close(fd);
}

static void restart(void)
{
	static int64_t pinged[RESTARTS], got[RESTARTS];
	struct agent agent;
	int i;

	home_make(&agent);
	(void)start_and_ask(&agent, PING);
	for (i = 0; i < RESTARTS; i++) {
		kill_at_work(&agent);
		pinged[i] = start_and_ask(&agent, PING);
		kill_at_work(&agent);
		got[i] = start_and_ask(&agent, GET);
	}
	bench_begin("agent_restart_after_kill", "ms");
	print_ms("ping", pinged, RESTARTS);
	print_ms("prompts_get", got, RESTARTS);
	bench_end();
	(void)agent_end(&agent, SIGKILL);
	test_dir_remove(agent.home);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {{"push", push}, {"idle", idle}, {"handshake", handshake}, {"end", end},
		{"restart", restart}};
	size_t i;
	int a;

	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		bool wanted = argc < 2;

		for (a = 1; a < argc; a++)
			wanted = wanted || strcmp(argv[a], parts[i].name) == 0;
		if (wanted)
			parts[i].run();
	}
	return 0;
}
