/* The memory of `connect`; see connect_state.h. */
#include "agent/connect_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "agent/connect_file.h"
#include "core/json.h"
#include "platform/platform.h"

#define VERSION 1
#define LOCK_TRIES 50
#define LOCK_NAP_NS 100000000L

static char *path_in(const char *dir, const char *name)
{
	struct buf path = BUF_INIT(PATH_MAX);

	(void)buf_add_format(&path, "%s/%s", dir, name);
	return buf_take(&path);
}

/* The lock is a file of its own: the one it guards changes by rename. flock goes
 * with the process, so a killed one leaves nothing behind. */
static int lock_at(const char *dir, struct err *err)
{
	struct timespec nap = {0, LOCK_NAP_NS};
	char *path = path_in(dir, "connect.lock");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	int r = fd < 0 ? err_errno(err, errno, "cannot open %s", path ? path : dir) : 1;

	for (int i = 0; r == 1; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			r = 0;
		else if (errno != EWOULDBLOCK && errno != EINTR)
			r = err_errno(err, errno, "cannot lock %s", path);
		else if (i == LOCK_TRIES)
			r = err_set(
				err, ERR_BUSY, "another promptd connects or disconnects just now");
		else
			(void)nanosleep(&nap, NULL);
	}
	free(path);
	if (r < 0 && fd >= 0)
		(void)close(fd);
	return r < 0 ? -1 : fd;
}

/* An entry without these is of no use to anybody. */
static bool usable(const json_t *entry)
{
	return json_text(entry, "assistant") && json_text(entry, "project") &&
	       json_text(entry, "file") && json_text(entry, "command") && json_text(entry, "by");
}

static int parse(struct connect_state *state, struct str text, struct err *err)
{
	struct err why = {.text = ""};
	json_t *json = NULL, *entries, *entry;
	size_t i;
	int r = 0;

	if (!text.n) {
		state->entries = json_array();
		return 0;
	}
	if (json_door_parse(text, &json, &why) != 0)
		return err_set(err, ERR_INVALID, "%s: %s", state->path, why.text);
	entries = json_object_get(json, "entries");
	if (json_integer_value(json_object_get(json, "version")) > VERSION)
		r = err_set(err, ERR_NEWER, "%s was written by a newer promptd", state->path);
	else if (!json_is_array(entries))
		r = err_set(err, ERR_INVALID, "%s: no list of entries", state->path);
	json_array_foreach (entries, i, entry) {
		if (r == 0 && !usable(entry))
			r = err_set(
				err, ERR_INVALID, "%s: entry %zu is incomplete", state->path, i);
	}
	if (r == 0)
		state->entries = json_incref(entries);
	json_decref(json);
	return r;
}

int connect_state_look(struct connect_state *state, const char *dir, struct err *err)
{
	struct connect_file file;
	int r;

	*state = (struct connect_state){.path = path_in(dir, "connect.json"), .lock = -1};
	if (!state->path)
		return err_set(err, ERR_LIMIT, "the state directory's path is too long");
	r = connect_file_read(&file, state->path, err);
	if (r == 0)
		r = parse(state, (struct str){buf_text(&file.text), file.text.len}, err);
	connect_file_fini(&file);
	if (r < 0)
		free(state->path);
	return r;
}

int connect_state_open(struct connect_state *state, const char *dir, struct err *err)
{
	int lock;

	if (platform_make_dir(dir, err) < 0)
		return -1;
	lock = lock_at(dir, err);
	if (lock < 0)
		return -1;
	if (connect_state_look(state, dir, err) < 0) {
		(void)close(lock);
		return -1;
	}
	state->lock = lock;
	return 0;
}

void connect_state_close(struct connect_state *state)
{
	json_decref(state->entries);
	free(state->path);
	if (state->lock >= 0)
		(void)close(state->lock);
}

static size_t index_of(
	const struct connect_state *state, const char *assistant, const char *project)
{
	size_t i;
	json_t *entry;

	json_array_foreach (state->entries, i, entry) {
		if (!strcmp(json_text(entry, "assistant"), assistant) &&
			!strcmp(json_text(entry, "project"), project))
			return i;
	}
	return json_array_size(state->entries);
}

json_t *connect_state_find(
	const struct connect_state *state, const char *assistant, const char *project)
{
	return json_array_get(state->entries, index_of(state, assistant, project));
}

static int save(struct connect_state *state, struct err *err)
{
	json_t *all = json_pack("{s:i, s:O}", "version", VERSION, "entries", state->entries);
	char *text = json_dumps(all, JSON_INDENT(2));
	int r;

	json_decref(all);
	if (!text)
		return err_set(err, ERR_MEMORY, "out of memory");
	r = connect_file_put(state->path, str_of(text), err);
	free(text);
	return r;
}

int connect_state_keep(struct connect_state *state, json_t *entry, struct err *err)
{
	size_t i = index_of(state, json_text(entry, "assistant"), json_text(entry, "project"));

	(void)json_array_remove(state->entries, i);
	(void)json_array_append_new(state->entries, entry);
	return save(state, err);
}

int connect_state_forget(
	struct connect_state *state, const char *assistant, const char *project, struct err *err)
{
	(void)json_array_remove(state->entries, index_of(state, assistant, project));
	return save(state, err);
}
