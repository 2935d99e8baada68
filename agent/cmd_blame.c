/* promptd blame: who wrote which line of a personal prompt, and in which version. */
#include <string.h>

#include "agent/lookup.h"
#include "agent/personal.h"
#include "core/clock.h"
#include "core/json.h"

struct blaming {
	struct call *call;
	const struct personal_history *history;
	struct output_table *table;
	json_t *rows;
	struct str rest; /* lines not told yet */
};

/* 0: in a commit that is older than the history that is looked at. */
static int64_t number_of(const struct personal_history *history, const char *commit)
{
	size_t i;

	for (i = 0; i < history->n; i++)
		if (strcmp(history->versions[i].commit, commit) == 0)
			return history->versions[i].number;
	return 0;
}

static void add_line(struct blaming *blaming, const struct repo_blamed *lines, struct str text)
{
	int64_t number = number_of(blaming->history, lines->commit);
	char when[CLOCK_TEXT_BYTES];

	(void)json_array_append_new(blaming->rows,
		json_pack("{s:I, s:s, s:o, s:o, s:o}", "version", (json_int_t)number, "commit",
			lines->commit, "time", lookup_time_json(lines->time_ms), "author",
			call_text_json(lines->author), "text", call_text_json(text)));
	clock_format(lines->time_ms, when);
	output_table_add_int(blaming->table, number);
	output_table_add(blaming->table, str_prefix(str_of(lines->commit), 10));
	output_table_add(blaming->table, str_prefix(str_of(when), 10));
	output_table_add(blaming->table, lines->author);
	output_table_add(blaming->table, text);
}

static int on_lines(void *data, const struct repo_blamed *lines)
{
	struct blaming *blaming = data;
	struct str line;
	size_t i;

	for (i = 0; i < lines->n && str_next_line(&blaming->rest, &line); i++)
		add_line(blaming, lines, line);
	return 0;
}

static int blame(
	struct personal *personal, const char *file, const struct personal_history *history)
{
	static const struct output_column columns[] = {
		{.title = "VERSION", .right = true},
		{.title = "COMMIT", .style = OUTPUT_DIM},
		{.title = "DATE"},
		{.title = "AUTHOR", .shrink_to = 8},
		{.title = "LINE", .shrink_to = 24},
	};
	struct call *call = personal->call;
	struct personal_version *newest = personal_history_find(history, 0);
	struct blaming blaming = {.call = call, .history = history, .rows = json_array()};
	struct err err;
	int result = COMMAND_DONE;

	blaming.table = output_table_new(call->out, columns, 5);
	blaming.rest = str_of(newest != NULL ? personal_version_text(personal, newest) : "");
	if (repo_blame(personal->repo, file, on_lines, &blaming, &err) != 0)
		result = call_fail_err(call, &err);
	else if (call->json)
		call_answer(call, "lines", json_incref(blaming.rows));
	else
		output_table_print(blaming.table);
	output_table_free(blaming.table);
	json_decref(blaming.rows);
	return result;
}

static int blame_run(struct call *call)
{
	struct personal_subject subject;
	int result = personal_subject_open(call, call->words[0], &subject);

	if (result == COMMAND_DONE)
		result = blame(&subject.personal, subject.file, &subject.history);
	personal_subject_close(&subject);
	return result;
}

static const struct command_example examples[] = {
	{"promptd blame explain", "the version, day and author of each line"},
	{0},
};

const struct command command_blame = {
	.name = "blame",
	.summary = "show who wrote which line of a personal prompt",
	.words = "NAME",
	.description = "Shows each line of the prompt's file, as it was committed last, with the "
		       "version and commit that it came with, its day and author. Renames are "
		       "followed.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "lines (version, commit, time, author, text)",
	.run = blame_run,
};
