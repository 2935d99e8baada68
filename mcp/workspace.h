/*
 * Inside mcp/: what the folder is about that the client works in, as a few words:
 * the names in its repository's remote, the languages of its files. Told apart
 * cheaply and once; nothing is kept of the files, nothing is sent anywhere.
 */
#ifndef MCP_WORKSPACE_H
#define MCP_WORKSPACE_H

#include <stdbool.h>

#include "core/str.h"

#define WORKSPACE_WORDS_MAX 16
#define WORKSPACE_WORD_BYTES 40
#define WORKSPACE_ENTRIES_MAX 64	       /* of the folder that are looked at */
#define WORKSPACE_CONFIG_BYTES_MAX (64 * 1024) /* read of the repository's config */
#define WORKSPACE_PARENTS_MAX 8		       /* up to the repository's top */

struct workspace {
	char words[WORKSPACE_WORDS_MAX][WORKSPACE_WORD_BYTES]; /* lower case, once each */
	size_t n;
};

/* No words when the folder cannot be read, or is NULL. */
void workspace_read(struct workspace *workspace, const char *directory);

/* Is one of the words among the tags (joined by ','), or a part of the collection
 * or of the path before its last part? */
bool workspace_likes(
	const struct workspace *workspace, struct str tags, struct str collection, struct str path);

#endif
