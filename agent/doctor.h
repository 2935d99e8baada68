/*
 * The rows of `promptd doctor`, for the files that add some.
 */
#ifndef AGENT_DOCTOR_H
#define AGENT_DOCTOR_H

#include "agent/command.h"

enum level { LEVEL_OK, LEVEL_WARN, LEVEL_FAIL };

struct doctor {
	struct call *call;
	const char *check; /* the one that speaks */
	json_t *rows;
	size_t n_warn, n_fail;
};

/* One row; `mend` (what to do) may be NULL and is left out when all is well. */
void doctor_say(struct doctor *doctor, enum level level, const char *mend, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Are both programs there, in $PATH, of one version; and do the assistants start
 * one that is there? */
void doctor_programs(struct doctor *doctor);
/* Does the agent run, is it this version, and can others find it? */
void doctor_agent(struct doctor *doctor);
/* Does the agent follow the hub, and how does it fare? */
void doctor_hub(struct doctor *doctor);
/* Does what was recorded reach the places it is to go to? */
void doctor_uses(struct doctor *doctor);
/* Is it started at login, and are its sockets where only this user gets at them? */
void doctor_service(struct doctor *doctor);
/* Does the display answer that is named, does the session bus? */
void doctor_desktop(struct doctor *doctor);
/* On a display that answers: promptd-desktop, its hotkeys, its rules. */
void doctor_hotkey(struct doctor *doctor);

/* Does somebody take connections at the unix socket of this path? */
bool doctor_socket_answers(const char *path);

#endif
