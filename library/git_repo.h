/*
 * What the files git*.c share: libgit2's own handle. For them and the tests of them;
 * everybody else includes git.h, which knows nothing of libgit2.
 */
#ifndef LIBRARY_GIT_REPO_H
#define LIBRARY_GIT_REPO_H

#include <git2.h>

#include "library/git.h"

struct repo {
	git_repository *git;
};

/* Sets what was tried and libgit2's own reason; returns -1. Its words may hold names
 * from the repository: they go where all errors go, through the filter of what prints. */
int repo_fail(struct err *err, enum err_code code, const char *what);
/* libgit2, ready; once a program. */
int repo_start(struct err *err);
/* From now on libgit2 gets no piece of memory over REPO_PIECE_MAX, and the call that
 * wanted one fails: a few bytes of a pack may say that they unpack to gigabytes. Once. */
#define REPO_PIECE_MAX (128UL * 1024 * 1024)
int repo_bound_memory(void);
/* Take away a lock that a killed process of ours left: made between the two times, and
 * a second old at least. Waits for that second. */
void repo_break_lock(const char *path, int64_t from_ms, int64_t until_ms);
/* The newest commit of the current branch, yours; 1: there is none yet. */
int repo_newest(struct repo *repo, git_commit **out, struct err *err);

/* The id of a regular file in a commit; false: there is none. */
bool repo_entry_in(const git_commit *commit, const char *path, git_oid *id);

/* Who commits: as git is told, or this user on this machine. */
int repo_signature(struct repo *repo, git_signature **out, struct err *err);

/* What an entry of a tree is, by its mode as it is written. */
enum repo_kind { REPO_FILE, REPO_FOLDER, REPO_LINK, REPO_MODULE, REPO_ODD };
enum repo_kind repo_kind_of(const git_tree_entry *entry);

/* A file's object, yours, if it is one of at most `max` bytes: its size is asked before
 * anything is unpacked. 1: it is larger; -1: it is none, or cannot be read. */
int repo_find_blob(struct repo *repo, const git_oid *id, size_t max, git_blob **out);

/* ERR_LIMIT when a commit's tree is larger than what is ever written to a work tree: a
 * few folders that hold each other are without end for who makes a list of them. */
int repo_check_size(struct repo *repo, const git_commit *commit, struct err *err);

/* repo_tree() of a tree that is known by its id. */
int repo_tree_of(struct repo *repo, const git_oid *tree, const char *under, repo_tree_fn *fn,
	void *data, struct repo_tree_report *report, struct err *err);

#endif
