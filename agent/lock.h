/*
 * Locks between this user's processes, and between the threads of one: each a file in the
 * data directory, which goes with whoever holds it. Any thread.
 */
#ifndef AGENT_LOCK_H
#define AGENT_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/platform.h"

enum { LOCK_BUSY = -1, LOCK_NONE = -2 };
/*
 * A descriptor, to be closed when it is over. LOCK_BUSY: somebody else has it for longer than
 * wait_ms, or *stop (may be NULL) became true or the person pressed Ctrl-C meanwhile.
 * LOCK_NONE: the file cannot be opened.
 */
int lock_take(const struct platform_dirs *dirs, const char *name, int64_t wait_ms,
	const atomic_bool *stop);

#endif
