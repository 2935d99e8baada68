/*
 * Where uses go, as promptd.conf, the environment and the account say (sync/upload.h).
 * Nothing goes anywhere that one of them does not name. Any thread.
 */
#ifndef AGENT_PLACES_H
#define AGENT_PLACES_H

#include "agent/config.h"
#include "platform/platform.h"
#include "sync/upload.h"

/*
 * `hub_url` and `token`: of the hub they signed in to; NULL: none. A key that cannot be
 * read, a setting that cannot be meant, is that place's failure (outbox_state) and nobody
 * else's. Negative: the store's.
 */
int places_open(struct upload **out, const struct platform_dirs *dirs, const struct config *config,
	const char *hub_url, const char *token, struct store *store, const atomic_bool *stop,
	struct err *err);

#endif
