/*
 * Where threads meet: any thread posts work, one thread does it, in order. The
 * owner's loop watches mailbox_fd(); nothing else is shared between threads.
 */
#ifndef CORE_MAILBOX_H
#define CORE_MAILBOX_H

#include <stddef.h>

#include "core/err.h"

struct mailbox;

/* At most `limit` letters wait. Owner only. */
int mailbox_new(struct mailbox **out, size_t limit, struct err *err);
/* Letters still waiting are not run; their data is not freed. After the last
 * thread that posts has ended. */
void mailbox_free(struct mailbox *mailbox);

/* Becomes readable when something waits. For poll; never read by others. */
int mailbox_fd(const struct mailbox *mailbox);

/* Any thread: have run(data) called on the owner's thread. 0, or -1 when as many
 * wait as may; data is still yours then. Never blocks on the owner. */
int mailbox_post(struct mailbox *mailbox, void (*run)(void *data), void *data);

/* Owner: run everything posted up to now. */
void mailbox_run(struct mailbox *mailbox);

#endif
