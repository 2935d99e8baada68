/*
 * Uses as JSON lines in a file of this machine, 0600, for whatever reads such files.
 */
#ifndef SYNC_SINK_FILE_H
#define SYNC_SINK_FILE_H

#include "core/err.h"
#include "core/str.h"

/*
 * Append a body, all of it on the disk when this returns 0; what of it is at the file's
 * end already, from a process that was killed, is not written again. A file that would
 * grow past `bytes_max` becomes PATH.1 first, in place of the one before. ERR_REFUSED: it
 * is a link, or no file, or another user's.
 */
int sink_file_append(const char *path, struct str body, int64_t bytes_max, struct err *err);

#endif
