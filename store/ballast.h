/*
 * A file of nothing beside ledger.db: on a full disk not even a DELETE can be
 * written, and then it makes room for the outbox to be emptied. Of this room
 * only.
 */
#ifndef STORE_BALLAST_H
#define STORE_BALLAST_H

#include "store/handle.h"

#define BALLAST_NAME "ledger.ballast"
#define BALLAST_BYTES (256 * 1024)

/* Make it if it is not there; no matter if that fails. */
void ballast_keep(struct store *store);
/* Give its room back; false when there was none. */
bool ballast_drop(struct store *store);

#endif
