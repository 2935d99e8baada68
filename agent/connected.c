/* Which assistants are connected; see connected.h. */
#include "agent/connected.h"

void connected_names(const struct platform_dirs *dirs, struct buf *out)
{
	(void)dirs;
	(void)out;
}
