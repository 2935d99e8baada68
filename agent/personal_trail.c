/*
 * What the repository's commits say of the numbers of prompts; see personal_index.h.
 *
 * A number counts the texts that a prompt had, one after the other: the same text twice
 * in a row is one version, whatever else of the file changed. They are counted in the
 * order of repo_log(), commit by commit, and kept in the store with the commit they go
 * up to, so that the log is read once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal_index.h"
#include "core/json.h"
#include "library/git_log.h"
#include "library/library.h"

#define TEXTS_MAX 100000

/* --- the texts of one file at one time --- */

struct str personal_trail_name(const char *format, const char *path)
{
	const struct library_format *known = library_format_find(str_of(format));
	const char *slash = strrchr(path, '/');

	if (known != NULL && known->write != NULL)
		return STR("");
	return str_of(slash != NULL ? slash + 1 : path);
}

struct text {
	char name[PROMPT_PATH_MAX + 1], digest[SHA256_HEX_BYTES];
};
struct texts {
	struct text *list;
	size_t n, size;
};

static void texts_add(struct texts *texts, struct str name, const char *digest)
{
	struct text *text;

	if (texts->n >= TEXTS_MAX)
		return;
	if (texts->n == texts->size) {
		texts->size = texts->size > 0 ? 2 * texts->size : 4;
		texts->list = xrealloc(texts->list, texts->size * sizeof(*texts->list));
	}
	text = &texts->list[texts->n++];
	(void)snprintf(text->name, sizeof text->name, "%.*s", (int)name.n, name.p);
	(void)snprintf(text->digest, sizeof text->digest, "%s", digest);
}

static int on_text(void *data, const struct prompt *prompt, struct err *err)
{
	char digest[SHA256_HEX_BYTES];

	if (prompt_digest(prompt, digest, err) == 0)
		texts_add(data, personal_trail_name(prompt->format, prompt->path), digest);
	return 0;
}

static int on_indexed(void *data, const struct store_origin *origin)
{
	texts_add(data, personal_trail_name(origin->format, origin->path), origin->digest);
	return 0;
}

/* A commit's file, as library_import_shelf() wants it. */
struct reading {
	struct personal *personal;
	const struct store_step *step;
	const char *below; /* the file's name on the shelf */
	size_t n_base;	   /* how much of its path is in front of that */
	struct buf bytes;
	personal_text_fn *fn;
	void *data;
};

static int on_read(void *data, const char *path, struct buf *out)
{
	struct reading *reading = data;
	struct buf whole = BUF_INIT(REPO_PATH_MAX * 2);
	int result;

	if (strcmp(path, reading->below) == 0)
		return buf_add(out, buf_text(&reading->bytes), reading->bytes.len);
	(void)buf_add_format(&whole, "%.*s%s", (int)reading->n_base, reading->step->file, path);
	result = buf_failed(&whole) ? 1
				    : repo_file_at(reading->personal->repo, reading->step->commit,
					      buf_text(&whole), out);
	buf_fini(&whole);
	return result;
}

static int on_read_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	const struct reading *reading = data;

	return reading->fn(reading->data, prompt, err);
}

int personal_trail_read(struct personal *personal, const struct store_step *step,
	personal_text_fn *fn, void *data, struct err *err)
{
	struct reading reading = {.personal = personal,
		.step = step,
		.bytes = BUF_INIT(LIBRARY_FILE_BYTES_MAX),
		.fn = fn,
		.data = data};
	const struct library_import how = {.source = STR(PERSONAL_SOURCE)};
	const struct library_sink sink = {.data = &reading, .prompt = on_read_prompt};
	struct library_shelf shelf = {.n = 1, .data = &reading, .read = on_read};
	char folder[PLATFORM_PATH_MAX + 16], *below;
	bool in_base = strncmp(step->file, personal->base, strlen(personal->base)) == 0;
	size_t seen;
	int result = 0;

	reading.n_base = in_base ? strlen(personal->base) : 0;
	(void)snprintf(
		folder, sizeof folder, "%s%s", personal->dir, reading.n_base > 0 ? "/prompts" : "");
	below = xstrdup(step->file + reading.n_base);
	reading.below = below;
	shelf.name = folder;
	shelf.paths = &below;
	if (repo_blob(personal->repo, step->blob, &reading.bytes) == 0)
		result = library_import_shelf(&shelf, &how, &sink, &seen, err);
	buf_fini(&reading.bytes);
	free(below);
	return result;
}

/* The file that was read last may be this very one. */
static int was_indexed(
	struct personal *personal, const struct store_step *step, bool *was, struct err *err)
{
	size_t n = strlen(personal->base);
	struct buf blob = BUF_INIT(REPO_ID_BYTES);

	*was = false;
	if (strncmp(step->file, personal->base, n) != 0)
		return 0;
	if (store_file_blob(personal->store, step->file + n, &blob, err) != 0)
		return -1;
	*was = strcmp(buf_text(&blob), step->blob) == 0;
	buf_fini(&blob);
	return 0;
}

static int find_texts(struct personal *personal, const struct store_step *step, struct texts *texts,
	struct err *err)
{
	struct buf origin = BUF_INIT(PLATFORM_PATH_MAX * 4);
	bool was;
	int result;

	if (step->blob[0] == '\0')
		return 0;
	if (was_indexed(personal, step, &was, err) != 0)
		return -1;
	(void)buf_add_format(&origin, "%s/%s", personal->dir, step->file);
	result = was ? store_origin_list(personal->store, buf_text(&origin), on_indexed, texts, err)
		     : personal_trail_read(personal, step, on_text, texts, err);
	buf_fini(&origin);
	return result;
}

/* --- where a line stands --- */

struct standing {
	bool found;
	int64_t number;
	char digest[SHA256_HEX_BYTES]; /* of its last text */
	char blob[REPO_ID_BYTES];
	char file[REPO_PATH_MAX + 1];
};

static int on_standing(void *data, const struct store_step *step)
{
	struct standing *standing = data;

	if (!standing->found) {
		standing->number = step->number;
		(void)snprintf(standing->blob, sizeof standing->blob, "%s", step->blob);
		(void)snprintf(standing->file, sizeof standing->file, "%s", step->file);
	}
	standing->found = true;
	(void)snprintf(standing->digest, sizeof standing->digest, "%s", step->digest);
	return step->digest[0] != '\0';
}

/* name NULL: of whichever of its prompts changed last. */
static int find_standing(struct personal *personal, int64_t line, const char *name,
	struct standing *standing, struct err *err)
{
	*standing = (struct standing){0};
	return store_trail_list(personal->store, line, name, on_standing, standing, err);
}

static int64_t number_after(const struct standing *standing, const char *digest)
{
	if (digest[0] == '\0' || (standing->number > 0 && strcmp(standing->digest, digest) == 0))
		return standing->number;
	return standing->number + 1;
}

/* --- following the log --- */

/* The line that the step goes on with; *fresh: there was none. */
static int find_line(struct personal *personal, const struct repo_step *step, int64_t *line,
	bool *fresh, struct err *err)
{
	struct store *store = personal->store;
	int found =
		store_trail_line(store, step->from != NULL ? step->from : step->path, line, err);

	if (found == 0 && step->from != NULL)
		found = store_trail_line(store, step->path, line, err);
	/* A branch that forked before the file was renamed. */
	if (found == 0 && (step->was || step->from != NULL))
		found = store_trail_line_once(
			store, step->from != NULL ? step->from : step->path, line, err);
	*fresh = found == 0;
	if (found == 0)
		found = store_trail_new_line(store, line, err);
	return found < 0 ? -1 : 0;
}

static int add_step(struct personal *personal, const struct store_step *step, bool fresh,
	struct str name, const char *digest, struct err *err)
{
	struct store_step one = *step;
	struct standing standing = {0};
	char *plain = str_dup(name);
	int result = 0;

	one.name = plain;
	one.digest = digest;
	if (!fresh)
		result = find_standing(personal, one.line, plain, &standing, err);
	one.number = number_after(&standing, digest);
	/* Of many prompts in a file those are told that changed. */
	if (result == 0 && (name.n == 0 || strcmp(standing.digest, digest) != 0))
		result = store_trail_add(personal->store, &one, err);
	free(plain);
	return result;
}

static int add_steps(struct personal *personal, const struct store_step *step, bool fresh,
	const struct texts *texts, struct err *err)
{
	size_t i;

	if (texts->n == 0)
		return add_step(personal, step, fresh, STR(""), "", err);
	for (i = 0; i < texts->n; i++)
		if (add_step(personal, step, fresh, str_of(texts->list[i].name),
			    texts->list[i].digest, err) != 0)
			return -1;
	return 0;
}

static int on_step(void *data, const struct repo_step *step, struct err *err)
{
	struct personal_indexing *indexing = data;
	struct personal *personal = indexing->personal;
	struct store_step kept = {.file = step->path, .commit = step->commit, .blob = step->blob};
	struct standing standing = {0};
	struct texts texts = {0};
	bool fresh;
	int result;

	if (!library_may_be_prompt(step->path))
		return 0;
	(void)json_object_set_new_nocheck(
		indexing->touched, step->path, json_boolean(step->blob[0] != '\0'));
	if (find_line(personal, step, &kept.line, &fresh, err) != 0 ||
		(!fresh && find_standing(personal, kept.line, NULL, &standing, err) != 0))
		return -1;
	if (step->blob[0] == '\0' && (fresh || strcmp(standing.file, step->path) != 0))
		return 0; /* it goes on under another name */
	if (standing.found && strcmp(standing.blob, step->blob) == 0 &&
		strcmp(standing.file, step->path) == 0)
		return 0; /* a merge kept it */
	result = find_texts(personal, &kept, &texts, err);
	if (result == 0)
		result = add_steps(personal, &kept, fresh, &texts, err);
	free(texts.list);
	return result;
}

static int on_renamed(void *data, const struct repo_step *step, struct err *err)
{
	struct personal_indexing *indexing = data;

	(void)err;
	return json_object_set_new(indexing->renamed, step->path, json_string(step->from));
}

int personal_trail_follow(
	struct personal_indexing *indexing, const char *before, const char *head, struct err *err)
{
	struct personal *personal = indexing->personal;
	int result = REPO_ELSEWHERE;

	if (before[0] != '\0')
		result = repo_log(personal->repo, before, on_step, indexing, err);
	if (result == REPO_ELSEWHERE) {
		indexing->anew = true;
		if (store_trail_clear(personal->store, err) != 0)
			return -1;
		result = repo_log(personal->repo, "", on_step, indexing, err);
	}
	if (result == 0 && before[0] != '\0' && head[0] != '\0')
		result = repo_renames(personal->repo, before, head, on_renamed, indexing, err);
	return result != 0 ? -1 : 0;
}

int personal_trail_number_of(struct personal *personal, const char *file, struct str name,
	const char *digest, int64_t *number, struct err *err)
{
	struct standing standing = {0};
	char *plain = str_dup(name);
	int64_t line;
	int found = store_trail_line(personal->store, file, &line, err);

	if (found == 1 && find_standing(personal, line, plain, &standing, err) != 0)
		found = -1;
	free(plain);
	if (found < 0)
		return -1;
	*number = number_after(&standing, digest);
	return 0;
}

int personal_trail_number(struct personal *personal, const char *file, const struct prompt *prompt,
	int64_t *number, struct err *err)
{
	char digest[SHA256_HEX_BYTES];

	if (prompt_digest(prompt, digest, err) != 0)
		return -1;
	return personal_trail_number_of(personal, file,
		personal_trail_name(prompt->format, prompt->path), digest, number, err);
}

bool personal_trail_has(struct personal *personal, const char *file, const struct prompt *prompt)
{
	struct str name = personal_trail_name(prompt->format, prompt->path);
	struct standing standing = {0};
	char *plain = str_dup(name);
	struct err ignored;
	int64_t line;
	bool has = store_trail_line(personal->store, file, &line, &ignored) == 1 &&
		   find_standing(personal, line, plain, &standing, &ignored) == 0 &&
		   strcmp(standing.digest, prompt->digest) == 0 && standing.blob[0] != '\0';

	free(plain);
	return has;
}
