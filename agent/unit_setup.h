/*
 * Writing and taking away files of unit.h, with the service manager told: what
 * `promptd setup` does for the agent and `promptd desktop` for the hotkey. Only files
 * that we wrote are changed or taken away. One thread.
 */
#ifndef AGENT_UNIT_SETUP_H
#define AGENT_UNIT_SETUP_H

#include "agent/command.h"
#include "agent/unit.h"

struct unit_plan {
	const struct schema_file *sources; /* of schema.h; removed from the last to the first */
	const char *const *units;	   /* to enable, stop and start, in this order; NULL ends */
	const char *target;		   /* started only while that is; NULL: at once */
};

/* Is it as this plan's units are started? A manager runs, and the target is reached. */
bool unit_plan_runs(const struct unit_plan *plan, const struct platform_dirs *dirs);

/* What one call of it is about. */
struct unit_setup {
	struct call *call;
	const struct unit_plan *plan;
	bool remove, dry_run;
	/* Of unit_setup.c. */
	bool changed; /* a file was written or taken away */
	bool broken;  /* something failed: what comes after it is not begun */
	bool managed; /* out: the manager has started it */
	json_t *rows;
};

/* Do it, say what became of each file ("files", "dry_run" of the answer). An exit of
 * command.h. Refused with PROMPTD_HOME set, unless it removes: a home of trials has no
 * logins, and what is started there serves the person's own. */
int unit_setup_run(struct unit_setup *setup);

#endif
