/*
 * Text as the search tables see it: the words of it, folded (case and accents
 * off) by the very tokenizer those tables use. Of this room only.
 */
#ifndef STORE_WORDS_H
#define STORE_WORDS_H

#include "core/buf.h"
#include "core/str.h"
#include "store/handle.h"

/* Longer words are cut by the caller of words_each() nowhere and kept whole. */
typedef int words_fn(void *data, struct str word); /* non-zero stops */

/* Call fn for each word, folded; borrowed for the call. 0, what fn returned, or
 * negative. */
int words_each(struct store *store, struct str text, words_fn *fn, void *data, struct err *err);

/* The same with where each stands in the text. */
typedef int words_place_fn(void *data, struct str word, size_t from, size_t to);
int words_places(
	struct store *store, struct str text, words_place_fn *fn, void *data, struct err *err);

/* Append the folded words with a blank between them, at most max_bytes. Text
 * without a single word (signs only) is appended as it is. */
int words_fold(struct store *store, struct str text, struct buf *out, struct err *err);

/* FTS5's door for functions of our own; NULL and err when there is none. */
fts5_api *words_fts5(struct store *store, struct err *err);

void words_free(struct words *words);

#endif
