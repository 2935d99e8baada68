/*
 * agent.json and the run directory, as in agent/endpoint.h: what is believed, what is
 * refused, where it is looked for.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "agent/endpoint.h"

#include <sys/prctl.h>

#include "tests/server.h"

static char base[64];
static struct platform_dirs dirs;
static pid_t agent; /* a process that holds the lock, and does nothing else */

static void hold_lock(void)
{
	int held[2], fd;
	struct err err;
	long pid;
	char byte;

	CHECK(pipe(held) == 0);
	agent = fork();
	CHECK(agent >= 0);
	if (agent == 0) {
		CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0); /* a test that failed is gone */
		CHECK(endpoint_lock(&dirs, &fd, &pid, &err) == ENDPOINT_OK);
		CHECK(write(held[1], "", 1) == 1);
		for (;;)
			(void)pause();
	}
	(void)close(held[1]);
	CHECK(read(held[0], &byte, 1) == 1);
	(void)close(held[0]);
}

static void set_up(void)
{
	test_dir(base);
	memset(&dirs, 0, sizeof dirs);
	(void)snprintf(dirs.run, sizeof dirs.run, "%s/run", base);
	(void)snprintf(dirs.state, sizeof dirs.state, "%s/state", base);
	(void)snprintf(dirs.bare, sizeof dirs.bare, "%s/run", base);
	CHECK(endpoint_make_place(&dirs, NULL) == 0);
	hold_lock();
}

static void tear_down(void)
{
	CHECK(kill(agent, SIGKILL) == 0 && waitpid(agent, NULL, 0) == agent);
	test_dir_remove(base);
}

static const char *path_in(const char *dir, const char *name)
{
	static char path[ENDPOINT_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void fill(struct endpoint *endpoint)
{
	struct err err;

	memset(endpoint, 0, sizeof *endpoint);
	endpoint->pid = (long)agent;
	CHECK(platform_process_start(endpoint->pid, &endpoint->start, &err) == 0);
	endpoint->port = 4711;
	(void)snprintf(endpoint->version, sizeof endpoint->version, "1.2.3");
	(void)snprintf(endpoint->socket, sizeof endpoint->socket, "%s/agent.sock", dirs.run);
	memset(endpoint->token, 'a', UPGRADE_TOKEN_HEX);
}

static void write_ours(void)
{
	struct endpoint endpoint;
	struct err err;

	fill(&endpoint);
	CHECK(endpoint_write(&dirs, &endpoint, &err) == 0);
}

static bool is_believed(void)
{
	struct endpoint found;
	struct err err;

	return endpoint_read(&dirs, &found, &err) == ENDPOINT_OK && found.pid == (long)agent &&
	       found.port == 4711 && strcmp(found.version, "1.2.3") == 0 &&
	       strlen(found.token) == UPGRADE_TOKEN_HEX;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	CHECK(lstat(path, &st) == 0);
	return st.st_mode & 07777;
}

static void what_was_written_is_read_and_private_whatever_the_umask(void)
{
	mode_t before = umask(0);

	set_up();
	CHECK(endpoint_make_place(&dirs, NULL) == 0);
	write_ours();
	(void)umask(before);
	CHECK(is_believed());
	CHECK(mode_of(path_in(dirs.run, "agent.json")) == 0600);
	CHECK(mode_of(dirs.run) == 0700);
	endpoint_remove(&dirs);
	CHECK(!is_believed());
	CHECK(access(path_in(dirs.run, "agent.json"), F_OK) != 0);
	tear_down();
}

static void what_others_may_read_or_write_is_not_believed(void)
{
	static const mode_t modes[] = {0644, 0620, 0604, 0640, 0601};
	size_t i;

	set_up();
	write_ours();
	for (i = 0; i < sizeof modes / sizeof *modes; i++) {
		CHECK(chmod(path_in(dirs.run, "agent.json"), modes[i]) == 0);
		CHECK(!is_believed());
	}
	CHECK(chmod(path_in(dirs.run, "agent.json"), 0600) == 0);
	CHECK(is_believed());
	tear_down();
}

static void what_another_user_owns_is_not_believed(void)
{
	set_up();
	write_ours();
	if (getuid() != 0) {
		(void)printf("not asked, which takes root: a file of another user\n");
	} else {
		CHECK(chown(path_in(dirs.run, "agent.json"), 65534, 65534) == 0);
		CHECK(!is_believed());
		CHECK(chown(dirs.run, 65534, 65534) == 0);
		CHECK(endpoint_make_place(&dirs, &(struct err){.code = ERR_NONE}) < 0);
		CHECK(chown(dirs.run, 0, 0) == 0);
	}
	tear_down();
}

static void links_are_neither_followed_nor_written_through(void)
{
	char real[ENDPOINT_PATH_MAX], victim[ENDPOINT_PATH_MAX];
	struct stat st;
	struct err err;
	FILE *file;

	set_up();
	write_ours();
	(void)snprintf(real, sizeof real, "%s/elsewhere.json", base);
	(void)snprintf(victim, sizeof victim, "%s/victim", base);
	CHECK(rename(path_in(dirs.run, "agent.json"), real) == 0);
	CHECK(symlink(real, path_in(dirs.run, "agent.json")) == 0);
	CHECK(!is_believed());
	/* Links in the way of writing: what they lead to stays as it is. */
	file = fopen(victim, "w");
	CHECK(file != NULL && fclose(file) == 0);
	CHECK(unlink(path_in(dirs.run, "agent.json")) == 0);
	CHECK(symlink(victim, path_in(dirs.run, "agent.json")) == 0);
	CHECK(symlink(victim, path_in(dirs.run, "agent.json.new")) == 0);
	write_ours();
	CHECK(is_believed());
	CHECK(stat(victim, &st) == 0 && st.st_size == 0);
	/* A directory that is a link is none for us. */
	endpoint_remove(&dirs);
	CHECK(rmdir(dirs.run) == 0 && mkdir(path_in(base, "there"), 0700) == 0);
	CHECK(symlink(path_in(base, "there"), dirs.run) == 0);
	CHECK(endpoint_make_place(&dirs, &err) < 0 && err.code == ERR_REFUSED);
	tear_down();
}

/* A run directory that others may look into is closed to them. */
static void an_open_directory_is_closed(void)
{
	struct err err;

	set_up();
	CHECK(chmod(dirs.run, 0755) == 0);
	CHECK(endpoint_make_place(&dirs, &err) == 0);
	CHECK(mode_of(dirs.run) == 0700);
	tear_down();
}

static void put_text(const char *text, size_t n)
{
	int fd = open(path_in(dirs.run, "agent.json"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, text, n) == (ssize_t)n && close(fd) == 0);
}

static void a_process_that_is_another_one_by_now_is_not_believed(void)
{
	struct endpoint endpoint;
	struct err err;

	set_up();
	fill(&endpoint);
	endpoint.start++; /* of that pid, but not that process */
	CHECK(endpoint_write(&dirs, &endpoint, &err) == 0);
	CHECK(!is_believed());
	fill(&endpoint);
	endpoint.pid = (long)getpid(); /* it lives, and holds no lock */
	CHECK(platform_process_start(endpoint.pid, &endpoint.start, &err) == 0);
	CHECK(endpoint_write(&dirs, &endpoint, &err) == 0);
	CHECK(!is_believed());
	fill(&endpoint);
	endpoint.pid = 0;
	CHECK(endpoint_write(&dirs, &endpoint, &err) == 0);
	CHECK(!is_believed());
	tear_down();
}

static void nonsense_is_not_believed(void)
{
	static const char *const texts[] = {"", "{", "null", "[]", "{}", "{\"pid\":\"1\"}",
		"{\"pid\":-1,\"start\":0}", "{\"pid\":1e300}"};
	char *large = xmalloc(1UL << 20);
	size_t i;

	set_up();
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		put_text(texts[i], strlen(texts[i]));
		CHECK(!is_believed());
	}
	memset(large, ' ', 1UL << 20);
	put_text(large, 1UL << 20);
	CHECK(!is_believed());
	free(large);
	/* Nobody writes to this pipe: it must not be waited for. */
	CHECK(unlink(path_in(dirs.run, "agent.json")) == 0);
	CHECK(mkfifo(path_in(dirs.run, "agent.json"), 0600) == 0);
	CHECK(!is_believed());
	tear_down();
}

static void who_has_no_variables_finds_it_too(void)
{
	struct platform_dirs other;

	set_up();
	(void)snprintf(dirs.bare, sizeof dirs.bare, "%s/bare", base);
	write_ours();
	CHECK(is_believed());
	other = dirs;
	(void)snprintf(dirs.run, sizeof dirs.run, "%s/bare", base);
	CHECK(is_believed()); /* as seen without XDG_RUNTIME_DIR */
	CHECK(mode_of(dirs.bare) == 0700 && mode_of(path_in(dirs.bare, "agent.json")) == 0600);
	(void)snprintf(dirs.run, sizeof dirs.run, "%s/nowhere", base);
	CHECK(is_believed()); /* by variables that lead elsewhere */
	endpoint_remove(&other);
	CHECK(!is_believed());
	CHECK(access(path_in(dirs.bare, "agent.json"), F_OK) != 0);
	tear_down();
}

/* ── where ─────────────────────────────────────────────────────────────── */

static void check_run(const char *variable, const char *expected)
{
	struct platform_dirs found;
	struct err err;

	if (variable != NULL)
		CHECK(setenv("XDG_RUNTIME_DIR", variable, 1) == 0);
	else
		CHECK(unsetenv("XDG_RUNTIME_DIR") == 0);
	CHECK(platform_dirs(&found, &err) == 0);
	CHECK_STR(found.run, expected);
}

static void the_run_directory_is_searched_in_order(void)
{
	char known[64], expected[PLATFORM_PATH_MAX], given[80];
	struct stat st;

	set_up();
	CHECK(setenv("HOME", base, 1) == 0);
	CHECK(unsetenv("PROMPTD_HOME") == 0 && unsetenv("XDG_STATE_HOME") == 0);
	(void)snprintf(known, sizeof known, "/run/user/%lu", (unsigned long)getuid());
	if (lstat(known, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() &&
		(st.st_mode & 077) == 0)
		(void)snprintf(expected, sizeof expected, "%s/promptd", known);
	else
		(void)snprintf(expected, sizeof expected, "%s/.local/state/promptd/run", base);
	check_run(NULL, expected);
	check_run("", expected);
	check_run("relative", expected);
	check_run("/does/not/exist", expected);
	(void)snprintf(given, sizeof given, "%s/given", base);
	CHECK(mkdir(given, 0755) == 0);
	check_run(given, expected); /* open to others */
	CHECK(symlink(given, path_in(base, "link")) == 0 && chmod(given, 0700) == 0);
	check_run(path_in(base, "link"), expected);
	if (getuid() == 0) {
		CHECK(chown(given, 65534, 65534) == 0);
		check_run(given, expected); /* another user's */
		CHECK(chown(given, 0, 0) == 0);
	}
	(void)snprintf(expected, sizeof expected, "%s/promptd", given);
	check_run(given, expected);
	tear_down();
}

int main(void)
{
	RUN(what_was_written_is_read_and_private_whatever_the_umask);
	RUN(what_others_may_read_or_write_is_not_believed);
	RUN(what_another_user_owns_is_not_believed);
	RUN(links_are_neither_followed_nor_written_through);
	RUN(an_open_directory_is_closed);
	RUN(a_process_that_is_another_one_by_now_is_not_believed);
	RUN(nonsense_is_not_believed);
	RUN(who_has_no_variables_finds_it_too);
	RUN(the_run_directory_is_searched_in_order);
	return 0;
}
