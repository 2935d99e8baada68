/*
 * kill -9 of promptd-mcp at random instants under load. What was answered was
 * recorded: for every prompts/get whose answer arrived there is a usage row, and
 * the database is whole.
 *
 * fault_kill9_mcp [rounds]   (default 20)
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <time.h>

#include "core/json.h"
#include "tests/outbox.h"
#include "tests/server.h"

#define PROGRAM BINARY_DIR "/bin/promptd-mcp"
#define IN_FLIGHT 32

static void library_make(const char *dir)
{
	struct prompt *prompt = prompt_new();
	struct store_options options = {.dir = dir};
	struct store *store;
	struct err err;

	prompt_set(&prompt->path, STR("team/review"));
	prompt_set(&prompt->title, STR("Review"));
	(void)prompt_add_message(prompt, PROMPT_USER, STR("Look closely."));
	CHECK(store_open(&store, &options, &err) == 0);
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	store_close(store);
	prompt_free(prompt);
}

static void send_gets(struct server *server, int64_t *sent, unsigned n)
{
	char message[160];
	unsigned i;

	for (i = 0; i < n; i++) {
		(void)snprintf(message, sizeof message,
			"{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"prompts/get\",\"params\":"
			"{\"name\":\"team/review\"}}",
			(long long)*sent);
		if (!server_say(server, message))
			return;
		(*sent)++;
	}
}

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

/*
 * One life of a server, to be ended after some microseconds or, when these are 0,
 * right behind so many answers: a busy machine may not get to any in a given time.
 * Returns how many answers arrived.
 */
static int64_t life(unsigned microseconds, int64_t answers, int64_t *sent)
{
	struct server server;
	int64_t answered = 0;
	pid_t killer = 0;
	char *line;
	int status;

	server_start(&server, PROGRAM, false);
	CHECK(server_say(&server,
		"{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":"
		"{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":"
		"{\"name\":\"t\",\"version\":\"1\"}}}"));
	if (microseconds > 0)
		killer = start_killer(server.pid, microseconds);
	send_gets(&server, sent, IN_FLIGHT);
	while ((line = server_hear(&server, 10000)) != NULL) {
		if (strstr(line, "Look closely.") != NULL) {
			if (++answered == answers && microseconds == 0)
				CHECK(kill(server.pid, SIGKILL) == 0);
			send_gets(&server, sent, 1);
		}
		free(line);
	}
	CHECK(killer == 0 || waitpid(killer, &status, 0) == killer);
	status = server_wait(&server);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return answered;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20, i;
	int64_t answered = 0, sent = 0, rows;
	char home[64], dir[80];

	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	test_dir(home);
	(void)snprintf(dir, sizeof dir, "%s/data", home);
	CHECK(mkdir(dir, 0700) == 0 && setenv("PROMPTD_HOME", home, 1) == 0);
	library_make(dir);
	srandom((unsigned)getpid());
	for (i = 0; i < rounds; i++) {
		bool timed = i % 2 == 0;

		answered += life(timed ? 500 + (unsigned)random() % 30000 : 0,
			1 + (int64_t)random() % 100, &sent);
		if (i % 10 == 9 || i == rounds - 1) {
			rows = outbox_uses(home);
			CHECK(rows >= answered && rows <= sent);
		}
	}
	CHECK(answered >= rounds / 2);
	(void)printf("%d kills: %lld answered, %lld rows, %lld sent, 0 lost\n", rounds,
		(long long)answered, (long long)outbox_uses(home), (long long)sent);
	test_dir_remove(home);
	return 0;
}
