/*
 * The words that titles are made of, and which of them somebody meant who wrote
 * none of them. Of this room only.
 */
#ifndef STORE_VOCABULARY_H
#define STORE_VOCABULARY_H

#include "store/shelf.h"

struct vocabulary;

/* All words of a shelf; NULL when memory is out. */
struct vocabulary *vocabulary_new(const struct shelf *shelf);
void vocabulary_free(struct vocabulary *vocabulary);

/*
 * Add to `word` what `typed` may have meant, nearest first: itself if it is a
 * word (or, `prefix`, the beginning of one); else words that begin with it; else
 * those one slip away (a letter too few, too many, wrong, or two in the wrong
 * order), or two slips from eight letters on. Adds nothing for words of fewer
 * than four letters that are none. Returns how many slips, negative: nothing.
 */
int vocabulary_find(
	const struct shelf *shelf, struct str typed, bool prefix, struct shelf_word *word);

/* Slips between `typed` and `word`, or (prefix) the beginning of word that fits
 * best; `most` + 1 when there are more than most. Optimal string alignment.
 * Bytes are letters here: of words beyond ASCII a slip may count double. */
unsigned vocabulary_distance(struct str typed, struct str word, bool prefix, unsigned most);

#endif
