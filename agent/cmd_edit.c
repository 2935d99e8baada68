/* promptd edit: a personal prompt in the person's own editor. */
#include "agent/editor.h"
#include "agent/personal.h"
#include "library/files.h"
#include "library/library.h"

static int save(struct personal *personal, const char *name, const char *file, struct str text)
{
	struct personal_change change = {.verb = "edit", .to = file, .bytes = text};
	const struct library_format *format;
	struct prompt *prompt = NULL;
	struct err err;
	int result = COMMAND_DONE;

	if (personal_parse(personal, file, text, &prompt, &format, &err) != 0)
		return call_fail(personal->call, COMMAND_FAILED,
			"it does not read as a prompt: %.300s", err.text);
	change.title = prompt->title;
	change.version = personal_next_number(personal, file, prompt);
	if (personal_commit(personal, &change, &err) != 0)
		result = call_fail_err(personal->call, &err);
	else
		personal_tell(personal->call, "changed", name, change.version);
	prompt_free(prompt);
	return result;
}

/* The editor may stay open for hours: nobody else waits for it meanwhile. */
static int save_again(struct call *call, const char *name, struct str before, struct str after)
{
	struct buf now = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct personal personal;
	struct prompt *prompt = NULL;
	char file[REPO_PATH_MAX + 1];
	int result = personal_open(call, &personal);

	if (result == COMMAND_DONE)
		result = personal_find(&personal, name, &prompt, file);
	if (result == COMMAND_DONE &&
		(files_read(personal.folder, file, &now, NULL) != 0 ||
			!str_equal((struct str){buf_text(&now), now.len}, before)))
		result = call_fail(
			call, COMMAND_REFUSED, "%s was changed meanwhile by somebody else", file);
	if (result == COMMAND_DONE)
		result = save(&personal, prompt->path, file, after);
	prompt_free(prompt);
	personal_close(&personal);
	buf_fini(&now);
	return result;
}

static int edit_text(struct call *call, const char *name, struct str before)
{
	struct buf after = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	char draft[PLATFORM_PATH_MAX];
	int result = editor_edit(call, 0, before, draft, &after);

	if (result == COMMAND_DONE && str_equal(before, (struct str){buf_text(&after), after.len}))
		output_print(call->notes, "nothing was changed\n");
	else if (result == COMMAND_DONE)
		result = save_again(call, name, before, (struct str){buf_text(&after), after.len});
	if (result == COMMAND_DONE)
		editor_forget(draft);
	else
		editor_keep(call, draft);
	buf_fini(&after);
	return result;
}

static int edit_run(struct call *call)
{
	struct buf before = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct personal personal;
	struct prompt *prompt = NULL;
	char file[REPO_PATH_MAX + 1];
	struct err err;
	int result = personal_open(call, &personal);

	if (result == COMMAND_DONE)
		result = personal_find(&personal, call->words[0], &prompt, file);
	if (result == COMMAND_DONE && (repo_check_state(personal.repo, &err) != 0 ||
					      repo_check_file(personal.repo, file, &err) != 0))
		result = call_fail_err(call, &err);
	if (result == COMMAND_DONE && files_read(personal.folder, file, &before, &err) != 0)
		result = call_fail(call, COMMAND_FAILED, "%s cannot be read", file);
	personal_close(&personal);
	if (result == COMMAND_DONE)
		result = edit_text(call, prompt->path, (struct str){buf_text(&before), before.len});
	prompt_free(prompt);
	buf_fini(&before);
	return result;
}

static const struct command_example examples[] = {
	{"promptd edit explain", "in $VISUAL or $EDITOR, then one commit"},
	{0},
};

const struct command command_edit = {
	.name = "edit",
	.summary = "edit a prompt of the personal library",
	.words = "NAME",
	.description = "Opens the prompt's file in $VISUAL or $EDITOR and commits it afterwards. "
		       "What does not read as a prompt is not saved; the text stays in a file that "
		       "is named.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "name, version",
	.run = edit_run,
};
