/*
 * When no title has the words that were typed: words with a slip of the finger,
 * words cut short, and ("cdrv") titles of which only some letters were typed.
 */
#include <string.h>

#include "store/finder.h"
#include "store/shelf.h"
#include "store/vocabulary.h"

#define FUZZY_LETTERS_MIN 3
#define FUZZY_LETTERS_MAX 16
#define FUZZY_HITS_MAX 100
/* Bytes of titles looked into for letters: about 0.7 ms. What is not reached is
 * what is rarely used. */
#define FUZZY_BYTES_MAX (512 * 1024)

enum { FUZZY_SLIPS = 50, FUZZY_LETTERS = 30 };

static const char fuzzy_why[] = "fuzzy";

static unsigned fuzzy_end(const struct finder *finder, const struct shelf *shelf)
{
	return finder->ask->filter.experimental ? shelf->n : shelf->n_shown;
}

/* What the words may have meant; false when one of them means nothing. */
static bool fuzzy_meant(
	const struct finder *finder, const struct shelf *shelf, struct shelf_ask *ask)
{
	const struct match *match = &finder->match;
	unsigned i;

	shelf_ask_init(ask);
	for (i = 0; i < match->typed.n; i++) {
		struct shelf_word *word = shelf_ask_add(ask);

		if (word == NULL || vocabulary_find(shelf, match_word(&match->typed, i),
					    match_is_prefix(match, i), word) < 0)
			return false;
	}
	for (i = 0; i < match->groups.n; i++) {
		struct shelf_word *word = shelf_ask_add(ask);

		if (word == NULL)
			return false;
		shelf_word_add(word, match_word(&match->groups, i), false);
	}
	return ask->n > 0;
}

static int fuzzy_slips(struct finder *finder, const struct shelf *shelf, struct err *err)
{
	unsigned at, end = fuzzy_end(finder, shelf);
	struct shelf_ask ask;

	if (!fuzzy_meant(finder, shelf, &ask))
		return 0;
	for (at = shelf_next(shelf, &ask, 0, end); at < end && !finder->stopped;
		at = shelf_next(shelf, &ask, at + 1, end)) {
		if (finder_show(finder, shelf->keys[at], FUZZY_SLIPS, fuzzy_why, err) != 0)
			return -1;
	}
	return 0;
}

/* --- Some letters of a title -------------------------------------------------- */

struct fuzzy_hit {
	unsigned at;
	int score;
};

static void fuzzy_place(unsigned *places, size_t i, size_t at)
{
	if (places != NULL)
		places[i] = (unsigned)at;
}

/*
 * Letters in the order of the text, the first at the beginning of a word. Each
 * next letter is looked for right after the last one, at the beginnings of later
 * words, then anywhere. The higher the better; negative: not so, or by chance.
 */
int finder_letters_score(struct str text, struct str letters, unsigned *places)
{
	size_t i, at = 0, n = text.n;
	int score = 0, stray = 0;

	for (i = 0; i < letters.n; i++) {
		char c = letters.p[i];
		size_t begin = at;

		if (i > 0 && at < n && text.p[at] == c) {
			score += 3;
			fuzzy_place(places, i, at++);
			continue;
		}
		while (begin < n &&
			!(text.p[begin] == c && (begin == 0 || text.p[begin - 1] == ' ')))
			begin++;
		if (begin < n) {
			score += 4;
			fuzzy_place(places, i, begin);
			at = begin + 1;
			continue;
		}
		while (i > 0 && at < n && text.p[at] != c)
			at++;
		if (i == 0 || at == n)
			return -1;
		stray++;
		fuzzy_place(places, i, at++);
	}
	return 2 * stray > (int)letters.n ? -1 : score - 2 * stray;
}

static void fuzzy_keep(struct fuzzy_hit *hits, unsigned *n, unsigned at, int score)
{
	unsigned to = *n;

	while (to > 0 && hits[to - 1].score < score)
		to--;
	if (to == FUZZY_HITS_MAX)
		return;
	if (*n < FUZZY_HITS_MAX)
		++*n;
	memmove(hits + to + 1, hits + to, (*n - to - 1) * sizeof *hits);
	hits[to] = (struct fuzzy_hit){at, score};
}

/* Its own words, without those that say what it begins with. */
static struct str fuzzy_text(const struct shelf *shelf, unsigned at)
{
	struct str text = shelf_text(shelf, at), rest = text;

	while (str_starts(text, MATCH_FIRST)) {
		(void)str_cut(text, ' ', &rest);
		text = rest;
	}
	return text;
}

static unsigned fuzzy_letters_find(
	const struct finder *finder, const struct shelf *shelf, struct fuzzy_hit *hits)
{
	struct str letters = match_word(&finder->match.typed, 0);
	unsigned at, n = 0, end = fuzzy_end(finder, shelf);
	struct shelf_ask ask;
	size_t bytes = 0;

	shelf_ask_init(&ask);
	shelf_ask_letters(&ask, shelf_letters(letters));
	for (at = shelf_next_may(shelf, &ask, 0, end); at < end && bytes < FUZZY_BYTES_MAX;
		at = shelf_next_may(shelf, &ask, at + 1, end)) {
		struct str text = fuzzy_text(shelf, at);
		int score = finder_letters_score(text, letters, NULL);

		bytes += text.n;
		if (score >= 0)
			fuzzy_keep(hits, &n, at, score);
	}
	return n;
}

static int fuzzy_letters(struct finder *finder, const struct shelf *shelf, struct err *err)
{
	struct fuzzy_hit hits[FUZZY_HITS_MAX];
	unsigned i, n;

	if (finder->match.typed.n != 1 || finder->match.typed.words[0].letters > FUZZY_LETTERS_MAX)
		return 0;
	n = fuzzy_letters_find(finder, shelf, hits);
	for (i = 0; i < n && !finder->stopped; i++) {
		if (finder_show(finder, shelf->keys[hits[i].at],
			    FUZZY_LETTERS + hits[i].score / 10.0, fuzzy_why, err) != 0)
			return -1;
	}
	return 0;
}

int finder_fuzzy(struct finder *finder, struct err *err)
{
	struct shelf *shelf;

	if (finder->match.typed.n == 0 || finder->match.typed.text.len < FUZZY_LETTERS_MIN)
		return 0; /* nearly every title has two letters somewhere */
	if (shelf_get(finder->store, true, &shelf, err) != 0)
		return -1;
	if (shelf == NULL)
		return 0; /* within a batch */
	if (shelf->vocabulary == NULL && (shelf->vocabulary = vocabulary_new(shelf)) == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	if (fuzzy_slips(finder, shelf, err) != 0)
		return -1;
	if (finder->stopped || finder->seen.n > 0)
		return 0;
	return fuzzy_letters(finder, shelf, err);
}
