/* The revisions of MCP; see revision.h. */
#include "mcp/revision.h"

static const char *const revision_names[MCP_REVISIONS] = {
	"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"};

bool mcp_revision_parse(struct str text, enum mcp_revision *revision)
{
	int i;

	for (i = 0; i < MCP_REVISIONS; i++) {
		if (str_is(text, revision_names[i])) {
			*revision = (enum mcp_revision)i;
			return true;
		}
	}
	return false;
}

const char *mcp_revision_name(enum mcp_revision revision)
{
	return revision_names[revision];
}
