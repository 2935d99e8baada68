/*
 * A repository and the places it is kept in step with: fetch, merge, push. As git.h:
 * the work tree is the caller's, no other program is run, one thread. What speaks with
 * another place does so in a child process (git_aside.h), so that a server that says
 * nothing, or Ctrl-C, ends it at once.
 */
#ifndef LIBRARY_GIT_REMOTE_H
#define LIBRARY_GIT_REMOTE_H

#include "library/git.h"

#define REPO_SECRET_MAX 1024
#define REPO_CONFLICTS_MAX 10000
#define REPO_MOVES_MAX 50000 /* files that one pull changes */

/* Who asks for what; the caller answers. Every function may be NULL. */
struct repo_remote_options {
	void *data;
	/* A name and a password for this address (user: the name in it, or NULL). 0, or
	 * 1: none. Asked again when the last was not taken, three times at most. */
	int (*secret)(void *data, const char *url, const char *user, char name[REPO_SECRET_MAX],
		char password[REPO_SECRET_MAX]);
	/* The last one was taken, or was not. */
	void (*verdict)(void *data, bool taken);
	bool (*cancelled)(void);
	/* More than this is not fetched; 0: as much as there is. */
	size_t objects_max, bytes_max;
	/* Given up when nothing comes for so many seconds; 0: 60. And after an hour. */
	unsigned silence_s;
};

/* https, ssh, a folder of this machine; http for the loopback addresses alone. No
 * redirects to another host are followed. ERR_REFUSED says which. */
int repo_check_url(const char *url, struct err *err);

/* The remote "origin" has this address from now on. REPO_TAKEN: it has another
 * one, and commits are here. */
enum repo_remote_outcome { REPO_TAKEN = 1, REPO_NO_REMOTE, REPO_UNKNOWN, REPO_BEHIND };
int repo_set_remote(struct repo *repo, const char *url, struct err *err);
/* Where the current branch is kept: its upstream's remote, else "origin", else the only
 * one. Malloc'd; NULL: nowhere. `url` may be NULL. */
char *repo_remote(struct repo *repo, char **url);

/*
 * Fetch. *theirs becomes the newest commit of the branch this one follows, or of the
 * one of the same name, or (nothing is here yet) of the remote's own first one, whose
 * name this branch then takes. REPO_UNKNOWN: the remote has no such branch.
 * REPO_NO_REMOTE: there is none to fetch from.
 */
int repo_fetch(struct repo *repo, const struct repo_remote_options *options,
	char theirs[REPO_ID_BYTES], struct err *err);
/* The same of what was fetched last, without the network. */
int repo_known(struct repo *repo, char theirs[REPO_ID_BYTES], struct err *err);
/* The branch goes to its remote, never by force. REPO_BEHIND: the remote has commits
 * that are not here. REPO_NO_REMOTE. */
int repo_push(struct repo *repo, const struct repo_remote_options *options, struct err *err);

/* One file that both sides changed. Texts are empty where a side has no such file. */
struct repo_conflict {
	const char *path;
	const char *ours_id, *theirs_id; /* the blobs; "": that side has no such file */
	struct str ours, theirs;
};
/* What to do with it: leave it undecided, or keep these files (0 to 2; none: the file
 * goes). */
struct repo_choice {
	bool decided;
	const char *paths[2];
	struct str bytes[2];
	size_t n;
};
typedef int repo_conflict_fn(
	void *data, const struct repo_conflict *conflict, struct repo_choice *choice);
enum repo_merge_outcome {
	REPO_UP_TO_DATE = 1, /* nothing is new there */
	REPO_FORWARD,	     /* *result is theirs */
	REPO_MERGED,	     /* *result is a new commit of both, on no branch yet */
	REPO_CONFLICTS,	     /* some were left undecided; nothing is made */
	REPO_STRANGERS,	     /* the two have no commit in common */
};
/*
 * The newest commit and `theirs` in one. fn is told of every conflict, and what it
 * points choice to must stay until its next call. Moves no branch, writes no file.
 */
int repo_merge(struct repo *repo, const char *theirs, repo_conflict_fn *fn, void *data,
	char result[REPO_ID_BYTES], struct err *err);

/* One file that differs between two commits. Links and submodules are told as odd,
 * without bytes, and so are files over 64 MiB. */
struct repo_move {
	const char *path;
	bool before_is, after_is; /* was it there, is it there */
	struct str before, after;
	bool odd;
	bool executable; /* is it to be */
};
typedef int repo_move_fn(void *data, const struct repo_move *move, struct err *err);
/* `from` "": from nothing. A path that is not for repo_check_path() ends it with
 * ERR_REFUSED before fn is called at all, and so do more files than REPO_MOVES_MAX, or
 * a tree over the limits of git.h, with ERR_LIMIT; non-zero from fn stops and is returned. */
int repo_moves(struct repo *repo, const char *from, const char *to, repo_move_fn *fn, void *data,
	struct err *err);
/* The current branch goes on from that commit to this one; 1: it is elsewhere now. */
int repo_advance(
	struct repo *repo, const char *from, const char *to, const char *why, struct err *err);
/* The index follows for the files that differ; what else is staged stays staged. */
int repo_follow_moves(struct repo *repo, const char *from, const char *to, struct err *err);
/* The newest commit; "": there is none. */
int repo_head(struct repo *repo, char id[REPO_ID_BYTES], struct err *err);
/* How many commits are only here, only there. */
int repo_distance(
	struct repo *repo, const char *theirs, size_t *ahead, size_t *behind, struct err *err);

#endif
