/*
 * The store follows the files of the personal library; see personal.h.
 *
 * Files are read again when they are not as they were: size, times and inode, as git's
 * own index has it. A file that was changed so shortly before it was read that another
 * change could bear the same time is not believed ("racily clean"). When a file changed
 * whose neighbours may mean something else by it, all are read.
 */
#include "agent/personal_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/json.h"
#include "library/git_log.h"
#include "library/git_remote.h"

#define SECOND_NS 1000000000
#define TICK_NS 20000000 /* two changes may bear one time: the kernel's clock ticks */
#define BUSY_TRIES 100
#define BUSY_NS 20000000
#define HISTORY_BYTES (2 * REPO_ID_BYTES)

/* --- what is stale --- */

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* Could the file have been changed after it was read without any of its times saying
 * so? Whole seconds: the file system may count no finer, or in twos. */
static bool is_racy(int64_t time_ns, int64_t read_ns)
{
	return time_ns + (time_ns % SECOND_NS == 0 ? 2 * (int64_t)SECOND_NS : TICK_NS) > read_ns;
}

static bool is_as_it_was(const struct files_stat *now, const struct store_file *then)
{
	return now->bytes == then->bytes && now->modified_ns == then->modified_ns &&
	       now->changed_ns == then->changed_ns && now->inode == then->inode &&
	       !is_racy(then->modified_ns, then->read_ns) &&
	       !is_racy(then->changed_ns, then->read_ns);
}

static void set_stale(struct personal_indexing *indexing, size_t i)
{
	bool counts = library_may_be_prompt(indexing->list.paths[i]);

	indexing->stale[i] = counts;
	indexing->n_stale += counts;
}

/* Both come in one order. */
static int on_kept(void *data, const struct store_file *file)
{
	struct personal_indexing *indexing = data;
	const struct files_list *list = &indexing->list;
	int order = -1;

	while (indexing->at < list->n &&
		(order = strcmp(list->paths[indexing->at], file->path)) < 0)
		set_stale(indexing, indexing->at++);
	if (indexing->at == list->n || order > 0) {
		(void)json_array_append_new(indexing->gone, json_from_str(str_of(file->path)));
		return 0;
	}
	if (!is_as_it_was(&list->stats[indexing->at], file))
		set_stale(indexing, indexing->at);
	else if (file->note[0] != '\0')
		(void)json_object_set_new_nocheck(
			indexing->notes, file->path, json_string(file->note));
	indexing->at++;
	return 0;
}

/* A folder that is gone holds nothing. */
static int look(struct personal_indexing *indexing, bool other_folder, struct err *err)
{
	struct files_root root;
	int result = 0;

	indexing->read_ns = now_ns();
	if (files_open(indexing->folder, &root, err) == 0) {
		result = files_walk(&root, &indexing->list, err);
		files_close(&root);
	}
	if (result != 0)
		return -1;
	indexing->stale = xcalloc(indexing->list.n + 1, sizeof(*indexing->stale));
	if (!other_folder &&
		store_file_list(indexing->personal->store, on_kept, indexing, err) != 0)
		return -1;
	while (indexing->at < indexing->list.n)
		set_stale(indexing, indexing->at++);
	return 0;
}

/* A file as the list calls it; NULL: of another folder. */
static const char *listed_name(const struct personal_indexing *indexing, const char *origin)
{
	size_t n = strlen(indexing->folder);

	return strncmp(origin, indexing->folder, n) == 0 && origin[n] == '/' ? origin + n + 1
									     : NULL;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Its place in the list; -1: it is not there. */
static ptrdiff_t listed_at(const struct personal_indexing *indexing, const char *file)
{
	char *const *found = indexing->list.n == 0 || file == NULL
				     ? NULL
				     : bsearch(&file, indexing->list.paths, indexing->list.n,
					       sizeof(*indexing->list.paths), compare_paths);

	return found != NULL ? found - indexing->list.paths : -1;
}

static int on_known(void *data, const struct store_origin *origin)
{
	struct personal_indexing *indexing = data;
	struct personal_known *known;

	if (indexing->n_known == indexing->known_size) {
		indexing->known_size = indexing->known_size > 0 ? 2 * indexing->known_size : 64;
		indexing->known =
			xrealloc(indexing->known, indexing->known_size * sizeof(*indexing->known));
	}
	(void)json_object_set_new_nocheck(
		indexing->by_path, origin->path, json_integer((json_int_t)indexing->n_known));
	known = &indexing->known[indexing->n_known++];
	*known = (struct personal_known){.path = xstrdup(origin->path),
		.id = xstrdup(origin->id),
		.origin = xstrdup(origin->origin),
		.digest = xstrdup(origin->digest),
		.number = origin->number,
		.there = listed_at(indexing, listed_name(indexing, origin->origin)) >= 0};
	return 0;
}

/* "x-2" beside "x": who of the two is called so depends on both. */
static bool shares_its_name(const struct personal_indexing *indexing, const char *path)
{
	size_t n = strlen(path), digits = 0;
	char *plain;
	bool shared;

	while (digits < n && path[n - 1 - digits] >= '0' && path[n - 1 - digits] <= '9')
		digits++;
	if (digits == 0 || n < digits + 2 || path[n - 1 - digits] != '-')
		return false;
	plain = str_dup((struct str){path, n - digits - 1});
	shared = json_object_get(indexing->by_path, plain) != NULL;
	free(plain);
	return shared;
}

static bool stands_alone(const char *file)
{
	return str_ends(str_of(file), ".prompt.md");
}

/* Can the files that are as they were be left alone? */
static bool must_read_all(const struct personal_indexing *indexing)
{
	const json_t *file;
	size_t i;

	if (indexing->n_stale == indexing->list.n)
		return true;
	for (i = 0; i < indexing->list.n; i++)
		if (indexing->stale[i] && !stands_alone(indexing->list.paths[i]))
			return true;
	json_array_foreach (indexing->gone, i, file)
		if (!stands_alone(json_string_value(file)))
			return true;
	for (i = 0; i < indexing->n_known; i++)
		if (shares_its_name(indexing, indexing->known[i].path))
			return true;
	return false;
}

/* --- reading --- */

static bool is_wanted(void *data, const char *file)
{
	const struct personal_indexing *indexing = data;
	ptrdiff_t at = listed_at(indexing, file);

	return indexing->all || at < 0 || indexing->stale[at];
}

static void on_bytes(void *data, const char *file, struct str bytes)
{
	struct personal_indexing *indexing = data;
	char id[REPO_ID_BYTES];

	repo_blob_id(bytes, id);
	(void)json_object_set_new_nocheck(indexing->blobs, file, json_string(id));
}

static void on_note(void *data, const struct library_note *note)
{
	struct personal_indexing *indexing = data;
	struct buf why = BUF_INIT(4096);
	char *file;

	if (!note->error)
		return;
	file = str_dup(note->file);
	(void)buf_add_format(&why, "%u: %.2000s", note->line, note->text);
	if (json_object_get(indexing->broken, file) == NULL)
		(void)json_object_set_new(indexing->broken, file,
			call_text_json((struct str){buf_text(&why), why.len}));
	call_warn(indexing->personal->call, "%s:%s", file, buf_text(&why));
	buf_fini(&why);
	free(file);
}

/* The prompt that this one was, under another name, and that is not there any more: as
 * the commits say; else one of the same text; else one that had this name before. */
static struct personal_known *find_former(
	struct personal_indexing *indexing, const char *file, const struct prompt *prompt)
{
	const char *before = json_string_value(json_object_get(indexing->renamed, file));
	char digest[SHA256_HEX_BYTES] = "", id[ID_BYTES] = "";
	struct personal_known *same = NULL, *namesake = NULL;
	struct err ignored;
	size_t i;

	(void)prompt_digest(prompt, digest, &ignored);
	(void)store_id_of(indexing->personal->store, prompt->path, id, &ignored);
	for (i = 0; i < indexing->n_known; i++) {
		struct personal_known *known = &indexing->known[i];
		const char *origin = personal_file_of(indexing->personal, known->origin);

		if (known->moved || known->there)
			continue;
		if (before != NULL && origin != NULL && strcmp(origin, before) == 0)
			return known;
		if (same == NULL && strcmp(known->digest, digest) == 0)
			same = known;
		if (strcmp(known->id, id) == 0)
			namesake = known;
	}
	return same != NULL ? same : namesake;
}

static int follow_name(struct personal_indexing *indexing, const char *file,
	const struct prompt *prompt, struct err *err)
{
	struct personal_known *former;

	if (indexing->n_known == 0 || file == NULL ||
		json_object_get(indexing->by_path, prompt->path) != NULL)
		return 0;
	former = find_former(indexing, file, prompt);
	if (former == NULL)
		return 0;
	former->moved = true;
	return store_prompt_move(indexing->personal->store, STR(PERSONAL_SOURCE),
		str_of(former->path), str_of(prompt->path), err);
}

static int on_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct personal_indexing *indexing = data;
	struct personal *personal = indexing->personal;
	const char *file = personal_file_of(personal, prompt->origin);
	int64_t number = 1;

	(void)json_object_set_new(indexing->paths, prompt->path, json_true());
	if (follow_name(indexing, file, prompt, err) != 0 ||
		(file != NULL && personal_trail_number(personal, file, prompt, &number, err) != 0))
		return -1;
	return store_prompt_put_numbered(personal->store, prompt, number, NULL, err);
}

/* What the files that are not read have said, for those that are. */
static void remember_names(struct personal_indexing *indexing)
{
	size_t i;

	json_object_clear(indexing->met);
	for (i = 0; i < indexing->n_known && !indexing->all; i++) {
		const struct personal_known *known = &indexing->known[i];
		ptrdiff_t at = listed_at(indexing, listed_name(indexing, known->origin));

		if (at >= 0 && !indexing->stale[at])
			(void)json_object_set_new(indexing->met, known->path, json_integer(2));
	}
}

/* Did two prompts want one name? See claim.c. */
static bool names_were_shared(const struct personal_indexing *indexing)
{
	const char *path;
	json_t *next;

	json_object_foreach (indexing->met, path, next)
		if (path[0] != '/' && json_integer_value(next) > 2)
			return true;
	return false;
}

static int read_files(struct personal_indexing *indexing, struct err *err)
{
	struct library_import how = {.source = STR(PERSONAL_SOURCE),
		.met = indexing->met,
		.wanted = is_wanted,
		.wanted_data = indexing};
	struct library_sink sink = {
		.data = indexing, .prompt = on_prompt, .note = on_note, .bytes = on_bytes};
	size_t seen;
	int result;

	remember_names(indexing);
	result = library_import(indexing->folder, &how, &sink, &seen, err);
	if (result < 0 || indexing->all || !names_were_shared(indexing))
		return result < 0 ? -1 : 0;
	indexing->all = true;
	return read_files(indexing, err);
}

/* --- what is not there any more --- */

static bool is_gone(const struct personal_indexing *indexing, const struct personal_known *known)
{
	ptrdiff_t at = listed_at(indexing, listed_name(indexing, known->origin));

	if (known->moved || json_object_get(indexing->paths, known->path) != NULL)
		return false;
	if (at >= 0 && !indexing->all && !indexing->stale[at])
		return false;
	return json_object_get(indexing->broken, known->origin) == NULL;
}

/* A commit that followed took it away: then for good. Else it may come back: by a
 * checkout, out of a stash, at the end of a rebase. */
static bool was_removed(
	const struct personal_indexing *indexing, const struct personal_known *known)
{
	const char *file = personal_file_of(indexing->personal, known->origin);

	return !indexing->anew && file != NULL &&
	       json_is_false(json_object_get(indexing->touched, file));
}

static int forget_gone(struct personal_indexing *indexing, struct err *err)
{
	struct store *store = indexing->personal->store;
	size_t i;

	for (i = 0; i < indexing->n_known; i++) {
		const struct personal_known *known = &indexing->known[i];

		if (!is_gone(indexing, known))
			continue;
		if (was_removed(indexing, known)
				? store_prompt_remove(store, str_of(known->id), err) < 0
				: store_prompt_drop(store, str_of(known->path), err) != 0)
			return -1;
	}
	return 0;
}

/* --- how the files were --- */

static int keep_file(struct personal_indexing *indexing, size_t i, struct err *err)
{
	const struct files_stat *stat = &indexing->list.stats[i];
	const char *path = indexing->list.paths[i];
	const char *blob = json_string_value(json_object_get(indexing->blobs, path)), *note;
	struct buf whole = BUF_INIT(PLATFORM_PATH_MAX * 4);
	int result;

	(void)buf_add_format(&whole, "%s/%s", indexing->folder, path);
	note = json_string_value(json_object_get(indexing->broken, buf_text(&whole)));
	result = store_file_put(indexing->personal->store,
		&(struct store_file){.path = path,
			.bytes = stat->bytes,
			.modified_ns = stat->modified_ns,
			.changed_ns = stat->changed_ns,
			.inode = stat->inode,
			.read_ns = indexing->read_ns,
			.blob = blob != NULL ? blob : "",
			.note = note != NULL ? note : ""},
		err);
	buf_fini(&whole);
	return result;
}

static int keep_files(struct personal_indexing *indexing, struct err *err)
{
	struct store *store = indexing->personal->store;
	const json_t *file;
	size_t i;

	for (i = 0; i < indexing->list.n; i++)
		if (library_may_be_prompt(indexing->list.paths[i]) &&
			(indexing->all || indexing->stale[i]) && keep_file(indexing, i, err) != 0)
			return -1;
	json_array_foreach (indexing->gone, i, file)
		if (store_file_remove(store, json_string_value(file), err) != 0)
			return -1;
	return 0;
}

/* --- all of it --- */

static int follow_files(struct personal_indexing *indexing, struct err *err)
{
	struct personal *personal = indexing->personal;

	if (store_origin_list(personal->store, NULL, on_known, indexing, err) != 0)
		return -1;
	indexing->all = must_read_all(indexing);
	if (((indexing->all || indexing->n_stale > 0) && read_files(indexing, err) != 0) ||
		forget_gone(indexing, err) != 0)
		return -1;
	return keep_files(indexing, err);
}

/* The mark of a history: its newest commit, and where it begins. */
static int history_mark(struct personal *personal, char mark[HISTORY_BYTES], struct err *err)
{
	char head[REPO_ID_BYTES], shallow[REPO_ID_BYTES];

	if (repo_head(personal->repo, head, err) != 0)
		return -1;
	repo_shallow(personal->repo, shallow);
	(void)snprintf(mark, HISTORY_BYTES, "%s %s", head, shallow);
	return 0;
}

struct marks {
	struct buf folder, history; /* as they were */
	char now[HISTORY_BYTES];
	bool other_folder, other_history;
};

static int marks_read(struct personal_indexing *indexing, struct marks *marks, struct err *err)
{
	struct personal *personal = indexing->personal;

	marks->folder = (struct buf)BUF_INIT(PLATFORM_PATH_MAX * 2);
	marks->history = (struct buf)BUF_INIT(HISTORY_BYTES);
	(void)snprintf(indexing->folder, sizeof indexing->folder, "%s%s", personal->dir,
		personal->base[0] != '\0' ? "/prompts" : "");
	if (store_trail_mark(personal->store, &marks->folder, &marks->history, err) != 0 ||
		history_mark(personal, marks->now, err) != 0)
		return -1;
	marks->other_folder = strcmp(buf_text(&marks->folder), indexing->folder) != 0;
	marks->other_history =
		marks->other_folder || strcmp(buf_text(&marks->history), marks->now) != 0;
	return 0;
}

/* The commit that the trail goes up to; "" when it has to be made anew. */
static void marked_commit(const struct marks *marks, char commit[REPO_ID_BYTES])
{
	struct str then_shallow, now_shallow;
	struct str then = str_cut(str_of(buf_text(&marks->history)), ' ', &then_shallow);

	(void)str_cut(str_of(marks->now), ' ', &now_shallow);
	commit[0] = '\0';
	if (!marks->other_folder && str_equal(then_shallow, now_shallow))
		(void)snprintf(commit, REPO_ID_BYTES, "%.*s", (int)then.n, then.p);
}

static int follow_history(
	struct personal_indexing *indexing, const struct marks *marks, struct err *err)
{
	char before[REPO_ID_BYTES], head[REPO_ID_BYTES];
	struct str rest;

	if (!marks->other_history)
		return 0;
	marked_commit(marks, before);
	(void)snprintf(head, sizeof head, "%.*s", (int)str_cut(str_of(marks->now), ' ', &rest).n,
		marks->now);
	return personal_trail_follow(indexing, before, head, err);
}

static int follow_all(
	struct personal_indexing *indexing, const struct marks *marks, struct err *err)
{
	struct store *store = indexing->personal->store;

	if (marks->other_folder && store_file_clear(store, err) != 0)
		return -1;
	if (follow_history(indexing, marks, err) != 0)
		return -1;
	/* In one transaction: a moved row is whole again only when it was put. */
	if (indexing->moved_from != NULL && indexing->moved_to != NULL &&
		store_prompt_move(store, STR(PERSONAL_SOURCE), str_of(indexing->moved_from),
			str_of(indexing->moved_to), err) < 0)
		return -1;
	if (follow_files(indexing, err) != 0 || personal_settle(indexing, err) != 0)
		return -1;
	return store_trail_set_mark(store, indexing->folder, marks->now, err);
}

static int follow_in_one(
	struct personal_indexing *indexing, const struct marks *marks, struct err *err)
{
	struct store *store = indexing->personal->store;

	if (store_begin(store, err) != 0)
		return -1;
	if (follow_all(indexing, marks, err) == 0)
		return store_commit(store, err);
	store_rollback(store);
	return -1;
}

static void warn_again(struct personal_indexing *indexing)
{
	const char *file;
	json_t *note;

	json_object_foreach (indexing->notes, file, note)
		call_warn(indexing->personal->call, "%s/%s:%s", indexing->folder, file,
			json_string_value(note));
}

static void indexing_begin(struct personal_indexing *indexing)
{
	indexing->gone = json_array();
	indexing->notes = json_object();
	indexing->met = json_object();
	indexing->paths = json_object();
	indexing->broken = json_object();
	indexing->blobs = json_object();
	indexing->by_path = json_object();
	indexing->renamed = json_object();
	indexing->touched = json_object();
}

static void indexing_end(struct personal_indexing *indexing)
{
	size_t i;

	for (i = 0; i < indexing->n_known; i++) {
		free(indexing->known[i].path);
		free(indexing->known[i].id);
		free(indexing->known[i].origin);
		free(indexing->known[i].digest);
	}
	free(indexing->known);
	free(indexing->stale);
	files_list_fini(&indexing->list);
	json_decref(indexing->gone);
	json_decref(indexing->notes);
	json_decref(indexing->met);
	json_decref(indexing->paths);
	json_decref(indexing->broken);
	json_decref(indexing->blobs);
	json_decref(indexing->by_path);
	json_decref(indexing->renamed);
	json_decref(indexing->touched);
}

/* git changes the files first and says of which commit they are afterwards. */
static void wait_for_git(struct personal *personal)
{
	const struct timespec moment = {.tv_nsec = BUSY_NS};
	int tries;

	for (tries = 0; tries < BUSY_TRIES && repo_is_busy(personal->repo); tries++)
		(void)nanosleep(&moment, NULL);
}

int personal_index_run(
	struct personal *personal, const char *moved_from, const char *moved_to, struct err *err)
{
	struct personal_indexing indexing = {
		.personal = personal, .moved_from = moved_from, .moved_to = moved_to};
	struct marks marks = {0};
	int result;

	wait_for_git(personal);
	indexing_begin(&indexing);
	result = marks_read(&indexing, &marks, err);
	if (result == 0)
		result = look(&indexing, marks.other_folder, err);
	if (result == 0 && (indexing.n_stale > 0 || json_array_size(indexing.gone) > 0 ||
				   marks.other_history || moved_from != NULL))
		result = follow_in_one(&indexing, &marks, err);
	if (result == 0 && !indexing.all)
		warn_again(&indexing);
	buf_fini(&marks.folder);
	buf_fini(&marks.history);
	indexing_end(&indexing);
	return result;
}

struct seeing {
	struct personal *personal;
	personal_seen_fn *seen;
	void *data;
};

static int on_origin(void *data, const struct store_origin *origin)
{
	struct seeing *seeing = data;
	const char *file = personal_file_of(seeing->personal, origin->origin);

	if (file != NULL)
		seeing->seen(seeing->data, file);
	return 0;
}

int personal_index(
	struct personal *personal, personal_seen_fn *seen, void *data, size_t *n, struct err *err)
{
	const struct store_filter filter = {.source = STR(PERSONAL_SOURCE), .experimental = true};
	struct seeing seeing = {personal, seen, data};
	int64_t count = 0;

	if (personal_index_run(personal, NULL, NULL, err) != 0 ||
		(seen != NULL &&
			store_origin_list(personal->store, NULL, on_origin, &seeing, err) != 0) ||
		(n != NULL && store_prompt_count(personal->store, &filter, &count, err) != 0))
		return -1;
	if (n != NULL)
		*n = (size_t)count;
	return 0;
}
