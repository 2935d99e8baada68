/*
 * What the commits of a repository did to its files, told in the order in which
 * versions are counted; and single objects of it. As git.h: reads objects alone, one
 * thread.
 */
#ifndef LIBRARY_GIT_LOG_H
#define LIBRARY_GIT_LOG_H

#include "library/git.h"

/* One file that a commit changed. */
struct repo_step {
	const char *commit, *path;
	const char *from; /* what it was called before; NULL: the same, or nothing */
	const char *blob; /* "": taken away */
	bool was;	  /* its first parent has a file of that path */
};
typedef int repo_step_fn(void *data, const struct repo_step *step, struct err *err);

/*
 * Every change to a regular file that the newest commit has behind it: of a commit its
 * first parent with all that is before that; then what its other parents brought; then
 * its own. So everybody who has the same newest commit counts the same, and whatever
 * was told of a commit stays as it was for all that follow it as their first parent.
 * A merge tells of each file that it, or what it brought, changed how it stands then,
 * also where that is nothing new.
 *
 * `since`: only what came after that commit ("": everything). REPO_ELSEWHERE: it is not
 * the first parent of the first parent … of the newest one; nothing was told. Where a
 * shallow clone ends, and before REPO_COMMITS_MAX commits, there is nothing. Borrowed
 * for the callback; non-zero stops and is returned.
 */
enum repo_log_outcome { REPO_ELSEWHERE = 1 };
int repo_log(struct repo *repo, const char *since, repo_step_fn *fn, void *data, struct err *err);

/* The files that are called otherwise in one commit than in another, by what is in
 * them. Of each a step with `from`; `commit` is `to`. */
int repo_renames(struct repo *repo, const char *from, const char *to, repo_step_fn *fn, void *data,
	struct err *err);

/* Stands for where a shallow clone ends; "": it is none. */
void repo_shallow(struct repo *repo, char mark[REPO_ID_BYTES]);
/* Is git itself at work on the files right now (git checkout, merge, one step of a
 * rebase)? Only for what it began in the last seconds. */
bool repo_is_busy(struct repo *repo);

/* What git calls a file of these bytes. */
void repo_blob_id(struct str bytes, char id[REPO_ID_BYTES]);
/* The bytes of one that is in the repository, appended. REPO_NONE: there is none of
 * that name, or it is more than `out` holds. */
int repo_blob(struct repo *repo, const char *id, struct buf *out);
/* The bytes of a regular file in a commit; the same outcomes. */
int repo_file_at(struct repo *repo, const char *commit, const char *path, struct buf *out);

/* Who made a commit, when and why; free author and subject. REPO_NONE. */
struct repo_about {
	int64_t time_ms;
	char *author, *subject; /* foreign text; subject is the message's first line */
};
int repo_about(struct repo *repo, const char *commit, struct repo_about *about);

#endif
