/*
 * The agent in a world that fails it: no room on the disk at its start or later, a
 * clock that jumps by years, descriptors that run out. It says so or goes on, and
 * serves as before when that is over.
 *
 * The agent runs in a child of this program, which answers for some calls of the
 * system: write() on files and the clock.
 */
#define _GNU_SOURCE /* prlimit, pwrite64 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "agent/daemon.h"
#include "core/log.h"
#include "tests/outbox.h"
#include "tests/websocket_client.h"

#define TEXT "Look closely."
#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define GET                                                                                     \
	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"team/" \
	"review\"}}"
#define YEARS_S (10LL * 365 * 86400)

/* Shared with the child. */
static struct world {
	pid_t agent;
	bool full;	  /* no room for files whose name begins so: */
	char what[32];	  /* "": any */
	int64_t offset_s; /* what the clock on the wall is ahead */
	char why[512];
} * world;

/* ── what the system says to the child ─────────────────────────────────── */

static bool file_is_meant(int fd)
{
	char link[64], path[512];
	const char *name;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	name = strrchr(path, '/');
	return name != NULL && strncmp(name + 1, world->what, strlen(world->what)) == 0;
}

static bool disk_is_full(int fd)
{
	if (world == NULL || !world->full || world->agent != getpid() || !file_is_meant(fd))
		return false;
	errno = ENOSPC;
	return true;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	return disk_is_full(fd) ? -1 : (ssize_t)syscall(SYS_write, fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return disk_is_full(fd) ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	return disk_is_full(fd) ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, n, at);
}

static time_t clock_ahead(void)
{
	return world != NULL && world->agent == getpid() ? (time_t)world->offset_s : 0;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, id, now);

	if (result == 0 && id == CLOCK_REALTIME)
		now->tv_sec += clock_ahead();
	return (int)result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec real;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &real);
	*now = (struct timeval){real.tv_sec, real.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *out)
{
	struct timespec real;

	(void)clock_gettime(CLOCK_REALTIME, &real);
	if (out != NULL)
		*out = real.tv_sec;
	return real.tv_sec;
}

/* ── an agent in a child ───────────────────────────────────────────────── */

static void agent_run(void)
{
	struct daemon_options options = {0};
	struct platform_dirs dirs;
	struct config config;
	struct err err;
	int result;

	CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	world->agent = getpid();
	CHECK(platform_dirs(&dirs, &err) == 0);
	config_init(&config);
	options.dirs = &dirs;
	options.config = &config;
	log_open("promptd", LOG_LEVEL_INFO, STDERR_FILENO);
	result = daemon_run(&options, &err);
	if (result != 0)
		(void)snprintf(world->why, sizeof world->why, "%s", err.text);
	_exit(result != 0);
}

/* Its log goes to a file, as in the background. */
static void inside_spawn(struct agent *agent)
{
	char log[128];
	int fd;

	world->why[0] = '\0';
	CHECK(setenv("PROMPTD_HOME", agent->home, 1) == 0);
	agent->pid = fork();
	CHECK(agent->pid >= 0);
	if (agent->pid > 0)
		return;
	(void)snprintf(log, sizeof log, "%.64s/log", agent->home);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	CHECK(fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO);
	agent_run();
}

static void inside_start(struct agent *agent)
{
	int i;

	inside_spawn(agent);
	for (i = 0; !agent_is_ready(agent); i++) {
		CHECK(i < 30000);
		(void)poll(NULL, 0, 2);
	}
}

static void home_make(struct agent *agent)
{
	test_dir(agent->home);
	library_put(agent->home, "team/review", STR(TEXT));
}

static bool is_there(const struct agent *agent, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%.64s/%s", agent->home, name);
	return access(path, F_OK) == 0;
}

/* ── its clients ───────────────────────────────────────────────────────── */

static void hear_line(int fd, struct buf *line)
{
	char byte = '\0';

	buf_clear(line);
	while (byte != '\n') {
		CHECK(receive(fd, &byte, 1, 60000) > 0);
		(void)buf_add_char(line, byte);
	}
}

/* What is said until something of this is among it. */
static void ask(int fd, bool web, const char *message, const char *wanted)
{
	struct buf answer = BUF_INIT(1UL << 20);

	if (web && message[0] != '\0')
		frame_say(fd, message, strlen(message));
	else if (message[0] != '\0')
		send_exactly(fd, message, strlen(message));
	if (!web && message[0] != '\0')
		send_exactly(fd, "\n", 1);
	do {
		if (web) {
			buf_clear(&answer);
			CHECK(frame_hear(fd, &answer) == 1);
		} else {
			hear_line(fd, &answer);
		}
	} while (strstr(buf_text(&answer), wanted) == NULL);
	buf_fini(&answer);
}

struct pair {
	int local, web;
};

static void pair_ask(const struct pair *pair, const char *message, const char *wanted)
{
	ask(pair->local, false, message, wanted);
	ask(pair->web, true, message, wanted);
}

static struct pair pair_open(const struct agent *agent)
{
	struct pair pair = {connect_unix(agent), connect_good(agent)};

	CHECK(pair.local >= 0);
	pair_ask(&pair, INITIALIZE, "serverInfo");
	return pair;
}

static void pair_close(const struct pair *pair)
{
	(void)close(pair->local);
	(void)close(pair->web);
}

/* ── no room ───────────────────────────────────────────────────────────── */

static void without_room_at_its_start_it_says_so_and_leaves_nothing(void)
{
	struct agent agent;
	int status;

	home_make(&agent);
	(void)snprintf(world->what, sizeof world->what, "agent.json");
	world->full = true;
	inside_spawn(&agent);
	CHECK(waitpid(agent.pid, &status, 0) == agent.pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	CHECK(strstr(world->why, "agent.json") != NULL && strstr(world->why, "space") != NULL);
	CHECK(!is_there(&agent, "run/agent.json") && !is_there(&agent, "run/agent.json.new"));
	CHECK(!is_there(&agent, "run/agent.sock"));
	world->full = false;
	inside_start(&agent);
	agent_stop(&agent);
}

/* Log and clients.json cannot be written: nobody notices. */
static void a_full_disk_stops_nobody(void)
{
	struct agent agent;
	struct pair first, second;
	int64_t rows;

	home_make(&agent);
	inside_start(&agent);
	first = pair_open(&agent);
	pair_ask(&first, GET, TEXT);
	world->what[0] = '\0';
	world->full = true;
	second = pair_open(&agent);
	pair_ask(&first, GET, TEXT);
	pair_ask(&second, GET, TEXT);
	pair_close(&second);
	world->full = false;
	rows = outbox_uses(agent.home);
	pair_ask(&first, GET, TEXT);
	CHECK(outbox_uses(agent.home) >= rows + 2);
	second = pair_open(&agent); /* writes the list */
	pair_ask(&second, GET, TEXT);
	CHECK(is_there(&agent, "run/clients.json"));
	pair_close(&first);
	pair_close(&second);
	agent_stop(&agent);
}

/* ── time ──────────────────────────────────────────────────────────────── */

static double cpu_seconds(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	CHECK(clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &used) == 0);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* It comes to rest, once what was begun is over; a minute at most. A loop that runs for
 * nothing would always use all of the time that a busy machine gives it. */
static void check_rests(const struct agent *agent)
{
	double before;
	int i;

	for (i = 0; i < 120; i++) {
		before = cpu_seconds(agent->pid);
		(void)poll(NULL, 0, 500);
		if (cpu_seconds(agent->pid) - before < 0.05)
			return;
	}
	CHECK(!"it rests");
}

/* A stranger's five seconds are those of a clock that does not jump. */
static void check_stranger(const struct agent *agent, int64_t offset_s)
{
	int64_t since = clock_monotonic_us();
	int fd = connect_port(agent->port);
	char byte;

	CHECK(fd >= 0 && send(fd, "GET /", 5, MSG_NOSIGNAL) == 5);
	(void)poll(NULL, 0, 20);
	world->offset_s = offset_s;
	if (receive(fd, &byte, 1, 200) == 0)
		CHECK(clock_monotonic_us() - since > 4000000);
	(void)close(fd);
}

static void the_clock_may_jump(void)
{
	static const int64_t jumps[] = {3600, YEARS_S, -YEARS_S, -3600, 0};
	struct agent agent;
	struct pair old, new;
	int64_t rows;
	size_t i;

	home_make(&agent);
	inside_start(&agent);
	old = pair_open(&agent);
	for (i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
		rows = outbox_uses(agent.home);
		check_stranger(&agent, jumps[i]);
		pair_ask(&old, GET, TEXT);
		new = pair_open(&agent);
		pair_ask(&new, GET, TEXT);
		CHECK(outbox_uses(agent.home) == rows + 4);
		library_put(agent.home, "team/other", i % 2 == 0 ? STR("a") : STR("b"));
		pair_ask(&old, "", "notifications/prompts/list_changed");
		pair_ask(&new, "", "notifications/prompts/list_changed");
		pair_close(&new);
		check_rests(&agent);
	}
	pair_close(&old);
	agent_stop(&agent);
}

/* ── descriptors ───────────────────────────────────────────────────────── */

static void limit_descriptors(const struct agent *agent, unsigned n)
{
	struct rlimit limit;

	CHECK(prlimit(agent->pid, RLIMIT_NOFILE, NULL, &limit) == 0);
	limit.rlim_cur = n;
	CHECK(prlimit(agent->pid, RLIMIT_NOFILE, &limit, NULL) == 0);
}

/* At least so many; a minute at most. */
static void wait_for_descriptors(pid_t pid, unsigned n)
{
	int i;

	for (i = 0; count_descriptors(pid) < n; i++) {
		CHECK(i < 6000);
		(void)poll(NULL, 0, 10);
	}
}

/* Who is there is served; who comes waits, or makes a stranger go; the agent
 * rests meanwhile. */
static void descriptors_may_run_out(void)
{
	struct agent agent;
	struct pair first, second;
	unsigned before;
	int fds[40], i;

	home_make(&agent);
	inside_start(&agent);
	before = count_descriptors(agent.pid);
	first = pair_open(&agent);
	limit_descriptors(&agent, before + 6); /* two of those counted are . and .. */
	for (i = 0; i < 40; i++) {
		if (i == 20) /* no stranger has one that he could be made to give */
			wait_for_descriptors(agent.pid, before + 8);
		fds[i] = i < 20 ? connect_unix(&agent) : connect_port(agent.port);
		CHECK(fds[i] >= 0);
	}
	pair_ask(&first, GET, TEXT); /* also the first that wants the ledger opened */
	check_rests(&agent);
	for (i = 0; i < 40; i++)
		(void)close(fds[i]);
	limit_descriptors(&agent, 1024);
	second = pair_open(&agent);
	pair_ask(&first, GET, TEXT);
	pair_ask(&second, GET, TEXT);
	CHECK(outbox_uses(agent.home) >= 4);
	pair_close(&first);
	pair_close(&second);
	agent_stop(&agent);
}

int main(void)
{
	json_door_init();
	(void)signal(SIGPIPE, SIG_IGN);
	world = mmap(
		NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(world != MAP_FAILED);
	RUN(without_room_at_its_start_it_says_so_and_leaves_nothing);
	RUN(a_full_disk_stops_nobody);
	RUN(the_clock_may_jump);
	RUN(descriptors_may_run_out);
	return 0;
}
