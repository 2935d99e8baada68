/* Where the agent of this user is; see endpoint.h. */
#include "agent/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"

#define ENDPOINT_FILE "agent.json"
#define ENDPOINT_BYTES_MAX 8192
#define FILE_BYTES_MAX ((size_t)256 * 1024 + 4096)

static int lock_open(const struct platform_dirs *dirs, struct err *err)
{
	char path[ENDPOINT_PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof path, "%s/agent.lock", dirs->state);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, errno, "cannot open %s", path);
	return fd;
}

int endpoint_lock(const struct platform_dirs *dirs, int *out, long *pid, struct err *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	if (platform_make_dir(dirs->state, err) != 0)
		return -1;
	fd = lock_open(dirs, err);
	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETLK, &lock) == 0) {
		*out = fd;
		return ENDPOINT_OK;
	}
	*pid = 0;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		*pid = (long)lock.l_pid;
	(void)close(fd);
	return ENDPOINT_TAKEN;
}

int endpoint_holder(const struct platform_dirs *dirs, long *pid, struct err *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[ENDPOINT_PATH_MAX];
	int fd, result;

	(void)snprintf(path, sizeof path, "%s/agent.lock", dirs->state);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ENDPOINT_NONE : err_errno(err, errno, "%s", path);
	result = fcntl(fd, F_GETLK, &lock) != 0 ? err_errno(err, errno, "%s", path)
		 : lock.l_type == F_UNLCK	? ENDPOINT_NONE
						: ENDPOINT_TAKEN;
	if (result == ENDPOINT_TAKEN)
		*pid = (long)lock.l_pid;
	(void)close(fd);
	return result;
}

bool endpoint_lock_is_there(const struct platform_dirs *dirs)
{
	char path[ENDPOINT_PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/agent.lock", dirs->state);
	return access(path, F_OK) == 0;
}

static bool has_other_place(const struct platform_dirs *dirs)
{
	return dirs->bare[0] != '\0' && strcmp(dirs->bare, dirs->run) != 0;
}

/* Those who look without XDG variables find it too, where there is a place for it. */
static int write_places(const struct platform_dirs *dirs, struct str text, struct err *err)
{
	struct err ignored;

	if (has_other_place(dirs) && platform_make_dir(dirs->bare, &ignored) == 0)
		(void)platform_put_private(dirs->bare, ENDPOINT_FILE, text, &ignored);
	return platform_put_private(dirs->run, ENDPOINT_FILE, text, err);
}

int endpoint_write(
	const struct platform_dirs *dirs, const struct endpoint *endpoint, struct err *err)
{
	struct buf text = BUF_INIT(ENDPOINT_BYTES_MAX);
	char started[CLOCK_TEXT_BYTES];
	json_t *json;
	int result;

	clock_format(endpoint->started_ms, started);
	json = json_pack("{s:s, s:I, s:I, s:s, s:s, s:i, s:s}", "version", endpoint->version, "pid",
		(json_int_t)endpoint->pid, "start", (json_int_t)endpoint->start, "started", started,
		"socket", endpoint->socket, "port", (int)endpoint->port, "token", endpoint->token);
	if (json == NULL || json_write(json, &text) != 0 || buf_add_char(&text, '\n') != 0)
		result = err_set(err, ERR_FAILED, "paths of the agent are not UTF-8");
	else
		result = write_places(dirs, (struct str){text.data, text.len}, err);
	json_decref(json);
	buf_fini(&text);
	return result;
}

/* Ours, private, and small; else it is as good as none. */
static int read_file(const char *path, struct buf *text)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = -1;
	char *room;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == getuid() &&
		(st.st_mode & 077) == 0)
		while ((room = buf_reserve(text, 4096)) != NULL && (n = read(fd, room, 4096)) > 0)
			buf_grow(text, (size_t)n);
	(void)close(fd); /* only read */
	return n == 0 ? 0 : -1;
}

int endpoint_read_json(const char *dir, const char *name, json_t **json)
{
	struct buf text = BUF_INIT(FILE_BYTES_MAX);
	char path[ENDPOINT_PATH_MAX];
	struct err ignored;
	int result;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	result = read_file(path, &text) == 0 && json_door_parse((struct str){text.data, text.len},
							json, &ignored) == 0
			 ? ENDPOINT_OK
			 : ENDPOINT_NONE;
	buf_fini(&text);
	return result;
}

static void endpoint_take(const json_t *json, struct endpoint *endpoint)
{
	const char *version = json_text(json, "version"), *token = json_text(json, "token");
	const char *socket = json_text(json, "socket");

	memset(endpoint, 0, sizeof *endpoint);
	endpoint->pid = (long)json_integer_value(json_object_get(json, "pid"));
	endpoint->start = (uint64_t)json_integer_value(json_object_get(json, "start"));
	endpoint->port = (unsigned)json_integer_value(json_object_get(json, "port"));
	(void)snprintf(
		endpoint->version, sizeof endpoint->version, "%s", version != NULL ? version : "");
	(void)snprintf(endpoint->token, sizeof endpoint->token, "%s", token != NULL ? token : "");
	(void)snprintf(
		endpoint->socket, sizeof endpoint->socket, "%s", socket != NULL ? socket : "");
}

static int read_place(const struct platform_dirs *dirs, const char *dir, struct endpoint *endpoint,
	struct err *err)
{
	struct endpoint found;
	uint64_t start;
	json_t *json;
	long holder;
	int outcome;

	if (endpoint_read_json(dir, ENDPOINT_FILE, &json) != ENDPOINT_OK)
		return ENDPOINT_NONE;
	endpoint_take(json, &found);
	json_decref(json);
	if (found.pid <= 0 || platform_process_start(found.pid, &start, err) != 0 ||
		start != found.start)
		return ENDPOINT_NONE;
	/* After another boot pid and start may be the same, and somebody else's. Who
	 * may not look at the lock has to believe it. */
	outcome = endpoint_holder(dirs, &holder, err);
	if (outcome == ENDPOINT_NONE || (outcome == ENDPOINT_TAKEN && holder != found.pid))
		return ENDPOINT_NONE;
	*endpoint = found;
	return ENDPOINT_OK;
}

int endpoint_read(const struct platform_dirs *dirs, struct endpoint *endpoint, struct err *err)
{
	int outcome = read_place(dirs, dirs->run, endpoint, err);

	return outcome == ENDPOINT_NONE && has_other_place(dirs)
		       ? read_place(dirs, dirs->bare, endpoint, err)
		       : outcome;
}

void endpoint_remove(const struct platform_dirs *dirs)
{
	static const char *const names[] = {ENDPOINT_FILE, "clients.json"};
	const char *const places[] = {dirs->run, has_other_place(dirs) ? dirs->bare : NULL};
	char path[ENDPOINT_PATH_MAX];
	size_t i, k;

	for (k = 0; k < 2 && places[k] != NULL; k++)
		for (i = 0; i < sizeof names / sizeof names[0]; i++) {
			(void)snprintf(path, sizeof path, "%s/%s", places[k], names[i]);
			(void)unlink(path); /* absent is as good */
		}
}

int endpoint_make_place(const struct platform_dirs *dirs, struct err *err)
{
	struct stat st;

	if (platform_make_dir(dirs->run, err) != 0)
		return -1;
	if (lstat(dirs->run, &st) != 0)
		return err_errno(err, errno, "%s", dirs->run);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_REFUSED,
			"%s is a link: who can change it could stand in for the agent", dirs->run);
	return 0;
}
