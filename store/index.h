/*
 * The one writer of the search tables. Of this room only; within a transaction
 * of prompts.db (store_write_begin()).
 *
 * Changes to `titles` wait in a queue and are written in order of rowid, for
 * FTS5 writes a segment each time the order breaks. Texts follow the titles: at
 * once for a single prompt, in steps of their own after a whole batch.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "core/prompt.h"
#include "store/handle.h"

/* What `bodies` holds beside the text itself. Deleting a row of it needs these
 * same words again: to change this expression is to write a migration. */
#define INDEX_HEAD                                                          \
	"p.title || char(10) || p.path || char(10) || p.tags || char(10)"   \
	" || p.aliases || char(10) || ifnull(p.collection, '') || char(10)" \
	" || ifnull(p.description, '')"

/* Before a prompt's row changes in any way: takes its text out of `bodies`,
 * which needs the old words to do so. */
int index_forget(struct store *store, int64_t key, struct err *err);

/* After: names, words and rank of a prompt that was put. `hidden`: not for
 * those who want approved ones only. */
int index_put(struct store *store, int64_t key, const struct prompt *prompt, bool hidden,
	struct err *err);

/* index_forget(), and everything else. */
int index_remove(struct store *store, int64_t key, struct err *err);

/* Move a prompt to where `uses` belong, if that is elsewhere. */
int index_move(struct store *store, int64_t key, int64_t uses, struct err *err);

/* Write what is in the queue; and some of the texts that wait, if `texts`. */
int index_flush(struct store *store, bool texts, struct err *err);
void index_queue_clear(struct store *store);
void index_queue_free(struct store *store);

/* Outside a transaction: the texts that `bodies` does not hold yet, 5,000 a
 * transaction. */
int index_catch_up(struct store *store, struct err *err);

#endif
