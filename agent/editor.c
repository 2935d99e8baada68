/* See editor.h. */
#include "agent/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library/files.h"

/* $VISUAL or $EDITOR may hold options, so a shell takes them apart, as git does. */
static int run_editor(const char *file, struct err *err)
{
	const char *editor = getenv("VISUAL");
	struct buf script = BUF_INIT(8192);
	int status = 0;
	struct sigaction ignore = {0}, before;
	pid_t child, got;

	if (editor == NULL || editor[0] == '\0')
		editor = getenv("EDITOR");
	if (editor == NULL || editor[0] == '\0')
		editor = "vi";
	(void)buf_add_format(&script, "%s \"$1\"", editor);
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGINT, &ignore, &before);
	child = fork();
	if (child == 0) {
		(void)signal(SIGINT, before.sa_handler == SIG_IGN ? SIG_IGN : SIG_DFL);
		(void)signal(SIGPIPE, SIG_DFL);
		(void)execl("/bin/sh", "sh", "-c", buf_text(&script), "sh", file, (char *)NULL);
		_exit(127);
	}
	buf_fini(&script);
	if (child < 0) {
		(void)sigaction(SIGINT, &before, NULL);
		return err_errno(err, errno, "cannot start the editor");
	}
	while ((got = waitpid(child, &status, 0)) < 0 && errno == EINTR)
		;
	(void)sigaction(SIGINT, &before, NULL);
	if (got < 0)
		return err_errno(err, errno, "cannot wait for the editor");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_FAILED, "the editor did not end well");
	return 0;
}

/* A copy to edit, with the ending that editors know. */
static int make_draft(struct call *call, unsigned nth, struct str text,
	char path[PLATFORM_PATH_MAX], struct err *err)
{
	char number[16] = "";
	int folder, n, result;

	if (nth > 0)
		(void)snprintf(number, sizeof number, "-%u", nth);
	n = snprintf(path, PLATFORM_PATH_MAX, "%s/edit-%ld%s.prompt.md", call->dirs->state,
		(long)getpid(), number);
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

int editor_edit(struct call *call, unsigned nth, struct str before, char draft[PLATFORM_PATH_MAX],
	struct buf *after)
{
	struct err err;

	if (make_draft(call, nth, before, draft, &err) != 0) {
		draft[0] = '\0';
		return call_fail_err(call, &err);
	}
	if (run_editor(draft, &err) != 0) {
		(void)read_draft(draft, after, NULL);
		return call_fail_err(call, &err);
	}
	return read_draft(draft, after, &err) == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

void editor_forget(const char *draft)
{
	(void)unlink(draft);
}

void editor_keep(struct call *call, const char *draft)
{
	if (draft[0] != '\0')
		call_hint(call, "your text is kept in %.400s", draft);
}
