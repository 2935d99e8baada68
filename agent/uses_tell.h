/*
 * Where uses go, said to a person: rows of status and doctor, and of `promptd usage`.
 * Main thread.
 */
#ifndef AGENT_USES_TELL_H
#define AGENT_USES_TELL_H

#include "agent/command.h"
#include "store/outbox.h"

/* One that is in use now, or has something yet that was for it. */
struct uses_place {
	bool in_use;
	struct outbox_state state;
};
struct uses_tell {
	struct uses_place places[OUTBOX_SINKS];
	size_t n;
};
/* Negative: the store's. */
int uses_tell_read(struct call *call, struct store *store, struct uses_tell *tell, struct err *err);

/* "3 wait, 120 sent, 2 refused; the hub cannot be reached", appended. */
void uses_tell_line(const struct uses_place *place, struct buf *out);
/* What is to be done about it; NULL: nothing. */
const char *uses_tell_mend(const struct uses_place *place);
/* New; of one, and of all. */
json_t *uses_place_json(const struct uses_place *place);
json_t *uses_tell_json(const struct uses_tell *tell);

#endif
