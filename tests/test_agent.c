/*
 * Tests of the agent as a process: one a user, gone when told, back after a kill.
 *
 * test_agent [rounds]: how often two are started at once (default 10).
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "tests/websocket_client.h"

#define PROGRAM BINARY_DIR "/bin/promptd"
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}\n"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"

static void check_serves(const struct agent *agent)
{
	int fd = connect_unix(agent);
	char answer[256];
	ssize_t n;

	CHECK(fd >= 0);
	CHECK(send(fd, PING, strlen(PING), MSG_NOSIGNAL) == (ssize_t)strlen(PING));
	n = receive(fd, answer, sizeof answer - 1, 60000);
	CHECK(n > 0);
	answer[n] = '\0';
	CHECK_STR(answer, PONG);
	(void)close(fd);
}

static void a_second_one_says_which_runs(void)
{
	struct agent agent;
	char out[1024], expected[64];

	agent_start(&agent);
	(void)snprintf(expected, sizeof expected, "process %d", (int)agent.pid);
	CHECK(agent_command("agent --foreground", out, sizeof out) == 1);
	CHECK(strstr(out, expected) != NULL && strstr(out, "--replace") != NULL);
	CHECK(agent_command("agent", out, sizeof out) == 0);
	CHECK(strstr(out, expected) != NULL);
	CHECK(agent_command("agent --status --json", out, sizeof out) == 0);
	CHECK(strstr(out, "\"running\":true") != NULL);
	check_serves(&agent);
	agent_stop(&agent);
}

/* Token and socket are for this user alone, whatever the umask was. */
static void nobody_else_can_look(void)
{
	static const struct {
		const char *name;
		mode_t mode;
	} made[] = {{"run", 0700}, {"state", 0700}, {"data", 0700}, {"run/agent.json", 0600},
		{"run/agent.sock", 0600}, {"run/clients.json", 0600}, {"state/agent.lock", 0600}};
	mode_t before = umask(0);
	struct agent agent;
	char path[128];
	struct stat st;
	size_t i;

	agent_start(&agent);
	check_serves(&agent);
	for (i = 0; i < sizeof made / sizeof made[0]; i++) {
		(void)snprintf(path, sizeof path, "%.64s/%s", agent.home, made[i].name);
		CHECK(lstat(path, &st) == 0 && st.st_uid == getuid());
		CHECK((st.st_mode & 07777) == made[i].mode);
	}
	agent_stop(&agent);
	(void)umask(before);
}

static void replace_takes_over(void)
{
	struct agent agent;
	char out[1024];
	int status;

	agent_start(&agent);
	CHECK(agent_command("agent --replace", out, sizeof out) == 0);
	CHECK(waitpid(agent.pid, &status, 0) == agent.pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check_serves(&agent);
	CHECK(agent_command("agent --stop", out, sizeof out) == 0);
	CHECK(agent_command("agent --stop", out, sizeof out) == 0); /* none is fine too */
	CHECK(agent_command("agent --status", out, sizeof out) == 4);
	test_dir_remove(agent.home);
}

static void what_is_told_to_end_ends_and_leaves_nothing(void)
{
	struct agent agent;
	char path[128];
	int64_t since;
	int status, fd;

	agent_start(&agent);
	fd = connect_unix(&agent); /* somebody is there */
	since = clock_monotonic_us();
	status = agent_end(&agent, SIGTERM);
	(void)printf("SIGTERM to end: %lld us\n", (long long)(clock_monotonic_us() - since));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(fd);
	(void)snprintf(path, sizeof path, "%s/run/agent.json", agent.home);
	CHECK(access(path, F_OK) != 0);
	(void)snprintf(path, sizeof path, "%s/run/agent.sock", agent.home);
	CHECK(access(path, F_OK) != 0);
	test_dir_remove(agent.home);
}

static void after_a_kill_the_next_one_finds_its_way(void)
{
	struct agent agent;
	char path[128], out[1024];
	int status, i;

	agent_start(&agent);
	for (i = 0; i < 10; i++) {
		status = agent_end(&agent, SIGKILL);
		CHECK(WIFSIGNALED(status));
		/* Its files are still there, and nobody is fooled. */
		(void)snprintf(path, sizeof path, "%s/run/agent.json", agent.home);
		CHECK(access(path, F_OK) == 0);
		CHECK(agent_command("agent --status", out, sizeof out) == 4);
		agent_start_in(&agent);
		check_serves(&agent);
	}
	agent_stop(&agent);
}

/* As the socket of one that was killed, whose threads have not all ended yet. */
static pid_t start_dying(const struct agent *agent)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char path[128];
	pid_t pid;

	CHECK(fd >= 0);
	(void)snprintf(path, sizeof path, "%s/run", agent->home);
	CHECK(mkdir(path, 0700) == 0);
	(void)snprintf(
		address.sun_path, sizeof address.sun_path, "%.80s/run/agent.sock", agent->home);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 8) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(accept(fd, NULL, NULL) >= 0 ? 0 : 1);
	(void)close(fd);
	return pid;
}

static void one_that_is_dying_is_not_waited_for(void)
{
	struct agent agent = {0};
	char out[1024];
	int status;
	pid_t dying;

	test_dir(agent.home);
	CHECK(setenv("PROMPTD_HOME", agent.home, 1) == 0);
	dying = start_dying(&agent);
	CHECK(agent_command("agent", out, sizeof out) == 0);
	CHECK(waitpid(dying, &status, 0) == dying); /* it was taken for an agent */
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	check_serves(&agent);
	CHECK(agent_command("agent --stop", out, sizeof out) == 0);
	test_dir_remove(agent.home);
}

static void an_agent_whose_home_is_gone_ends(void)
{
	struct agent agent;
	int status;

	agent_start(&agent);
	test_dir_remove(agent.home);
	CHECK(waitpid(agent.pid, &status, 0) == agent.pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static pid_t start_quietly(void)
{
	char program[] = PROGRAM, word[] = "agent", option[] = "--foreground";
	char *argv[] = {program, word, option, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0);
	CHECK(posix_spawn(&pid, program, &actions, NULL, argv, environ) == 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* Two at once: one serves, the other has gone with exit status 1. */
static void of_two_at_once_one_wins(int rounds)
{
	struct agent agent;
	int i, status;

	test_dir(agent.home);
	CHECK(setenv("PROMPTD_HOME", agent.home, 1) == 0);
	for (i = 0; i < rounds; i++) {
		pid_t pids[2] = {start_quietly(), start_quietly()}, loser;

		loser = waitpid(-1, &status, 0);
		CHECK(loser == pids[0] || loser == pids[1]);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
		agent.pid = loser == pids[0] ? pids[1] : pids[0];
		while (!agent_is_ready(&agent))
			(void)poll(NULL, 0, 1);
		check_serves(&agent);
		status = agent_end(&agent, SIGTERM);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	(void)printf("%d rounds of two at once: one winner each\n", rounds);
	test_dir_remove(agent.home);
}

/* A commit of another process is told to everybody who listens, both ways. */
static void changes_are_pushed(void)
{
	struct buf payload = BUF_INIT(1UL << 20);
	struct agent agent;
	char bytes[8192];
	int local, web;

	agent_start(&agent);
	local = connect_unix(&agent);
	web = connect_good(&agent);
	CHECK(send(local, INITIALIZE, strlen(INITIALIZE), MSG_NOSIGNAL) > 0);
	CHECK(receive(local, bytes, sizeof bytes, 60000) > 0);
	frame_say(web, INITIALIZE, strlen(INITIALIZE) - 1);
	CHECK(frame_hear(web, &payload) == 1);
	library_put(agent.home, "team/review", STR("Look closely."));
	memset(bytes, 0, sizeof bytes);
	CHECK(receive(local, bytes, sizeof bytes - 1, 60000) > 0);
	CHECK(strstr(bytes, "notifications/prompts/list_changed") != NULL);
	buf_clear(&payload);
	CHECK(frame_hear(web, &payload) == 1);
	CHECK(strstr(buf_text(&payload), "notifications/prompts/list_changed") != NULL);
	(void)close(local);
	(void)close(web);
	buf_fini(&payload);
	agent_stop(&agent);
}

/* More clients than may be: the last one waits until there is room. */
static void a_client_too_many_waits(void)
{
	int fds[65], i;
	struct agent agent;
	char answer[256];

	agent_start(&agent);
	for (i = 0; i < 65; i++) {
		fds[i] = connect_unix(&agent);
		CHECK(fds[i] >= 0);
		CHECK(send(fds[i], PING, strlen(PING), MSG_NOSIGNAL) > 0);
	}
	for (i = 0; i < 64; i++)
		CHECK(receive(fds[i], answer, sizeof answer, 60000) > 0);
	CHECK(receive(fds[64], answer, sizeof answer, 200) == -1);
	(void)close(fds[0]);
	CHECK(receive(fds[64], answer, sizeof answer, 60000) > 0);
	for (i = 1; i < 65; i++)
		(void)close(fds[i]);
	agent_stop(&agent);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10;

	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(a_second_one_says_which_runs);
	RUN(nobody_else_can_look);
	RUN(replace_takes_over);
	RUN(what_is_told_to_end_ends_and_leaves_nothing);
	RUN(after_a_kill_the_next_one_finds_its_way);
	RUN(one_that_is_dying_is_not_waited_for);
	RUN(an_agent_whose_home_is_gone_ends);
	RUN(changes_are_pushed);
	RUN(a_client_too_many_waits);
	of_two_at_once_one_wins(rounds);
	return 0;
}
