/*
 * What a person comes back to, in ledger.db: favourites, and what was used last. See
 * store.h for threads.
 */
#ifndef STORE_PICKS_H
#define STORE_PICKS_H

#include "store/prompts.h"

#define STORE_FAVOURITES_MAX 500

/* On or off, and stays so under another name; goes with the prompt when that is
 * removed. What is so already is no error. ERR_LIMIT: there are too many. */
int store_favourite_put(struct store *store, struct str prompt_id, bool on, struct err *err);
/* False also when the ledger cannot be asked: it is for showing. */
bool store_favourite_is(struct store *store, struct str prompt_id);

/* How often it was used and when last; 0 of both: never. */
int store_use_of(struct store *store, struct str prompt_id, int64_t *count, int64_t *last_ms,
	struct err *err);

/*
 * Rows of them, at most limit, as store_prompt_list() gives them; of the filter only
 * `experimental` and what is told count. Favourites in the order in which they became
 * some, withdrawn ones too: who marked them is to see what came of them. Recent ones
 * newest first.
 */
int store_favourite_list(struct store *store, const struct store_filter *filter, unsigned limit,
	store_row_fn *fn, void *data, struct err *err);
int store_recent_list(struct store *store, const struct store_filter *filter, unsigned limit,
	store_row_fn *fn, void *data, struct err *err);

#endif
