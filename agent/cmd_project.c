/* promptd project: the prompts of the project one is in. */
#include "agent/project.h"

#include <string.h>
#include <unistd.h>

#include "agent/lookup.h"
#include "store/project.h"
#include "store/prompts.h"

struct rows {
	struct call *call;
	json_t *json;
	size_t n;
};

static int on_row(void *data, const struct store_row *row)
{
	struct rows *rows = data;
	struct output *out = rows->call->out;

	rows->n++;
	if (rows->json != NULL) {
		(void)json_array_append_new(rows->json, lookup_row_json(row));
		return 0;
	}
	output_styled(out, OUTPUT_NAME, row->path);
	output_print(out, "  ");
	output_text(out, row->description);
	if ((row->flags & PROMPT_FLAG_EXECUTABLE) != 0)
		output_print(out, "  (holds a snippet that some assistants would execute)");
	if ((row->flags & PROMPT_FLAG_HIDDEN) != 0)
		output_print(out, "  (held characters that do not show)");
	output_print(out, "\n");
	return 0;
}

static void tell_notes(struct call *call, const struct project_reading *reading)
{
	const json_t *note;
	size_t i;

	if (call->json) {
		call_answer(call, "notes", json_incref(reading->notes));
		return;
	}
	json_array_foreach (reading->notes, i, note) {
		output_text(call->notes, str_of(json_string_value(json_object_get(note, "file"))));
		output_print(call->notes, ": ");
		output_text(
			call->notes, str_of(json_string_value(json_object_get(note, "message"))));
		output_print(call->notes, "\n");
	}
	if (reading->cut)
		call_warn(
			call, "it has more prompts than the %d that are read", PROJECT_PROMPTS_MAX);
}

static int show(struct call *call, const struct project_place *place)
{
	struct store_filter filter = {.source = STR(STORE_PROJECT)};
	struct rows rows = {.call = call, .json = call->json ? json_array() : NULL};
	struct err err;

	call_answer_text(call, "root", str_of(place->root));
	if (store_project_see(call->store, place->root, &err) != 0 ||
		store_prompt_list(call->store, &filter, STR(""), PROJECT_PROMPTS_MAX, on_row, &rows,
			&err) != 0) {
		json_decref(rows.json);
		return call_fail_err(call, &err);
	}
	if (rows.json != NULL)
		call_answer(call, "prompts", rows.json);
	else if (rows.n == 0)
		output_print(call->notes, "nothing to see: no prompts, or yours of the same names "
					  "come first (project:NAME is the project's)\n");
	return COMMAND_DONE;
}

static int project_run(struct call *call)
{
	bool quiet = call_flag(call, "read");
	char here[PLATFORM_PATH_MAX];
	struct project_reading reading;
	struct project_place place;
	struct store *store;
	struct err err;
	int result;

	if (!call->config->project_prompts)
		return call_fail(call, COMMAND_REFUSED, "project_prompts = no in promptd.conf");
	if (getcwd(here, sizeof here) == NULL ||
		!project_place_find(call->dirs->home, here, &place)) {
		call_hint(call, "a repository's are in .prompts, .github/prompts, .claude/commands "
				"or .agents/skills");
		return call_fail(call, COMMAND_NOT_FOUND, "this is no project that keeps prompts");
	}
	result = call_store(call, true, &store);
	if (result != COMMAND_DONE)
		return result;
	if (project_read(call, &place, !quiet, &reading, &err) != 0)
		result = call_fail_err(call, &err);
	if (result == COMMAND_DONE && !quiet) {
		tell_notes(call, &reading);
		result = show(call, &place);
	}
	project_reading_fini(&reading);
	return result;
}

static const struct command_option options[] = {
	{"read", 0, NULL, "take over what changed, silently", COMMAND_TEXT, NULL, true},
	{0},
};

static const struct command_example examples[] = {
	{"promptd project", "what this repository offers"},
	{0},
};

const struct command command_project = {
	.name = "project",
	.summary = "the prompts that the project one is in brings along",
	.words = "",
	.description =
		"Assistants that work in a project, and search, list, show and render there, "
		"offer what it keeps in .prompts, .github/prompts, .claude/commands and "
		".agents/skills, of the working directory and the folders above it up to the "
		"repository's. Nobody else sees these prompts. Their descriptions begin with "
		"[of this project: FILE], their source is project.\n\n"
		"They are the word of whoever wrote the repository: they are handed out when "
		"somebody asks for them, and change nothing else. A personal or local prompt of "
		"the same name comes before a project's, a project's before other sources'; "
		"SOURCE:NAME (project:review, git:team:review) means exactly that one. "
		"At most 200 prompts and 4 MiB of text are read, no links are followed, and "
		"nothing of another user's. project_prompts = no in promptd.conf leaves all "
		"that out.",
	.options = options,
	.examples = examples,
	.answer = "root, prompts (name, title, description, version, tags, collection, inputs, "
		  "source, status, channel, id, sha256, uses, bytes, updated), notes (file, "
		  "message)",
	.looks = true,
	.run = project_run,
};
