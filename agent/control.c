/* Starting and ending the agent; see control.h. */
#include "agent/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/logfile.h"
#include "core/clock.h"

#define ROUSE_MS 200 /* until it is looked again, then twice as long */

int control_stop(const struct platform_dirs *dirs, int timeout_ms, struct err *err)
{
	int64_t since = clock_monotonic_us() / 1000;
	long pid = 0, first = 0;
	int outcome;

	while ((outcome = endpoint_holder(dirs, &pid, err)) == ENDPOINT_TAKEN) {
		if (first == 0 && kill((pid_t)pid, SIGTERM) != 0 && errno != ESRCH)
			return err_errno(err, errno, "cannot end process %ld", pid);
		if (first != 0 && pid != first)
			return 0; /* ours is gone; another one came */
		first = pid;
		if (clock_monotonic_us() / 1000 - since > timeout_ms)
			return err_set(err, ERR_BUSY, "process %ld does not end", pid);
		(void)poll(NULL, 0, 5);
	}
	if (outcome < 0)
		return -1;
	return first != 0 ? 0 : ENDPOINT_NONE;
}

/* Somebody takes connections there: an agent, or the service manager, who then
 * starts one. */
static bool knock(const struct platform_dirs *dirs)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[ENDPOINT_PATH_MAX];
	bool heard;
	int fd;

	(void)snprintf(path, sizeof path, "%s/agent.sock", dirs->run);
	if (strlen(path) >= sizeof address.sun_path)
		return false;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	heard = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
	(void)close(fd);
	return heard;
}

static int spawn_agent(const struct platform_dirs *dirs, struct err *err)
{
	static const char *const argv[] = {"promptd", "agent", "--foreground", NULL};
	char program[PLATFORM_PATH_MAX], log[ENDPOINT_PATH_MAX];

	(void)snprintf(log, sizeof log, "%s/" LOGFILE_NAME, dirs->state);
	if (platform_make_dir(dirs->state, err) != 0 ||
		platform_program("promptd", program, err) != 0)
		return -1;
	return platform_spawn_detached(program, argv, log, err);
}

/* Somebody holds the lock, or takes connections, or is started. */
static int rouse(const struct platform_dirs *dirs, struct err *err)
{
	long pid;
	int outcome = endpoint_holder(dirs, &pid, err);

	if (outcome < 0)
		return -1;
	return outcome == ENDPOINT_TAKEN || knock(dirs) ? 0 : spawn_agent(dirs, err);
}

int control_start(const struct platform_dirs *dirs, int timeout_ms, struct err *err)
{
	int64_t since = clock_monotonic_us() / 1000, roused = since, now = since, again = ROUSE_MS;
	struct endpoint endpoint;

	if (rouse(dirs, err) != 0)
		return -1;
	while (timeout_ms > 0 && endpoint_read(dirs, &endpoint, err) != ENDPOINT_OK) {
		if (now - since > timeout_ms)
			return err_set(
				err, ERR_FAILED, "it does not answer; `promptd log` says why");
		/* One that was killed holds its lock and its socket until its last thread
		 * has gone: who was taken for an agent may have been that one. */
		if (now - roused > again) {
			if (rouse(dirs, err) != 0)
				return -1;
			roused = now;
			again *= 2;
		}
		(void)poll(NULL, 0, 5);
		now = clock_monotonic_us() / 1000;
	}
	return 0;
}

bool control_is_wished(const struct config *config)
{
	const char *said = getenv("PROMPTD_AUTOSTART"), *home = getenv("PROMPTD_HOME");

	if (said != NULL && said[0] != '\0')
		return strcmp(said, "no") != 0;
	return config->autostart && (home == NULL || home[0] == '\0');
}
