/* The words of titles, and slips; see vocabulary.h. */
#include "store/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "store/match.h"

#define VOCABULARY_BYTES_MAX 32 /* longer words are not corrected */
#define VOCABULARY_FIRST_SIZE 4096

struct vocabulary {
	struct str *words; /* in the shelf's text; sorted */
	uint32_t *letters; /* of each */
	size_t n;
};

void vocabulary_free(struct vocabulary *vocabulary)
{
	if (vocabulary == NULL)
		return;
	free(vocabulary->words);
	free(vocabulary->letters);
	free(vocabulary);
}

/* A hash table that is there only while words are gathered. Equal hashes are
 * taken for equal words: the worst of it is a slip that finds nothing. */
struct vocabulary_table {
	struct vocabulary_slot {
		uint64_t hash; /* 0: free */
		struct str word;
	} * slots;
	size_t size, n; /* size: a power of two */
};

static uint64_t vocabulary_hash(struct str word)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < word.n; i++)
		hash = (hash ^ (unsigned char)word.p[i]) * UINT64_C(0x100000001b3);
	return hash | 1;
}

static struct vocabulary_slot *vocabulary_slot(const struct vocabulary_table *table, uint64_t hash)
{
	size_t at = (hash >> 20) & (table->size - 1);

	while (table->slots[at].hash != 0 && table->slots[at].hash != hash)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

static bool vocabulary_grow(struct vocabulary_table *table)
{
	struct vocabulary_table bigger = {
		.size = table->size > 0 ? 2 * table->size : VOCABULARY_FIRST_SIZE, .n = table->n};
	size_t i;

	bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return false;
	for (i = 0; i < table->size; i++) {
		if (table->slots[i].hash != 0)
			*vocabulary_slot(&bigger, table->slots[i].hash) = table->slots[i];
	}
	free(table->slots);
	*table = bigger;
	return true;
}

static bool vocabulary_add(struct vocabulary_table *table, struct str word)
{
	struct vocabulary_slot *slot;
	uint64_t hash;

	if (word.n == 0 || word.n > VOCABULARY_BYTES_MAX || str_starts(word, MATCH_FIRST))
		return true;
	if (4 * table->n >= 3 * table->size && !vocabulary_grow(table))
		return false;
	hash = vocabulary_hash(word);
	slot = vocabulary_slot(table, hash);
	if (slot->hash == 0) {
		*slot = (struct vocabulary_slot){hash, word};
		table->n++;
	}
	return true;
}

static int vocabulary_order(const void *one, const void *other)
{
	const struct str *a = one, *b = other;

	return str_compare(*a, *b);
}

static bool vocabulary_fill(struct vocabulary *vocabulary, const struct vocabulary_table *table)
{
	size_t i;

	vocabulary->words = calloc(table->n + 1, sizeof *vocabulary->words);
	vocabulary->letters = calloc(table->n + 1, sizeof *vocabulary->letters);
	if (vocabulary->words == NULL || vocabulary->letters == NULL)
		return false;
	for (i = 0; i < table->size; i++) {
		if (table->slots[i].hash != 0)
			vocabulary->words[vocabulary->n++] = table->slots[i].word;
	}
	qsort(vocabulary->words, vocabulary->n, sizeof *vocabulary->words, vocabulary_order);
	for (i = 0; i < vocabulary->n; i++)
		vocabulary->letters[i] = shelf_letters(vocabulary->words[i]);
	return true;
}

struct vocabulary *vocabulary_new(const struct shelf *shelf)
{
	struct vocabulary *vocabulary = calloc(1, sizeof *vocabulary);
	struct str rest = {shelf->text, shelf->text_len};
	struct vocabulary_table table = {.slots = NULL};
	bool done = vocabulary != NULL;

	while (done && rest.n > 0)
		done = vocabulary_add(&table, str_cut(rest, ' ', &rest));
	done = done && vocabulary_fill(vocabulary, &table);
	free(table.slots);
	if (done)
		return vocabulary;
	vocabulary_free(vocabulary);
	return NULL;
}

/* --- Slips -------------------------------------------------------------------- */

static unsigned vocabulary_least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* One row of the table of distances between beginnings: row i says how far the
 * first i letters typed are from the first j of the word. */
static unsigned vocabulary_row(struct str typed, struct str word, size_t i, const unsigned *before,
	const unsigned *last, unsigned *row)
{
	unsigned best = row[0] = (unsigned)i;
	size_t j;

	for (j = 1; j <= word.n; j++) {
		unsigned wrong = typed.p[i - 1] != word.p[j - 1];

		row[j] = vocabulary_least(
			last[j - 1] + wrong, 1 + vocabulary_least(last[j], row[j - 1]));
		if (i > 1 && j > 1 && typed.p[i - 1] == word.p[j - 2] &&
			typed.p[i - 2] == word.p[j - 1])
			row[j] = vocabulary_least(row[j], before[j - 2] + 1);
		best = vocabulary_least(best, row[j]);
	}
	return best;
}

unsigned vocabulary_distance(struct str typed, struct str word, bool prefix, unsigned most)
{
	unsigned rows[3][VOCABULARY_BYTES_MAX + 8];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare, best;
	size_t i, j;

	if (prefix && word.n > typed.n + most)
		word.n = typed.n + most;
	if (typed.n > word.n + most || word.n > typed.n + most || word.n > VOCABULARY_BYTES_MAX + 4)
		return most + 1;
	for (j = 0; j <= word.n; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= typed.n; i++) {
		if (vocabulary_row(typed, word, i, before, last, row) > most)
			return most + 1;
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	best = last[word.n];
	for (j = 0; prefix && j < word.n; j++)
		best = vocabulary_least(best, last[j]);
	return vocabulary_least(best, most + 1);
}

/* --- What was meant ----------------------------------------------------------- */

/* Nearest words so far, those of the first letter typed before others. */
struct vocabulary_nearest {
	struct str words[SHELF_SAME_MAX];
	unsigned costs[SHELF_SAME_MAX];
	unsigned n;
};

static void vocabulary_keep(struct vocabulary_nearest *nearest, struct str word, unsigned cost)
{
	unsigned at = nearest->n;

	while (at > 0 && (nearest->costs[at - 1] > cost ||
				 (nearest->costs[at - 1] == cost &&
					 str_compare(nearest->words[at - 1], word) > 0)))
		at--;
	if (at == SHELF_SAME_MAX)
		return;
	if (nearest->n < SHELF_SAME_MAX)
		nearest->n++;
	memmove(nearest->words + at + 1, nearest->words + at,
		(nearest->n - at - 1) * sizeof *nearest->words);
	memmove(nearest->costs + at + 1, nearest->costs + at,
		(nearest->n - at - 1) * sizeof *nearest->costs);
	nearest->words[at] = word;
	nearest->costs[at] = cost;
}

/* The same letters but for as many as there are slips? */
static bool vocabulary_may_be(uint32_t typed, uint32_t word, unsigned slips)
{
	uint32_t more = typed & ~word;

	while (slips-- > 0)
		more &= more - 1; /* one letter less */
	return more == 0;
}

static void vocabulary_look(const struct vocabulary *vocabulary, struct str typed, bool prefix,
	unsigned slips, struct vocabulary_nearest *nearest)
{
	uint32_t letters = shelf_letters(typed);
	size_t i;

	for (i = 0; i < vocabulary->n; i++) {
		struct str word = vocabulary->words[i];
		unsigned distance;

		if (!vocabulary_may_be(letters, vocabulary->letters[i], slips))
			continue;
		distance = vocabulary_distance(typed, word, prefix, slips);
		if (distance <= slips)
			vocabulary_keep(nearest, word, 2 * distance + (word.p[0] != typed.p[0]));
	}
}

/* Is it a word, or the beginning of one? */
static bool vocabulary_knows(const struct vocabulary *vocabulary, struct str typed, bool prefix)
{
	size_t from = 0, to = vocabulary->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (str_compare(vocabulary->words[middle], typed) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (from == vocabulary->n)
		return false;
	return prefix ? vocabulary->words[from].n >= typed.n &&
				memcmp(vocabulary->words[from].p, typed.p, typed.n) == 0
		      : str_equal(vocabulary->words[from], typed);
}

int vocabulary_find(
	const struct shelf *shelf, struct str typed, bool prefix, struct shelf_word *word)
{
	struct vocabulary_nearest nearest = {.n = 0};
	unsigned i, slips = typed.n >= 8 ? 2 : 1, tried;

	if (typed.n > VOCABULARY_BYTES_MAX)
		return -1;
	if (vocabulary_knows(shelf->vocabulary, typed, prefix)) {
		shelf_word_add(word, typed, prefix);
		return 0;
	}
	if (!prefix && vocabulary_knows(shelf->vocabulary, typed, true)) {
		shelf_word_add(word, typed, true);
		return 1;
	}
	if (typed.n < 4)
		return -1;
	for (tried = 1; tried <= slips && nearest.n == 0; tried++)
		vocabulary_look(shelf->vocabulary, typed, prefix, tried, &nearest);
	for (i = 0; i < nearest.n; i++)
		shelf_word_add(word, nearest.words[i], false);
	return nearest.n > 0 ? (int)nearest.costs[0] / 2 : -1;
}
