/* Doctor's rows of the agent; see doctor.h. */
#include "agent/doctor.h"
#include "agent/endpoint.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool doctor_socket_answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool answers;
	int fd;

	if (strlen(path) >= sizeof address.sun_path)
		return false;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	answers = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	(void)close(fd);
	return answers;
}

static bool port_answers(int family, unsigned port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers;

	if (fd < 0)
		return false;
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.sin6_addr = in6addr_loopback;
	answers = family == AF_INET ? connect(fd, (struct sockaddr *)&v4, sizeof v4) == 0
				    : connect(fd, (struct sockaddr *)&v6, sizeof v6) == 0;
	(void)close(fd);
	return answers;
}

static void check_port(struct doctor *doctor, const struct endpoint *endpoint)
{
	doctor->check = "port";
	if (!port_answers(AF_INET, endpoint->port))
		doctor_say(doctor, LEVEL_FAIL, "promptd agent --replace",
			"nobody answers at ws://127.0.0.1:%u, where editors look", endpoint->port);
	else if (!port_answers(AF_INET6, endpoint->port))
		doctor_say(doctor, LEVEL_OK, NULL, "ws://127.0.0.1:%u answers; there is no ::1",
			endpoint->port);
	else
		doctor_say(doctor, LEVEL_OK, NULL, "ws://127.0.0.1:%u answers, and at ::1 too",
			endpoint->port);
}

static void check_running(struct doctor *doctor, const struct endpoint *endpoint)
{
	if (strcmp(endpoint->version, PROMPTD_VERSION) != 0)
		doctor_say(doctor, LEVEL_WARN, "promptd agent --replace",
			"the agent is version %s and this is " PROMPTD_VERSION
			": it has to be started again",
			endpoint->version);
	else if (!doctor_socket_answers(endpoint->socket))
		doctor_say(doctor, LEVEL_FAIL, "promptd agent --replace",
			"process %ld runs, but nobody answers at %s", endpoint->pid,
			endpoint->socket);
	else
		doctor_say(doctor, LEVEL_OK, NULL, "process %ld answers at %s", endpoint->pid,
			endpoint->socket);
	check_port(doctor, endpoint);
}

/* No agent: are there things of one that was killed, or too long a path for one? */
static void check_absent(struct doctor *doctor)
{
	const struct platform_dirs *dirs = doctor->call->dirs;
	char path[ENDPOINT_PATH_MAX], json[ENDPOINT_PATH_MAX];
	struct sockaddr_un address;

	(void)snprintf(path, sizeof path, "%s/agent.sock", dirs->run);
	(void)snprintf(json, sizeof json, "%s/agent.json", dirs->run);
	if (strlen(path) >= sizeof address.sun_path)
		doctor_say(doctor, LEVEL_WARN, "set XDG_RUNTIME_DIR, or a shorter PROMPTD_HOME",
			"the socket's path is longer than %zu bytes: %s",
			sizeof address.sun_path - 1, path);
	else if (access(json, F_OK) == 0 ||
		 (access(path, F_OK) == 0 && !platform_socket_listens(path)))
		doctor_say(doctor, LEVEL_WARN, "promptd agent",
			"not running, but what one left is there: %s",
			access(path, F_OK) == 0 ? path : json);
	else
		doctor_say(
			doctor, LEVEL_OK, NULL, "not running; editors need it, assistants do not");
}

void doctor_agent(struct doctor *doctor)
{
	struct endpoint endpoint;
	struct err err;
	long pid = 0;

	doctor->check = "agent";
	if (endpoint_read(doctor->call->dirs, &endpoint, &err) == ENDPOINT_OK)
		check_running(doctor, &endpoint);
	else if (endpoint_holder(doctor->call->dirs, &pid, &err) == ENDPOINT_TAKEN)
		doctor_say(doctor, LEVEL_FAIL, "promptd agent --replace",
			"process %ld holds the lock, but no agent.json says where it is", pid);
	else
		check_absent(doctor);
}
