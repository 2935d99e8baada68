/* promptd tag: tags of a personal prompt, on and off. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal.h"
#include "core/json.h"
#include "library/files.h"
#include "library/library.h"

static void remove_tag(struct prompt *prompt, const char *tag)
{
	size_t i, kept = 0;

	for (i = 0; i < prompt->n_tags; i++) {
		if (strcmp(prompt->tags[i], tag) == 0)
			free(prompt->tags[i]);
		else
			prompt->tags[kept++] = prompt->tags[i];
	}
	prompt->n_tags = kept;
}

static int check_words(struct call *call)
{
	size_t i;

	for (i = 1; i < call->n_words; i++) {
		const char *word = call->words[i];

		if ((word[0] != '+' && word[0] != '-') || word[1] == '\0') {
			call_hint(call, "promptd tag NAME -- +this -that");
			return call_fail(call, COMMAND_USAGE,
				"+TAG sets a tag and -TAG takes it off, not %.100s", word);
		}
	}
	return COMMAND_DONE;
}

static void apply(const struct call *call, struct prompt *prompt)
{
	size_t i;

	for (i = 1; i < call->n_words; i++) {
		if (call->words[i][0] == '+')
			prompt_add_tag(prompt, str_of(call->words[i] + 1));
		else
			remove_tag(prompt, call->words[i] + 1);
	}
}

static int tag_file(struct personal *personal, const char *file)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	const struct library_format *format;
	struct prompt *prompt = NULL;
	struct err err;
	int result = COMMAND_DONE;

	if (files_read(personal->folder, file, &text, &err) != 0)
		result = call_fail(personal->call, COMMAND_FAILED, "%s cannot be read", file);
	else if (personal_parse(personal, file, (struct str){buf_text(&text), text.len}, &prompt,
			 &format, &err) != 0)
		result = call_fail_err(personal->call, &err);
	else if (strcmp(format->name, "prompt-md") != 0)
		result = call_fail(personal->call, COMMAND_REFUSED,
			"%s is in the format %s, which has no place for tags", file, format->name);
	if (result == COMMAND_DONE) {
		apply(personal->call, prompt);
		result = personal_rewrite(personal, "tag", "tagged", file, prompt, format);
	}
	prompt_free(prompt);
	buf_fini(&text);
	return result;
}

static int tag_run(struct call *call)
{
	struct personal personal = {.folder = -1, .lock = -1};
	struct prompt *prompt = NULL;
	char file[REPO_PATH_MAX + 1];
	int result = check_words(call);

	if (result == COMMAND_DONE)
		result = personal_open(call, &personal);
	if (result == COMMAND_DONE)
		result = personal_find(&personal, call->words[0], &prompt, file);
	if (result == COMMAND_DONE)
		result = tag_file(&personal, file);
	prompt_free(prompt);
	personal_close(&personal);
	return result;
}

static const struct command_example examples[] = {
	{"promptd tag explain +school +short", "two more tags"},
	{"promptd tag explain -- -short", "one less; -- ends the options"},
	{0},
};

const struct command command_tag = {
	.name = "tag",
	.summary = "set and take off tags of a personal prompt",
	.words = "NAME +TAG|-TAG...",
	.description =
		"Changes the tags in the prompt's file and commits that. A -TAG comes behind "
		"`--`, for it looks like an option.",
	.words_min = 2,
	.words_max = COMMAND_ANY_WORDS,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "name, version",
	.run = tag_run,
};
