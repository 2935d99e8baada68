/*
 * A parsed query in the terms of FTS5: its words folded, and the expressions
 * that the search tables are asked with. Of this room only.
 */
#ifndef STORE_MATCH_H
#define STORE_MATCH_H

#include "core/buf.h"
#include "store/handle.h"
#include "store/query.h"

#define MATCH_WORDS_MAX 32
#define MATCH_BYTES_MAX 1024

/* Begins a word that says "a title or name begins with this": a character of
 * private use, which the tokenizer lets pass and nobody types. */
#define MATCH_FIRST "\xEE\x80\x80"

struct match_word {
	unsigned from, n; /* in match.text */
	unsigned letters;
	unsigned term; /* of the query */
};

struct match {
	const struct query *query;
	struct buf text; /* the folded words that must match, a blank between: as names are */
	struct match_word words[MATCH_WORDS_MAX];
	unsigned n_words;
};

/* Fold the words of a query. Fini in every case. */
int match_init(
	struct match *match, struct store *store, const struct query *query, struct err *err);
void match_fini(struct match *match);
struct str match_word(const struct match *match, unsigned i);

/* Expressions for `titles`: every word, the last as a prefix if it is growing;
 * `first`: and a title or name begins with the first one. */
void match_titles(const struct match *match, bool first, struct buf *out);

/* Expression for `bodies`, phrases and all; `head`: not the text. A last word
 * is a prefix from five letters on: a shorter one is found in too many words.
 * False when nothing is asked for, only things not to be there. */
bool match_bodies(struct match *match, struct store *store, bool head, struct buf *out);

#endif
