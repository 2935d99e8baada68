/*
 * Prompts to files that are ours. Three steps, so that whatever interrupts them
 * leaves files that are still known as ours: look at everything, write down what
 * will be (each file may then be the old or the new one), write; then write down
 * what is.
 *
 *   .promptd-export.json
 *   {"promptd-export": 1, "files": {"team/review.prompt.md": ["<sha256>", …]}}
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json.h"
#include "library/compare.h"
#include "library/context.h"
#include "library/files.h"
#include "library/library.h"
#include "library/reader.h"

#define MARKER ".promptd-export.json"
#define MARKER_BYTES_MAX (64 * 1024 * 1024)
#define EXPORT_BYTES_MAX (256 * 1024 * 1024) /* of one file */

/* A file to be. */
struct plan {
	char *path;
	struct buf bytes;
	char digest[SHA256_HEX_BYTES];
	size_t number; /* in the order of the prompts */
	bool write;    /* else: unchanged, or not ours */
	bool ours;
	bool fresh;   /* there is no such file yet */
	bool doubled; /* another plan has this path */
};

struct export
{
	const struct library_format *format;
	const struct library_export_how *how;
	const struct library_sink *sink;
	struct library_export_result *result;
	const char *marker; /* its name */
	int folder;	    /* -1: there is none, and a dry run makes none */
	json_t *files;	    /* of the marker: path → digests */
	struct plan *plans;
	size_t n, size;
};

__attribute__((format(printf, 4, 5))) static void export_note(
	struct export *export, const char *path, enum note_level level, const char *format, ...)
{
	struct reader reader = {.path = str_of(path), .sink = export->sink};
	struct buf text = BUF_INIT(400);
	va_list args;

	if (export->sink == NULL)
		return;
	va_start(args, format);
	(void)buf_add_vformat(&text, format, args);
	va_end(args);
	reader_note(&reader, 0, level, "%s", buf_text(&text));
	buf_fini(&text);
}

static void export_refuse(struct export *export, const char *path, const char *why)
{
	export->result->refused++;
	export_note(export, path, NOTE_ERROR, "%s", why);
}

static int marker_read(struct export *export, struct err *err)
{
	struct buf text = BUF_INIT(MARKER_BYTES_MAX);
	json_t *root = NULL, *files;
	int result = FILES_NONE;

	if (export->folder >= 0)
		result = files_read(export->folder, export->marker, &text, err);
	if (result == FILES_NONE) {
		export->files = json_object();
		return 0;
	}
	if (result > 0)
		result = err_set(err, ERR_REFUSED, "%s is not a file of ours", export->marker);
	else if (result == 0 &&
		 json_door_parse((struct str){buf_text(&text), text.len}, &root, NULL) != 0)
		result = err_set(err, ERR_INVALID,
			"%s is broken; without it nothing tells which files are ours",
			export->marker);
	files = json_object_get(root, "files");
	if (result == 0 && !json_is_object(files))
		result = err_set(err, ERR_INVALID, "%s has no \"files\"", export->marker);
	if (result == 0)
		export->files = json_incref(files);
	json_decref(root);
	buf_fini(&text);
	return result;
}

static int marker_write(struct export *export, struct err *err)
{
	json_t *root = json_object();
	struct buf text = BUF_INIT(MARKER_BYTES_MAX);
	int result;

	(void)json_object_set_new(root, "promptd-export", json_integer(1));
	(void)json_object_set(root, "files", export->files);
	if (json_write_sorted(root, &text) != 0 || buf_add_char(&text, '\n') != 0)
		result = err_set(err, ERR_LIMIT, "%s: too many files", export->marker);
	else
		result = files_replace(export->folder, export->marker,
			(struct str){buf_text(&text), text.len}, err);
	json_decref(root);
	buf_fini(&text);
	return result;
}

static bool marker_has(const struct export *export, const char *path, const char *digest)
{
	const json_t *digests = json_object_get(export->files, path), *entry;
	size_t i;

	json_array_foreach (digests, i, entry)
		if (json_is_string(entry) && strcmp(json_string_value(entry), digest) == 0)
			return true;
	return false;
}

static bool marker_has_below(const struct export *export, struct str folder)
{
	const char *path;
	json_t *digests;

	json_object_foreach (export->files, path, digests)
		if (strncmp(path, folder.p, folder.n) == 0 && path[folder.n] == '/')
			return true;
	return false;
}

/* Where folders are to be ours as a whole: is there one in the way, with whatever in it,
 * in which no file is ours? */
static bool folder_is_foreign(const struct export *export, const char *path)
{
	struct str rest, folder = str_cut(str_of(path), '/', &rest);
	char *name;
	struct stat st;
	bool there;

	if (!export->how->own_folders || export->folder < 0 || rest.n == 0)
		return false;
	name = str_dup(folder);
	there = fstatat(export->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	free(name);
	return there && !marker_has_below(export, folder);
}

static int plan_read(
	const struct export *export, const char *path, struct buf *there, struct err *err)
{
	return export->folder < 0 ? FILES_NONE : files_read(export->folder, path, there, err);
}

/* What may be done with the file, by what is there now. */
static void plan_look(struct export *export, struct plan *plan)
{
	struct buf there = BUF_INIT(EXPORT_BYTES_MAX);
	char digest[SHA256_HEX_BYTES];
	struct err err = {0};
	int result = plan_read(export, plan->path, &there, &err);

	if (result == FILES_NONE && folder_is_foreign(export, plan->path)) {
		export_refuse(export, plan->path, "its folder is not ours; left alone");
		return;
	}
	plan->write = plan->fresh = result == FILES_NONE;
	if (result < 0) {
		export_refuse(export, plan->path, err.text);
	} else if (result == 0) {
		sha256_hex(buf_text(&there), there.len, digest);
		plan->ours = marker_has(export, plan->path, digest);
		if (strcmp(digest, plan->digest) == 0)
			export->result->unchanged++;
		else if (plan->ours)
			plan->write = true;
		else
			export_refuse(export, plan->path,
				json_object_get(export->files, plan->path) != NULL
					? "changed since it was exported; left alone"
					: "a file that is not ours; left alone");
	} else if (result != FILES_NONE) {
		export_refuse(export, plan->path, "not a regular file; left alone");
	}
	plan->ours |= plan->write;
	buf_fini(&there);
}

/* Takes the bytes. */
static void plan_add(struct export *export, const char *path, struct buf *bytes)
{
	struct plan *plan;

	if (export->n == export->size) {
		export->size = export->size > 0 ? 2 * export->size : 64;
		export->plans = xrealloc(export->plans, export->size * sizeof(*export->plans));
	}
	plan = &export->plans[export->n++];
	*plan = (struct plan){.path = xstrdup(path), .bytes = *bytes, .number = export->n};
	buf_init(bytes, EXPORT_BYTES_MAX);
	sha256_hex(buf_text(&plan->bytes), plan->bytes.len, plan->digest);
}

static int compare_plans(const void *a, const void *b)
{
	const struct plan *left = a, *right = b;

	int order = strcmp(left->path, right->path);

	if (order != 0)
		return order;
	return left->number < right->number ? -1 : left->number > right->number;
}

/* Two prompts for one file: the first one has it. */
static void plans_refuse_doubles(struct export *export)
{
	if (export->n > 0)
		qsort(export->plans, export->n, sizeof(*export->plans), compare_plans);
	for (size_t i = 1, first = 0; i < export->n; i++) {
		if (strcmp(export->plans[i].path, export->plans[first].path) != 0) {
			first = i;
			continue;
		}
		export->plans[i].doubled = true;
		export_refuse(export, export->plans[i].path, "another prompt has this file");
	}
}

/* Files beside the one that is parsed back: those of the plan. */
struct memory {
	const struct prompt *prompt;
	const struct library_format *format;
	struct prompt *back; /* as it reads */
};

static int memory_read(void *data, const char *path, struct buf *out)
{
	struct memory *memory = data;
	struct buf name = BUF_INIT(64 * 1024);
	struct err err;
	int result = -1;

	if (memory->format->write_beside != NULL &&
		memory->format->write_beside(memory->prompt, &name, out, &err) == 0 &&
		strcmp(buf_text(&name), path) == 0)
		result = 0;
	else
		buf_clear(out);
	buf_fini(&name);
	if (result != 0 && memory->format->write != NULL && memory->format->write_all != NULL &&
		strcmp(path, memory->format->whole_file) == 0)
		result = memory->format->write_all(&memory->prompt, 1, out, &err);
	return result;
}

static int memory_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct memory *memory = data;

	(void)err;
	prompt_free(memory->back);
	memory->back = prompt_copy(prompt);
	return 0;
}

/* Read back what was written, and say what did not survive. False: all of it. */
static bool export_check(
	struct export *export, const struct prompt *prompt, const char *path, struct str bytes)
{
	struct memory memory = {.prompt = prompt, .format = export->format};
	struct library_context context = {&memory, memory_read, STR("/export"), json_object()};
	struct library_sink sink = {.data = &memory, .prompt = memory_prompt, .context = &context};
	struct buf lost = BUF_INIT(1024);
	struct err err = {0};
	bool readable;

	readable =
		export->format->parse(str_of(path), bytes, &sink, &err) == 0 && memory.back != NULL;
	if (!readable)
		export_refuse(export, prompt->path,
			"this format cannot hold it: what it writes would not read back");
	else if (prompt_compare(prompt, memory.back, &lost))
		export_note(export, path, NOTE_WARNING,
			"this format does not hold all of \"%.100s\": %s", prompt->path,
			buf_text(&lost));
	else if (lost.len > 0)
		export_note(export, path, NOTE_INFO,
			"this format does not hold all of \"%.100s\": %s", prompt->path,
			buf_text(&lost));
	prompt_free(memory.back);
	json_decref(context.kept);
	buf_fini(&lost);
	return readable;
}

static void export_one(struct export *export, const struct prompt *prompt)
{
	const struct library_format *format = export->format;
	struct buf bytes = BUF_INIT(EXPORT_BYTES_MAX), path = BUF_INIT(4096);
	struct err err = {0};

	/* The path is to become one of the file system. */
	if (prompt_check_path(str_of(prompt->path), &err) != 0 ||
		format->place(prompt, &path, &err) != 0 ||
		format->write(prompt, &bytes, &err) != 0) {
		export_refuse(export, prompt->path, err.text);
	} else if (export_check(export, prompt, buf_text(&path),
			   (struct str){buf_text(&bytes), bytes.len})) {
		plan_add(export, buf_text(&path), &bytes);
		buf_clear(&path);
		if (format->write_beside != NULL &&
			format->write_beside(prompt, &path, &bytes, &err) == 0)
			plan_add(export, buf_text(&path), &bytes);
	}
	buf_fini(&bytes);
	buf_fini(&path);
}

static int count_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	size_t *n = data;

	(void)prompt;
	(void)err;
	++*n;
	return 0;
}

/* A file of many prompts may be more than an import takes at once. */
static void export_count(struct export *export, struct str bytes, size_t n)
{
	const struct library_format *format = export->format;
	size_t found = 0;
	struct library_sink sink = {.data = &found, .prompt = count_prompt};
	struct err err = {0};

	if (bytes.n > LIBRARY_FILE_BYTES_MAX ||
		format->parse(str_of(format->whole_file), bytes, &sink, &err) != 0 || found != n)
		export_note(export, format->whole_file, NOTE_WARNING,
			"%zu prompts in one file are more than an import takes; export fewer", n);
}

/* Those that read back from a file of their own; the others are refused. */
static size_t export_readable(struct export *export, const struct prompt *const *prompts, size_t n,
	const struct prompt **readable)
{
	const struct library_format *format = export->format;
	struct buf bytes = BUF_INIT(EXPORT_BYTES_MAX);
	struct err err = {0};
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		buf_clear(&bytes);
		if (format->write_all(&prompts[i], 1, &bytes, &err) != 0)
			export_refuse(export, prompts[i]->path, err.text);
		else if (export_check(export, prompts[i], format->whole_file,
				 (struct str){buf_text(&bytes), bytes.len}))
			readable[found++] = prompts[i];
	}
	buf_fini(&bytes);
	return found;
}

static int export_whole(
	struct export *export, const struct prompt *const *prompts, size_t n, struct err *err)
{
	const struct library_format *format = export->format;
	const struct prompt **readable = xcalloc(n + 1, sizeof(*readable));
	struct buf bytes = BUF_INIT(EXPORT_BYTES_MAX);
	int result;

	if (format->write == NULL) {
		n = export_readable(export, prompts, n, readable);
		prompts = readable;
	}
	result = n > 0 ? format->write_all(prompts, n, &bytes, err) : 0;
	if (result == 0 && n > 0) {
		if (format->write == NULL)
			export_count(export, (struct str){buf_text(&bytes), bytes.len}, n);
		plan_add(export, format->whole_file, &bytes);
	}
	buf_fini(&bytes);
	free(readable);
	return result;
}

/* The marker before: each file that will be written may be the old or the new. */
static void marker_announce(struct export *export)
{
	for (size_t i = 0; i < export->n; i++) {
		const struct plan *plan = &export->plans[i];
		json_t *digests = json_object_get(export->files, plan->path);

		if (!plan->write)
			continue;
		if (!json_is_array(digests)) {
			digests = json_array();
			(void)json_object_set_new(export->files, plan->path, digests);
		}
		(void)json_array_append_new(digests, json_string(plan->digest));
	}
}

/* The marker after: what is there now. */
static void marker_settle(struct export *export)
{
	for (size_t i = 0; i < export->n; i++) {
		const struct plan *plan = &export->plans[i];

		if (plan->ours)
			(void)json_object_set_new(
				export->files, plan->path, json_pack("[s]", plan->digest));
	}
}

/* What somebody put there since it was looked at is left alone too. */
static void plan_write(struct export *export, struct plan *plan)
{
	struct str bytes = {buf_text(&plan->bytes), plan->bytes.len};
	struct err err = {0};
	int result;

	if (!plan->fresh) {
		plan_look(export, plan);
		if (!plan->write)
			return;
	}
	result = files_make_folders(export->folder, plan->path, &err);
	if (result == 0)
		result = plan->fresh ? files_create(export->folder, plan->path, bytes, &err)
				     : files_replace(export->folder, plan->path, bytes, &err);
	if (result == 0) {
		export->result->written++;
		return;
	}
	plan->ours = false;
	export_refuse(export, plan->path,
		result < 0 ? err.text : "a file that is not ours came there; left alone");
}

static void plans_write(struct export *export)
{
	for (size_t i = 0; i < export->n; i++) {
		if (export->plans[i].write)
			plan_write(export, &export->plans[i]);
		if (export->sink != NULL && export->sink->progress != NULL)
			export->sink->progress(export->sink->data, i + 1, export->n);
	}
}

static bool is_planned(const struct export *export, const char *path)
{
	for (size_t i = 0; i < export->n; i++)
		if (strcmp(export->plans[i].path, path) == 0)
			return true;
	return false;
}

/* Folders that are empty now, from the file's upwards. */
static void remove_folders(int folder, const char *path)
{
	char *parent = xstrdup(path), *slash;

	while ((slash = strrchr(parent, '/')) != NULL) {
		*slash = '\0';
		if (unlinkat(folder, parent, AT_REMOVEDIR) != 0)
			break;
	}
	free(parent);
}

/* A file of ours whose prompt is no longer exported. True: it is ours no more. */
static bool prune_one(struct export *export, const char *path)
{
	struct buf there = BUF_INIT(EXPORT_BYTES_MAX);
	char digest[SHA256_HEX_BYTES] = "";
	struct err err = {0};
	int result = plan_read(export, path, &there, &err);
	bool gone = result == FILES_NONE;

	sha256_hex(buf_text(&there), there.len, digest);
	buf_fini(&there);
	if (gone)
		return true;
	if (result != 0 || !marker_has(export, path, digest)) {
		export_refuse(export, path, "changed since it was written; left alone");
		return false;
	}
	if (!export->how->dry_run && files_remove(export->folder, path, &err) != 0) {
		export_refuse(export, path, err.text);
		return false;
	}
	if (!export->how->dry_run)
		remove_folders(export->folder, path);
	export->result->removed++;
	return true;
}

/* True when the marker is to be written again. */
static bool export_prune(struct export *export)
{
	const char *path;
	json_t *digests;
	void *next;
	bool any = false;

	if (!export->how->prune)
		return false;
	json_object_foreach_safe(export->files, next, path, digests)
	{
		if (is_planned(export, path) || !prune_one(export, path))
			continue;
		(void)json_object_del(export->files, path);
		any = true;
	}
	return any;
}

/* The marker as it is after everything; where pruning left nothing there is none. */
static int marker_settled(struct export *export, struct err *err)
{
	if (export->how->prune && json_object_size(export->files) == 0)
		return files_remove(export->folder, export->marker, err);
	return marker_write(export, err);
}

static int export_run(
	struct export *export, const struct prompt *const *prompts, size_t n, struct err *err)
{
	bool any = false;

	for (size_t i = 0; export->format->write != NULL && i < n; i++)
		export_one(export, prompts[i]);
	if (export->format->write_all != NULL && export_whole(export, prompts, n, err) != 0)
		return -1;
	plans_refuse_doubles(export);
	for (size_t i = 0; i < export->n; i++) {
		if (!export->plans[i].doubled)
			plan_look(export, &export->plans[i]);
		any |= export->plans[i].write;
	}
	if (export->how->dry_run) {
		for (size_t i = 0; i < export->n; i++)
			export->result->written += export->plans[i].write;
		(void)export_prune(export);
		return 0;
	}
	if (any) {
		marker_announce(export);
		if (marker_write(export, err) != 0)
			return -1;
		plans_write(export);
		marker_settle(export);
	}
	any = export_prune(export) || any;
	return any ? marker_settled(export, err) : 0;
}

static void export_fini(struct export *export)
{
	for (size_t i = 0; i < export->n; i++) {
		free(export->plans[i].path);
		buf_fini(&export->plans[i].bytes);
	}
	free(export->plans);
	json_decref(export->files);
	if (export->folder >= 0)
		(void)close(export->folder);
}

/* With the folders above it. */
static int make_folder(const char *dir, struct err *err)
{
	char *path = xstrdup(dir);
	int result = 0;

	for (char *c = path + 1; result == 0; c++) {
		char end = *c;

		if (end != '/' && end != '\0')
			continue;
		*c = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			result = err_errno(err, errno, "%s", path);
		*c = end;
		if (end == '\0')
			break;
	}
	free(path);
	return result;
}

int library_export_as(const char *dir, const struct library_format *format,
	const struct library_export_how *how, const struct prompt *const *prompts, size_t n,
	const struct library_sink *notes, struct library_export_result *result, struct err *err)
{
	struct export export = {.format = format,
		.how = how,
		.sink = notes,
		.result = result,
		.marker = how->marker != NULL ? how->marker : MARKER};
	int done;

	*result = (struct library_export_result){0};
	if (dir[0] == '\0')
		return err_set(err, ERR_INVALID, "no folder to export to");
	if (!how->dry_run && n > 0 && make_folder(dir, err) != 0)
		return -1;
	export.folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (export.folder < 0 && ((!how->dry_run && n > 0) || errno != ENOENT))
		return err_errno(err, errno, "%s", dir);
	done = marker_read(&export, err);
	if (done == 0)
		done = export_run(&export, prompts, n, err);
	export_fini(&export);
	return done;
}

int library_export(const char *dir, const struct library_format *format,
	const struct prompt *const *prompts, size_t n, const struct library_sink *notes,
	struct library_export_result *result, struct err *err)
{
	static const struct library_export_how plain;

	return library_export_as(dir, format, &plain, prompts, n, notes, result, err);
}
