/* When to look whether the library changed; see tell.h. */
#include "mcp/tell.h"

void tell_noticed(struct tell *tell, int64_t now_ms, int64_t spacing_ms)
{
	int64_t earliest = tell->looked_ms + spacing_ms;

	tell->looks = 0;
	tell->due_ms = now_ms > earliest ? now_ms : earliest;
}

void tell_looked(struct tell *tell, int64_t now_ms)
{
	static const int64_t again_ms[] = {TELL_SOON_MS, TELL_LATE_MS};

	tell->looked_ms = now_ms;
	tell->due_ms = tell->looks < 2 ? now_ms + again_ms[tell->looks] : 0;
	tell->looks++;
}
