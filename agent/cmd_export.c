/* promptd export: prompts of the library as files again. */
#include "agent/lookup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "library/library.h"
#include "store/search.h"

#define PAGE_ROWS 500
#define QUERY_BYTES_MAX 4096
/* As far as a search can be paged. */
#define FOUND_MAX 500
#define REMARKS_SHOWN 20

struct export
{
	struct call *call;
	struct store *store;
	const struct library_format *format;
	struct store_filter filter;
	char **ids; /* of what is exported, in order */
	size_t n_ids, size;
	struct prompt **prompts;
	size_t n_prompts;
	char after[PROMPT_PATH_MAX + 1];
	unsigned page;
	size_t remarks;
	json_t *notes;
};

static int on_row(void *data, const struct store_row *row)
{
	struct export *export = data;

	if (export->n_ids == export->size) {
		export->size = export->size > 0 ? export->size * 2 : 256;
		export->ids = xrealloc(export->ids, export->size * sizeof *export->ids);
	}
	export->ids[export->n_ids++] = str_dup(row->id);
	(void)snprintf(export->after, sizeof export->after, "%.*s", (int)row->path.n, row->path.p);
	export->page++;
	return 0;
}

static int find_all(struct export *export)
{
	struct err err;

	do {
		export->page = 0;
		if (store_prompt_list(export->store, &export->filter, str_of(export->after),
			    PAGE_ROWS, on_row, export, &err) < 0)
			return call_fail_err(export->call, &err);
	} while (export->page == PAGE_ROWS);
	return COMMAND_DONE;
}

static int find_query(struct export *export, const char *query)
{
	struct store_search search = {
		.text = str_of(query), .filter = export->filter, .limit = STORE_SEARCH_LIMIT_MAX};
	struct err err;
	bool more = true;

	for (; more && search.offset < FOUND_MAX; search.offset += search.limit)
		if (store_search(export->store, &search, on_row, export, &more, &err) < 0)
			return err.code == ERR_INVALID
				       ? call_fail(export->call, COMMAND_USAGE, "%s", err.text)
				       : call_fail_err(export->call, &err);
	if (!more)
		return COMMAND_DONE;
	call_hint(export->call, "--tag and --collection have no such limit");
	return call_fail(export->call, COMMAND_FAILED,
		"the query finds more than %d prompts; nothing was exported", FOUND_MAX);
}

static int find(struct export *export)
{
	struct buf query = BUF_INIT(QUERY_BYTES_MAX);
	struct call *call = export->call;
	size_t i;
	int result;

	for (i = 1; i < call->n_words; i++)
		(void)buf_add_format(&query, "%s%s", i > 1 ? " " : "", call->words[i]);
	if (buf_failed(&query) || !str_is_utf8(str_of(buf_text(&query))))
		result = call_fail(call, COMMAND_USAGE, "the query is too long or not UTF-8");
	else
		result = query.len > 0 ? find_query(export, buf_text(&query)) : find_all(export);
	if (result == COMMAND_DONE && export->n_ids == 0)
		result = call_fail(call, COMMAND_NOT_FOUND, "no prompt to export");
	buf_fini(&query);
	return result;
}

static int load(struct export *export)
{
	struct store_want want = {.experimental = true};
	size_t i;

	export->prompts = xcalloc(export->n_ids, sizeof *export->prompts);
	for (i = 0; i < export->n_ids; i++) {
		struct prompt **slot = &export->prompts[export->n_prompts];
		int outcome = store_prompt_get(
			export->store, str_of(export->ids[i]), &want, slot, &export->call->err);

		if (call_cancelled())
			return call_cancel(export->call);
		if (outcome < 0)
			return call_fail_err(export->call, &export->call->err);
		/* Removed by somebody since we looked: gone is gone. */
		export->n_prompts += outcome == STORE_OK;
	}
	return COMMAND_DONE;
}

static void on_note(void *data, const struct library_note *note)
{
	struct export *export = data;
	struct output *out = export->call->notes;
	json_t *row;

	if (!export->call->json && note->info)
		return;
	if (!export->call->json && !note->error && ++export->remarks > REMARKS_SHOWN)
		return;
	if (!export->call->json) {
		output_text(out, note->file);
		output_print(out, ": ");
		output_text(out, str_of(note->text));
		output_print(out, "\n");
		return;
	}
	row = json_object();
	(void)json_object_set_new(row, "file", call_text_json(note->file));
	(void)json_object_set_new(row, "message", call_text_json(str_of(note->text)));
	(void)json_array_append_new(export->notes, row);
}

static void on_progress(void *data, size_t done, size_t total)
{
	struct export *export = data;

	output_progress(export->call->notes, "exporting", done, total);
}

static void tell(struct export *export, const struct library_export_result *counts)
{
	struct call *call = export->call;

	if (!call->json) {
		if (export->remarks > REMARKS_SHOWN)
			output_print(call->notes, "and %zu more remarks: --json has them all\n",
				export->remarks - REMARKS_SHOWN);
		output_print(call->out, "%zu prompt%s: %zu file%s written, %zu unchanged\n",
			export->n_prompts, export->n_prompts == 1 ? "" : "s", counts->written,
			counts->written == 1 ? "" : "s", counts->unchanged);
		return;
	}
	call_answer_int(call, "prompts", (int64_t) export->n_prompts);
	call_answer_int(call, "written", (int64_t)counts->written);
	call_answer_int(call, "unchanged", (int64_t)counts->unchanged);
	call_answer_int(call, "refused", (int64_t)counts->refused);
	call_answer(call, "notes", json_incref(export->notes));
}

static int write_files(struct export *export)
{
	struct library_sink notes = {.data = export, .note = on_note, .progress = on_progress};
	struct library_export_result counts = {0};
	const struct prompt **list = xcalloc(export->n_prompts + 1, sizeof *list);
	struct call *call = export->call;
	struct err err;
	size_t i;
	int outcome;

	for (i = 0; i < export->n_prompts; i++)
		list[i] = export->prompts[i];
	outcome = library_export(
		call->words[0], export->format, list, export->n_prompts, &notes, &counts, &err);
	free(list);
	output_progress_end(call->notes);
	if (outcome < 0)
		return call_fail_err(call, &err);
	tell(export, &counts);
	if (counts.refused == 0)
		return COMMAND_DONE;
	call_hint(call, "move away what is in the way, or export into another folder");
	return call_fail(call, COMMAND_FAILED,
		counts.refused == 1 ? "%zu file is not as promptd wrote it and was left alone"
				    : "%zu files are not as promptd wrote them and were left alone",
		counts.refused);
}

static int read_format(struct call *call, const struct library_format **format)
{
	const char *name = call_value(call, "format");

	call_hint(call, "promptd help export lists the formats");
	if (name == NULL)
		return call_fail(call, COMMAND_USAGE, "export needs --format FORMAT");
	*format = library_format_find(str_of(name));
	if (*format == NULL)
		return call_fail(call, COMMAND_USAGE, "there is no format named %.60s", name);
	if ((*format)->write == NULL && (*format)->write_all == NULL)
		return call_fail(call, COMMAND_USAGE, "%s can be imported only", name);
	call->hint[0] = '\0';
	return COMMAND_DONE;
}

static void export_fini(struct export *export)
{
	size_t i;

	for (i = 0; i < export->n_ids; i++)
		free(export->ids[i]);
	for (i = 0; i < export->n_prompts; i++)
		prompt_free(export->prompts[i]);
	free(export->ids);
	free(export->prompts);
	json_decref(export->notes);
}

static int export_run(struct call *call)
{
	struct export export = {
		.call = call,
		.filter = {.tag = str_of(call_value(call, "tag")),
			.collection = str_of(call_value(call, "collection")),
			.experimental =
				call_flag(call, "experimental") || call->config->experimental},
		.notes = json_array(),
	};
	int result = read_format(call, &export.format);

	if (result == COMMAND_DONE)
		result = call_store(call, false, &export.store);
	if (result == COMMAND_DONE)
		result = find(&export);
	if (result == COMMAND_DONE)
		result = load(&export);
	if (result == COMMAND_DONE)
		result = write_files(&export);
	export_fini(&export);
	return result;
}

static const struct command_option options[] = {
	{"format", 'f', "FORMAT", "write files of this format", COMMAND_FORMAT, NULL, false},
	{"tag", 't', "TAG", "only prompts with this tag", COMMAND_TAG, NULL, false},
	{"collection", 'c', "NAME", "only prompts of this collection", COMMAND_COLLECTION, NULL,
		false},
	{"experimental", 0, NULL, "also drafts, experimental and deprecated ones", COMMAND_TEXT,
		NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd export ~/prompts --format prompt-md", "the whole library"},
	{"promptd export .claude/commands --format claude in:review", "what a query finds"},
	{0},
};

const struct command command_export = {
	.name = "export",
	.summary = "write prompts of the library as files",
	.words = "DIR [QUERY...]",
	.description =
		"Writes prompts below DIR, one file each or all in one, as the format has it. "
		"promptd writes only into files that it made and nobody changed since (it keeps a "
		"list of them in DIR/.promptd-export.json); others are left alone and named, and "
		"the exit status is then 1.",
	.words_min = 1,
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_FOLDER,
	.options = options,
	.examples = examples,
	.answer = "prompts, written, unchanged, refused, notes (file, message)",
	.run = export_run,
};
