/*
 * The walk over files: which format is it, is it text, and the last touches to
 * every prompt: collection, path unique in this import, where it came from.
 */
#include <stdlib.h>
#include <string.h>

#include "core/text_filter.h"
#include "library/claim.h"
#include "library/context.h"
#include "library/files.h"
#include "library/library.h"
#include "library/reader.h"

#define RECOGNISE_BYTES 4096
#define RECOGNISED 50 /* a score from which a file is taken unasked */

/* One running import. */
struct import {
	const char *path; /* as the person gave it */
	const struct library_import *options;
	const struct library_sink *sink; /* the caller's */
	struct library_sink own;	 /* between the parsers and the caller */
	struct files_root root;
	const struct library_shelf *shelf; /* instead of the folder; NULL: the folder */
	struct library_context context;
	const struct files_list *list;
	struct str file; /* relative path of the file being parsed */
	bool hidden;	 /* it held characters that do not show */
	/* Paths of prompts so far, see claim.h; and files, which begin with '/' as no
	 * path does. */
	json_t *met;
};

/* The file as the person would name it. */
static void import_shown_path(const struct import *import, struct str file, struct buf *out)
{
	(void)buf_add_str(out, import->path);
	if (import->root.single != NULL)
		return;
	if (out->len > 0 && out->data[out->len - 1] != '/')
		(void)buf_add_char(out, '/');
	(void)buf_add(out, file.p, file.n);
}

static void import_note(void *data, const struct library_note *note)
{
	struct import *import = data;
	struct library_note shown = *note;
	struct buf path = BUF_INIT(64 * 1024);

	if (import->sink->note == NULL)
		return;
	import_shown_path(import, note->file, &path);
	shown.file = (struct str){buf_text(&path), path.len};
	import->sink->note(import->sink->data, &shown);
	buf_fini(&path);
}

/* A reader for notes that no parser makes. */
static struct reader import_reader(struct import *import)
{
	return (struct reader){.path = import->file, .sink = &import->own};
}

/* Put the collection in front of the path, unless it stands there. */
static void import_collection(const struct import *import, struct prompt *prompt)
{
	struct buf path = BUF_INIT(64 * 1024);
	char *slug;

	if (import->options->collection.n > 0)
		prompt_set(&prompt->collection, import->options->collection);
	if (prompt->collection == NULL || prompt->collection[0] == '\0')
		return;
	slug = prompt_slug(str_of(prompt->collection));
	(void)buf_add_format(&path, "%s/", slug);
	if (!str_starts(str_of(prompt->path), buf_text(&path))) {
		(void)buf_add_str(&path, prompt->path);
		prompt_set(&prompt->path, (struct str){buf_text(&path), path.len});
	}
	free(slug);
	buf_fini(&path);
}

/* Does any of its texts hold what the door wrote in place of such a character? */
static bool prompt_shows_hidden(const struct prompt *prompt)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		if (strstr(prompt->messages[i].text, "<U+") != NULL)
			return true;
	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		if ((input->description != NULL && strstr(input->description, "<U+") != NULL) ||
			(input->initial != NULL && strstr(input->initial, "<U+") != NULL))
			return true;
	}
	return strstr(prompt->title, "<U+") != NULL ||
	       (prompt->description != NULL && strstr(prompt->description, "<U+") != NULL);
}

/* The whole path of the file; buf_fini() it. */
static struct buf import_whole_path(const struct import *import)
{
	struct buf path = BUF_INIT(64 * 1024);

	(void)buf_add_format(&path, "%s%s%.*s", import->root.path,
		strcmp(import->root.path, "/") == 0 ? "" : "/", (int)import->file.n,
		import->file.p);
	return path;
}

static void import_origin(const struct import *import, struct prompt *prompt)
{
	struct buf path = import_whole_path(import);

	prompt_set(&prompt->origin, (struct str){buf_text(&path), path.len});
	buf_fini(&path);
}

/* Was this file read before, by way of another folder? From now on it was. */
static bool import_was_read(struct import *import)
{
	struct buf path = import_whole_path(import);
	bool was = json_object_get(import->met, buf_text(&path)) != NULL;

	if (!was)
		(void)json_object_set_new_nocheck(import->met, buf_text(&path), json_true());
	buf_fini(&path);
	return was;
}

/* The last touches, once it has its path. */
static int import_put(
	struct import *import, struct reader *reader, struct prompt *prompt, struct err *err)
{
	struct err fault = {0};

	if (import->hidden && prompt_shows_hidden(prompt))
		prompt->flags |= PROMPT_FLAG_HIDDEN;
	if (prompt_check(prompt, &fault) == 0)
		return import->sink->prompt(import->sink->data, prompt, err);
	reader_note(reader, 0, NOTE_ERROR, "%s", fault.text);
	return 0;
}

static int import_prompt(void *data, const struct prompt *read, struct err *err)
{
	struct import *import = data;
	struct prompt *prompt = prompt_copy(read);
	struct reader reader = import_reader(import);
	struct claim claim = {import->met, import->sink, &reader, import->options->replace};
	int result = 0;

	import_collection(import, prompt);
	import_origin(import, prompt);
	if (prompt->source == NULL)
		prompt_set(&prompt->source,
			import->options->source.n > 0 ? import->options->source : STR("local"));
	if (!claim_path(&claim, prompt))
		result = import_put(import, &reader, prompt, err);
	else if (import->sink->same != NULL)
		import->sink->same(import->sink->data, prompt);
	prompt_free(prompt);
	return result;
}

/* \r\n to \n, in place. */
static void text_unix(struct buf *text)
{
	size_t i, to = 0;

	if (text->len == 0 || memchr(text->data, '\r', text->len) == NULL)
		return;
	for (i = 0; i < text->len; i++)
		if (text->data[i] != '\r' || i + 1 == text->len || text->data[i + 1] != '\n')
			text->data[to++] = text->data[i];
	buf_truncate(text, to);
}

/* Where a text stops being UTF-8. */
static size_t door_fault(struct str text)
{
	size_t i = 0, len;
	uint32_t code;

	while (i < text.n && (len = str_decode(text.p + i, text.n - i, &code)) > 0)
		i += len;
	return i;
}

/*
 * The door: UTF-8, one kind of newline, no byte order mark, nothing that does
 * not show. False: not text, and noted.
 */
static bool import_door(struct import *import, struct buf *text)
{
	struct reader reader = import_reader(import);
	struct str all;
	size_t at;

	if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0)
		buf_consume(text, 3);
	all = (struct str){buf_text(text), text->len};
	if (!str_is_utf8(all)) {
		reader_note(
			&reader, text_line(all, door_fault(all), 1), NOTE_ERROR, "not UTF-8 text");
		return false;
	}
	text_unix(text);
	all.n = text->len;
	at = text_filter_find(all);
	import->hidden = at < all.n;
	if (import->hidden) {
		struct buf shown = BUF_INIT(9 * LIBRARY_FILE_BYTES_MAX);
		size_t n = text_filter_show(all, &shown);

		reader_note(&reader, text_line(all, at, 1), NOTE_WARNING,
			"%zu character%s that do not show or that act, the first here; now shown "
			"as <U+XXXX>",
			n, n == 1 ? "" : "s");
		buf_fini(text);
		*text = shown;
	}
	return true;
}

static int import_bytes(
	const struct import *import, const char *path, struct buf *out, struct err *err)
{
	if (import->shelf != NULL)
		return import->shelf->read(import->shelf->data, path, out);
	return files_read(import->root.folder, path, out, err);
}

static int import_read(void *data, const char *path, struct buf *out)
{
	return import_bytes(data, path, out, NULL);
}

/* What recognisers see: the path with the last two folders above it, for a tree
 * may be given as ~/.claude/commands. */
static void import_seen_path(const struct import *import, struct buf *out)
{
	struct str above = str_of(import->root.path), parent = path_folders(above);
	size_t skip = path_folders(parent).n;

	if (skip > 0 || (above.n > 0 && above.p[0] == '/'))
		skip++;
	if (skip > above.n)
		skip = above.n;
	(void)buf_add(out, above.p + skip, above.n - skip);
	(void)buf_add_char(out, '/');
	(void)buf_add(out, import->file.p, import->file.n);
}

static const struct library_format *import_recognise(const struct import *import, struct str text)
{
	const struct library_format *best = NULL, *only = import->options->format;
	struct buf path = BUF_INIT(64 * 1024);
	int score = 0;
	size_t i;

	/* A file that somebody points at is taken on the smallest sign. */
	if (import->root.single != NULL && only != NULL)
		return only;
	import_seen_path(import, &path);
	text = str_prefix(text, RECOGNISE_BYTES);
	for (i = 0; library_formats[i] != NULL && library_formats[i]->name != NULL; i++) {
		const struct library_format *format = library_formats[i];
		int found;

		if (only != NULL && only != format)
			continue;
		found = format->recognise((struct str){buf_text(&path), path.len}, text);
		if (found > score) {
			best = format;
			score = found;
		}
	}
	buf_fini(&path);
	if (score >= RECOGNISED || only != NULL || import->root.single != NULL)
		return best;
	return NULL;
}

/* Endings that some format has; anything else is not even opened. */
static bool may_be_prompt(struct str path)
{
	static const char *const endings[] = {".md", ".markdown", ".mdc", ".prompt", ".csv",
		".toml", ".yml", ".yaml", ".json", ".txt", NULL};
	size_t i;

	for (i = 0; endings[i] != NULL; i++)
		if (str_ends(path, endings[i]))
			return true;
	return false;
}

bool library_may_be_prompt(const char *file)
{
	return may_be_prompt(str_of(file));
}

static int import_text(struct import *import, struct str text, struct err *err)
{
	const struct library_format *format = import_recognise(import, text);
	struct reader reader = import_reader(import);

	if (format == NULL) {
		reader_note(&reader, 0, import->root.single != NULL ? NOTE_ERROR : NOTE_INFO,
			"no prompt format that is known here");
		return 0;
	}
	return format->parse(import->file, text, &import->own, err);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Is there a SKILL.md in one of the folders that the file is in? Then it is a part
 * of that skill, and no prompt by itself. */
static bool is_in_skill(const struct import *import)
{
	struct str folder = import->file;
	bool found = false;

	if (import->root.single != NULL || str_is(path_base(folder), "SKILL.md"))
		return false;
	while (!found && folder.n > 0) {
		struct buf skill = BUF_INIT(1024 * 1024);
		const char *key;

		folder = path_folders(folder);
		(void)buf_add_format(
			&skill, "%.*s%sSKILL.md", (int)folder.n, folder.p, folder.n > 0 ? "/" : "");
		key = buf_text(&skill);
		found = bsearch(&key, import->list->paths, import->list->n,
				sizeof(*import->list->paths), compare_texts) != NULL;
		buf_fini(&skill);
	}
	return found;
}

/* What is not even opened; true when the reason was noted. */
static bool import_passes_by(struct import *import)
{
	struct reader reader = import_reader(import);

	if (import_was_read(import)) {
		reader_note(&reader, 0, NOTE_INFO, "was read already");
		return true;
	}
	if (import->root.single != NULL)
		return false;
	if (is_in_skill(import))
		reader_note(&reader, 0, NOTE_INFO, "belongs to the skill in its folder");
	else if (!may_be_prompt(import->file))
		reader_note(&reader, 0, NOTE_INFO, "not the ending of a prompt's file");
	else
		return false;
	return true;
}

static int import_file(struct import *import, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct reader reader;
	struct err fault = {0};
	int result;

	import->file = str_of(path);
	import->hidden = false;
	reader = import_reader(import);
	if (import_passes_by(import))
		return 0;
	result = import_bytes(import, path, &text, &fault);
	if (result < 0)
		reader_note(&reader, 0, NOTE_ERROR, "%s", fault.text);
	else if (result == FILES_BIG)
		reader_note(&reader, 0, NOTE_ERROR, "larger than %d MiB",
			LIBRARY_FILE_BYTES_MAX / 1024 / 1024);
	else if (result != 0)
		reader_note(&reader, 0, NOTE_WARNING, "no longer a regular file");
	else if (import->sink->bytes != NULL)
		import->sink->bytes(
			import->sink->data, path, (struct str){buf_text(&text), text.len});
	result = 0;
	if (!reader.failed && text.len > 0 && !buf_failed(&text) && import_door(import, &text))
		result = import_text(import, (struct str){buf_text(&text), text.len}, err);
	buf_fini(&text);
	return result;
}

static int import_files(
	struct import *import, const struct files_list *list, size_t *seen, struct err *err)
{
	size_t i;

	import->list = list;
	for (i = 0; i < list->n; i++) {
		if (import->options->cancelled != NULL && import->options->cancelled())
			break;
		if (import->options->wanted != NULL &&
			!import->options->wanted(import->options->wanted_data, list->paths[i]))
			continue;
		if (import_file(import, list->paths[i], err) != 0)
			return -1;
		++*seen;
		if (import->sink->progress != NULL)
			import->sink->progress(import->sink->data, i + 1, list->n);
	}
	return 0;
}

/* What is between the parsers and the caller; import_end() in any case. */
static void import_begin(struct import *import)
{
	import->own = (struct library_sink){
		.data = import,
		.prompt = import_prompt,
		.note = import_note,
		.context = &import->context,
	};
	import->context = (struct library_context){
		import, import_read, str_of(import->root.path), json_object()};
	import->met =
		import->options->met != NULL ? json_incref(import->options->met) : json_object();
}

static void import_end(struct import *import)
{
	json_decref(import->context.kept);
	json_decref(import->met);
	files_close(&import->root);
}

int library_import(const char *path, const struct library_import *options,
	const struct library_sink *sink, size_t *seen, struct err *err)
{
	struct import import = {.path = path, .options = options, .sink = sink};
	struct files_list list;
	struct reader reader;
	int result;

	*seen = 0;
	if (files_open(path, &import.root, err) != 0)
		return LIBRARY_NO_PATH;
	import_begin(&import);
	result = files_walk(&import.root, &list, err);
	reader = import_reader(&import);
	if (result == 0 && list.cut)
		reader_note(&reader, 0, NOTE_ERROR, "more than %d files or %d levels of folders",
			FILES_MAX, FILES_DEPTH_MAX);
	if (result == 0 && list.unread > 0)
		reader_note(&reader, 0, NOTE_ERROR, "%zu folders could not be read", list.unread);
	if (result == 0)
		result = import_files(&import, &list, seen, err);
	files_list_fini(&list);
	import_end(&import);
	return result;
}

int library_import_shelf(const struct library_shelf *shelf, const struct library_import *options,
	const struct library_sink *sink, size_t *seen, struct err *err)
{
	struct import import = {
		.path = shelf->name, .options = options, .sink = sink, .shelf = shelf};
	struct files_list list = {0};
	size_t i;
	int result;

	*seen = 0;
	import.root = (struct files_root){.folder = -1, .path = xstrdup(shelf->name)};
	import_begin(&import);
	list.paths = xcalloc(shelf->n + 1, sizeof(*list.paths));
	for (i = 0; i < shelf->n; i++)
		if (!files_is_left_out(shelf->paths[i]))
			list.paths[list.n++] = xstrdup(shelf->paths[i]);
	qsort(list.paths, list.n, sizeof(*list.paths), compare_texts);
	result = import_files(&import, &list, seen, err);
	files_list_fini(&list);
	import_end(&import);
	return result;
}
