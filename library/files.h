/*
 * Files of a library, without following links: listing, reading, replacing.
 * The only place of this room that touches the file system. Any thread.
 */
#ifndef LIBRARY_FILES_H
#define LIBRARY_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define FILES_DEPTH_MAX 16
#define FILES_MAX 200000

/* A file or folder given by a person (a link there is followed, once). On failure
 * err does not repeat the path. */
struct files_root {
	int folder;   /* descriptor: of the folder, or of the one the file is in */
	char *path;   /* absolute path of that folder */
	char *single; /* name of the file; NULL: all of the folder */
};
int files_open(const char *path, struct files_root *root, struct err *err);
void files_close(struct files_root *root);

/* How a file was, to see whether it is another now. */
struct files_stat {
	int64_t bytes, modified_ns, changed_ns, inode;
};

/* Paths of all regular files below, relative, sorted by bytes. Left out: links,
 * hidden files, hidden folders but those that tools keep prompts in (.claude …),
 * node_modules. */
struct files_list {
	char **paths;
	struct files_stat *stats; /* of each */
	size_t n, size;
	bool cut;      /* more than FILES_MAX, or deeper than FILES_DEPTH_MAX */
	size_t unread; /* folders that could not be opened */
};
int files_walk(const struct files_root *root, struct files_list *list, struct err *err);
/* Would a walk leave this path out, by its name or one of its folders' names? */
bool files_is_left_out(const char *path);
void files_list_fini(struct files_list *list);

/*
 * Append a regular file to out. 0; FILES_NONE: not there; FILES_OTHER: a link,
 * folder, pipe or the like; FILES_BIG: more than out may hold; negative: failed.
 */
enum files_outcome { FILES_NONE = 1, FILES_OTHER, FILES_BIG };
int files_read(int folder, const char *path, struct buf *out, struct err *err);

/* Is there a regular file at this absolute path? */
bool files_is_there(const char *path);

/* Make the folders of path below folder, none of them a link. */
int files_make_folders(int folder, const char *path, struct err *err);
/* Write bytes to a temporary name beside path, sync, rename over it: whatever
 * happens, path holds all of the old bytes or all of the new ones. What may be
 * executed stays so. */
int files_replace(int folder, const char *path, struct str bytes, struct err *err);
/* The same for a file that is not there yet. FILES_OTHER when something is by now:
 * that is left as it is. */
int files_create(int folder, const char *path, struct str bytes, struct err *err);
/* May its owner execute this regular file? From now on, or no longer: of what is no
 * regular file, or cannot be read, nothing is changed, and that is no failure. */
bool files_is_executable(int folder, const char *path);
int files_set_executable(int folder, const char *path, bool executable, struct err *err);
/* Take away the halves that files_replace() left beside path when it was killed. Only
 * for who knows that nobody is writing there now. */
void files_sweep(int folder, const char *path);
/* Take a file away; a link itself, never what it points to. 0 also when there is none. */
int files_remove(int folder, const char *path, struct err *err);

#endif
