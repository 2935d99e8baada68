/* Tests of promptd-mcp as a process: how it begins, ends, and bears with clients. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <errno.h>

#include "core/clock.h"
#include "tests/server.h"
#include "tests/store_fixture.h"

#define PROGRAM BINARY_DIR "/bin/promptd-mcp"
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"

static void check_answer(struct server *server, const char *message, const char *beginning)
{
	char *line;

	CHECK(server_say(server, message));
	line = server_hear(server, 5000);
	CHECK(line != NULL);
	if (!str_starts(str_of(line), beginning))
		(void)fprintf(stderr, "got %s\n", line);
	CHECK(str_starts(str_of(line), beginning));
	free(line);
}

static void check_clean_end(struct server *server)
{
	int status = server_wait(server);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void server_answers_over_pipes_and_sockets(void)
{
	struct server server;
	int socket;

	for (socket = 0; socket < 2; socket++) {
		server_start(&server, PROGRAM, socket == 1);
		check_answer(&server, INITIALIZE, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{");
		check_answer(&server, PING, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
		check_clean_end(&server);
	}
}

static void server_answers_what_came_before_the_end_of_input(void)
{
	struct server server;
	char *line;

	server_start(&server, PROGRAM, false);
	CHECK(write(server.to, PING, strlen(PING)) == (ssize_t)strlen(PING)); /* no newline */
	server_hang_up(&server);
	line = server_hear(&server, 5000);
	CHECK_STR(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
	free(line);
	check_clean_end(&server);
}

/* The process may not outlive a second; generous here, exact in the bench. */
static void check_ends_soon(struct server *server)
{
	int64_t since = clock_monotonic_us();
	int status = 0;

	while (waitpid(server->pid, &status, WNOHANG) == 0) {
		CHECK(clock_monotonic_us() - since < 10 * 1000 * 1000);
		(void)poll(NULL, 0, 1);
	}
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(server->from);
	if (server->to >= 0)
		(void)close(server->to);
	buf_fini(&server->in);
}

static void server_ends_when_told(void)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct server server;
	size_t i;

	for (i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		server_start(&server, PROGRAM, false);
		check_answer(&server, PING, "{\"jsonrpc\"");
		CHECK(kill(server.pid, signals[i]) == 0);
		check_ends_soon(&server);
	}
}

/* 8,000 questions are more than a pipe and what the server takes from it at once (64 KiB
 * each); with their answers unread it must still go. */
static void server_ends_when_told_though_nobody_reads(void)
{
	struct server server;
	int i;

	server_start(&server, PROGRAM, false);
	check_answer(&server, INITIALIZE, "{\"jsonrpc\"");
	CHECK(fcntl(server.to, F_SETFL, O_NONBLOCK) == 0);
	for (i = 0; i < 8000; i++)
		if (!server_say(
			    &server, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}"))
			break;
	CHECK(errno == EAGAIN && i < 8000); /* it stopped reading: nothing piles up */
	CHECK(kill(server.pid, SIGTERM) == 0);
	check_ends_soon(&server);
}

static void server_ends_when_the_client_is_gone(void)
{
	struct server server;
	int64_t since = clock_monotonic_us();
	int status;

	server_start(&server, PROGRAM, false);
	check_answer(&server, PING, "{\"jsonrpc\"");
	(void)close(server.from);
	(void)server_say(&server, PING);
	while (waitpid(server.pid, &status, WNOHANG) == 0)
		CHECK(clock_monotonic_us() - since < 10 * 1000 * 1000);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(server.to);
	buf_fini(&server.in);
}

static void server_leaves_descriptor_flags_alone(void)
{
	struct server server;
	int shared[2];

	/* The server's input is the other end of our pipe; its flags belong to the
	 * description that a host may share with a terminal. */
	CHECK(pipe(shared) == 0);
	server_start(&server, PROGRAM, true);
	check_answer(&server, PING, "{\"jsonrpc\"");
	CHECK((fcntl(server.to, F_GETFL) & O_NONBLOCK) == 0);
	check_clean_end(&server);
	(void)close(shared[0]);
	(void)close(shared[1]);
}

/* A figure of /proc/PID/status: VmHWM is the peak, VmRSS what is held now. */
static long memory_kb(pid_t pid, const char *label)
{
	char path[64], line[256];
	long kb = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	CHECK(file != NULL);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, label, strlen(label)) == 0)
			kb = strtol(line + strlen(label), NULL, 10);
	(void)fclose(file);
	return kb;
}

/* Sanitizers keep freed memory: there the figure would be theirs. */
static bool memory_is_ours(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return false;
#else
	return true;
#endif
}

static void server_survives_a_line_of_100_megabytes(void)
{
	size_t chunk = 1024 * 1024, i;
	char *bytes = xmalloc(chunk), *line;
	struct server server;
	long before, after;

	memset(bytes, 'x', chunk);
	server_start(&server, PROGRAM, false);
	check_answer(&server, INITIALIZE, "{\"jsonrpc\"");
	before = memory_kb(server.pid, "VmHWM:");
	for (i = 0; i < 100; i++) {
		size_t done = 0;

		while (done < chunk) {
			ssize_t n = write(server.to, bytes + done, chunk - done);

			CHECK(n > 0);
			done += (size_t)n;
		}
	}
	CHECK(server_say(&server, ""));
	line = server_hear(&server, 5000);
	CHECK_STR(line, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":"
			"\"message too large: at most 1 MiB\"}}");
	free(line);
	check_answer(&server, PING, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
	after = memory_kb(server.pid, "VmHWM:");
	(void)printf("100 MB line: peak memory grew by %ld KiB\n", after - before);
	CHECK(!memory_is_ours() || after - before <= 2048);
	check_clean_end(&server);
	free(bytes);
}

#define LONG_BYTES (700UL * 1024)
#define LONG_GETS 24

static void put_long_prompt(void)
{
	struct store_options options = {.dir = NULL};
	struct prompt *prompt;
	char dir[128], *text;
	struct store *store;
	struct err err;

	(void)snprintf(dir, sizeof dir, "%s/data", getenv("PROMPTD_HOME"));
	options.dir = dir;
	CHECK(store_open(&store, &options, &err) >= 0);
	text = xmalloc(LONG_BYTES + 1);
	memset(text, 'x', LONG_BYTES);
	text[LONG_BYTES] = '\0';
	prompt = fixture_prompt("team/long", "Long", text);
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	free(text);
	store_close(store);
}

/* A batch, so that all of it is held at once. */
static void get_long_prompts(struct server *server)
{
	struct buf batch = BUF_INIT(1024 * 1024);
	char *line;
	int i;

	for (i = 0; i < LONG_GETS; i++)
		(void)buf_add_format(&batch,
			"%c{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"prompts/get\","
			"\"params\":{\"name\":\"team/long\"}}",
			i == 0 ? '[' : ',', i);
	(void)buf_add_char(&batch, ']');
	CHECK(server_say(server, buf_text(&batch)));
	line = server_hear(server, 60000);
	CHECK(line != NULL && strlen(line) > LONG_GETS * LONG_BYTES);
	free(line);
	buf_fini(&batch);
}

static void server_gives_back_the_memory_of_a_large_answer(void)
{
	struct server server;
	long before, after;

	put_long_prompt();
	server_start(&server, PROGRAM, false);
	check_answer(&server,
		"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
		"{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},"
		"\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}",
		"{\"jsonrpc\"");
	before = memory_kb(server.pid, "VmRSS:");
	get_long_prompts(&server);
	/* This one is read when the other is gone. */
	check_answer(&server, PING, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
	after = memory_kb(server.pid, "VmRSS:");
	(void)printf("16 MiB of answers: %ld KiB more are held behind it\n", after - before);
	CHECK(!memory_is_ours() || after - before <= 6144);
	check_clean_end(&server);
}

static void server_says_what_is_wrong_with_its_arguments(void)
{
	CHECK(WEXITSTATUS(system(PROGRAM " --version >/dev/null")) == 0);
	CHECK(WEXITSTATUS(system(PROGRAM " --help >/dev/null")) == 0);
	CHECK(WEXITSTATUS(system(PROGRAM " --nonsense 2>/dev/null")) == 2);
	CHECK(WEXITSTATUS(system(PROGRAM " nonsense 2>/dev/null")) == 2);
}

/* Codex starts servers with next to no environment. */
static void server_finds_the_library_without_an_environment(void)
{
	char command[512], home[64];

	test_dir(home);
	(void)snprintf(command, sizeof command,
		"printf '%%s\\n' '" PING "' | env -i HOME=%s PROMPTD_AUTOSTART=no " PROGRAM
		" | grep -q '\"result\":{}' && "
		"test -f %s/.local/share/promptd/prompts.db",
		home, home);
	CHECK(system(command) == 0);
	test_dir_remove(home);
}

int main(void)
{
	char home[64];

	(void)signal(SIGPIPE, SIG_IGN);
	test_dir(home);
	CHECK(setenv("PROMPTD_HOME", home, 1) == 0);
	RUN(server_answers_over_pipes_and_sockets);
	RUN(server_answers_what_came_before_the_end_of_input);
	RUN(server_ends_when_told);
	RUN(server_ends_when_told_though_nobody_reads);
	RUN(server_ends_when_the_client_is_gone);
	RUN(server_leaves_descriptor_flags_alone);
	RUN(server_survives_a_line_of_100_megabytes);
	RUN(server_gives_back_the_memory_of_a_large_answer);
	RUN(server_says_what_is_wrong_with_its_arguments);
	test_dir_remove(home);
	CHECK(unsetenv("PROMPTD_HOME") == 0);
	RUN(server_finds_the_library_without_an_environment);
	return 0;
}
