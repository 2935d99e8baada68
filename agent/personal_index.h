/*
 * The index of the personal library: how the store is made to follow the files and the
 * history of the repository. Of agent/personal*.c; see personal.h. One thread.
 */
#ifndef AGENT_PERSONAL_INDEX_H
#define AGENT_PERSONAL_INDEX_H

#include <jansson.h>

#include "agent/personal.h"
#include "library/files.h"
#include "store/trail.h"

/* A personal prompt as the store has it before this run. */
struct personal_known {
	char *path, *id, *origin, *digest;
	int64_t number;
	bool there; /* its file is */
	bool moved; /* it has another path by now */
};

struct personal_indexing {
	struct personal *personal;
	const char *moved_from, *moved_to; /* a rename that is known to be one */

	/* The folder, and what is to be read in it. Files are named as in the list. */
	char folder[PLATFORM_PATH_MAX + 16];
	struct files_list list;
	bool *stale; /* of the list: not as it was when it was read last */
	bool all;    /* all are read, stale or not */
	size_t n_stale, at;
	json_t *gone;  /* files that were read and are not there */
	json_t *notes; /* why those cannot be read that are as they were */
	int64_t read_ns;

	/* What came of it. */
	json_t *met;	/* as library_import.met */
	json_t *paths;	/* prompts that are there */
	json_t *broken; /* files that cannot be read, whole paths: why */
	json_t *blobs;	/* what git calls the files that were read */
	struct personal_known *known;
	size_t n_known, known_size;
	json_t *by_path; /* path: its place in known */

	/* What the history says, of files as the repository calls them. */
	json_t *renamed; /* file: what it was called in the newest commit of before */
	json_t *touched; /* files that commits changed: are they still there? */
	bool anew;	 /* it was read from its beginning */
};

/* --- personal_trail.c: what the history says --- */

/* Let the trail follow the repository from one commit ("": read all) to another. */
int personal_trail_follow(
	struct personal_indexing *indexing, const char *before, const char *head, struct err *err);
/* The number of a prompt of that file: the history's, or one more when the history does
 * not have its text yet. */
int personal_trail_number(struct personal *personal, const char *file, const struct prompt *prompt,
	int64_t *number, struct err *err);
/* The same of what personal_trail_name() tells, by its digest. */
int personal_trail_number_of(struct personal *personal, const char *file, struct str name,
	const char *digest, int64_t *number, struct err *err);
/* Is its text the one that was committed last? */
bool personal_trail_has(struct personal *personal, const char *file, const struct prompt *prompt);
/* How a prompt is told from others of its file; "" when it is alone in it. */
struct str personal_trail_name(const char *format, const char *path);
/* Read the texts of a step's file: fn is told of each prompt in it. */
typedef int personal_text_fn(void *data, const struct prompt *prompt, struct err *err);
int personal_trail_read(struct personal *personal, const struct store_step *step,
	personal_text_fn *fn, void *data, struct err *err);

/* --- personal_settle.c: what the store has of it --- */

/* Prompts whose files stayed as they are, and whose numbers did not; and texts that
 * the history has and the store does not. After the files were read. */
int personal_settle(struct personal_indexing *indexing, struct err *err);

#endif
