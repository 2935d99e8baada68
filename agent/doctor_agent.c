/* Doctor's rows of the agent; see doctor.h. */
#include "agent/doctor.h"
#include "agent/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Somebody answers there? */
static bool socket_answers(const char *path)
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

static void check_running(struct doctor *doctor, const struct endpoint *endpoint)
{
	if (strcmp(endpoint->version, PROMPTD_VERSION) != 0)
		doctor_say(doctor, LEVEL_WARN, "promptd agent --replace",
			"the agent is version %s, this is " PROMPTD_VERSION, endpoint->version);
	else if (!socket_answers(endpoint->socket))
		doctor_say(doctor, LEVEL_FAIL, "promptd agent --replace",
			"process %ld runs, but nobody answers at %s", endpoint->pid,
			endpoint->socket);
	else
		doctor_say(doctor, LEVEL_OK, NULL, "process %ld answers at %s", endpoint->pid,
			endpoint->socket);
}

/* No agent: are there things of one that was killed, or too long a path for one? */
static void check_absent(struct doctor *doctor)
{
	const struct platform_dirs *dirs = doctor->call->dirs;
	char path[ENDPOINT_PATH_MAX];
	struct sockaddr_un address;

	(void)snprintf(path, sizeof path, "%s/agent.sock", dirs->run);
	if (strlen(path) >= sizeof address.sun_path)
		doctor_say(doctor, LEVEL_WARN, "set XDG_RUNTIME_DIR, or a shorter PROMPTD_HOME",
			"the socket's path is longer than %zu bytes: %s",
			sizeof address.sun_path - 1, path);
	else if (access(path, F_OK) == 0)
		doctor_say(doctor, LEVEL_WARN, "promptd agent",
			"not running, but what one left is there: %s", path);
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
