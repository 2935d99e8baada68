/*
 * promptd import: prompts from files, or the ones that come with the program.
 *
 * Prompts are stored in transactions of BATCH_PROMPTS. A dry run is one
 * transaction that is undone at the end, so that it says exactly what would
 * happen; where there is no library yet none is made.
 */
#include "agent/lookup.h"
#include "agent/published.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "library/library.h"
#include "schema/schema.h"

#define BATCH_PROMPTS 500
#define STARTER "starter"
#define WARNINGS_SHOWN 20

struct import {
	struct call *call;
	struct store *store; /* NULL: a dry run without a library */
	json_t *seen;	     /* of such a run: [origin, digest] by name met so far */
	json_t *met;	     /* library_import()'s */
	bool dry;
	bool starter;
	bool open; /* a transaction is */
	unsigned batch;
	size_t counts[4]; /* by enum store_put */
	size_t files, failed, flagged, gone, warnings;
	char *failed_file; /* the last one with an error: its notes come together */
	json_t *notes, *flags;
	struct prompt **personal; /* edited where they were published: to be committed */
	size_t n_personal;
};

static void note_json(struct import *import, const struct library_note *note)
{
	json_t *row = json_object();

	(void)json_object_set_new(row, "file", call_text_json(note->file));
	if (note->line > 0)
		(void)json_object_set_new(row, "line", json_integer(note->line));
	(void)json_object_set_new(row, "kind",
		json_string(note->error	 ? "error"
			    : note->info ? "info"
					 : "warning"));
	(void)json_object_set_new(row, "message", call_text_json(str_of(note->text)));
	(void)json_array_append_new(import->notes, row);
}

static void note_print(struct import *import, const struct library_note *note)
{
	struct output *out = import->call->notes;

	output_text(out, note->file);
	if (note->line > 0)
		output_print(out, ":%u", note->line);
	output_print(out, ": ");
	if (!note->error)
		output_styled(out, OUTPUT_WARN, STR("warning: "));
	output_text(out, str_of(note->text));
	output_print(out, "\n");
}

/* Faults are all told; of remarks, what one can read; what was passed by, not. */
static bool is_told(struct import *import, const struct library_note *note)
{
	if (note->info)
		return false;
	return note->error || ++import->warnings <= WARNINGS_SHOWN;
}

static void on_note(void *data, const struct library_note *note)
{
	struct import *import = data;

	if (note->error &&
		(import->failed_file == NULL || !str_is(note->file, import->failed_file))) {
		free(import->failed_file);
		import->failed_file = str_dup(note->file);
		import->failed++;
	}
	if (import->call->json)
		note_json(import, note);
	else if (is_told(import, note))
		note_print(import, note);
}

static void on_progress(void *data, size_t done, size_t total)
{
	struct import *import = data;

	output_progress(import->call->notes, "importing", done, total);
}

/* A prompt that may not be stored is its file's fault, and nobody else's. */
static bool accept(struct import *import, const struct prompt *prompt)
{
	struct library_note note = {.file = str_of(prompt->origin), .error = true};
	struct err err;

	if (prompt_check(prompt, &err) == 0)
		return true;
	if (note.file.n == 0)
		note.file = str_of(prompt->path);
	note.text = err.text;
	on_note(import, &note);
	return false;
}

static int put_seen(struct import *import, const struct prompt *prompt, struct err *err)
{
	char digest[SHA256_HEX_BYTES];

	if (prompt_digest(prompt, digest, err) != 0)
		return -1;
	(void)json_object_set_new(import->seen, prompt->path,
		json_pack("[o, s]", call_text_json(str_of(prompt->origin)), digest));
	return 0;
}

/* library_sink's: who has this path? */
static bool on_holder(void *data, const struct prompt *prompt, struct library_holder *holder)
{
	struct import *import = data;
	const json_t *seen = json_object_get(import->seen, prompt->path);
	struct err ignored;

	if (import->store != NULL)
		return store_prompt_holder(import->store, str_of(prompt->source),
			       str_of(prompt->path), &holder->origin, holder->digest,
			       &ignored) == 0;
	if (seen == NULL)
		return false;
	(void)buf_add_str(&holder->origin, json_string_value(json_array_get(seen, 0)));
	(void)snprintf(holder->digest, sizeof holder->digest, "%s",
		json_string_value(json_array_get(seen, 1)));
	return true;
}

static void on_same(void *data, const struct prompt *prompt)
{
	struct import *import = data;

	(void)prompt;
	import->counts[STORE_PUT_UNCHANGED]++;
}

static int put(
	struct import *import, const struct prompt *prompt, enum store_put *what, struct err *err)
{
	if (import->store == NULL) {
		*what = json_object_get(import->seen, prompt->path) != NULL ? STORE_PUT_UPDATED
									    : STORE_PUT_CREATED;
		return put_seen(import, prompt, err);
	}
	if (!import->open && store_begin(import->store, err) != 0)
		return -1;
	import->open = true;
	if (store_prompt_put(import->store, prompt, what, err) != 0)
		return -1;
	if (!import->dry && ++import->batch == BATCH_PROMPTS) {
		import->open = false;
		import->batch = 0;
		return store_commit(import->store, err);
	}
	return 0;
}

static void flag(struct import *import, const struct prompt *prompt)
{
	import->flagged++;
	(void)json_array_append_new(import->flags, json_from_str(str_of(prompt->path)));
}

static int take(struct import *import, const struct prompt *prompt, struct err *err)
{
	enum store_put what = STORE_PUT_UNCHANGED;

	if (call_cancelled())
		return err_set(err, ERR_FAILED, "cancelled");
	if (!accept(import, prompt))
		return 0;
	if (put(import, prompt, &what, err) != 0)
		return -1;
	import->counts[what]++;
	if (prompt->flags != 0)
		flag(import, prompt);
	return 0;
}

static void keep_personal(struct import *import, struct prompt *prompt)
{
	import->personal =
		xrealloc(import->personal, (import->n_personal + 1) * sizeof *import->personal);
	import->personal[import->n_personal++] = prompt;
	import->counts[STORE_PUT_REVERSIONED]++;
}

/* What promptd published is no other prompt. */
static int on_prompt(void *data, const struct prompt *prompt, struct err *err)
{
	struct import *import = data;
	struct prompt *ours = NULL;
	int result;

	switch (published_look(import->store, prompt, &ours)) {
	case PUBLISHED_SAME:
		import->counts[STORE_PUT_UNCHANGED]++;
		return 0;
	case PUBLISHED_PERSONAL:
		keep_personal(import, ours);
		return 0;
	case PUBLISHED_EDITED:
	case PUBLISHED_NEW:
		result = take(import, ours, err);
		prompt_free(ours);
		return result;
	case PUBLISHED_NOT:
	default:
		return take(import, prompt, err);
	}
}

/* The same for one that comes with the program: whoever removed it keeps it so. */
static int on_starter(void *data, const struct prompt *prompt, struct err *err)
{
	struct import *import = data;
	struct prompt *ours;
	int result;

	if (import->store != NULL &&
		store_prompt_was_removed(import->store, STR(STARTER), str_of(prompt->path))) {
		import->gone++;
		return 0;
	}
	ours = prompt_copy(prompt);
	prompt_set(&ours->source, STR(STARTER));
	prompt_add_tag(ours, STR(STARTER));
	result = on_prompt(data, ours, err);
	prompt_free(ours);
	return result;
}

static int import_starter(struct import *import, struct err *err)
{
	const struct library_format *format = library_format_find(STR("prompt-md"));
	struct library_sink sink = {.data = import, .prompt = on_starter, .note = on_note};
	const struct schema_file *file;

	for (file = schema_starter; file->name != NULL; file++) {
		import->files++;
		if (format->parse(str_of(file->name), (struct str){file->text, file->len}, &sink,
			    err) < 0)
			return -1;
	}
	return 0;
}

/* A path that is not there is told like a bad file, and stops the rest no more. */
static void no_path(struct import *import, const char *path, const struct err *why)
{
	struct library_note note = {.file = str_of(path), .error = true, .text = why->text};

	on_note(import, &note);
}

static int import_paths(struct import *import, const struct library_format *format, struct err *err)
{
	struct call *call = import->call;
	struct library_import how = {.format = format,
		.collection = str_of(call_value(call, "collection")),
		.replace = call_flag(call, "replace"),
		.cancelled = call_cancelled,
		.met = import->met};
	struct library_sink sink = {.data = import,
		.prompt = on_prompt,
		.note = on_note,
		.holder = on_holder,
		.same = on_same,
		.progress = on_progress};
	size_t i;

	for (i = 0; i < call->n_words && !call_cancelled(); i++) {
		size_t seen = 0;
		int outcome = library_import(call->words[i], &how, &sink, &seen, err);

		import->files += seen;
		if (outcome < 0)
			return -1;
		if (outcome == LIBRARY_NO_PATH)
			no_path(import, call->words[i], err);
	}
	return 0;
}

/* Ctrl-C: what was committed stays, and importing again does the rest. */
static int cancelled(struct import *import)
{
	size_t kept, i;

	for (kept = 0, i = 0; i < 4; i++)
		kept += import->counts[i];
	kept -= import->open && !import->dry ? import->batch : 0;
	if (import->dry || kept == 0)
		return call_cancel(import->call);
	call_hint(import->call, "the same command again does the rest");
	return call_fail(import->call, COMMAND_CANCELLED,
		"cancelled; the first %zu prompts are in the library, what came after was undone",
		kept);
}

/* End what is open as it must: keep it, or undo it. */
static int settle(struct import *import, int outcome, struct err *err)
{
	bool keep = outcome == 0 && !import->dry && !call_cancelled();
	int result;

	if (call_cancelled())
		result = cancelled(import);
	else if (outcome < 0)
		result = call_fail_err(import->call, err);
	else
		result = COMMAND_DONE;
	if (!import->open)
		return result;
	import->open = false;
	if (!keep) {
		store_rollback(import->store);
		return result;
	}
	return store_commit(import->store, err) == 0 ? result : call_fail_err(import->call, err);
}

static void answer(struct import *import)
{
	struct call *call = import->call;

	call_answer(call, "dry_run", json_boolean(import->dry));
	call_answer_int(call, "files", (int64_t)import->files);
	call_answer_int(call, "created", (int64_t)import->counts[STORE_PUT_CREATED]);
	call_answer_int(call, "updated", (int64_t)import->counts[STORE_PUT_UPDATED]);
	call_answer_int(call, "reversioned", (int64_t)import->counts[STORE_PUT_REVERSIONED]);
	call_answer_int(call, "unchanged", (int64_t)import->counts[STORE_PUT_UNCHANGED]);
	call_answer_int(call, "failed", (int64_t)import->failed);
	call_answer_int(call, "stays_removed", (int64_t)import->gone);
	call_answer(call, "flagged", json_incref(import->flags));
	call_answer(call, "notes", json_incref(import->notes));
}

static void count_print(struct output *out, bool *first, size_t n, const char *what)
{
	if (n == 0)
		return;
	output_print(out, "%s%zu %s", *first ? "" : ", ", n, what);
	*first = false;
}

static void summary_print(struct import *import)
{
	struct output *out = import->call->out;
	bool first = true;

	output_print(out, "%s%zu file%s: ", import->dry ? "would do, from " : "", import->files,
		import->files == 1 ? "" : "s");
	count_print(out, &first, import->counts[STORE_PUT_CREATED], "created");
	count_print(out, &first, import->counts[STORE_PUT_UPDATED], "updated");
	count_print(out, &first, import->counts[STORE_PUT_REVERSIONED], "with a new version");
	count_print(out, &first, import->counts[STORE_PUT_UNCHANGED], "unchanged");
	count_print(out, &first, import->gone, "left removed");
	count_print(
		out, &first, import->failed, import->failed == 1 ? "file failed" : "files failed");
	output_print(out, first ? "no prompts\n" : "\n");
	if (import->warnings > WARNINGS_SHOWN)
		output_print(import->call->notes, "and %zu more warnings: --json has them all\n",
			import->warnings - WARNINGS_SHOWN);
	if (import->flagged > 0)
		output_print(out,
			"%zu %s snippets that some assistants would execute, or hidden "
			"characters: promptd shows them as text\n",
			import->flagged, import->flagged == 1 ? "holds" : "hold");
}

static bool found_any(const struct import *import)
{
	size_t i, n = import->gone;

	for (i = 0; i < 4; i++)
		n += import->counts[i];
	return n > 0;
}

static int import_finish(struct import *import)
{
	struct call *call = import->call;

	if (call->json)
		answer(import);
	else
		summary_print(import);
	if (import->failed > 0)
		return call_fail(call, COMMAND_FAILED,
			import->failed == 1 ? "%zu file could not be imported"
					    : "%zu files could not be imported",
			import->failed);
	if (import->files == 0) {
		call_hint(call, "promptd help import lists the formats");
		return call_fail(call, COMMAND_NOT_FOUND, "no prompt files there");
	}
	if (!found_any(import)) {
		call_hint(call, "--format prompt-md takes any text as a prompt");
		return call_fail(call, COMMAND_NOT_FOUND, "no prompt in what was found there");
	}
	return COMMAND_DONE;
}

static int check_words(struct call *call, const struct library_format **format)
{
	const char *name = call_value(call, "format");

	if (call_flag(call, "starter") && (call->n_words > 0 || name != NULL))
		return call_fail(call, COMMAND_USAGE, "--starter takes neither PATH nor --format");
	if (!call_flag(call, "starter") && call->n_words == 0) {
		call_hint(call, "promptd import FOLDER, or promptd import --starter");
		return call_fail(call, COMMAND_USAGE, "import needs PATH...");
	}
	*format = name != NULL ? library_format_find(str_of(name)) : NULL;
	if (name != NULL && *format == NULL) {
		call_hint(call, "promptd help import lists the formats");
		return call_fail(call, COMMAND_USAGE, "there is no format named %.60s", name);
	}
	return COMMAND_DONE;
}

/* The library to write to. A dry run makes none where there is none. */
static int open_store(struct import *import)
{
	if (import->dry && !call_has_library(import->call))
		return COMMAND_DONE;
	return call_store(import->call, true, &import->store);
}

static int import_all(struct import *import, const struct library_format *format)
{
	struct err err = {0};
	int outcome, result = open_store(import);
	size_t i;

	if (result != COMMAND_DONE)
		return result;
	outcome =
		import->starter ? import_starter(import, &err) : import_paths(import, format, &err);
	result = settle(import, outcome, &err);
	output_progress_end(import->call->notes);
	for (i = 0; i < import->n_personal; i++) {
		if (result == COMMAND_DONE && !import->dry)
			result = published_commit(import->call, import->personal[i]);
		prompt_free(import->personal[i]);
	}
	free(import->personal);
	return result == COMMAND_DONE ? import_finish(import) : result;
}

static int import_run(struct call *call)
{
	struct import import = {
		.call = call,
		.dry = call_flag(call, "dry-run"),
		.starter = call_flag(call, "starter"),
		.notes = json_array(),
		.flags = json_array(),
		.seen = json_object(),
		.met = json_object(),
	};
	const struct library_format *format;
	int result = check_words(call, &format);

	if (result == COMMAND_DONE)
		result = import_all(&import, format);
	free(import.failed_file);
	json_decref(import.notes);
	json_decref(import.flags);
	json_decref(import.seen);
	json_decref(import.met);
	return result;
}

static const struct command_option options[] = {
	{"format", 'f', "FORMAT", "read all files as this format, instead of looking",
		COMMAND_FORMAT, NULL, false},
	{"collection", 'c', "NAME", "put the prompts into this collection", COMMAND_COLLECTION,
		NULL, false},
	{"replace", 0, NULL, "take the place of prompts that other files gave the same name",
		COMMAND_TEXT, NULL, false},
	{"starter", 0, NULL, "the prompts that come with promptd, none removed before",
		COMMAND_TEXT, NULL, false},
	{"dry-run", 'n', NULL, "say what would happen, and change nothing", COMMAND_TEXT, NULL,
		false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd import ~/prompts", "all files of a folder, each in the format it looks like"},
	{"promptd import --format csv --collection acts prompts.csv", "a table of prompts"},
	{"promptd import --dry-run .github/prompts", "look before"},
	{0},
};

const struct command command_import = {
	.name = "import",
	.summary = "read prompts from files and folders into the library",
	.words = "PATH...",
	.description =
		"Reads prompts from files, or from all files of folders, in the formats people "
		"keep "
		"them in. A prompt that is there already is updated: a changed text is its next "
		"version, the same text again changes nothing. Where another file that is still "
		"there gave a prompt of the same name, the new one is called NAME-2, and says so; "
		"--replace and --collection are the other two ways. A file that cannot be read is "
		"told "
		"as FILE:LINE: REASON and does not stop the rest; the exit status is then 1.",
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_FILES,
	.options = options,
	.examples = examples,
	.answer = "dry_run, files, created, updated, reversioned, unchanged, failed, "
		  "stays_removed, flagged (names), notes (file, line, kind, message)",
	.run = import_run,
};
