/*
 * Somebody else's settings file, read whole and exchanged whole. The new text goes
 * into a new file beside the old one and takes its name when it is on the disk, so
 * a reader, or a power cut, sees the old text or the new one and nothing between.
 * Links are followed: the file at their end is exchanged and they stay. One thread.
 */
#ifndef AGENT_CONNECT_FILE_H
#define AGENT_CONNECT_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define CONNECT_FILE_BYTES_MAX ((size_t)32 << 20)

struct connect_file {
	char *path;	  /* as it was asked for */
	char *real;	  /* at the end of all links; the file itself may not be there */
	bool is_link;	  /* a link led there */
	bool exists;	  /* when it was read */
	struct stat stat; /* when it exists */
	struct buf text;  /* all of it; empty when it does not exist */
};

/*
 * Read it. A file that is not there is no error. Refused (ERR_REFUSED): what is no
 * plain file, is another user's, or larger than the limit. 0 or -1; connect_file_fini()
 * in both cases.
 */
int connect_file_read(struct connect_file *file, const char *path, struct err *err);
void connect_file_fini(struct connect_file *file);

/*
 * Exchange the text. The mode stays; a new file gets `mode`, and the directories
 * on the way to it are made (with the bits of `mode` that read, and x). 0 done; 1 the
 * file is no longer what was read, nothing was changed; -1 failed, nothing was changed.
 */
int connect_file_write(struct connect_file *file, struct str text, mode_t mode, struct err *err);

/* Remove the file (not the links to it) under the same condition. */
int connect_file_remove(struct connect_file *file, struct err *err);

/*
 * Keep what was read under `dir` (made 0700) in a file of 0600 whose name begins with
 * `name` and the time; of those, the five newest stay. *kept is its path, yours.
 */
int connect_file_keep(const struct connect_file *file, const char *dir, const char *name,
	char **kept, struct err *err);

/* Write a file of our own, 0600, the same way. 0 or -1. */
int connect_file_put(const char *path, struct str text, struct err *err);

#endif
