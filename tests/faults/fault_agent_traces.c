/*
 * What an agent may find where its files belong: those of one that was killed,
 * rubbish, links, a pid that somebody else has by now. It serves all the same, and
 * nobody else is taken for it, or ended.
 *
 * fault_agent_traces [rounds]	how often two are started in the background at
 *				once (default 5)
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "agent/endpoint.h"
#include "tests/websocket_client.h"

#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"

static void check_serves(const struct agent *agent)
{
	char answer[256];
	int fd = connect_unix(agent);

	CHECK(fd >= 0);
	send_exactly(fd, PING, sizeof PING - 1);
	CHECK(receive(fd, answer, sizeof answer, 60000) > 0);
	(void)close(fd);
	(void)close(connect_good(agent));
}

static void path_in(char out[160], const struct agent *agent, const char *name)
{
	(void)snprintf(out, 160, "%.64s/run/%s", agent->home, name);
}

static void file_put(const struct agent *agent, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	path_in(path, agent, name);
	file = fopen(path, "w");
	CHECK(file != NULL);
	CHECK(fputs(text, file) >= 0 && fclose(file) == 0);
	CHECK(chmod(path, 0600) == 0);
}

static void home_make(struct agent *agent)
{
	char path[160];

	test_dir(agent->home);
	path_in(path, agent, "");
	CHECK(mkdir(path, 0700) == 0);
	CHECK(setenv("PROMPTD_HOME", agent->home, 1) == 0);
}

/* Its files are what they should be again. */
static void check_mended(const struct agent *agent)
{
	struct stat st;
	char path[160];

	path_in(path, agent, "agent.sock");
	CHECK(lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0600);
	path_in(path, agent, "agent.json");
	CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0600);
	path_in(path, agent, "agent.json.new");
	CHECK(access(path, F_OK) != 0);
	check_serves(agent);
}

static void check_untouched(const struct agent *agent)
{
	char path[160], text[16] = "";
	FILE *file;

	path_in(path, agent, "other");
	file = fopen(path, "r");
	CHECK(file != NULL && fgets(text, sizeof text, file) != NULL);
	(void)fclose(file);
	CHECK_STR(text, "mine\n");
}

static void stale_socket_put(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	(void)close(fd);
}

/* A socket that nobody listens at, a file, a link to a file of somebody. */
static void what_is_no_socket_of_ours_is_replaced(void)
{
	struct agent agent;
	char path[160], other[160];
	int i;

	for (i = 0; i < 3; i++) {
		home_make(&agent);
		path_in(path, &agent, "agent.sock");
		path_in(other, &agent, "other");
		file_put(&agent, "other", "mine\n");
		if (i == 0)
			stale_socket_put(path);
		else if (i == 1)
			file_put(&agent, "agent.sock", "no socket\n");
		else
			CHECK(symlink(other, path) == 0);
		agent_start_in(&agent);
		check_mended(&agent);
		check_untouched(&agent);
		agent_stop(&agent);
	}
}

static void rubbish_in_agent_json_is_no_agent(void)
{
	static const char *const rubbish[] = {"", "{", "null", "[]", "{\"pid\":1e99}",
		"{\"pid\":-1}", "{\"pid\":0,\"start\":0}", "{\"pid\":\"1\",\"start\":{}}",
		"\xff\xfe", "{\"pid\":99999999999999999999}"};
	struct agent agent;
	char out[1024];
	size_t i;

	home_make(&agent);
	for (i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
		file_put(&agent, "agent.json", rubbish[i]);
		file_put(&agent, "agent.json.new", rubbish[i]);
		CHECK(agent_command("agent --status", out, sizeof out) == 4);
		CHECK(agent_command("agent --stop", out, sizeof out) == 0);
	}
	agent_start_in(&agent);
	check_mended(&agent);
	agent_stop(&agent);
}

/* Nothing can be bound there: it says so, and does not keep the lock. */
static void a_directory_in_the_way_is_named(void)
{
	struct agent agent;
	char path[160], out[1024];

	home_make(&agent);
	path_in(path, &agent, "agent.sock");
	CHECK(mkdir(path, 0700) == 0);
	CHECK(agent_command("agent --foreground", out, sizeof out) == 1);
	CHECK(strstr(out, "agent.sock") != NULL);
	CHECK(rmdir(path) == 0);
	agent_start_in(&agent);
	check_mended(&agent);
	agent_stop(&agent);
}

/* Someone else has the pid by now; even one that was started at that very tick
 * after another boot of the machine. */
static void another_program_of_that_pid_is_left_alone(void)
{
	struct agent agent;
	char text[256], out[1024];
	uint64_t start;
	struct err err;
	pid_t other;
	int i;

	home_make(&agent);
	other = fork();
	CHECK(other >= 0);
	if (other == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)pause();
		_exit(1);
	}
	CHECK(platform_process_start(other, &start, &err) == 0);
	for (i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof text,
			"{\"version\":\"1\",\"pid\":%d,\"start\":%llu,\"started\":\"\",\"socket\":"
			"\"%s/run/agent.sock\",\"port\":1,\"token\":\"\"}",
			(int)other, (unsigned long long)start + (i == 0), agent.home);
		file_put(&agent, "agent.json", text);
		CHECK(agent_command("agent --status", out, sizeof out) == 4);
		CHECK(agent_command("agent --stop", out, sizeof out) == 0);
		CHECK(waitpid(other, NULL, WNOHANG) == 0);
		CHECK(agent_command("agent", out, sizeof out) == 0);
		CHECK(strstr(out, "started") != NULL);
		CHECK(agent_command("agent --replace", out, sizeof out) == 0);
		CHECK(waitpid(other, NULL, WNOHANG) == 0);
		CHECK(agent_command("agent --stop", out, sizeof out) == 0);
	}
	CHECK(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
	test_dir_remove(agent.home);
}

static pid_t start_in_background(void)
{
	char program[] = BINARY_DIR "/bin/promptd", word[] = "agent";
	char *argv[] = {program, word, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	CHECK(posix_spawn_file_actions_init(&actions) == 0);
	CHECK(posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) == 0);
	CHECK(posix_spawn(&pid, program, &actions, NULL, argv, environ) == 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* `promptd agent` twice at once: both find the same one. */
static void two_in_the_background_meet(int rounds)
{
	struct agent agent;
	struct platform_dirs dirs;
	struct endpoint endpoint;
	char out[1024];
	int i, k, status;
	struct err err;
	long pid;

	home_make(&agent);
	CHECK(platform_dirs(&dirs, &err) == 0);
	for (i = 0; i < rounds; i++) {
		pid_t starters[2] = {start_in_background(), start_in_background()};

		for (k = 0; k < 2; k++) {
			CHECK(waitpid(starters[k], &status, 0) == starters[k]);
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		}
		CHECK(endpoint_read(&dirs, &endpoint, &err) == ENDPOINT_OK);
		CHECK(endpoint_holder(&dirs, &pid, &err) == ENDPOINT_TAKEN && pid == endpoint.pid);
		agent.port = endpoint.port;
		(void)snprintf(agent.token, sizeof agent.token, "%s", endpoint.token);
		check_serves(&agent);
		CHECK(agent_command("agent --stop", out, sizeof out) == 0);
	}
	(void)printf("%d rounds of two in the background at once: one winner each\n", rounds);
	test_dir_remove(agent.home);
}

int main(int argc, char **argv)
{
	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(what_is_no_socket_of_ours_is_replaced);
	RUN(rubbish_in_agent_json_is_no_agent);
	RUN(a_directory_in_the_way_is_named);
	RUN(another_program_of_that_pid_is_left_alone);
	two_in_the_background_meet(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5);
	return 0;
}
