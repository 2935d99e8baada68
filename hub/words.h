/*
 * The words of a text as the hub's search knows them: runs of letters and digits, lower
 * case, without accents, a word of its own for each character of scripts that write
 * without blanks. Done here and not by the databases, whose parsers differ: what is found
 * on one of them is found on the other. Any thread.
 */
#ifndef HUB_WORDS_H
#define HUB_WORDS_H

#include "core/buf.h"
#include "core/str.h"

#define WORDS_WORD_MAX 64  /* bytes; what is longer is cut */
#define WORDS_QUERY_MAX 16 /* words of a query; more are not looked at */
#define WORDS_GROW_MIN 5   /* letters: a beginning that is looked up in whole texts too */

/* Append the words of UTF-8 text, a blank between, until out holds max_bytes. */
void words_fold(struct str text, size_t max_bytes, struct buf *out);

/* Words that must all be there, for both databases: FTS5's `"a" AND "b"*` and
 * PostgreSQL's `'a' & 'b':*`. */
enum words_dialect { WORDS_FTS5, WORDS_TSQUERY };
enum words_last {
	WORDS_WHOLE,  /* the last word as it is */
	WORDS_GROWING /* it may be the beginning of one */
};
/* `words` as words_fold() made them, not empty. */
void words_query(
	struct str words, enum words_dialect dialect, enum words_last last, struct buf *out);
/* Is the last word of this query still being typed? */
bool words_is_growing(struct str query);
/* Letters of the last word. */
size_t words_last_letters(struct str words);

#endif
