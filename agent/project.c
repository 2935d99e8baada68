/* See project.h. */
#include "agent/project.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/datafile.h"
#include "agent/published.h"
#include "core/clock.h"
#include "core/sha256.h"
#include "core/text_filter.h"
#include "library/files.h"
#include "library/library.h"
#include "store/project.h"
#include "store/prompts.h"

#define LIST_FILE "projects.json"
#define LIST_MAX 500
#define DAY_MS (24 * 3600 * INT64_C(1000))
#define FILES_LOOKED_AT 2000
#define ORIGIN_BYTES 200

/* --- did anything change? --- */

static void stamp_add(struct sha256 *sha, const struct files_root *root, const char *path)
{
	struct stat st;
	char text[96];

	if (fstatat(root->folder, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	(void)snprintf(text, sizeof text, "%lld %lld.%ld %llu", (long long)st.st_size,
		(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (unsigned long long)st.st_ino);
	sha256_add(sha, path, strlen(path) + 1);
	sha256_add(sha, text, strlen(text) + 1);
}

/* What stands for the files of the project. */
static void make_stamp(const struct project_place *place, char stamp[SHA256_HEX_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	size_t i, j, files = 0;
	struct sha256 sha;

	sha256_init(&sha);
	for (i = 0; i < place->n; i++) {
		struct files_list list = {.n = 0};
		struct files_root root;
		struct err ignored; /* what cannot be read now is told by the reading */

		sha256_add(&sha, place->folders[i], strlen(place->folders[i]) + 1);
		if (files_open(place->folders[i], &root, &ignored) != 0)
			continue;
		if (files_walk(&root, &list, &ignored) == 0)
			for (j = 0; j < list.n && files < FILES_LOOKED_AT; j++, files++)
				stamp_add(&sha, &root, list.paths[j]);
		files_list_fini(&list);
		files_close(&root);
	}
	sha256_end(&sha, digest);
	str_hex(digest, sizeof digest, stamp);
}

/* --- what is remembered of projects --- */

static json_t *known_project(json_t *list, const char *root)
{
	json_t *known;
	size_t i;

	json_array_foreach (list, i, known) {
		const char *name = json_string_value(json_object_get(known, "root"));

		if (name != NULL && strcmp(name, root) == 0)
			return known;
	}
	return NULL;
}

/* Projects that are gone, or were not used for long, leave the library. */
static int forget_old(struct call *call, json_t *list, struct err *err)
{
	int64_t now = clock_now_ms();
	json_t *known;
	size_t i, removed;

	json_array_foreach (list, i, known) {
		const char *root = json_string_value(json_object_get(known, "root"));
		int64_t used = json_integer_value(json_object_get(known, "used_ms"));
		char source[PLATFORM_PATH_MAX + 16];

		if (root != NULL && i < LIST_MAX && access(root, F_OK) == 0 &&
			now - used < PROJECT_KEPT_DAYS * DAY_MS)
			continue;
		(void)snprintf(
			source, sizeof source, STORE_PROJECT_PREFIX "%s", root != NULL ? root : "");
		if (store_project_sweep(call->store, str_of(source), NULL, NULL, &removed, err) !=
			0)
			return -1;
		(void)json_array_remove(list, i--);
	}
	return 0;
}

/* --- what a file says --- */

struct reading {
	struct call *call;
	const struct project_place *place;
	struct project_reading *result;
	char source[PLATFORM_PATH_MAX + 16];
	json_t *paths;
	size_t bytes;
};

/* library_import() asks without saying for whom. */
static bool had_enough;

static bool enough(void)
{
	return had_enough || call_cancelled();
}

static void add_note(struct reading *reading, struct str file, const char *message)
{
	json_t *note = json_object();

	(void)json_object_set_new(note, "file", call_text_json(file));
	(void)json_object_set_new(note, "message", call_text_json(str_of(message)));
	(void)json_array_append_new(reading->result->notes, note);
}

static void on_note(void *data, const struct library_note *note)
{
	if (!note->info)
		add_note(data, note->file, note->text);
}

/* The path of the file in the project. */
static struct str origin_in(const struct project_place *place, const char *origin)
{
	size_t n = strlen(place->root);

	if (origin != NULL && strncmp(origin, place->root, n) == 0 && origin[n] == '/')
		return str_of(origin + n + 1);
	return str_of(origin);
}

/* Every face of a prompt shows its description: there stands whose it is. */
static void add_badge(struct prompt *prompt)
{
	struct buf text = BUF_INIT(PROMPT_DESCRIPTION_MAX * 4);
	struct str about = str_of(prompt->description);
	struct str file = str_prefix(str_of(prompt->origin), ORIGIN_BYTES);

	(void)buf_add_str(&text, "[of this project: ");
	(void)buf_add(&text, file.p, file.n);
	(void)buf_add_str(&text, about.n > 0 ? "] " : "]");
	(void)buf_add(&text, about.p, about.n);
	prompt_set(&prompt->description,
		str_prefix((struct str){buf_text(&text), text.len}, PROMPT_DESCRIPTION_MAX));
	buf_fini(&text);
}

/* A file's name is one line, whatever it holds. */
static void set_origin(struct prompt *prompt, struct str path)
{
	struct buf origin = BUF_INIT(64 * 1024);

	(void)text_filter_show(path, &origin);
	for (size_t i = 0; i < origin.len; i++)
		if (origin.data[i] == '\n' || origin.data[i] == '\t')
			origin.data[i] = ' ';
	prompt_set(&prompt->origin, (struct str){buf_text(&origin), origin.len});
	buf_fini(&origin);
}

static void drop_aliases(struct prompt *prompt)
{
	for (size_t i = 0; i < prompt->n_aliases; i++)
		free(prompt->aliases[i]);
	prompt->n_aliases = 0;
}

static int take(struct reading *reading, const struct prompt *found, struct err *err)
{
	struct prompt *prompt;
	int result = 0;
	size_t i;

	for (i = 0; i < found->n_messages; i++)
		reading->bytes += strlen(found->messages[i].text);
	if (json_object_size(reading->paths) == PROJECT_PROMPTS_MAX ||
		reading->bytes > PROJECT_BYTES_MAX) {
		had_enough = reading->result->cut = true;
		return 0;
	}
	prompt = prompt_copy(found);
	set_origin(prompt, origin_in(reading->place, found->origin));
	prompt_set(&prompt->source, str_of(reading->source));
	prompt_set(&prompt->collection, (struct str){NULL, 0});
	prompt_set(&prompt->status, STR("approved"));
	prompt_set(&prompt->channel, STR("production"));
	drop_aliases(prompt);
	add_badge(prompt);
	if (prompt_check(prompt, err) != 0) {
		add_note(reading, str_of(prompt->origin), err->text);
	} else {
		(void)json_object_set_new(reading->paths, prompt->path, json_true());
		result = store_prompt_put(reading->call->store, prompt, NULL, err);
	}
	prompt_free(prompt);
	return result;
}

/* What this library published there is known already. */
static int on_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct reading *reading = data;
	struct prompt *ours = NULL;
	int result = 0;

	switch (published_look(reading->call->store, prompt, &ours)) {
	case PUBLISHED_NOT:
		return take(reading, prompt, err);
	case PUBLISHED_NEW:
		result = take(reading, ours, err);
		break;
	case PUBLISHED_SAME:
	case PUBLISHED_EDITED:
	case PUBLISHED_PERSONAL:
	default:
		break;
	}
	prompt_free(ours);
	return result;
}

static bool is_there(void *data, struct str path)
{
	const struct reading *reading = data;
	char *name = str_dup(path);
	bool is = json_object_get(reading->paths, name) != NULL;

	free(name);
	return is;
}

static int read_folders(struct reading *reading, struct err *err)
{
	struct library_import how = {
		.source = str_of(reading->source), .cancelled = enough, .met = json_object()};
	struct library_sink sink = {.data = reading, .prompt = on_prompt, .note = on_note};
	size_t i, seen;
	int result = 0;

	had_enough = false;
	for (i = 0; i < reading->place->n && result == 0 && !enough(); i++) {
		struct err why;
		int outcome = library_import(reading->place->folders[i], &how, &sink, &seen, &why);

		if (outcome < 0) {
			*err = why;
			result = -1;
		} else if (outcome == LIBRARY_NO_PATH) {
			add_note(reading, str_of(reading->place->folders[i]), why.text);
		}
	}
	json_decref(how.met);
	return result;
}

/* --- the whole --- */

/* All of it or nothing, in one transaction. */
static int take_over(struct reading *reading, json_t *list, struct err *err)
{
	struct store *store = reading->call->store;
	size_t removed;
	int result = store_begin(store, err);

	if (result != 0)
		return -1;
	result = read_folders(reading, err);
	if (result == 0)
		result = store_project_sweep(
			store, str_of(reading->source), is_there, reading, &removed, err);
	if (result == 0)
		result = forget_old(reading->call, list, err);
	if (result == 0)
		return store_commit(store, err);
	store_rollback(store);
	return -1;
}

static void remember(json_t *list, const char *root, const char *stamp)
{
	json_t *known = known_project(list, root);

	if (known == NULL) {
		known = json_pack("{s:s}", "root", root);
		(void)json_array_insert_new(list, 0, known);
	}
	(void)json_object_set_new(known, "stamp", json_string(stamp));
	(void)json_object_set_new(known, "used_ms", json_integer(clock_now_ms()));
}

static bool is_same(const json_t *known, const char *stamp)
{
	const char *before = json_string_value(json_object_get(known, "stamp"));

	return before != NULL && strcmp(before, stamp) == 0 &&
	       clock_now_ms() - json_integer_value(json_object_get(known, "used_ms")) < DAY_MS;
}

int project_read(struct call *call, const struct project_place *place, bool again,
	struct project_reading *result, struct err *err)
{
	struct reading reading = {
		.call = call, .place = place, .result = result, .paths = json_object()};
	json_t *list = datafile_read(call, LIST_FILE);
	char stamp[SHA256_HEX_BYTES];
	int outcome = 0;

	*result = (struct project_reading){.notes = json_array()};
	(void)snprintf(
		reading.source, sizeof reading.source, STORE_PROJECT_PREFIX "%s", place->root);
	make_stamp(place, stamp);
	result->same = !again && is_same(known_project(list, place->root), stamp);
	if (!result->same) {
		outcome = take_over(&reading, list, err);
		remember(list, place->root, stamp);
		if (outcome == 0)
			outcome = datafile_write(call, LIST_FILE, list, err);
	}
	result->prompts = json_object_size(reading.paths);
	json_decref(reading.paths);
	json_decref(list);
	return outcome;
}

void project_reading_fini(struct project_reading *reading)
{
	json_decref(reading->notes);
}
