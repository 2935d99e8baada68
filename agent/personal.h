/*
 * The personal library: prompts as files in a git repository of this user. The files
 * are what counts; the store holds their index, with source "personal". A change is
 * written down in the repository's folder first (promptd-pending), then made in the
 * file, committed, indexed, and struck out: whatever a kill leaves undone is done by
 * the next personal_open(). One process changes it at a time. One thread.
 */
#ifndef AGENT_PERSONAL_H
#define AGENT_PERSONAL_H

#include "agent/command.h"
#include "core/buf.h"
#include "core/prompt.h"
#include "library/git.h"
#include "library/library.h"
#include "store/prompts.h"

#define PERSONAL_SOURCE "personal"

struct personal {
	struct call *call;
	struct store *store;
	struct repo *repo;
	char dir[PLATFORM_PATH_MAX]; /* the work tree, absolute, without links */
	const char *base;	     /* where prompts are in it: "prompts/" or "" */
	int folder;		     /* descriptor of dir */
	int lock;
	unsigned sweeps; /* of a pull */
};

/* Where it is, or would be: what `init` wrote down, else "personal" in the data
 * directory. */
int personal_place(struct call *call, char dir[PLATFORM_PATH_MAX], struct err *err);

/*
 * Open it, alone, mend what was left undone, and let the index follow the files.
 * COMMAND_DONE, or the exit to return. personal_close() in any case.
 */
int personal_open(struct call *call, struct personal *personal);
/* The same for a repository that was just made: `init`'s. */
int personal_begin(struct call *call, struct personal *personal, const char *dir);
/* Only to look at its history: not alone, nothing mended, no index. Positive: there is
 * no personal library. */
int personal_peek(struct call *call, struct personal *personal, struct err *err);
void personal_close(struct personal *personal);

/* The index follows the files. Prompts of a file that cannot be read now stay as they
 * were, and the person is warned. `seen` (may be NULL) is called with the path in the
 * repository of every prompt's file. */
typedef void personal_seen_fn(void *data, const char *file);
int personal_index(
	struct personal *personal, personal_seen_fn *seen, void *data, size_t *n, struct err *err);

/* The same for a change that renamed a prompt (NULL: that did not). */
int personal_index_run(
	struct personal *personal, const char *moved_from, const char *moved_to, struct err *err);

/* The personal prompt of that name, and its file in the repository. COMMAND_USAGE when
 * it is another source's, or its file holds others as well. */
int personal_find(struct personal *personal, const char *name, struct prompt **prompt,
	char file[REPO_PATH_MAX + 1]);

/* The file in the repository of a prompt's origin; NULL: it is not in there. */
const char *personal_file_of(const struct personal *personal, const char *origin);

/* Read one file as the library would: the prompt, new, and the format it is in. */
int personal_parse(const struct personal *personal, const char *file, struct str text,
	struct prompt **prompt, const struct library_format **format, struct err *err);

/* One change: one commit. */
struct personal_change {
	const char *verb;  /* "add": begins the message */
	const char *title; /* of the prompt: ends its first line */
	const char *from;  /* file that goes; NULL: none */
	const char *to;	   /* file that is written; NULL: none */
	struct str bytes;
	int64_t version;	/* for the message; 0: none */
	const char *moved_from; /* the prompt's name before, when it changes */
	const char *moved_to;
};
/* Checked, committed, indexed. Negative: err says why; what the checks refused has
 * changed nothing, and what failed behind them is tried again by the next opening. */
int personal_commit(
	struct personal *personal, const struct personal_change *change, struct err *err);

/* The file again as `format` writes `prompt`: a commit of that verb, told as `told`
 * (NULL: not told). The exit to return. */
int personal_rewrite(struct personal *personal, const char *verb, const char *told,
	const char *file, const struct prompt *prompt, const struct library_format *format);

/* `promptd add`: a new prompt of that text. The exit to return. */
int personal_add(struct personal *personal, const char *name, struct str text);

/* The library goes on from one commit ("": none) to another: files, branch, index. What
 * stands in the work tree against it is asked first (ERR_REFUSED names it); a kill
 * between the steps is mended as in personal_commit(). */
int personal_move_check(
	struct personal *personal, const char *from, const char *to, struct err *err);
int personal_advance(struct personal *personal, const char *from, const char *to, struct err *err);
/* The steps of it that personal_advance() and the mending take. */
int personal_move(struct personal *personal, const char *from, const char *to, struct err *err);

/*
 * The versions of a file, newest first. Numbers count the texts it had, from 1, in the
 * order of repo_log(): so they are the same in every clone, and the store's numbers
 * (lists, assistants, uses) are these. A text that is not committed yet has the next
 * one; in a shallow clone they begin where it does. Renames are followed.
 */
struct personal_version {
	int64_t number, time_ms;
	char commit[REPO_ID_BYTES], blob[REPO_ID_BYTES];
	char *author, *subject, *path;
	char *text; /* see personal_version_text() */
	bool removed;
};
struct personal_history {
	struct personal_version *versions;
	size_t n, size;
};
/* `file` NULL: all commits, without numbers, files and texts. As of the last index. */
int personal_history(struct personal *personal, const char *file, struct personal_history *history,
	struct err *err);
void personal_history_fini(struct personal_history *history);
/* The newest that has this number (0: the newest of all); NULL: none. */
struct personal_version *personal_history_find(
	const struct personal_history *history, int64_t number);
/* The file as it was then, read when it is asked for; "" when it cannot be read. */
const char *personal_version_text(struct personal *personal, struct personal_version *version);

/* What a command about one prompt's history starts with: the library, the prompt
 * of that name, its file and its versions. Without a name: all commits, no prompt.
 * COMMAND_DONE, or the exit to return. personal_subject_close() in any case. */
struct personal_subject {
	struct personal personal;
	struct prompt *prompt;
	char file[REPO_PATH_MAX + 1];
	struct personal_history history;
};
int personal_subject_open(struct call *call, const char *name, struct personal_subject *subject);
void personal_subject_close(struct personal_subject *subject);
/* The number that a file gets when it is written with this prompt. */
int64_t personal_next_number(
	struct personal *personal, const char *file, const struct prompt *prompt);

/* A personal prompt becomes what it was in its version `number`, which the store does
 * not hold. COMMAND_DONE, or the exit. */
int personal_number(struct call *call, struct prompt **prompt, int64_t number);
/* Is the text of a personal prompt that of its newest commit? */
bool personal_is_committed(struct call *call, const struct prompt *prompt);

/* `promptd history NAME`; NULL: of the whole library. The exit to return. */
int history_tell(struct call *call, const char *name);

/* The file of a new prompt of that name: prompts/NAME.prompt.md. */
int personal_file_for(const struct personal *personal, const char *name,
	char file[REPO_PATH_MAX + 1], struct err *err);
/* "added NAME, version N", or the same as JSON. */
void personal_tell(struct call *call, const char *what, const char *name, int64_t version);

#endif
