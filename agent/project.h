/*
 * Prompts of the project one works in, taken into the library where nobody else sees
 * them (store/project.h). They are data of whoever wrote the repository: each says so
 * first thing in its description, none has a say in what others are called, and only so
 * many are read. One thread.
 */
#ifndef AGENT_PROJECT_H
#define AGENT_PROJECT_H

#include "agent/command.h"
#include "agent/project_place.h"

#define PROJECT_PROMPTS_MAX 200
#define PROJECT_BYTES_MAX (4UL * 1024 * 1024) /* of all texts together */
#define PROJECT_KEPT_DAYS 30		      /* after it was used last */

struct project_reading {
	size_t prompts;
	bool same;     /* nothing was read: no file changed since the last time */
	bool cut;      /* there is more than is read */
	json_t *notes; /* [{file, message}] of what could not be read or is to be known */
};

/*
 * Take over what the project has now; the store must not see a project yet. 0 or -1.
 * `again`: also when no file changed. project_reading_fini() in any case.
 */
int project_read(struct call *call, const struct project_place *place, bool again,
	struct project_reading *reading, struct err *err);
void project_reading_fini(struct project_reading *reading);

#endif
