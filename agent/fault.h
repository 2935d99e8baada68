/*
 * The agent's last error, kept in the state directory for `promptd status`: what went
 * wrong stays known when its log was turned and when it started again. Main thread.
 */
#ifndef AGENT_FAULT_H
#define AGENT_FAULT_H

#include "agent/endpoint.h"

struct fault {
	char time[40]; /* RFC 3339 */
	char event[64], why[sizeof((struct err *)NULL)->text];
};

/* In place of the one before; what cannot be written is not known, then. */
void fault_write(const struct platform_dirs *dirs, const char *event, const char *why);
/* ENDPOINT_OK or ENDPOINT_NONE. */
int fault_read(const struct platform_dirs *dirs, struct fault *fault);

#endif
