/*
 * Ranked search over titles, path names, tags, aliases and texts: the answer
 * while one types, and the answer to a whole question. See store.h for threads.
 *
 * Query language (store/query.h): words (all must match; the last may be a
 * prefix), "a phrase", tag:NAME or #NAME, in:COLLECTION, -word. Anything else
 * is a word; no query is an error.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/prompts.h"

#define STORE_SEARCH_LIMIT_MAX 100

struct store_search {
	struct str text;
	struct store_filter filter; /* as well as what the text says */
	unsigned limit;		    /* rows, 1 … STORE_SEARCH_LIMIT_MAX */
	unsigned offset;	    /* rows to leave out, for a further page; ≤ 500 */
	bool titles_only;	    /* while one types: no texts */
	bool marks;		    /* rows tell what of them was typed */
};

/*
 * First who is called exactly so; then titles (all words, the last may be growing)
 * in order of use, and of those never used what begins so before the rest; then
 * texts (own rank, of the 200 most used that match; a last word of five letters
 * or more may be growing when nothing else is found). Only when still nothing is
 * found: slips of the finger ("reveiw"), words cut short ("cod rev"), letters of
 * a title ("cdrv"), from three letters on. An empty text lists the most used.
 * *more is set when a further page exists.
 *
 * fn may call store_prompt_get() and nothing else of the store.
 */
int store_search(struct store *store, const struct store_search *search, store_row_fn *fn,
	void *data, bool *more, struct err *err);

#endif
