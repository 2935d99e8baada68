/* The files follow from one commit to another, as a pull asks; see personal.h. */
#include <stdio.h>
#include <string.h>

#include "agent/personal.h"
#include "library/files.h"
#include "library/git_remote.h"

#define MOVE_BYTES_MAX (64 * 1024 * 1024)
#define SWEEPS_MAX 16

enum held { HELD_BEFORE, HELD_AFTER, HELD_OTHER };

/* What is in the work tree now. */
static enum held look(struct personal *personal, const struct repo_move *move)
{
	struct buf now = BUF_INIT(MOVE_BYTES_MAX);
	int result = files_read(personal->folder, move->path, &now, NULL);
	struct str text = {buf_text(&now), now.len};
	enum held held = HELD_OTHER;

	if (result == FILES_NONE && !move->after_is)
		held = HELD_AFTER;
	else if (result == FILES_NONE && !move->before_is)
		held = HELD_BEFORE;
	else if (result == 0 && move->after_is && str_equal(text, move->after))
		held = HELD_AFTER;
	else if (result == 0 && move->before_is && str_equal(text, move->before))
		held = HELD_BEFORE;
	buf_fini(&now);
	return held;
}

static int on_check(void *data, const struct repo_move *move, struct err *err)
{
	struct personal *personal = data;

	if (move->odd) {
		call_warn(personal->call,
			"%s is a link, a submodule or very large, and is left alone: git checkout "
			"makes it",
			move->path);
		return 0;
	}
	switch (look(personal, move)) {
	case HELD_AFTER:
		return 0;
	case HELD_BEFORE:
		return repo_check_file(personal->repo, move->path, err);
	case HELD_OTHER:
		break;
	}
	return err_set(err, ERR_REFUSED,
		"%s has changes that are not committed: commit or undo them first", move->path);
}

int personal_move_check(
	struct personal *personal, const char *from, const char *to, struct err *err)
{
	return repo_moves(personal->repo, from, to, on_check, personal, err);
}

/* Whoever wrote something there meanwhile keeps it, as a change that is not committed.
 * One file that cannot be written does not hold up the others. */
static int on_move(void *data, const struct repo_move *move, struct err *err)
{
	struct personal *personal = data;
	struct err fault;
	enum held held;
	int result = 0;

	(void)err;
	if (move->odd)
		return 0;
	held = look(personal, move);
	/* The first that are not done are where a killed one stopped; to look for its
	 * halves beside every file would take the square of a folder's size. */
	if (held != HELD_AFTER && personal->sweeps < SWEEPS_MAX) {
		personal->sweeps++;
		files_sweep(personal->folder, move->path);
	}
	if (held != HELD_BEFORE && held != HELD_AFTER)
		return 0;
	if (held == HELD_AFTER)
		result = move->after_is ? files_set_executable(personal->folder, move->path,
						  move->executable, &fault)
					: 0;
	else if (!move->after_is)
		result = files_remove(personal->folder, move->path, &fault);
	else if (files_make_folders(personal->folder, move->path, &fault) != 0 ||
		 files_replace(personal->folder, move->path, move->after, &fault) != 0)
		result = -1;
	else
		result = files_set_executable(
			personal->folder, move->path, move->executable, &fault);
	if (result != 0)
		call_warn(personal->call, "%s is not as in the newest commit: %.300s", move->path,
			fault.text);
	return 0;
}

int personal_move(struct personal *personal, const char *from, const char *to, struct err *err)
{
	int result;

	if (repo_moves(personal->repo, from, to, on_move, personal, err) != 0)
		return -1;
	result = repo_advance(personal->repo, from, to, "promptd: pull", err);
	if (result == 1) {
		char head[REPO_ID_BYTES];

		/* Done before a kill, or somebody else committed since. */
		if (repo_head(personal->repo, head, err) != 0)
			return -1;
		if (strcmp(head, to) != 0) {
			call_warn(personal->call, "somebody committed during a pull: `git status` "
						  "shows what it left");
			return 0;
		}
		result = 0;
	}
	return result == 0 ? repo_follow_moves(personal->repo, from, to, err) : -1;
}
