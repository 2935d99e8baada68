/*
 * Prompts of the project that somebody works in. They lie in prompts.db beside all
 * others, under a source of their own ("project:<root>"), and nobody sees them but a
 * handle that was told of that project: to it they are prompts of the source "project".
 *
 * Where several sources have a prompt of one path, a personal or local one is seen, else
 * the project's, else another source's; the others have SOURCE:PATH for a name.
 */
#ifndef STORE_PROJECT_H
#define STORE_PROJECT_H

#include "core/str.h"
#include "store/store.h"

#define STORE_PROJECT "project"
#define STORE_PROJECT_PREFIX "project:"

/* See the prompts of the project at that root from now on. Before anything else is asked
 * of the handle, which can write no prompt any more. */
int store_project_see(struct store *store, const char *root, struct err *err);

/* For who writes them, with a handle that sees no project: take away those of the source
 * (prefix and all) that `keep` does not want; NULL: all. */
int store_project_sweep(struct store *store, struct str source,
	bool (*keep)(void *data, struct str path), void *data, size_t *removed, struct err *err);
/* Every source of that kind there is, most of which may be gone. */
typedef void store_project_fn(void *data, struct str source);
int store_project_list(struct store *store, store_project_fn *fn, void *data, struct err *err);

/* The source as people see it: every project is "project". */
struct str store_source_shown(struct str source);

/* Which sources have a prompt of exactly this path; the seen one first. */
typedef void store_source_fn(void *data, struct str source, bool seen);
int store_prompt_sources(
	struct store *store, struct str path, store_source_fn *fn, void *data, struct err *err);

#endif
