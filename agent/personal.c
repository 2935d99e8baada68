/* Opening the personal library, and its changes; see personal.h. Its index is in
 * personal_index.c, the history in personal_history.c. */
#include "agent/personal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/lookup.h"
#include "core/id.h"
#include "core/json.h"
#include "core/text_filter.h"
#include "library/files.h"
#include "library/library.h"

#define PLACE_FILE "personal-library"
#define PENDING_FILE "promptd-pending"
#define LOCK_FILE "promptd-lock"
#define PENDING_MAX (2 * LIBRARY_FILE_BYTES_MAX + 64 * 1024)
#define MEND_DEPTH 1000 /* commits that others may have made since the kill */
#define MEND_LOCK_MS 5000
#define RECOGNISED 50

int personal_place(struct call *call, char dir[PLATFORM_PATH_MAX], struct err *err)
{
	struct buf text = BUF_INIT(PLATFORM_PATH_MAX);
	int folder = open(call->dirs->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = folder < 0 ? FILES_NONE : files_read(folder, PLACE_FILE, &text, err);

	if (folder >= 0)
		(void)close(folder);
	if (result == 0) {
		struct str path = str_trim((struct str){buf_text(&text), text.len});

		(void)snprintf(dir, PLATFORM_PATH_MAX, "%.*s", (int)path.n, path.p);
	} else if (result > 0) {
		int n = snprintf(dir, PLATFORM_PATH_MAX, "%s/personal", call->dirs->data);

		result = n < PLATFORM_PATH_MAX ? 0 : err_set(err, ERR_LIMIT, "path too long");
	}
	buf_fini(&text);
	return result;
}

const char *personal_file_of(const struct personal *personal, const char *origin)
{
	size_t n = strlen(personal->dir);

	if (origin == NULL || strncmp(origin, personal->dir, n) != 0 || origin[n] != '/')
		return NULL;
	return origin + n + 1;
}

/* --- what was begun --- */

static void find_base(struct personal *personal)
{
	struct stat st;

	personal->base = "";
	if (fstatat(personal->folder, "prompts", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(st.st_mode))
		personal->base = "prompts/";
}

/* A change as it is written down before it is made. */
struct pending {
	json_t *json;
	const char *from, *to, *text, *moved_from, *moved_to, *line, *message;
	const char *move_from, *move_to; /* commits: a pull's, and nothing else is set */
	bool mending;			 /* some of it may have been done before */
};

static const char *text_of(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static int pending_read(struct pending *pending, json_t *json, struct err *err)
{
	*pending = (struct pending){.json = json,
		.from = text_of(json, "from"),
		.to = text_of(json, "to"),
		.text = text_of(json, "text"),
		.moved_from = text_of(json, "moved_from"),
		.moved_to = text_of(json, "moved_to"),
		.line = text_of(json, "line"),
		.message = text_of(json, "message"),
		.move_from = text_of(json, "move_from"),
		.move_to = text_of(json, "move_to")};
	if (pending->move_to != NULL && pending->move_from != NULL)
		return 0;
	if ((pending->from == NULL && pending->to == NULL) || pending->line == NULL ||
		pending->message == NULL || (pending->to != NULL && pending->text == NULL))
		return err_set(err, ERR_INVALID, PENDING_FILE " is not one of promptd's");
	return 0;
}

static int git_folder(const struct personal *personal)
{
	return open(repo_git_dir(personal->repo), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int pending_write(struct personal *personal, const json_t *json, struct err *err)
{
	struct buf text = BUF_INIT(PENDING_MAX);
	int folder = git_folder(personal), result = -1;

	if (folder < 0)
		return err_errno(err, errno, "%s", repo_git_dir(personal->repo));
	if (json_write(json, &text) != 0)
		(void)err_set(err, ERR_LIMIT, "the prompt is too large");
	else
		result = files_replace(
			folder, PENDING_FILE, (struct str){buf_text(&text), text.len}, err);
	(void)close(folder);
	buf_fini(&text);
	return result;
}

static void pending_strike(struct personal *personal)
{
	int folder = git_folder(personal);

	if (folder < 0)
		return;
	(void)unlinkat(folder, PENDING_FILE, 0);
	(void)close(folder);
}

/* Does the file hold exactly this text (NULL: is it absent)? */
static bool file_holds(struct personal *personal, const char *file, const char *text)
{
	struct buf now = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	int result = files_read(personal->folder, file, &now, NULL);
	bool same;

	if (text == NULL)
		same = result == FILES_NONE;
	else
		same = result == 0 && str_is((struct str){buf_text(&now), now.len}, text);
	buf_fini(&now);
	return same;
}

/* What somebody wrote there after the kill is theirs, and stays. */
static int change_files(struct personal *personal, const struct pending *pending, struct err *err)
{
	const char *before = text_of(pending->json, "before");
	const char *over = text_of(pending->json, "over");

	if (pending->to != NULL && file_holds(personal, pending->to, over) &&
		(files_make_folders(personal->folder, pending->to, err) != 0 ||
			files_replace(personal->folder, pending->to, str_of(pending->text), err) !=
				0))
		return -1;
	if (pending->to != NULL && pending->from != NULL &&
		files_is_executable(personal->folder, pending->from) &&
		files_set_executable(personal->folder, pending->to, true, err) != 0)
		return -1;
	if (pending->from != NULL && file_holds(personal, pending->from, before))
		return files_remove(personal->folder, pending->from, err);
	return 0;
}

static int change_repo(struct personal *personal, const struct pending *pending, struct err *err)
{
	struct repo_change changes[2];
	size_t n = 0;
	int known = pending->mending ? repo_has_line(personal->repo, pending->line, MEND_DEPTH, err)
				     : 0;

	if (pending->to != NULL)
		changes[n++] =
			(struct repo_change){.path = pending->to, .bytes = str_of(pending->text)};
	if (pending->from != NULL)
		changes[n++] = (struct repo_change){.path = pending->from, .remove = true};
	if (known != 0)
		return known < 0 ? -1 : repo_follow(personal->repo, changes, n, err);
	return repo_commit(personal->repo, changes, n, pending->message, err);
}

static int carry_out_move(struct personal *personal, const struct pending *pending, struct err *err)
{
	if (personal_move(personal, pending->move_from, pending->move_to, err) != 0)
		return -1;
	find_base(personal); /* "prompts" may have come, or gone */
	return personal_index(personal, NULL, NULL, NULL, err);
}

static int carry_out_change(
	struct personal *personal, const struct pending *pending, struct err *err)
{
	if (change_files(personal, pending, err) != 0 || change_repo(personal, pending, err) != 0)
		return -1;
	return personal_index_run(personal, pending->moved_from, pending->moved_to, err);
}

/* Every step may have been done before. */
static int carry_out(struct personal *personal, const struct pending *pending, struct err *err)
{
	int result = pending->move_to != NULL ? carry_out_move(personal, pending, err)
					      : carry_out_change(personal, pending, err);

	if (result != 0)
		return -1;
	pending_strike(personal);
	return 0;
}

static int mend(struct personal *personal, struct err *err)
{
	struct buf text = BUF_INIT(PENDING_MAX);
	struct pending pending;
	json_t *json = NULL;
	struct stat st;
	int folder = git_folder(personal), result;

	if (folder < 0)
		return err_errno(err, errno, "%s", repo_git_dir(personal->repo));
	result = files_read(folder, PENDING_FILE, &text, err);
	if (result == 0 && fstatat(folder, PENDING_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		int64_t at_ms = (int64_t)st.st_mtim.tv_sec * 1000;

		repo_break_locks(personal->repo, at_ms, at_ms + 1000 + MEND_LOCK_MS);
		result = json_door_parse((struct str){buf_text(&text), text.len}, &json, err);
		if (result == 0)
			result = pending_read(&pending, json, err);
		/* We are alone, and whoever wrote here was killed. */
		if (result == 0 && pending.to != NULL)
			files_sweep(personal->folder, pending.to);
		pending.mending = true;
		if (result == 0)
			result = carry_out(personal, &pending, err);
	}
	(void)close(folder);
	json_decref(json);
	buf_fini(&text);
	return result < 0 ? -1 : 0;
}

/* --- opening --- */

static int take_lock(struct personal *personal, struct err *err)
{
	struct buf path = BUF_INIT(8192);
	int result;

	(void)buf_add_format(&path, "%s" LOCK_FILE, repo_git_dir(personal->repo));
	personal->lock = open(buf_text(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	do {
		result = personal->lock < 0 ? -1 : flock(personal->lock, LOCK_EX);
	} while (result != 0 && personal->lock >= 0 && errno == EINTR && !call_cancelled());
	if (result != 0)
		(void)err_errno(err, errno, "%s", buf_text(&path));
	buf_fini(&path);
	return result;
}

static int open_tree(struct personal *personal, struct err *err)
{
	struct files_root root;
	int n;

	if (files_open(personal->dir, &root, err) != 0)
		return -1;
	n = snprintf(personal->dir, sizeof personal->dir, "%s", root.path);
	personal->folder = root.folder;
	root.folder = -1;
	files_close(&root);
	if (n < 0 || (size_t)n >= sizeof personal->dir)
		return err_set(err, ERR_LIMIT, "the folder's path is too long");
	find_base(personal);
	return 0;
}

int personal_begin(struct call *call, struct personal *personal, const char *dir)
{
	struct err err = {0};
	int result;

	*personal = (struct personal){.call = call, .folder = -1, .lock = -1, .base = ""};
	(void)snprintf(personal->dir, sizeof personal->dir, "%s", dir);
	result = repo_open(&personal->repo, dir, &err);
	if (result == REPO_NONE) {
		call_hint(call, "promptd init makes one");
		return call_fail(call, COMMAND_NOT_FOUND, "%s is no git repository", dir);
	}
	if (result != 0 || open_tree(personal, &err) != 0 || take_lock(personal, &err) != 0)
		return call_fail_err(call, &err);
	result = call_store(call, true, &personal->store);
	if (result == COMMAND_DONE && mend(personal, &err) != 0)
		result = call_fail_err(call, &err);
	return result;
}

int personal_open(struct call *call, struct personal *personal)
{
	char dir[PLATFORM_PATH_MAX];
	struct stat st;
	struct err err;
	int result;

	*personal = (struct personal){.folder = -1, .lock = -1};
	if (personal_place(call, dir, &err) != 0)
		return call_fail_err(call, &err);
	if (stat(dir, &st) != 0) {
		call_hint(call, "promptd init makes it");
		return call_fail(
			call, COMMAND_NOT_FOUND, "there is no personal library yet: %s", dir);
	}
	result = personal_begin(call, personal, dir);
	if (result == COMMAND_DONE && personal_index(personal, NULL, NULL, NULL, &err) != 0)
		result = call_fail_err(call, &err);
	return result;
}

int personal_peek(struct call *call, struct personal *personal, struct err *err)
{
	int result;

	*personal = (struct personal){.call = call, .folder = -1, .lock = -1, .base = ""};
	if (personal_place(call, personal->dir, err) != 0)
		return -1;
	result = repo_open(&personal->repo, personal->dir, err);
	return result == 0 ? open_tree(personal, err) : result;
}

void personal_close(struct personal *personal)
{
	repo_close(personal->repo);
	if (personal->folder >= 0)
		(void)close(personal->folder);
	if (personal->lock >= 0)
		(void)close(personal->lock);
}

/* --- one prompt --- */

int personal_find(struct personal *personal, const char *name, struct prompt **prompt,
	char file[REPO_PATH_MAX + 1])
{
	struct call *call = personal->call;
	const struct library_format *format;
	const char *found;
	int result = lookup_prompt(call, name, true, prompt);

	if (result != COMMAND_DONE)
		return result;
	found = personal_file_of(personal, (*prompt)->origin);
	format = library_format_find(str_of((*prompt)->format));
	if (strcmp((*prompt)->source, PERSONAL_SOURCE) != 0 || found == NULL)
		result = call_fail(call, COMMAND_REFUSED,
			"%s is not in the personal library: it comes from %s", (*prompt)->path,
			(*prompt)->source);
	else if (format == NULL || format->write == NULL)
		result = call_fail(call, COMMAND_REFUSED,
			"%s is one of several prompts in %s: change that file", (*prompt)->path,
			found);
	else
		(void)snprintf(file, REPO_PATH_MAX + 1, "%s", found);
	if (result != COMMAND_DONE) {
		prompt_free(*prompt);
		*prompt = NULL;
	}
	return result;
}

struct parsing {
	struct prompt *prompt;
	size_t n;
	struct err *err;
	bool failed;
};

static int on_parsed(void *data, const struct prompt *prompt, struct err *err)
{
	struct parsing *parsing = data;

	(void)err;
	if (parsing->n++ == 0)
		parsing->prompt = prompt_copy(prompt);
	return 0;
}

static void on_fault(void *data, const struct library_note *note)
{
	struct parsing *parsing = data;

	if (note->error && !parsing->failed)
		(void)err_set(parsing->err, ERR_INVALID, "line %u: %s", note->line, note->text);
	parsing->failed = parsing->failed || note->error;
}

static const struct library_format *recognise(const char *file, struct str text)
{
	const struct library_format *best = NULL;
	int score = RECOGNISED - 1;
	size_t i;

	for (i = 0; library_formats[i] != NULL && library_formats[i]->name != NULL; i++) {
		int found = library_formats[i]->recognise(str_of(file), str_prefix(text, 4096));

		if (found > score) {
			score = found;
			best = library_formats[i];
		}
	}
	return best;
}

int personal_parse(const struct personal *personal, const char *file, struct str text,
	struct prompt **prompt, const struct library_format **format, struct err *err)
{
	struct parsing parsing = {.err = err};
	struct library_sink sink = {.data = &parsing, .prompt = on_parsed, .note = on_fault};
	size_t n_base = strlen(personal->base);
	const char *below = strncmp(file, personal->base, n_base) == 0 ? file + n_base : file;

	*prompt = NULL;
	if (text.n == 0 || !str_is_utf8(text) || text_filter_find(text) < text.n)
		return err_set(err, ERR_INVALID,
			text.n == 0 ? "it is empty"
				    : "it is not UTF-8, or holds characters that do not show");
	*format = recognise(file, text);
	if (*format == NULL)
		return err_set(err, ERR_INVALID, "%s is in no format that is known", file);
	if ((*format)->parse(str_of(below), text, &sink, err) < 0)
		parsing.failed = true;
	if (!parsing.failed && parsing.n != 1) {
		(void)err_set(err, ERR_INVALID, "it holds %zu prompts, not one", parsing.n);
		parsing.failed = true;
	}
	if (!parsing.failed && prompt_check(parsing.prompt, err) != 0)
		parsing.failed = true;
	if (parsing.failed) {
		prompt_free(parsing.prompt);
		return -1;
	}
	*prompt = parsing.prompt;
	return 0;
}

/* --- a change --- */

static void set_file(struct personal *personal, json_t *json, const char *name, const char *file)
{
	struct buf now = BUF_INIT(LIBRARY_FILE_BYTES_MAX);

	if (files_read(personal->folder, file, &now, NULL) == 0)
		(void)json_object_set_new(
			json, name, json_from_str((struct str){buf_text(&now), now.len}));
	buf_fini(&now);
}

static void set_text(json_t *json, const char *name, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(json, name, json_string(text));
}

static json_t *pending_new(struct personal *personal, const struct personal_change *change)
{
	struct buf message = BUF_INIT(16384);
	json_t *json = json_object();
	char id[ID_BYTES], line[ID_BYTES + 32];

	id_new(id);
	(void)snprintf(line, sizeof line, "Promptd-Change: %s", id);
	(void)buf_add_format(&message, "%s: %s\n\n", change->verb, change->title);
	if (change->version > 0)
		(void)buf_add_format(
			&message, "Promptd-Version: %lld\n", (long long)change->version);
	(void)buf_add_format(&message, "%s\n", line);
	set_text(json, "line", line);
	set_text(json, "message", buf_text(&message));
	set_text(json, "from", change->from);
	set_text(json, "to", change->to);
	set_text(json, "moved_from", change->moved_from);
	set_text(json, "moved_to", change->moved_to);
	if (change->to != NULL) {
		(void)json_object_set_new(json, "text", json_from_str(change->bytes));
		set_file(personal, json, "over", change->to);
	}
	if (change->from != NULL)
		set_file(personal, json, "before", change->from);
	buf_fini(&message);
	return json;
}

static int check_change(
	struct personal *personal, const struct personal_change *change, struct err *err)
{
	if (repo_check_state(personal->repo, err) != 0 ||
		(change->from != NULL && repo_check_file(personal->repo, change->from, err) != 0))
		return -1;
	return change->to != NULL ? repo_check_file(personal->repo, change->to, err) : 0;
}

int personal_commit(
	struct personal *personal, const struct personal_change *change, struct err *err)
{
	struct pending pending;
	json_t *json;
	int result;

	if (check_change(personal, change, err) != 0)
		return -1;
	json = pending_new(personal, change);
	result = pending_read(&pending, json, err);
	if (result == 0)
		result = pending_write(personal, json, err);
	if (result == 0)
		result = carry_out(personal, &pending, err);
	json_decref(json);
	return result;
}

int personal_advance(struct personal *personal, const char *from, const char *to, struct err *err)
{
	json_t *json = json_pack("{s:s, s:s}", "move_from", from, "move_to", to);
	struct pending pending;
	int result = pending_read(&pending, json, err);

	if (result == 0)
		result = pending_write(personal, json, err);
	if (result == 0)
		result = carry_out(personal, &pending, err);
	json_decref(json);
	return result;
}

int personal_file_for(const struct personal *personal, const char *name,
	char file[REPO_PATH_MAX + 1], struct err *err)
{
	if (prompt_check_path(str_of(name), err) != 0)
		return -1;
	(void)snprintf(file, REPO_PATH_MAX + 1, "%s%.255s.prompt.md", personal->base, name);
	return repo_check_path(file, err);
}

void personal_tell(struct call *call, const char *what, const char *name, int64_t version)
{
	if (call->json) {
		call_answer_text(call, "name", str_of(name));
		call_answer_int(call, "version", version);
		return;
	}
	output_print(call->out, "%s ", what);
	output_styled(call->out, OUTPUT_NAME, str_of(name));
	output_print(call->out, ", version %lld\n", (long long)version);
}
