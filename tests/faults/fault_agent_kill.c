/*
 * kill -9 of the agent at random instants, clients of both transports at work.
 * What was answered was recorded; what it leaves behind fools nobody; the next
 * one serves.
 *
 * fault_agent_kill [rounds]   (default 8)
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <time.h>

#include "agent/endpoint.h"
#include "tests/outbox.h"
#include "tests/websocket_client.h"

#define TEXT "Look closely."
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define GET                                                                                     \
	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"team/" \
	"review\"}}"
#define CLIENTS 4 /* the last one over the websocket */
#define IN_FLIGHT 16

struct client {
	int fd;
	bool web, ended;
	char tail[sizeof TEXT]; /* the last bytes seen: the text may be cut in two */
	size_t tail_len;
};

static struct client clients[CLIENTS];
static int64_t answered, sent;

/* ── clients that may lose their agent at any moment ───────────────────── */

static void client_say(struct client *client, const char *message)
{
	struct buf bytes = BUF_INIT(4096);
	size_t n = strlen(message);

	if (client->web && n < 126)
		(void)buf_add_format(&bytes, "\x81%c", (char)(0x80 | n));
	else if (client->web)
		(void)buf_add(&bytes, (char[]){(char)0x81, (char)0xfe, 0, (char)n}, 4);
	if (client->web)
		(void)buf_add(&bytes, "\0\0\0\0", 4);
	(void)buf_add(&bytes, message, n);
	if (!client->web)
		(void)buf_add_char(&bytes, '\n');
	(void)!send(client->fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	buf_fini(&bytes);
}

static void client_get(struct client *client)
{
	client_say(client, GET);
	sent++;
}

/* Count what came, and ask for as many again. */
static void client_count(struct client *client, const char *bytes, size_t n, bool again)
{
	struct buf seen = BUF_INIT(1UL << 20);
	const char *at;

	(void)buf_add(&seen, client->tail, client->tail_len);
	(void)buf_add(&seen, bytes, n);
	for (at = buf_text(&seen); (at = strstr(at, TEXT)) != NULL; at += sizeof TEXT - 1) {
		answered++;
		if (again)
			client_get(client);
	}
	client->tail_len = seen.len < sizeof TEXT - 2 ? seen.len : sizeof TEXT - 2;
	memcpy(client->tail, seen.data + seen.len - client->tail_len, client->tail_len);
	buf_fini(&seen);
}

static void client_hear(struct client *client, bool again)
{
	char bytes[65536];
	ssize_t n = recv(client->fd, bytes, sizeof bytes, 0), i;

	client->ended = n <= 0;
	for (i = 0; i < n; i++) /* a frame's head may hold zeros */
		bytes[i] = bytes[i] == '\0' ? ' ' : bytes[i];
	if (n > 0)
		client_count(client, bytes, (size_t)n, again);
}

static void clients_open(const struct agent *agent)
{
	int i, k;

	for (i = 0; i < CLIENTS; i++) {
		bool web = i == CLIENTS - 1;

		clients[i] = (struct client){
			.fd = web ? connect_good(agent) : connect_unix(agent), .web = web};
		CHECK(clients[i].fd >= 0);
		client_say(&clients[i], INITIALIZE);
		for (k = 0; k < IN_FLIGHT; k++)
			client_get(&clients[i]);
	}
}

static void clients_close(void)
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		(void)close(clients[i].fd);
}

/* One turn; false when all have come to the end. */
static bool clients_turn(bool again)
{
	struct pollfd fds[CLIENTS];
	int i, n = 0;

	for (i = 0; i < CLIENTS; i++) {
		fds[i] = (struct pollfd){
			.fd = clients[i].ended ? -1 : clients[i].fd, .events = POLLIN};
		n += !clients[i].ended;
	}
	if (n == 0)
		return false;
	CHECK(poll(fds, CLIENTS, 60000) > 0);
	for (i = 0; i < CLIENTS; i++)
		if (fds[i].revents != 0)
			client_hear(&clients[i], again);
	return true;
}

/* ── lives ─────────────────────────────────────────────────────────────── */

/* Kills after a while, whatever is going on. */
static pid_t start_killer(pid_t victim, unsigned microseconds)
{
	struct timespec nap = {0, (long)microseconds * 1000};
	pid_t killer = fork();

	CHECK(killer >= 0);
	if (killer == 0) {
		(void)nanosleep(&nap, NULL);
		(void)kill(victim, SIGKILL);
		_exit(0);
	}
	return killer;
}

/* To be ended after some microseconds or, when these are 0, right behind so many
 * answers: a busy machine may not get to any in a given time. */
static void life(struct agent *agent, unsigned microseconds, int64_t answers)
{
	int64_t enough = answered + answers;
	pid_t killer = 0;
	bool killed = false;
	int status;

	agent_start_in(agent);
	clients_open(agent);
	if (microseconds > 0)
		killer = start_killer(agent->pid, microseconds);
	while (clients_turn(!killed))
		if (microseconds == 0 && !killed && answered >= enough) {
			killed = true;
			CHECK(kill(agent->pid, SIGKILL) == 0);
		}
	CHECK(killer == 0 || waitpid(killer, &status, 0) == killer);
	CHECK(waitpid(agent->pid, &status, 0) == agent->pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	clients_close();
}

/* Socket and agent.json are still there, and nobody is fooled. */
static void check_traces(const struct agent *agent)
{
	struct platform_dirs dirs;
	struct endpoint endpoint;
	char path[128];
	struct err err;
	long pid;

	(void)snprintf(path, sizeof path, "%s/run/agent.json", agent->home);
	CHECK(access(path, F_OK) == 0);
	CHECK(platform_dirs(&dirs, &err) == 0);
	CHECK(endpoint_read(&dirs, &endpoint, &err) == ENDPOINT_NONE);
	CHECK(endpoint_holder(&dirs, &pid, &err) == ENDPOINT_NONE);
	CHECK(connect_unix(agent) < 0);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 8, i;
	struct agent agent;
	int64_t rows;

	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	test_dir(agent.home);
	library_put(agent.home, "team/review", STR(TEXT));
	srandom((unsigned)getpid());
	for (i = 0; i < rounds; i++) {
		bool timed = i % 2 == 0;

		life(&agent, timed ? 500 + (unsigned)random() % 30000 : 0,
			1 + (int64_t)random() % 200);
		check_traces(&agent);
		if (i % 10 != 9 && i != rounds - 1)
			continue;
		rows = outbox_uses(agent.home);
		CHECK(rows >= answered && rows <= sent);
	}
	CHECK(answered >= rounds / 2);
	(void)printf("%d kills: %lld answered, %lld rows, %lld sent, 0 lost\n", rounds,
		(long long)answered, (long long)outbox_uses(agent.home), (long long)sent);
	test_dir_remove(agent.home);
	return 0;
}
