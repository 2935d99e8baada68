/*
 * The place in an assistant's file where our entry stands or would stand: which file,
 * what it says there, and the two changes we may make to it. One thread.
 */
#ifndef AGENT_CONNECT_TARGET_H
#define AGENT_CONNECT_TARGET_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "agent/connect_file.h"
#include "agent/connect_table.h"
#include "core/err.h"

struct target {
	const struct assistant *assistant;
	const struct assistant_scope *scope;
	const char *path[ASSISTANT_PATH_MAX + 2]; /* of the entry, ends with NULL */
	struct connect_file file;
	json_t *entry; /* what stands there; NULL: nothing */
};

/* "~/…" and "$VAR/…" as a path of this user; yours, NULL when VAR is no directory. */
char *target_expand(const char *pattern, const char *home);

/* The file for all projects (project NULL) or for that one; yours. */
char *target_path(const struct assistant *assistant, const char *home, const char *project);

/*
 * Read the file and find the entry. 0, or -1: the file cannot be read or is not
 * understood (the text begins with its path). target_fini() in both cases.
 */
int target_open(struct target *target, const struct assistant *assistant,
	enum assistant_which which, const char *path, struct err *err);
void target_fini(struct target *target);
/* Forget and read again. */
int target_again(struct target *target, struct err *err);

/* How many names of the entry's path are not there: what `made` would be. */
unsigned target_missing(const struct target *target);

bool target_has_comments(const struct target *target);

/*
 * Write the entry. *made as in jsonc_set(). 0 done; 1 somebody else wrote the file since
 * it was read, nothing changed; -1 failed, nothing changed.
 */
int target_set(struct target *target, json_t *entry, mode_t mode, unsigned *made, struct err *err);
/* Take it out; made as jsonc_unset() wants it. With `whole` a file of which nothing is
 * left goes too. 0, 1 and -1 as above. */
int target_unset(struct target *target, unsigned made, bool whole, struct err *err);

/* What to paste into an empty file to the same effect; yours. */
char *target_snippet(const struct assistant *assistant, enum assistant_which which, json_t *entry);

#endif
