/*
 * Does the server answer? A real conversation with a real process, started with as
 * little environment as assistants give it: a handshake as older clients open it,
 * then, with a second process, a discovery as the newest do. One thread.
 */
#ifndef AGENT_CONNECT_PROBE_H
#define AGENT_CONNECT_PROBE_H

#include <jansson.h>
#include <stdbool.h>

#include "core/err.h"

struct probe {
	char legacy[16], modern[16]; /* revisions it answered with */
	size_t tools;
	int took_ms; /* to the end of the first conversation */
};

/*
 * env: variables besides (an object, may be NULL). 0, or -1: what it did instead of
 * answering; ERR_BUSY when `cancelled` said so.
 */
int probe_server(struct probe *probe, const char *command, json_t *env, int timeout_ms,
	bool (*cancelled)(void), struct err *err);

#endif
