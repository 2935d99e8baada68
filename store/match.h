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
#define MATCH_EXPRESSION_MAX (8 * 1024)

/* Begins a word that says "a title or name begins with this": a character of
 * private use, which the tokenizer lets pass and nobody types. */
#define MATCH_FIRST "\xEE\x80\x80"

struct match_word {
	unsigned from, n; /* in the text */
	unsigned letters;
	unsigned term; /* of the query */
	bool common;   /* nearly every text has it: match_bodies() leaves it out */
};
struct match_words {
	struct buf text; /* the words folded, a blank between: as names are kept */
	struct match_word words[MATCH_WORDS_MAX];
	unsigned n;
};

struct match {
	const struct query *query;
	struct match_words typed;  /* what must be there */
	struct match_words groups; /* words of tags and collections: they narrow titles
				    * down; that the group is meant is looked at later */
};

/* Fold the words of a query. Fini in every case. */
int match_init(
	struct match *match, struct store *store, const struct query *query, struct err *err);
void match_fini(struct match *match);
/* The words of a tag or a collection that is asked for. */
int match_add_group(struct match *match, struct store *store, struct str name, struct err *err);

struct str match_word(const struct match_words *words, unsigned i);
/* Is typed word i one that may still be growing? */
bool match_is_prefix(const struct match *match, unsigned i);
/* Nothing at all to look for? */
bool match_is_empty(const struct match *match);

/* Expressions for `titles`: every word, the last as a prefix if it is growing;
 * `first`: and a title or name begins with the first one. */
void match_titles(const struct match *match, bool first, struct buf *out);

/* Expression for `bodies`, phrases and all; `head`: not the text; `growing`: the
 * last word may be the beginning of one. False when nothing is asked for, only
 * things not to be there. */
bool match_bodies(
	const struct match *match, struct store *store, bool head, bool growing, struct buf *out);
/* May it be, and is it long enough? One of less than five letters is the
 * beginning of too many words for an index without prefixes. */
bool match_may_grow(const struct match *match);

#endif
