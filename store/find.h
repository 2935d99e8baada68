/*
 * Which prompt a name means. Of this room only.
 */
#ifndef STORE_FIND_H
#define STORE_FIND_H

#include "core/prompt.h"
#include "store/handle.h"

struct found {
	int64_t key;
	char path[PROMPT_PATH_MAX + 1];
};

/* By path, last part, alias, id; then by folded title or name ("Code review").
 * Outcomes as store_prompt_get(). `experimental`: hidden ones too. */
int find_prompt(struct store *store, struct str name, bool experimental, struct found *found,
	struct err *err);

/* Several sources may have a prompt of the same path; people see one: a personal
 * one first, then a local one, then the hub's, starters last; one whose name the hub has
 * locked before all. To be called when one came or went. */
int find_settle_path(struct store *store, struct str path, struct err *err);

#endif
