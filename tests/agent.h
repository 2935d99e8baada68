/*
 * A real agent as a child, for tests: `promptd agent --foreground` in a home of
 * its own, found by its agent.json, ended by pid. Header only.
 */
#ifndef TESTS_AGENT_H
#define TESTS_AGENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/un.h>

#include "core/clock.h"
#include "core/json.h"
#include "store/prompts.h"
#include "tests/home.h"
#include "tests/server.h"

struct agent {
	pid_t pid;
	char home[64];
	unsigned port;
	char token[80];
};

static inline json_t *agent_file(const struct agent *agent, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/run/%s", agent->home, name);
	return json_load_file(path, 0, NULL);
}

/* Its agent.json is there and names that process. */
static inline bool agent_is_ready(struct agent *agent)
{
	json_t *json = agent_file(agent, "agent.json");
	bool ready = json_integer_value(json_object_get(json, "pid")) == agent->pid;

	if (ready) {
		agent->port = (unsigned)json_integer_value(json_object_get(json, "port"));
		(void)snprintf(agent->token, sizeof agent->token, "%s", json_text(json, "token"));
	}
	json_decref(json);
	return ready;
}

/* In a home that is there. */
static inline void agent_start_in(struct agent *agent)
{
	char program[] = BINARY_DIR "/bin/promptd", word[] = "agent", option[] = "--foreground";
	char *argv[] = {program, word, option, NULL};
	int i;

	CHECK(setenv("PROMPTD_HOME", agent->home, 1) == 0);
	agent->pid = fork();
	CHECK(agent->pid >= 0);
	if (agent->pid == 0) {
		/* One left behind by a test that failed would keep its runner waiting. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execv(program, argv);
		_exit(127);
	}
	for (i = 0; !agent_is_ready(agent); i++) {
		CHECK(i < 30000); /* a minute */
		(void)poll(NULL, 0, 2);
	}
}

static inline void agent_start(struct agent *agent)
{
	test_dir(agent->home);
	agent_start_in(agent);
}

/* Wait status. */
static inline int agent_end(struct agent *agent, int signal_number)
{
	int status = 0;

	CHECK(kill(agent->pid, signal_number) == 0);
	CHECK(waitpid(agent->pid, &status, 0) == agent->pid);
	return status;
}

static inline void agent_stop(struct agent *agent)
{
	int status = agent_end(agent, SIGTERM);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	test_dir_remove(agent->home);
}

/* What a command says, and its exit status. */
static inline int agent_command(const char *arguments, char *out, size_t size)
{
	char line[256];
	size_t n;
	FILE *pipe;
	int status;

	(void)snprintf(line, sizeof line, BINARY_DIR "/bin/promptd %s 2>&1", arguments);
	pipe = popen(line, "r");
	CHECK(pipe != NULL);
	n = fread(out, 1, size - 1, pipe);
	out[n] = '\0';
	status = pclose(pipe);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static inline int connect_port(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	CHECK(fd >= 0);
	/* A frame is sent in two pieces, and the second does not wait for the first. */
	CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static inline int connect_unix(const struct agent *agent)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	(void)snprintf(
		address.sun_path, sizeof address.sun_path, "%.80s/run/agent.sock", agent->home);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Another process changes the library: a prompt of this path and text, which has
 * to be given a value for `input` (or NULL). */
static inline void library_put_input(
	const char *home, const char *path, struct str text, const char *input)
{
	struct prompt *prompt = prompt_new();
	struct store *store = home_store(home);
	struct err err;

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(path));
	(void)prompt_add_message(prompt, PROMPT_USER, text);
	if (input != NULL)
		prompt_add_input(prompt, str_of(input))->required = true;
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	store_close(store);
	prompt_free(prompt);
}

static inline void library_put(const char *home, const char *path, struct str text)
{
	library_put_input(home, path, text, NULL);
}

static inline unsigned count_descriptors(pid_t pid)
{
	char path[64];
	unsigned n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	CHECK(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/* Wait until the process has so many; false after a minute. */
static inline bool descriptors_become(pid_t pid, unsigned n)
{
	int i;

	for (i = 0; count_descriptors(pid) != n && i < 6000; i++)
		(void)poll(NULL, 0, 10);
	return i < 6000;
}

/* The number behind a label in /proc/PID/FILE, -1 when it is not there. */
static inline int64_t proc_number(pid_t pid, const char *file, const char *label)
{
	char path[64], line[256];
	int64_t value = -1;
	FILE *in;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	in = fopen(path, "r");
	CHECK(in != NULL);
	while (fgets(line, sizeof line, in) != NULL)
		if (strncmp(line, label, strlen(label)) == 0)
			value = (int64_t)strtol(line + strlen(label), NULL, 10);
	(void)fclose(in);
	return value;
}

/* At least one byte, within the time; 0 at the end, -1 when nothing came. */
static inline ssize_t receive(int fd, char *to, size_t size, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	ssize_t n;

	if (poll(&poll_fd, 1, timeout_ms) <= 0)
		return -1;
	n = recv(fd, to, size, 0);
	return n < 0 ? 0 : n; /* reset is an end too */
}

#endif
