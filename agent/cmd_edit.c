/* promptd edit: a personal prompt in the person's own editor. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/personal.h"
#include "library/files.h"
#include "library/library.h"

/* $VISUAL or $EDITOR may hold options, so a shell takes them apart, as git does. */
static int run_editor(const char *file, struct err *err)
{
	const char *editor = getenv("VISUAL");
	struct buf script = BUF_INIT(8192);
	int status = 0;
	pid_t child;

	if (editor == NULL || editor[0] == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || editor[0] == '\0')
		editor = "vi";
	(void)buf_add_format(&script, "%s \"$1\"", editor);
	child = fork();
	if (child == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		(void)execl("/bin/sh", "sh", "-c", buf_text(&script), "sh", file, (char *)NULL);
		_exit(127);
	}
	buf_fini(&script);
	if (child < 0)
		return err_errno(err, errno, "cannot start the editor");
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, errno, "cannot wait for the editor");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_FAILED, "the editor did not end well");
	return 0;
}

/* A copy to edit, with the ending that editors know. */
static int make_draft(
	struct call *call, struct str text, char path[PLATFORM_PATH_MAX], struct err *err)
{
	int folder, n = snprintf(path, PLATFORM_PATH_MAX, "%s/edit-%ld.prompt.md",
			    call->dirs->state, (long)getpid());
	int result;

	if (n < 0 || n >= PLATFORM_PATH_MAX)
		return err_set(err, ERR_LIMIT, "the state directory's path is too long");
	if (platform_make_dir(call->dirs->state, err) != 0)
		return -1;
	folder = open(call->dirs->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_errno(err, errno, "%s", call->dirs->state);
	result = files_replace(folder, strrchr(path, '/') + 1, text, err);
	(void)close(folder);
	return result;
}

static int read_draft(const char *path, struct buf *text, struct err *err)
{
	struct files_root root;
	int result;

	if (files_open(path, &root, err) != 0)
		return -1;
	result =
		root.single == NULL ? FILES_OTHER : files_read(root.folder, root.single, text, err);
	files_close(&root);
	return result > 0 ? err_set(err, ERR_FAILED, "%s cannot be read", path) : result;
}

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
	struct err err;
	int result = COMMAND_DONE;

	if (make_draft(call, before, draft, &err) != 0)
		return call_fail_err(call, &err);
	if (run_editor(draft, &err) != 0 || read_draft(draft, &after, &err) != 0)
		result = call_fail_err(call, &err);
	else if (str_equal(before, (struct str){buf_text(&after), after.len}))
		output_print(call->notes, "nothing was changed\n");
	else
		result = save_again(call, name, before, (struct str){buf_text(&after), after.len});
	if (result == COMMAND_DONE)
		(void)unlink(draft);
	else
		call_hint(call, "your text is kept in %.400s", draft);
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
