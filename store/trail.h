/*
 * What the index of the personal library remembers: which texts its repository gave
 * each prompt (the trail), and how its files were when they were last read. All of it
 * can be found out again; it is here so that it need not be. Only the writer of that
 * index (agent/personal_index.c) writes it, in the transaction that its prompts are in.
 * One thread, the store's.
 */
#ifndef STORE_TRAIL_H
#define STORE_TRAIL_H

#include "core/buf.h"
#include "core/id.h"
#include "store/prompts.h"

/* One text that a commit gave one prompt. A line is a file through all its names. */
struct store_step {
	int64_t line, number;
	const char *name;   /* which of the file's prompts; "": it holds one */
	const char *digest; /* as prompt_digest(); "": there was no prompt to be read */
	const char *file, *commit;
	const char *blob; /* "": the commit took the file away */
};

/* The folder and the history that all of this is of; empty: of none. Appended. */
int store_trail_mark(struct store *store, struct buf *folder, struct buf *history, struct err *err);
int store_trail_set_mark(
	struct store *store, const char *folder, const char *history, struct err *err);
/* Forget all steps; of another folder, all files too. */
int store_trail_clear(struct store *store, struct err *err);
int store_file_clear(struct store *store, struct err *err);

/* The line whose file is called so now: 1; 0: there is none. */
int store_trail_line(struct store *store, const char *file, int64_t *line, struct err *err);
/* The last that was ever called so. */
int store_trail_line_once(struct store *store, const char *file, int64_t *line, struct err *err);
/* A line that is not there yet. */
int store_trail_new_line(struct store *store, int64_t *line, struct err *err);
int store_trail_add(struct store *store, const struct store_step *step, struct err *err);

typedef int store_step_fn(void *data, const struct store_step *step);
/* Newest first; name NULL: of all its prompts. Borrowed; non-zero stops. */
int store_trail_list(struct store *store, int64_t line, const char *name, store_step_fn *fn,
	void *data, struct err *err);

struct store_file {
	const char *path; /* below the folder */
	int64_t bytes, modified_ns, changed_ns, inode;
	int64_t read_ns;  /* when it was read, by the clock of the two times */
	const char *blob; /* "": it is none of a prompt's */
	const char *note; /* why it could not be read; "": it could */
};
typedef int store_file_fn(void *data, const struct store_file *file);
/* In the order of their paths' bytes. Borrowed; non-zero stops. */
int store_file_list(struct store *store, store_file_fn *fn, void *data, struct err *err);
int store_file_put(struct store *store, const struct store_file *file, struct err *err);
/* What git calls the bytes that were read last; emptied first, "" when none were. */
int store_file_blob(struct store *store, const char *path, struct buf *blob, struct err *err);
int store_file_remove(struct store *store, const char *path, struct err *err);

/* Personal prompts by the file they came from. */
struct store_origin {
	const char *path, *id, *origin, *digest, *format;
	int64_t number;
};
typedef int store_origin_fn(void *data, const struct store_origin *origin);
/* Those of one file, or (origin NULL) all. Borrowed; non-zero stops. */
int store_origin_list(
	struct store *store, const char *origin, store_origin_fn *fn, void *data, struct err *err);

/*
 * store_prompt_put() of a personal prompt whose number is known: its versions are the
 * repository's. What the store had under this number, and all it had under greater
 * ones, goes.
 */
int store_prompt_put_numbered(struct store *store, const struct prompt *prompt, int64_t number,
	enum store_put *what, struct err *err);
/* An earlier version of the personal prompt at that path; it says prompt->version. */
int store_version_put(struct store *store, const struct prompt *prompt, struct err *err);
/* Forget all versions of all personal prompts but those that are served. */
int store_version_forget(struct store *store, struct err *err);
/* The id that a personal prompt of that path gets when it is new. */
int store_id_of(struct store *store, const char *path, char id[ID_BYTES], struct err *err);
/*
 * The personal prompt at that path is not there for now: what is remembered of it
 * stays, and is its own again when it comes back.
 */
int store_prompt_drop(struct store *store, struct str path, struct err *err);

#endif
