/*
 * The directory and the files as the file system sees them: whose they are, who
 * may read them, and that nothing else stands in their place. Of this room only.
 */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/*
 * Make the directory (and those above it) 0700 when `create`, resolve it to a
 * path without links, and refuse one of another user. A directory open to
 * others is closed. 0, or 1 when there is none.
 */
int files_dir(const char *dir, bool create, char *resolved, size_t size, struct err *err);

/*
 * Refuse path, path-wal and path-shm where they are links, no regular files, or
 * another user's; close them to others. Makes an empty path when `create`.
 * 0, or 1 when there is none.
 */
int files_claim(const char *path, bool create, struct err *err);

/* May this file be written? False on a read-only disk. */
bool files_writable(const char *path);

/* Bytes of path and its -wal, or of the -wal alone; 0 when there is none. */
int64_t files_bytes(const char *path);
int64_t files_wal_bytes(const char *path);

/* Names made or changed in the directory of path are on the disk after this. */
int files_sync_dir(const char *path, struct err *err);

#endif
