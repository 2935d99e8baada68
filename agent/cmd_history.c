/* promptd history and restore: what the personal library's repository remembers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lookup.h"
#include "agent/personal.h"
#include "core/clock.h"
#include "core/json.h"
#include "library/git_log.h"

static json_t *version_json(const struct personal_version *version)
{
	json_t *object = json_object();

	if (version->number > 0)
		(void)json_object_set_new(object, "version", json_integer(version->number));
	(void)json_object_set_new(object, "commit", json_string(version->commit));
	(void)json_object_set_new(object, "time", lookup_time_json(version->time_ms));
	(void)json_object_set_new(object, "author", call_text_json(str_of(version->author)));
	(void)json_object_set_new(object, "message", call_text_json(str_of(version->subject)));
	if (version->path != NULL)
		(void)json_object_set_new(object, "file", call_text_json(str_of(version->path)));
	return object;
}

static void tell(struct call *call, const struct personal_history *history)
{
	static const struct output_column columns[] = {
		{.title = "VERSION", .right = true},
		{.title = "COMMIT", .style = OUTPUT_DIM},
		{.title = "TIME"},
		{.title = "AUTHOR", .shrink_to = 8},
		{.title = "MESSAGE", .shrink_to = 16},
	};
	struct output_table *table = output_table_new(call->out, columns, 5);
	json_t *rows = json_array();
	char when[CLOCK_TEXT_BYTES];
	size_t i;

	for (i = 0; i < history->n; i++) {
		const struct personal_version *version = &history->versions[i];

		(void)json_array_append_new(rows, version_json(version));
		clock_format(version->time_ms, when);
		if (version->number > 0)
			output_table_add_int(table, version->number);
		else /* all commits: they count nothing */
			output_table_add(table, STR(""));
		output_table_add(table, str_prefix(str_of(version->commit), 10));
		output_table_add(table, str_of(when));
		output_table_add(table, str_of(version->author));
		output_table_add(table, str_of(version->subject));
	}
	if (call->json)
		call_answer(call, "commits", json_incref(rows));
	else
		output_table_print(table);
	json_decref(rows);
	output_table_free(table);
}

static void warn_shallow(struct call *call, struct repo *repo)
{
	char mark[REPO_ID_BYTES];

	repo_shallow(repo, mark);
	if (mark[0] != '\0')
		call_warn(call, "this is a shallow clone: numbers count from where it begins; "
				"git fetch --unshallow brings the rest");
}

int history_tell(struct call *call, const char *name)
{
	struct personal_subject subject;
	int result = personal_subject_open(call, name, &subject);

	if (result == COMMAND_DONE) {
		warn_shallow(call, subject.personal.repo);
		tell(call, &subject.history);
	}
	personal_subject_close(&subject);
	return result;
}

static int history_run(struct call *call)
{
	return history_tell(call, call->n_words > 0 ? call->words[0] : NULL);
}

static const struct command_example history_examples[] = {
	{"promptd history explain", "every commit that changed it, renames followed"},
	{"promptd history", "of the whole personal library"},
	{0},
};

const struct command command_history = {
	.name = "history",
	.summary = "show the commits of a personal prompt",
	.words = "[NAME]",
	.description = "Lists the commits that changed a prompt of the personal library, newest "
		       "first, or all commits (as `promptd log --library` does). The number of a "
		       "version counts the texts the prompt had, in the order of the commits, a "
		       "branch's before the merge that brought it; it is the same in every clone "
		       "and in everything that tells a number. A text that is not committed yet "
		       "has the next one. In a shallow clone they count from where it begins.",
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.examples = history_examples,
	.answer = "commits (version, commit, time, author, message, file)",
	.run = history_run,
};

static int restore_version(struct personal *personal, const struct prompt *prompt, const char *file,
	const struct personal_history *history, int64_t number)
{
	struct personal_version *version = personal_history_find(history, number);
	struct personal_change change = {.verb = "restore", .to = file};
	struct call *call = personal->call;
	const struct library_format *format;
	struct prompt *old = NULL;
	struct err err;
	int result = COMMAND_DONE;

	if (version == NULL) {
		call_hint(call, "promptd history %s lists them", prompt->path);
		return call_fail(call, COMMAND_NOT_FOUND, "%s has no version %lld", prompt->path,
			(long long)number);
	}
	change.bytes = str_of(personal_version_text(personal, version));
	if (personal_parse(personal, file, change.bytes, &old, &format, &err) != 0)
		return call_fail_err(call, &err);
	change.title = old->title;
	change.version = personal_next_number(personal, file, old);
	if (personal_commit(personal, &change, &err) != 0)
		result = call_fail_err(call, &err);
	else
		personal_tell(call, "restored", prompt->path, change.version);
	prompt_free(old);
	return result;
}

static int restore_run(struct call *call)
{
	struct personal_subject subject;
	struct str number, name = str_cut(str_of(call->words[0]), '@', &number);
	int64_t wanted = 0;
	char *plain;
	int result;

	if (!str_to_int(number, 1, INT64_MAX, &wanted))
		return call_fail(call, COMMAND_USAGE, "restore takes NAME@VERSION");
	plain = str_dup(name);
	result = personal_subject_open(call, plain, &subject);
	if (result == COMMAND_DONE)
		result = restore_version(
			&subject.personal, subject.prompt, subject.file, &subject.history, wanted);
	personal_subject_close(&subject);
	free(plain);
	return result;
}

static const struct command_example restore_examples[] = {
	{"promptd restore explain@1", "its first text becomes the newest version"},
	{0},
};

const struct command command_restore = {
	.name = "restore",
	.summary = "make an earlier version of a personal prompt the newest",
	.words = "NAME@VERSION",
	.description = "Writes the file as it was in that version, as `promptd history` numbers "
		       "them, and commits it as a new one. Nothing is lost.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.examples = restore_examples,
	.answer = "name, version",
	.run = restore_run,
};
