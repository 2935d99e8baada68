/*
 * SIGTERM in the middle of work: the agent ends well, every use whose answer went out is
 * in the ledger, and a ledger that another process holds does not hold it up. How long it
 * took is printed, not judged: 500 ms are promised.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "store/usage.h"
#include "tests/websocket_client.h"

#define CLIENTS 12
#define REQUESTS 40
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}\n"
#define GET                                                                             \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":" \
	"\"get_prompt\",\"arguments\":{\"name\":\"team/review\"}}}\n"

static int64_t recorded(struct store *store)
{
	struct store_facts facts;
	struct err err;

	CHECK(store_facts(store, &facts, &err) == 0);
	return facts.n_usage_pending;
}

static void end_and_tell(const struct agent *agent, const char *what)
{
	int64_t since = clock_monotonic_us();
	int status = 0;

	CHECK(kill(agent->pid, SIGTERM) == 0);
	CHECK(waitpid(agent->pid, &status, 0) == agent->pid);
	(void)printf("%s: SIGTERM to end: %lld ms\n", what,
		(long long)(clock_monotonic_us() - since) / 1000);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int client(const struct agent *agent, int requests)
{
	struct buf text = BUF_INIT(1UL << 20);
	int fd = connect_unix(agent), i;

	CHECK(fd >= 0);
	(void)buf_add_str(&text, INITIALIZE);
	for (i = 0; i < requests; i++)
		(void)buf_add_str(&text, GET);
	CHECK(send(fd, text.data, text.len, MSG_NOSIGNAL) == (ssize_t)text.len);
	buf_fini(&text);
	return fd;
}

/* Answers to GET that came before the end. */
static int64_t answers(int fd)
{
	struct buf text = BUF_INIT(16UL << 20);
	struct str rest, line;
	int64_t n = 0;
	char *room;
	ssize_t got;

	while ((room = buf_reserve(&text, 65536)) != NULL &&
		(got = receive(fd, room, 65536, 60000)) > 0)
		buf_grow(&text, (size_t)got);
	rest = (struct str){text.data, text.len};
	while (str_next_line(&rest, &line))
		n += str_starts(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\"");
	buf_fini(&text);
	(void)close(fd);
	return n;
}

static void what_was_answered_is_kept(void)
{
	struct agent agent;
	struct store *store;
	int fds[CLIENTS], web, round, i;
	int64_t before, told;

	agent_start(&agent);
	library_put(agent.home, "team/review", STR("Look closely."));
	store = home_store(agent.home);
	for (round = 0; round < 4; round++) {
		before = recorded(store);
		for (i = 0; i < CLIENTS; i++)
			fds[i] = client(&agent, REQUESTS);
		web = connect_good(&agent);
		frame_say(web, INITIALIZE, strlen(INITIALIZE) - 1);
		frame_say(web, GET, strlen(GET) - 1);
		(void)poll(NULL, 0, round * 15); /* in another part of the work each time */
		end_and_tell(&agent, "in the middle of requests");
		(void)close(web);
		for (told = 0, i = 0; i < CLIENTS; i++)
			told += answers(fds[i]);
		(void)printf("%lld answers, %lld uses recorded\n", (long long)told,
			(long long)(recorded(store) - before));
		CHECK(recorded(store) - before >= told);
		if (round < 3)
			agent_start_in(&agent);
	}
	store_close(store);
	test_dir_remove(agent.home);
}

/* The use cannot be kept then, which is told; the answer goes out. */
static void a_ledger_that_is_held_holds_nobody_up(void)
{
	struct usage_event event = {.prompt_id = STR("p1"), .success = -1};
	struct agent agent;
	struct store *store;
	json_t *fault;
	char path[128];
	struct err err;
	int fd;

	agent_start(&agent);
	library_put(agent.home, "team/review", STR("Look closely."));
	store = home_store(agent.home);
	CHECK(store_usage_add(store, &event, &err) == 0); /* and does not commit */
	fd = client(&agent, 1);
	(void)poll(NULL, 0, 100); /* it waits for the ledger, most likely */
	end_and_tell(&agent, "with the ledger held");
	CHECK(answers(fd) <= 1);
	CHECK(store_usage_commit(store, &err) == 0);
	CHECK(recorded(store) == 1);
	(void)snprintf(path, sizeof path, "%s/state/agent.error.json", agent.home);
	fault = json_load_file(path, 0, NULL);
	CHECK(fault == NULL || strcmp(json_text(fault, "event"), "usage.not_recorded") == 0);
	json_decref(fault);
	store_close(store);
	test_dir_remove(agent.home);
}

/* In a process of its own: a hurry is for good. */
static void who_is_in_a_hurry_gives_up(void)
{
	struct usage_event event = {.prompt_id = STR("p1"), .success = -1};
	struct agent home;
	struct store *store;
	struct err err;
	int status, go[2];
	pid_t pid;
	char byte;

	test_dir(home.home);
	CHECK(pipe(go) == 0);
	pid = fork(); /* before anything is open that must not be carried along */
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(read(go[0], &byte, 1) == 1);
		store = home_store(home.home);
		store_hurry();
		CHECK(store_usage_add(store, &event, &err) != 0 && err.code == ERR_BUSY);
		_exit(0);
	}
	store = home_store(home.home);
	CHECK(store_usage_add(store, &event, &err) == 0);
	CHECK(write(go[1], "", 1) == 1);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	(void)close(go[0]);
	(void)close(go[1]);
	CHECK(store_usage_commit(store, &err) == 0);
	store_close(store);
	test_dir_remove(home.home);
}

int main(void)
{
	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	RUN(who_is_in_a_hurry_gives_up);
	RUN(what_was_answered_is_kept);
	RUN(a_ledger_that_is_held_holds_nobody_up);
	return 0;
}
