/*
 * How often prompts were used, as ledger.db counts it. Of this room only.
 */
#ifndef STORE_USE_H
#define STORE_USE_H

#include "store/handle.h"

/* Around several use_count(): one lock for all. */
void use_read_begin(struct store *store);
void use_read_end(struct store *store);
/* 0 also when the ledger cannot be asked: it is for showing. */
int64_t use_count(struct store *store, struct str prompt_id);
/* Count one more, in the ledger's open transaction; use_write() before its end, or
 * use_drop() if it is taken back. An id is at most 64 bytes. */
int use_add(struct store *store, struct str prompt_id, int64_t now_ms, struct err *err);
int use_write(struct store *store, struct err *err);
void use_drop(struct store *store);

#endif
