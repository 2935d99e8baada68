/*
 * What `connect` wrote into other programs' files, so that `disconnect` takes out
 * that and nothing else: connect.json in the state directory, read and written under
 * a lock. One thread.
 *
 *	{"version": 1, "entries": [{"assistant": "codex", "project": "", "file": "/…",
 *	  "by": "command", "command": "/…/promptd-mcp", "env": {…}, "made": 1,
 *	  "new_file": false, "at": 1795220577958}, …]}
 */
#ifndef AGENT_CONNECT_STATE_H
#define AGENT_CONNECT_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "core/err.h"

struct connect_state {
	char *path;
	int lock;
	json_t *entries;
};

/*
 * Take the lock (waiting for another promptd at most a few seconds: ERR_BUSY) and read.
 * `dir` is made when it is not there. connect_state_close() only after 0.
 */
int connect_state_open(struct connect_state *state, const char *dir, struct err *err);
/* The same without lock and without making anything, to look only. */
int connect_state_look(struct connect_state *state, const char *dir, struct err *err);
void connect_state_close(struct connect_state *state);

/* What was written for an assistant in a project ("": for all projects), or NULL. */
json_t *connect_state_find(
	const struct connect_state *state, const char *assistant, const char *project);
/* Keep `entry` (its reference is taken) instead of what is there for the same; on the
 * disk before it returns. */
int connect_state_keep(struct connect_state *state, json_t *entry, struct err *err);
/* Forget it, on the disk as well. */
int connect_state_forget(
	struct connect_state *state, const char *assistant, const char *project, struct err *err);

#endif
