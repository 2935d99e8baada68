/*
 * The files by which we are started at login (schema_units for the agent,
 * schema_desktop_units for the hotkey: systemd's user units, the desktop's autostart
 * entry): where each belongs, what it should say, what stands there now. One thread.
 */
#ifndef AGENT_UNIT_H
#define AGENT_UNIT_H

#include "agent/connect_file.h"
#include "agent/endpoint.h"
#include "schema/schema.h"

#define UNIT_SERVICE "promptd-agent.service"
#define UNIT_SOCKET "promptd-agent.socket"
#define UNIT_DESKTOP "promptd-desktop.service"

enum unit_state {
	UNIT_SAME = 0,	  /* as it should be */
	UNIT_ABSENT = 1,  /* no such file */
	UNIT_OTHER = 2,	  /* we wrote it, but now it should say something else */
	UNIT_FOREIGN = 3, /* we did not write it */
};

/* One of them, and the file where it belongs, as it was read. */
struct unit {
	const struct schema_file *source;
	char path[ENDPOINT_PATH_MAX];
	struct connect_file there;
	struct buf text; /* what it should say */
	enum unit_state state;
};

/* 0 or -1; unit_fini() in both cases. */
int unit_look(struct unit *unit, const struct schema_file *source, const struct platform_dirs *dirs,
	struct err *err);
void unit_fini(struct unit *unit);

/* Does this user's service manager run? */
bool unit_manager_runs(void);

/* `systemctl --user WORDS...` (words ends with NULL); its exit status, -1 when it
 * could not be asked. What it printed stands in err, one line. */
int unit_systemctl(const struct platform_dirs *dirs, const char *const words[], struct err *err);

#endif
