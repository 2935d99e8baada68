/*
 * The agent's unix socket: handed over by a service manager, who keeps it, or made
 * in the run directory and taken away again. Main thread; the lock must be held.
 */
#ifndef AGENT_LISTENING_H
#define AGENT_LISTENING_H

#include <sys/types.h>

#include "agent/endpoint.h"

struct listening {
	int fd; /* -1: none */
	bool handed;
	char path[ENDPOINT_PATH_MAX];
	dev_t device; /* of the one that was made: somebody else's is left alone */
	ino_t inode;
};

/* A file of that path that nobody listens on is replaced. ERR_BUSY: somebody does,
 * and since no agent holds the lock it is a service manager that would start one. */
int listening_open(struct listening *listening, const struct platform_dirs *dirs, struct err *err);
/* Nobody finds it any more; who is connected stays so. */
void listening_hide(const struct listening *listening);
void listening_close(struct listening *listening);

#endif
