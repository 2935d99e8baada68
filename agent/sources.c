/* See sources.h. */
/* nftw() is X/Open's, not POSIX's. */
#define _XOPEN_SOURCE 700
#include "agent/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/datafile.h"
#include "agent/personal_sync.h"
#include "core/clock.h"
#include "core/json.h"
#include "library/files.h"
#include "library/git_log.h"
#include "library/library.h"
#include "store/prompts.h"

#define SOURCES_FILE "sources.json"
#define REMOVE_FDS 16

/* --- the list --- */

json_t *sources_read(struct call *call)
{
	return datafile_read(call, SOURCES_FILE);
}

int sources_write(struct call *call, const json_t *sources, struct err *err)
{
	return datafile_write(call, SOURCES_FILE, sources, err);
}

json_t *sources_find(const json_t *sources, const char *name)
{
	json_t *source;
	size_t i;

	json_array_foreach (sources, i, source) {
		const char *known = json_string_value(json_object_get(source, "name"));

		if (known != NULL && strcmp(known, name) == 0)
			return source;
	}
	return NULL;
}

/* --- what a source holds --- */

/* The files of one commit, or of a folder; their texts are read when they are wanted. */
struct held {
	struct repo *repo; /* NULL: a folder's */
	int folder;
	char **paths;
	size_t n, size;
	json_t *ids; /* path: the id of its text */
};

static void hold(struct held *held, const char *path)
{
	if (held->n == held->size) {
		held->size = held->size > 0 ? 2 * held->size : 64;
		held->paths = xrealloc(held->paths, held->size * sizeof(*held->paths));
	}
	held->paths[held->n++] = xstrdup(path);
}

static int on_file(void *data, const char *path, struct str id)
{
	struct held *held = data;

	hold(held, path);
	return json_object_set_new(held->ids, path, json_from_str(id));
}

static void held_fini(struct held *held)
{
	size_t i;

	for (i = 0; i < held->n; i++)
		free(held->paths[i]);
	free(held->paths);
	json_decref(held->ids);
}

static int read_held(void *data, const char *path, struct buf *out)
{
	const struct held *held = data;
	const char *id = json_string_value(json_object_get(held->ids, path));

	if (held->repo == NULL)
		return files_read(held->folder, path, out, NULL);
	return id == NULL ? FILES_NONE : repo_blob(held->repo, id, out);
}

/* --- into the store --- */

struct taking {
	struct call *call;
	const char *source; /* "git:NAME" */
	json_t *paths, *gone;
	size_t n;
};

static int on_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct taking *taking = data;

	taking->n++;
	(void)json_object_set_new(taking->paths, prompt->path, json_true());
	return store_prompt_put(taking->call->store, prompt, NULL, err);
}

static void on_note(void *data, const struct library_note *note)
{
	struct taking *taking = data;

	if (note->error)
		call_warn(taking->call, "%.*s:%u: %s", (int)note->file.n, note->file.p, note->line,
			note->text);
}

static int on_known(void *data, const struct store_row *row)
{
	struct taking *taking = data;
	char *path = str_dup(row->path);

	if (json_object_get(taking->paths, path) == NULL)
		(void)json_array_append_new(taking->gone, json_from_str(row->id));
	free(path);
	return 0;
}

static int forget_gone(struct taking *taking, struct err *err)
{
	struct store_filter filter = {.source = str_of(taking->source), .experimental = true};
	struct store *store = taking->call->store;
	const json_t *id;
	size_t i;

	if (store_prompt_list(store, &filter, STR(""), 1000000, on_known, taking, err) != 0)
		return -1;
	json_array_foreach (taking->gone, i, id)
		if (store_prompt_remove(store, str_of(json_string_value(id)), err) < 0)
			return -1;
	return 0;
}

/* All of it or nothing. held NULL: it holds nothing any more. */
static int take_over(
	struct call *call, const char *source, struct held *held, size_t *n, struct err *err)
{
	struct taking taking = {
		.call = call, .source = source, .paths = json_object(), .gone = json_array()};
	struct library_import how = {.source = str_of(source)};
	struct library_sink sink = {.data = &taking, .prompt = on_prompt, .note = on_note};
	struct library_shelf shelf = {.name = source, .data = held, .read = read_held};
	size_t seen;
	int result = store_begin(call->store, err);

	if (result == 0 && held != NULL) {
		shelf.paths = held->paths;
		shelf.n = held->n;
		result = library_import_shelf(&shelf, &how, &sink, &seen, err);
	}
	if (result == 0)
		result = forget_gone(&taking, err);
	*n = taking.n;
	json_decref(taking.paths);
	json_decref(taking.gone);
	if (result == 0)
		return store_commit(call->store, err);
	store_rollback(call->store);
	return -1;
}

/* --- a repository --- */

static int place_of(
	struct call *call, const char *name, char dir[PLATFORM_PATH_MAX], struct err *err)
{
	int n = snprintf(dir, PLATFORM_PATH_MAX, "%s/sources", call->dirs->data);

	if (n < 0 || n >= PLATFORM_PATH_MAX)
		return err_set(err, ERR_LIMIT, "path too long");
	if (platform_make_dir(dir, err) != 0)
		return -1;
	n = snprintf(dir, PLATFORM_PATH_MAX, "%s/sources/%s.git", call->dirs->data, name);
	return n > 0 && n < PLATFORM_PATH_MAX ? 0 : err_set(err, ERR_LIMIT, "path too long");
}

static int fetch(struct call *call, struct repo *repo, const char *dir, const char *url,
	char commit[REPO_ID_BYTES], struct err *err)
{
	struct sync_link link;
	int result;

	sync_link_init(call, &link, dir);
	link.options.objects_max = SOURCES_OBJECTS_MAX;
	link.options.bytes_max = SOURCES_BYTES_MAX;
	result = repo_set_remote(repo, url, err);
	if (result == 0)
		result = repo_fetch(repo, &link.options, commit, err);
	sync_link_fini(&link);
	if (result == REPO_UNKNOWN)
		return err_set(err, ERR_NOT_FOUND, "there is nothing in it yet");
	return result > 0 ? err_set(err, ERR_FAILED, "it cannot be fetched") : result;
}

static const char *member(const json_t *source, const char *name)
{
	return json_string_value(json_object_get(source, name));
}

static int take_held(struct call *call, const json_t *source, struct held *held,
	struct sources_update *update, struct err *err)
{
	char name[PROMPT_PATH_MAX + 8];

	(void)snprintf(name, sizeof name, "git:%s", member(source, "name"));
	return take_over(call, name, held, &update->prompts, err);
}

static int read_commit(struct call *call, struct repo *repo, const char *commit, json_t *source,
	struct sources_update *update, struct err *err)
{
	const char *path = member(source, "path");
	struct held held = {.repo = repo, .folder = -1, .ids = json_object()};
	int result = repo_tree_ids(
		repo, commit, path != NULL ? path : "", on_file, &held, &update->passed_by, err);

	if (result == 0)
		result = take_held(call, source, &held, update, err);
	held_fini(&held);
	return result;
}

static int update_repo(
	struct call *call, json_t *source, struct sources_update *update, struct err *err)
{
	const char *before = member(source, "commit");
	char dir[PLATFORM_PATH_MAX], commit[REPO_ID_BYTES] = "";
	struct repo *repo = NULL;
	int result = -1;

	if (place_of(call, member(source, "name"), dir, err) == 0 &&
		repo_open_bare(&repo, dir, err) == 0 &&
		fetch(call, repo, dir, member(source, "url"), commit, err) == 0)
		result = read_commit(call, repo, commit, source, update, err);
	repo_close(repo);
	if (result != 0)
		return -1;
	update->same = before != NULL && strcmp(before, commit) == 0;
	(void)json_object_set_new(source, "commit", json_string(commit));
	return 0;
}

/* --- a plain folder --- */

static bool is_plain_folder(const char *url)
{
	struct stat st;

	return url[0] == '/' && stat(url, &st) == 0 && S_ISDIR(st.st_mode) && !repo_is_at(url);
}

static void hold_below(struct held *held, const struct files_list *list, const char *path)
{
	size_t i, n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	for (i = 0; i < list->n; i++)
		if (n == 0 || (strncmp(list->paths[i], path, n) == 0 &&
				      (list->paths[i][n] == '/' || list->paths[i][n] == '\0')))
			hold(held, list->paths[i]);
}

/* As it stands now, with the limits of files.h: no links, so many files, so deep. */
static int update_folder(
	struct call *call, json_t *source, struct sources_update *update, struct err *err)
{
	struct held held = {.folder = -1, .ids = json_object()};
	const char *path = member(source, "path");
	struct files_list list = {0};
	struct files_root root;
	int result = files_open(member(source, "url"), &root, err);

	if (result == 0) {
		result = files_walk(&root, &list, err);
		hold_below(&held, &list, path != NULL ? path : "");
		held.folder = root.folder;
		update->passed_by = (struct repo_tree_report){
			.files = held.n, .cut = list.cut, .unread = list.unread};
		if (result == 0)
			result = take_held(call, source, &held, update, err);
		files_list_fini(&list);
		files_close(&root);
	}
	held_fini(&held);
	(void)json_object_del(source, "commit");
	return result;
}

/* --- one source --- */

int sources_update(struct call *call, json_t *source, struct sources_update *update)
{
	const char *url = member(source, "url");
	char when[CLOCK_TEXT_BYTES];
	struct store *store;
	struct err err = {0};
	int result = call_store(call, true, &store);

	*update = (struct sources_update){0};
	if (result != COMMAND_DONE)
		return result;
	if (member(source, "name") == NULL || url == NULL)
		return call_fail(call, COMMAND_FAILED, SOURCES_FILE " is not one of promptd's");
	if ((is_plain_folder(url) ? update_folder(call, source, update, &err)
				  : update_repo(call, source, update, &err)) != 0)
		result = call_fail_err(call, &err);
	if (call_cancelled())
		return call_cancel(call);
	if (result != COMMAND_DONE)
		return result;
	clock_format(clock_now_ms(), when);
	(void)json_object_set_new(source, "updated", json_string(when));
	return COMMAND_DONE;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

int sources_forget(struct call *call, const char *name)
{
	char dir[PLATFORM_PATH_MAX], source[PROMPT_PATH_MAX + 8];
	struct store *store;
	struct err err = {0};
	size_t n;
	int result = call_store(call, true, &store);

	if (result != COMMAND_DONE)
		return result;
	(void)snprintf(source, sizeof source, "git:%.250s", name);
	if (take_over(call, source, NULL, &n, &err) != 0 || place_of(call, name, dir, &err) != 0)
		return call_fail_err(call, &err);
	if (nftw(dir, remove_entry, REMOVE_FDS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		return call_fail(
			call, COMMAND_FAILED, "cannot take %s away: %s", dir, strerror(errno));
	return COMMAND_DONE;
}
