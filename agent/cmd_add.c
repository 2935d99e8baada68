/* promptd add: a prompt into the personal library. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/personal.h"
#include "library/files.h"
#include "library/library.h"

static int read_stdin(struct buf *text, struct err *err)
{
	char bytes[65536];
	size_t n;

	while ((n = fread(bytes, 1, sizeof bytes, stdin)) > 0)
		if (buf_add(text, bytes, n) != 0)
			return err_set(err, ERR_LIMIT, "that is more than 4 MiB");
	return ferror(stdin) ? err_errno(err, errno, "cannot read") : 0;
}

static int read_from(struct call *call, struct buf *text, struct err *err)
{
	const char *from = call_value(call, "from");
	struct files_root root;
	int result;

	if (from == NULL || strcmp(from, "-") == 0)
		return read_stdin(text, err);
	if (files_open(from, &root, err) != 0)
		return -1;
	if (root.single == NULL)
		result = err_set(err, ERR_INVALID, "%s is a folder", from);
	else
		result = files_read(root.folder, root.single, text, err);
	files_close(&root);
	if (result > 0)
		return err_set(err, ERR_INVALID, "%s cannot be read as a prompt", from);
	return result;
}

/* What is already in our form stays as it is, byte for byte. */
static int add_text(struct personal *personal, const char *file, struct str text,
	struct prompt **prompt, struct err *err)
{
	const struct library_format *format;

	if (repo_check_path(file, err) != 0)
		return -1;
	return personal_parse(personal, file, text, prompt, &format, err);
}

int personal_add(struct personal *personal, const char *name, struct str text)
{
	struct personal_change change = {.verb = "add", .bytes = text};
	struct call *call = personal->call;
	struct prompt *prompt = NULL;
	char file[REPO_PATH_MAX + 1];
	struct err err;
	int result = COMMAND_DONE;

	if (personal_file_for(personal, name, file, &err) != 0)
		return call_fail(call, COMMAND_USAGE, "%s", err.text);
	if (repo_has(personal->repo, file)) {
		call_hint(call, "promptd edit %s changes it", name);
		return call_fail(call, COMMAND_REFUSED, "%s is there already", name);
	}
	if (add_text(personal, file, text, &prompt, &err) != 0)
		return call_fail(
			call, COMMAND_FAILED, "it does not read as a prompt: %s", err.text);
	change.to = file;
	change.title = prompt->title;
	change.version = personal_next_number(personal, file, prompt);
	if (personal_commit(personal, &change, &err) != 0)
		result = call_fail_err(call, &err);
	else
		personal_tell(call, "added", name, change.version);
	prompt_free(prompt);
	return result;
}

static int add_run(struct call *call)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct personal personal;
	struct err err;
	int result;

	if (read_from(call, &text, &err) != 0) {
		buf_fini(&text);
		return call_fail_err(call, &err);
	}
	result = personal_open(call, &personal);
	if (result == COMMAND_DONE)
		result = personal_add(
			&personal, call->words[0], (struct str){buf_text(&text), text.len});
	if (result == COMMAND_USAGE)
		call_hint(call, "promptd add NAME --from FILE");
	personal_close(&personal);
	buf_fini(&text);
	return result;
}

static const struct command_option options[] = {
	{"from", 'f', "FILE", "the prompt's file; - or nothing: standard input", COMMAND_FILES,
		NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd add review/tests --from tests.md", "a file, front matter or not"},
	{"echo 'Explain {{topic}}.' | promptd add explain", "a text"},
	{0},
};

const struct command command_add = {
	.name = "add",
	.summary = "add a prompt to the personal library",
	.words = "NAME",
	.description =
		"Writes prompts/NAME.prompt.md in the personal library and commits it. What "
		"does not read as a prompt is refused. NAME may have folders, \"review/tests\", "
		"which are its categories.",
	.words_min = 1,
	.words_max = 1,
	.options = options,
	.examples = examples,
	.answer = "name, version",
	.run = add_run,
};
