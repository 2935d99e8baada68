/*
 * The titles in memory, in order of use: what a process that goes on searching
 * looks into while somebody types. A title is its folded words (table title)
 * and a signature of what they begin with, so that a look through 100,000 of
 * them reads 0.8 MB and little else. Of this room only.
 *
 * About 60 bytes a title and its words. Loaded when a handle searches again, or
 * when nothing but looking at all titles helps; stale after any commit to
 * prompts.db, and then loaded again by the same rule.
 */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include "store/handle.h"

#define SHELF_WORDS_MAX 33 /* as many as are typed, and what it begins with */
#define SHELF_SAME_MAX 8
#define SHELF_BLOCK 2048 /* titles */

/* A title's signature: a bit each for what its words begin with (six, four and
 * two bytes of each hashed to two bits, and the first byte), and for the letters
 * that stand anywhere in them. */
enum shelf_column {
	SHELF_SIX = 0,
	SHELF_FOUR = 128,
	SHELF_TWO = 256,
	SHELF_ONE = 320,
	SHELF_LETTERS = 352,
	SHELF_COLUMNS = 384
};
struct shelf_signature {
	uint64_t bits[SHELF_COLUMNS / 64];
};

/* The signatures of some titles, bit by bit. */
struct shelf_block {
	uint64_t columns[SHELF_COLUMNS][SHELF_BLOCK / 64];
};

/* Something to be found in a title: one of these words, or of what begins so. */
struct shelf_same {
	struct str text;
	bool prefix;
	uint64_t head, mask;  /* its first eight bytes, and which of them there are */
	uint16_t columns[32]; /* all set in a title that may have it */
	unsigned n_columns;
};
struct shelf_word {
	struct shelf_same same[SHELF_SAME_MAX];
	unsigned n;
};
struct shelf_ask {
	struct shelf_word words[SHELF_WORDS_MAX];
	unsigned n;
	unsigned block; /* the one looked at last, plus 1 */
	uint64_t may[SHELF_BLOCK / 64];
};

struct shelf {
	uint64_t data_version;
	unsigned n, n_used, n_shown; /* all; with use; not hidden */
	unsigned size;
	int64_t *keys;
	uint32_t *from; /* of its words in text; n + 1 */
	struct shelf_block **blocks;
	char *text; /* " word word word " of each */
	size_t text_len, text_size;
	struct vocabulary *vocabulary; /* made when first needed */
};

/*
 * The shelf as of now, in the caller's read transaction; NULL without an error
 * when it is not loaded and `needed` does not say that it must be. *out is
 * borrowed until the next call.
 */
int shelf_get(struct store *store, bool needed, struct shelf **out, struct err *err);
void shelf_free(struct shelf *shelf);

void shelf_ask_init(struct shelf_ask *ask);
/* One more thing that a title must hold; before the first look. NULL when there
 * are too many already. */
struct shelf_word *shelf_ask_add(struct shelf_ask *ask);
void shelf_word_add(struct shelf_word *word, struct str text, bool prefix);
/* Titles that have all these letters, in any place: for shelf_next_may(). */
void shelf_ask_letters(struct shelf_ask *ask, uint32_t letters);

/* The first title from `at` on, before `end`, that holds all that is asked;
 * `end` when there is none. _may: or looks like it by its signature. */
unsigned shelf_next(const struct shelf *shelf, struct shelf_ask *ask, unsigned at, unsigned end);
unsigned shelf_next_may(
	const struct shelf *shelf, struct shelf_ask *ask, unsigned at, unsigned end);
/* The letters of a text: a bit each, what is not a-z in bit 26. */
uint32_t shelf_letters(struct str text);
struct str shelf_text(const struct shelf *shelf, unsigned at);

#endif
