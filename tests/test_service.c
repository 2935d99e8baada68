/*
 * The agent under a service manager's protocols, sd_notify(3) and sd_listen_fds(3),
 * with this test as the manager: it keeps the listening socket, passes it on, and
 * hears READY=1 and STOPPING=1.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "tests/agent.h"

#define PROGRAM BINARY_DIR "/bin/promptd"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"
#define WAIT_MS 60000

/* What a service manager keeps while its service comes and goes. */
struct manager {
	struct agent agent;
	char socket[128]; /* path of the listening one */
	char notify[160]; /* as $NOTIFY_SOCKET says it */
	int listening, notified;
};

static int bound(const char *path, int type, bool abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	size_t n = strlen(path);

	CHECK(fd >= 0 && n < sizeof address.sun_path);
	memcpy(address.sun_path, path, n);
	if (abstract)
		address.sun_path[0] = '\0';
	CHECK(bind(fd, (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == 0);
	return fd;
}

static void manager_open(struct manager *manager, bool abstract)
{
	char run[128];

	test_dir(manager->agent.home);
	(void)snprintf(run, sizeof run, "%s/run", manager->agent.home);
	CHECK(mkdir(run, 0700) == 0);
	(void)snprintf(manager->socket, sizeof manager->socket, "%.100s/agent.sock", run);
	manager->listening = bound(manager->socket, SOCK_STREAM, false);
	CHECK(listen(manager->listening, 16) == 0);
	(void)snprintf(manager->notify, sizeof manager->notify, "%s%.100s/notify",
		abstract ? "@" : "", run);
	manager->notified = bound(manager->notify, SOCK_DGRAM, abstract);
	CHECK(setenv("PROMPTD_HOME", manager->agent.home, 1) == 0);
}

static void manager_close(struct manager *manager)
{
	(void)close(manager->listening);
	(void)close(manager->notified);
	test_dir_remove(manager->agent.home);
}

/* In the child: descriptor 3 and the variables, then the agent. */
static void become_agent(const struct manager *manager, int fd, const char *pid, const char *option)
{
	char program[] = PROGRAM, word[] = "agent", foreground[] = "--foreground";
	char *last = option != NULL ? xstrdup(option) : NULL;
	char *argv[] = {program, word, foreground, last, NULL};

	CHECK(fd == 3 ? fcntl(3, F_SETFD, 0) == 0 : dup2(fd, 3) == 3);
	CHECK(setenv("LISTEN_PID", pid, 1) == 0 && setenv("LISTEN_FDS", "1", 1) == 0);
	CHECK(setenv("LISTEN_FDNAMES", "promptd-agent.socket", 1) == 0);
	CHECK(setenv("NOTIFY_SOCKET", manager->notify, 1) == 0);
	(void)execv(program, argv);
	_exit(127);
}

/* `pid`: what stands in LISTEN_PID, NULL: the child's own. */
static void manager_start(struct manager *manager, int fd, const char *pid, const char *option)
{
	manager->agent.pid = fork();
	CHECK(manager->agent.pid >= 0);
	if (manager->agent.pid == 0) {
		char own[32];

		(void)snprintf(own, sizeof own, "%ld", (long)getpid());
		become_agent(manager, fd, pid != NULL ? pid : own, option);
	}
}

static void hear(struct manager *manager, const char *expected)
{
	char word[64];
	ssize_t n = receive(manager->notified, word, sizeof word - 1, WAIT_MS);

	CHECK(n > 0);
	word[n] = '\0';
	CHECK_STR(word, expected);
}

static void check_answers(int fd)
{
	char answer[256];
	ssize_t n;

	CHECK(send(fd, PING, strlen(PING), MSG_NOSIGNAL) == (ssize_t)strlen(PING));
	n = receive(fd, answer, sizeof answer - 1, WAIT_MS);
	CHECK(n > 0);
	answer[n] = '\0';
	CHECK_STR(answer, PONG);
}

static void end_well(struct manager *manager)
{
	int status = agent_end(&manager->agent, SIGTERM);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Who connected while none ran is served by the next one; the socket stays. */
static void the_socket_is_the_managers_and_outlives_the_agent(bool abstract)
{
	struct manager manager;
	int waiting, i;

	manager_open(&manager, abstract);
	for (i = 0; i < 2; i++) {
		waiting = connect_unix(&manager.agent);
		CHECK(waiting >= 0);
		manager_start(&manager, manager.listening, NULL, NULL);
		hear(&manager, "READY=1");
		CHECK(agent_is_ready(&manager.agent)); /* READY=1 is no promise */
		check_answers(waiting);
		(void)close(waiting);
		end_well(&manager);
		hear(&manager, "STOPPING=1");
		CHECK(access(manager.socket, F_OK) == 0);
	}
	manager_close(&manager);
}

static void paths_and_abstract_names_are_told(void)
{
	the_socket_is_the_managers_and_outlives_the_agent(false);
	the_socket_is_the_managers_and_outlives_the_agent(true);
}

/* Variables that a parent left behind, and a descriptor that is no such socket. */
static void what_is_not_meant_for_it_is_not_taken(void)
{
	struct manager manager;
	int i, fd;

	manager_open(&manager, false);
	(void)close(manager.listening);
	for (i = 0; i < 2; i++) {
		fd = i == 0 ? dup(manager.notified) : socket(AF_UNIX, SOCK_STREAM, 0);
		CHECK(fd >= 0);
		manager_start(&manager, fd, i == 0 ? "1" : NULL, NULL);
		(void)close(fd);
		hear(&manager, "READY=1");
		fd = connect_unix(&manager.agent);
		CHECK(fd >= 0);
		check_answers(fd);
		(void)close(fd);
		end_well(&manager);
		hear(&manager, "STOPPING=1");
		CHECK(access(manager.socket, F_OK) != 0); /* its own, then */
	}
	manager.listening = -1;
	manager_close(&manager);
}

/* The one that goes does not take the manager's socket with it. */
static void replacing_one_by_hand_leaves_the_socket(void)
{
	struct manager manager;
	int status, fd;
	pid_t by_hand;

	manager_open(&manager, false);
	(void)close(manager.listening);
	agent_start_in(&manager.agent);
	by_hand = manager.agent.pid;
	CHECK(unlink(manager.socket) == 0); /* as systemd does where a file is in the way */
	manager.listening = bound(manager.socket, SOCK_STREAM, false);
	CHECK(listen(manager.listening, 16) == 0);
	fd = connect_unix(&manager.agent);
	manager_start(&manager, manager.listening, NULL, "--replace");
	hear(&manager, "READY=1");
	CHECK(waitpid(by_hand, &status, 0) == by_hand);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check_answers(fd);
	(void)close(fd);
	end_well(&manager);
	CHECK(access(manager.socket, F_OK) == 0);
	manager_close(&manager);
}

/* One by hand where the manager listens would take the path from under it. */
static void one_by_hand_does_not_push_the_manager_aside(void)
{
	struct manager manager;
	char out[1024];
	int fd;

	manager_open(&manager, false);
	CHECK(agent_command("agent --foreground", out, sizeof out) == 1);
	CHECK(strstr(out, "the service manager listens at") != NULL);
	CHECK(access(manager.socket, F_OK) == 0);
	fd = connect_unix(&manager.agent); /* still the manager's */
	CHECK(fd >= 0);
	(void)close(fd);
	manager_close(&manager);
}

/* `promptd agent` starts nothing itself where somebody listens: it knocks. */
static void the_command_knocks_and_the_manager_starts(void)
{
	struct manager manager;
	struct pollfd knock;
	FILE *pipe;
	char out[1024];
	size_t n;

	manager_open(&manager, false);
	knock = (struct pollfd){.fd = manager.listening, .events = POLLIN};
	pipe = popen(PROGRAM " agent 2>&1", "r");
	CHECK(pipe != NULL);
	CHECK(poll(&knock, 1, WAIT_MS) == 1);
	manager_start(&manager, manager.listening, NULL, NULL);
	n = fread(out, 1, sizeof out - 1, pipe);
	out[n] = '\0';
	CHECK(WEXITSTATUS(pclose(pipe)) == 0);
	CHECK(strstr(out, "agent started: process") != NULL);
	hear(&manager, "READY=1");
	end_well(&manager);
	manager_close(&manager);
}

int main(void)
{
	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(paths_and_abstract_names_are_told);
	RUN(what_is_not_meant_for_it_is_not_taken);
	RUN(replacing_one_by_hand_leaves_the_socket);
	RUN(one_by_hand_does_not_push_the_manager_aside);
	RUN(the_command_knocks_and_the_manager_starts);
	return 0;
}
