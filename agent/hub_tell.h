/*
 * How the agent fares with the hub, said to a person: rows of status and doctor. Main
 * thread.
 */
#ifndef AGENT_HUB_TELL_H
#define AGENT_HUB_TELL_H

#include "agent/account.h"
#include "agent/hub_state.h"

/* What there is to tell: the account, and how it was followed. */
struct hub_tell {
	bool signed_in;
	char hub[512], name[128], role[32], proxy[256]; /* "": not known, or none */
	struct hub_state state;
	bool followed; /* an agent runs, and does it */
};
void hub_tell_read(struct call *call, struct hub_tell *tell);

/* One line of how it is, appended; without a full stop. */
void hub_tell_line(const struct hub_tell *tell, struct buf *out);
/* What is to be done about it; NULL: nothing. Borrowed from `tell` or static. */
const char *hub_tell_mend(const struct hub_tell *tell, char mend[640]);
/* New: for --json. JSON null when nobody is signed in. */
json_t *hub_tell_json(const struct hub_tell *tell);

#endif
