/*
 * Prompts of projects; see project.h.
 *
 * In the file all of them are shadowed, so that no question of any program meets them. A
 * handle that is to see some gets a temporary view in the place of the table prompt,
 * which differs from it in the column `shadowed` alone: every question of this room is
 * answered from it without knowing.
 */
#include "store/project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "store/handle.h"
#include "store/prompts.h"

static const char project_failed[] = "cannot read the project's prompts";

/* All columns but `shadowed`, as in schema/store/prompts. */
#define PROJECT_COLUMNS                                                                   \
	"key, id, path, source, active, edge, edge_channel, number, digest, text_bytes, " \
	"inputs, title, description, tags, aliases, collection, model, extra, origin, "   \
	"format, status, flags, created_ms, updated_ms, checksum"

/* %1$Q twice over: the project's source. */
#define PROJECT_VIEW                                                                       \
	"CREATE TEMP VIEW prompt AS SELECT " PROJECT_COLUMNS ", CASE "                     \
	"WHEN source = %Q THEN EXISTS (SELECT 1 FROM main.prompt q WHERE q.path = p.path " \
	"AND q.source IN ('personal', 'local') AND q.active IS NOT NULL "                  \
	"AND q.status = 'approved') "                                                      \
	"WHEN shadowed = 1 OR source IN ('personal', 'local') THEN shadowed "              \
	"ELSE EXISTS (SELECT 1 FROM main.prompt q WHERE q.path = p.path AND "              \
	"q.source = %Q) END AS shadowed FROM main.prompt p"

int store_project_see(struct store *store, const char *root, struct err *err)
{
	int n = snprintf(store->project, sizeof store->project, STORE_PROJECT_PREFIX "%s", root);

	if (n > 0 && (size_t)n < sizeof store->project)
		store->prompts.setup =
			sqlite3_mprintf(PROJECT_VIEW, store->project, store->project);
	if (store->prompts.setup != NULL)
		return 0;
	store->project[0] = '\0';
	return err_set(err, ERR_LIMIT, "the path of the project is too long");
}

struct str store_source_shown(struct str source)
{
	size_t n = sizeof STORE_PROJECT_PREFIX - 1;

	return source.n >= n && memcmp(source.p, STORE_PROJECT_PREFIX, n) == 0 ? STR(STORE_PROJECT)
									       : source;
}

struct unwanted {
	char **ids;
	size_t n, size;
};

static void unwanted_add(struct unwanted *unwanted, struct str id)
{
	if (unwanted->n == unwanted->size) {
		unwanted->size = unwanted->size > 0 ? 2 * unwanted->size : 64;
		unwanted->ids = xrealloc(unwanted->ids, unwanted->size * sizeof *unwanted->ids);
	}
	unwanted->ids[unwanted->n++] = str_dup(id);
}

static int find_unwanted(struct store *store, struct str source,
	bool (*keep)(void *data, struct str path), void *data, struct unwanted *unwanted,
	struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, DB_PROJECT_PROMPTS, "SELECT id, path FROM prompt WHERE source = ?",
		    &list, err) != 0)
		return -1;
	db_bind_str(list, 1, source);
	while ((result = db_step(db, list, project_failed, err)) == 1)
		if (keep == NULL || !keep(data, db_column_str(list, 1)))
			unwanted_add(unwanted, db_column_str(list, 0));
	db_done(list);
	return result;
}

int store_project_sweep(struct store *store, struct str source,
	bool (*keep)(void *data, struct str path), void *data, size_t *removed, struct err *err)
{
	struct unwanted unwanted = {.n = 0};
	int result = find_unwanted(store, source, keep, data, &unwanted, err);
	size_t i;

	*removed = 0;
	for (i = 0; i < unwanted.n; i++) {
		if (result == 0)
			result = store_prompt_remove(store, str_of(unwanted.ids[i]), err) < 0 ? -1
											      : 0;
		*removed += result == 0;
		free(unwanted.ids[i]);
	}
	free(unwanted.ids);
	return result < 0 ? -1 : 0;
}

int store_project_list(struct store *store, store_project_fn *fn, void *data, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, DB_PROJECT_LIST,
		    "SELECT DISTINCT source FROM prompt WHERE source GLOB 'project:*'", &list,
		    err) != 0)
		return -1;
	while ((result = db_step(db, list, project_failed, err)) == 1)
		fn(data, db_column_str(list, 0));
	db_done(list);
	return result < 0 ? -1 : 0;
}

int store_prompt_sources(
	struct store *store, struct str path, store_source_fn *fn, void *data, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, DB_PROMPT_SOURCES,
		    "SELECT source, shadowed FROM prompt WHERE path = ?1 AND "
		    "(source NOT GLOB 'project:*' OR source = ?2) ORDER BY shadowed, source",
		    &list, err) != 0)
		return -1;
	db_bind_str(list, 1, path);
	db_bind_text(list, 2, store->project);
	while ((result = db_step(db, list, project_failed, err)) == 1)
		fn(data, store_source_shown(db_column_str(list, 0)),
			sqlite3_column_int(list, 1) == 0);
	db_done(list);
	return result < 0 ? -1 : 0;
}
