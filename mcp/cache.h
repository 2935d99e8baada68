/*
 * Answers prepared once and sent many times with only the id changed: the bytes
 * of whole result objects, by method, revision and cursor, good until the
 * library changes. Bounded: the oldest makes room.
 */
#ifndef MCP_CACHE_H
#define MCP_CACHE_H

#include <stdint.h>

#include "core/str.h"
#include "mcp/revision.h"

#define MCP_CACHE_ENTRIES 64
#define MCP_CACHE_BYTES (4UL * 1024 * 1024) /* over all */

struct mcp_cache;

struct mcp_cache *mcp_cache_new(void);
void mcp_cache_free(struct mcp_cache *cache);

/* The bytes, borrowed until the next put; false when there are none for that
 * data version. A version of 0 is for answers that never change. */
bool mcp_cache_get(struct mcp_cache *cache, const char *method, enum mcp_revision revision,
	struct str cursor, uint64_t data_version, struct str *bytes);
/* Copies; does nothing when the bytes are too many. */
void mcp_cache_put(struct mcp_cache *cache, const char *method, enum mcp_revision revision,
	struct str cursor, uint64_t data_version, struct str bytes);

#endif
