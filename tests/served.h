/*
 * One transport of the agent in a child process, with limits and clocks that a
 * test chooses: found by connect_unix() or connect_good() like an agent. Header
 * only.
 */
#ifndef TESTS_SERVED_H
#define TESTS_SERVED_H

#include "mcp/local.h"
#include "mcp/websocket.h"
#include "platform/platform.h"
#include "tests/websocket_client.h"

struct served {
	struct agent agent;
	int stop;  /* a byte ends it */
	int watch; /* a byte is the watch's word that files were written to */
};

static inline bool served_watch_take(void *data)
{
	const int *fd = data;
	char byte;

	return read(*fd, &byte, 1) == 1;
}

static inline bool served_admit(void *data, int fd)
{
	(void)data;
	return platform_peer_is_us(fd);
}

static inline struct mcp_server *served_server(const char *home)
{
	struct mcp_server_options with = {.store = home_store(home)};
	struct mcp_server *server;
	struct err err;

	CHECK(mcp_server_new(&server, &with, &err) == 0);
	return server;
}

static inline int served_listen(const char *home)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%.64s/run/agent.sock", home);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	CHECK(listen(fd, 128) == 0);
	return fd;
}

/* In the child. */
static inline void served_run_unix(int stop, int watch, const char *home, struct mcp_local with)
{
	struct mcp_server *server = served_server(home);
	struct err err;

	with.stop_fd = stop;
	with.watch_fd = watch;
	with.watch_take = served_watch_take;
	with.admit = served_admit;
	with.data = &watch;
	CHECK(mcp_local_run(server, &with, &err) == 0);
}

static inline void served_run_websocket(
	int stop, int watch, const char *home, struct mcp_websocket_options with, int told)
{
	struct mcp_server *server = served_server(home);
	struct mcp_websocket *websocket;
	struct err err;
	unsigned port;

	with.stop_fd = stop;
	with.watch_fd = watch;
	with.watch_take = served_watch_take;
	with.data = &watch;
	CHECK(mcp_websocket_open(&websocket, server, &with, &err) == 0);
	port = mcp_websocket_port(websocket);
	CHECK(write(told, &port, sizeof port) == sizeof port);
	CHECK(mcp_websocket_run(websocket, &err) == 0);
	mcp_websocket_close(websocket);
}

/* A home with a prompt team/long of so many bytes. */
static inline void served_home(struct agent *agent, size_t bytes)
{
	struct buf text = BUF_INIT(2UL << 20);
	char path[80];

	test_dir(agent->home);
	(void)snprintf(path, sizeof path, "%s/run", agent->home);
	CHECK(mkdir(path, 0700) == 0);
	while (text.len < bytes)
		(void)buf_add_str(&text, "Look closely.\n");
	library_put(agent->home, "team/long", (struct str){text.data, text.len});
	buf_fini(&text);
}

/* unix_with, or websocket_with: the other is NULL. */
static inline void served_start(struct served *served, size_t bytes,
	const struct mcp_local *unix_with, const struct mcp_websocket_options *websocket_with)
{
	int stop[2], watch[2], told[2], listening = -1;
	struct mcp_local local;

	memset(served->agent.token, 'a', UPGRADE_TOKEN_HEX);
	served->agent.token[UPGRADE_TOKEN_HEX] = '\0';
	served_home(&served->agent, bytes);
	CHECK(pipe(stop) == 0 && pipe(watch) == 0 && pipe(told) == 0);
	if (unix_with != NULL)
		listening = served_listen(served->agent.home);
	served->agent.pid = fork();
	CHECK(served->agent.pid >= 0);
	if (served->agent.pid == 0) {
		CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0); /* a test that failed is gone */
		if (unix_with != NULL) {
			local = *unix_with;
			local.listen_fd = listening;
			served_run_unix(stop[0], watch[0], served->agent.home, local);
		} else {
			struct mcp_websocket_options with = *websocket_with;

			with.token = served->agent.token;
			served_run_websocket(stop[0], watch[0], served->agent.home, with, told[1]);
		}
		_exit(0);
	}
	if (unix_with == NULL)
		CHECK(read(told[0], &served->agent.port, sizeof(unsigned)) == sizeof(unsigned));
	served->stop = stop[1];
	served->watch = watch[1];
	(void)close(stop[0]);
	(void)close(watch[0]);
	(void)close(told[0]);
	(void)close(told[1]);
	(void)close(listening);
}

static inline void served_end(struct served *served)
{
	int status;

	CHECK(write(served->stop, "", 1) == 1);
	CHECK(waitpid(served->agent.pid, &status, 0) == served->agent.pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(served->stop);
	(void)close(served->watch);
	test_dir_remove(served->agent.home);
}

#endif
