/*
 * Where the agent of this user is: the lock it holds for life, its sockets, and
 * agent.json, which tells clients. Any thread; no state.
 *
 *   state/agent.lock   held by the one agent; found by home alone, so that two
 *                      that see different XDG_RUNTIME_DIRs still meet
 *   run/agent.sock     unix socket, one message a line
 *   run/agent.json     {"version","pid","start","started","socket","port","token"};
 *                      also where those look who have no XDG variables
 *   run/clients.json   who is connected; for status
 */
#ifndef AGENT_ENDPOINT_H
#define AGENT_ENDPOINT_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "mcp/upgrade.h"
#include "platform/platform.h"

#define ENDPOINT_PATH_MAX (PLATFORM_PATH_MAX + 32)

struct endpoint {
	long pid;
	uint64_t start; /* platform_process_start() */
	int64_t started_ms;
	char version[32];
	char socket[ENDPOINT_PATH_MAX]; /* "": none */
	unsigned port;			/* 0: none */
	char token[UPGRADE_TOKEN_HEX + 1];
};

enum endpoint_outcome {
	ENDPOINT_OK = 0,
	ENDPOINT_NONE = 1,  /* no agent runs */
	ENDPOINT_TAKEN = 2, /* another agent holds the lock: *pid */
};

/* Take the lock; *fd is held until the process ends. ENDPOINT_TAKEN sets *pid. */
int endpoint_lock(const struct platform_dirs *dirs, int *fd, long *pid, struct err *err);
/* Who holds it? ENDPOINT_TAKEN or ENDPOINT_NONE. */
int endpoint_holder(const struct platform_dirs *dirs, long *pid, struct err *err);

/* Is the file that was locked still where others look for it? */
bool endpoint_lock_is_there(const struct platform_dirs *dirs);

/* Make the run directory: ours, 0700, no link. */
int endpoint_make_place(const struct platform_dirs *dirs, struct err *err);

/* Write agent.json whole: a temporary file, 0600, renamed. */
int endpoint_write(
	const struct platform_dirs *dirs, const struct endpoint *endpoint, struct err *err);
/* Read it, and see that its process is the one it names and holds the lock.
 * ENDPOINT_NONE if not. Not for the agent itself: who looks at a lock of its own
 * loses it. */
int endpoint_read(const struct platform_dirs *dirs, struct endpoint *endpoint, struct err *err);
void endpoint_remove(const struct platform_dirs *dirs); /* what is written here */

/* A file that platform_put_private() put into the run or state directory. Not read
 * (ENDPOINT_NONE): what is no plain file, another user's, open to others, behind a link,
 * larger than 256 KiB or not JSON. *json is yours. */
int endpoint_read_json(const char *dir, const char *name, json_t **json);

#endif
