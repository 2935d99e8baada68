/*
 * The revisions of MCP we speak, oldest first, so that "from 2025-06-18" is a
 * comparison. Up to 2025-11-25 a connection begins with a handshake (legacy);
 * from 2026-07-28 every request carries its own version (modern).
 */
#ifndef MCP_REVISION_H
#define MCP_REVISION_H

#include <stdbool.h>

#include "core/str.h"

enum mcp_revision {
	MCP_2024_11_05,
	MCP_2025_03_26,
	MCP_2025_06_18,
	MCP_2025_11_25,
	MCP_2026_07_28,
	MCP_REVISIONS,
};

/* The newest that is reached by a handshake. */
#define MCP_LEGACY_LATEST MCP_2025_11_25

bool mcp_revision_parse(struct str text, enum mcp_revision *revision);
const char *mcp_revision_name(enum mcp_revision revision);

static inline bool mcp_is_modern(enum mcp_revision revision)
{
	return revision >= MCP_2026_07_28;
}

/* What a client of that revision understands; unknown block types break old
 * clients, so these are asked before anything is sent. */
static inline bool mcp_has_annotations(enum mcp_revision revision)
{
	return revision >= MCP_2025_03_26;
}
static inline bool mcp_has_completions(enum mcp_revision revision)
{
	return revision >= MCP_2025_03_26;
}
static inline bool mcp_has_batches(enum mcp_revision revision)
{
	return revision == MCP_2025_03_26;
}
/* title members, structuredContent and outputSchema, resource_link, elicitation */
static inline bool mcp_has_titles(enum mcp_revision revision)
{
	return revision >= MCP_2025_06_18;
}
static inline bool mcp_has_structured(enum mcp_revision revision)
{
	return revision >= MCP_2025_06_18;
}
static inline bool mcp_has_elicitation(enum mcp_revision revision)
{
	return revision >= MCP_2025_06_18;
}
static inline bool mcp_has_icons(enum mcp_revision revision)
{
	return revision >= MCP_2025_11_25;
}

#endif
