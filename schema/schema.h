/*
 * The data files of this folder, compiled into the programs by embed.cmake.
 * Each table is in order of file name and ends with a NULL name. Constant.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stddef.h>

struct schema_file {
	const char *name; /* the file's own, e.g. "0001_prompts.sql" */
	const char *text; /* followed by a NUL that is not counted */
	size_t len;
};

extern const struct schema_file schema_store_prompts[]; /* migrations of prompts.db */
extern const struct schema_file schema_store_ledger[];	/* migrations of ledger.db */
extern const struct schema_file schema_hub[];		/* migrations of the hub's database */
extern const struct schema_file schema_hub_pages[];	/* of hub/static: what browsers get */
extern const struct schema_file schema_openapi[];	/* the hub's API, one file */
extern const struct schema_file schema_tools[];		/* one MCP tool each */
extern const struct schema_file schema_starter[];	/* prompts to begin with */
extern const struct schema_file schema_assistants[];	/* what `connect` knows */
extern const struct schema_file schema_units[];		/* of packaging/agent */
extern const struct schema_file schema_desktop_units[]; /* of packaging/desktop */

#endif
