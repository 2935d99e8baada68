/* promptd rename: another name for a personal prompt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal.h"
#include "library/files.h"
#include "library/library.h"

/* Its file keeps its ending, and with it its format. */
static int new_file(struct personal *personal, const char *old, const char *name,
	char file[REPO_PATH_MAX + 1], struct err *err)
{
	const char *base = strrchr(old, '/'), *ending;

	base = base != NULL ? base + 1 : old;
	ending = strchr(base, '.');
	if (personal_file_for(personal, name, file, err) != 0)
		return -1;
	(void)snprintf(file, REPO_PATH_MAX + 1, "%s%.255s%.100s", personal->base, name,
		ending != NULL ? ending : "");
	return repo_check_path(file, err);
}

static int rename_prompt(
	struct personal *personal, const struct prompt *prompt, const char *old, const char *name)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	const struct library_format *format;
	struct call *call = personal->call;
	struct prompt *moved = NULL;
	char file[REPO_PATH_MAX + 1];
	struct personal_change change = {.verb = "rename", .title = prompt->title, .from = old};
	struct err err;
	int result = COMMAND_DONE;

	if (new_file(personal, old, name, file, &err) != 0)
		return call_fail(call, COMMAND_USAGE, "%s", err.text);
	if (repo_has(personal->repo, file))
		return call_fail(call, COMMAND_REFUSED, "%s is there already", name);
	if (files_read(personal->folder, old, &text, &err) != 0)
		return call_fail(call, COMMAND_FAILED, "%s cannot be read", old);
	change.to = file;
	change.bytes = (struct str){buf_text(&text), text.len};
	change.moved_from = prompt->path;
	change.moved_to = name;
	if (personal_parse(personal, file, change.bytes, &moved, &format, &err) != 0 ||
		(change.version = personal_next_number(personal, old, moved)) < 0 ||
		personal_commit(personal, &change, &err) != 0)
		result = call_fail_err(call, &err);
	else
		personal_tell(call, "renamed to", name, change.version);
	prompt_free(moved);
	buf_fini(&text);
	return result;
}

static int rename_run(struct call *call)
{
	struct personal personal;
	struct prompt *prompt = NULL;
	char file[REPO_PATH_MAX + 1];
	int result = personal_open(call, &personal);

	if (result == COMMAND_DONE)
		result = personal_find(&personal, call->words[0], &prompt, file);
	if (result == COMMAND_DONE)
		result = rename_prompt(&personal, prompt, file, call->words[1]);
	prompt_free(prompt);
	personal_close(&personal);
	return result;
}

static const struct command_example examples[] = {
	{"promptd rename explain teaching/explain", "its versions and ratings stay with it"},
	{0},
};

const struct command command_rename = {
	.name = "rename",
	.summary = "give a personal prompt another name",
	.words = "OLD NEW",
	.description = "Moves the prompt's file and commits that. Its versions, ratings and "
		       "history stay with it.",
	.words_min = 2,
	.words_max = 2,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "name, version",
	.run = rename_run,
};
