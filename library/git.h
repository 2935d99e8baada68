/*
 * A git repository that belongs to a person: single commits that touch only what
 * they are about, and the history of one path. Never writes the work tree: that is
 * the caller's (files.h). Runs no hooks, filters or other programs. One thread.
 *
 * Paths are relative to the work tree, with '/' between their parts.
 */
#ifndef LIBRARY_GIT_H
#define LIBRARY_GIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define REPO_ID_BYTES 41 /* a commit's name with its NUL */
#define REPO_PATH_MAX 1024
#define REPO_COMMITS_MAX 100000 /* history is looked at this far back */
#define REPO_DEPTH_MAX 16	/* folders in folders */
#define REPO_TREE_ENTRIES_MAX 200000
#define REPO_TREE_BYTES_MAX (512UL * 1024 * 1024)
#define REPO_TREE_PATHS_MAX (64UL * 1024 * 1024) /* bytes of all paths */
#define REPO_FOLDER_BYTES_MAX (16UL * 1024 * 1024)
#define REPO_FOLDERS_DEEP_MAX 64 /* of what is pulled */

struct repo;

/*
 * Open the repository whose work tree is exactly `dir`. REPO_NONE: there is none.
 * ERR_REFUSED: bare, owned by another user, or its work tree is elsewhere.
 */
enum repo_outcome { REPO_NONE = 1 };
int repo_open(struct repo **out, const char *dir, struct err *err);
/* Make one in a folder that is there. Files in it stay as they are. */
int repo_init(struct repo **out, const char *dir, struct err *err);
/* A repository without a work tree, of somebody else's commits; made when absent. For
 * what reads objects: repo_tree(), and fetching. */
int repo_open_bare(struct repo **out, const char *dir, struct err *err);
/* Is a repository of whatever kind in exactly this folder, anybody's? */
bool repo_is_at(const char *dir);
void repo_close(struct repo *repo);
const char *repo_git_dir(const struct repo *repo); /* ends with '/' */

/* UTF-8 without characters that do not show, in parts that are neither empty, "." nor
 * "..", and none that some file system takes for .git. */
int repo_check_path(const char *path, struct err *err);

/* May a commit be made now? ERR_REFUSED: detached head, a merge, rebase or the like
 * under way, conflicts. */
int repo_check_state(struct repo *repo, struct err *err);
/* And may it change this file? ERR_REFUSED: it has changes that are not committed,
 * or it is there and git does not know it. */
int repo_check_file(struct repo *repo, const char *path, struct err *err);
/* Is a file of that path in the newest commit? */
bool repo_has(struct repo *repo, const char *path);

/* One file's part of a commit. */
struct repo_change {
	const char *path;
	struct str bytes;
	bool remove; /* bytes do not matter */
};
/*
 * One commit on the current branch: the newest one's tree with these changes and no
 * other. The index follows for these paths; what else is staged stays staged.
 */
int repo_commit(struct repo *repo, const struct repo_change *changes, size_t n, const char *message,
	struct err *err);

/* The index alone is made to follow the newest commit for these paths: what is left
 * to do when repo_commit() was killed behind its commit. */
int repo_follow(struct repo *repo, const struct repo_change *changes, size_t n, struct err *err);
/* Take away the locks that a killed repo_commit() left: those made between the two
 * times, once they are a second old. Waits for that second. */
void repo_break_locks(struct repo *repo, int64_t from_ms, int64_t until_ms);

/* Does one of the newest `depth` commits have this line in its message? 1 yes. */
int repo_has_line(struct repo *repo, const char *line, unsigned depth, struct err *err);

struct repo_version {
	const char *commit;
	int64_t time_ms;
	struct str author, message; /* foreign text */
};
typedef int repo_version_fn(void *data, const struct repo_version *version);
/* Every commit, newest first. Everything is borrowed for the callback; non-zero stops.
 * What they did to files is repo_log()'s (git_log.h). */
int repo_commits(struct repo *repo, repo_version_fn *fn, void *data, struct err *err);

/* Lines of a file that came with one commit. */
struct repo_blamed {
	size_t first, n; /* the first is 1 */
	const char *commit;
	struct str author; /* foreign text */
	int64_t time_ms;
};
typedef int repo_blame_fn(void *data, const struct repo_blamed *lines);
/* Of the newest commit's file, in order; renames are followed. Borrowed for the
 * callback; non-zero stops. */
int repo_blame(struct repo *repo, const char *path, repo_blame_fn *fn, void *data, struct err *err);

/* What a walk through a tree passed by. */
struct repo_tree_report {
	size_t files;	       /* told */
	size_t links, modules; /* symbolic links, submodules */
	size_t names;	       /* not for repo_check_path(), or the same but for case */
	size_t big;	       /* over 4 MiB; folders of more than 16 MiB of names */
	size_t deep;	       /* folders below REPO_DEPTH_MAX */
	size_t unread;	       /* objects that are missing, broken, of another kind */
	bool cut;	       /* a limit on entries or bytes ended it */
};
typedef int repo_tree_fn(void *data, const char *path, struct str bytes);
/*
 * Every regular file below the folder `under` ("": all) in a commit ("HEAD", a
 * branch's name), in the tree's own order, from the objects: the work tree is not looked at,
 * nothing is written, no link or submodule is followed. Path and bytes are
 * borrowed; non-zero from fn stops and is returned. REPO_NONE: no such commit.
 */
int repo_tree(struct repo *repo, const char *revision, const char *under, repo_tree_fn *fn,
	void *data, struct repo_tree_report *report, struct err *err);

/* The same, but the texts stay where they are: fn gets their ids, for repo_blob()
 * (git_log.h). */
int repo_tree_ids(struct repo *repo, const char *revision, const char *under, repo_tree_fn *fn,
	void *data, struct repo_tree_report *report, struct err *err);

/* What makes one text of the other, as `diff -u` says it from its first "@@" on;
 * appended. Nothing when they are the same. */
int repo_diff(struct str before, struct str after, struct buf *out, struct err *err);

#endif
