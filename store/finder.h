/*
 * One search under way: what is asked, what was shown, and the steps it is made
 * of. Each step shows what it finds through finder_show() and ends early when
 * finder->stopped is set. Of this room only.
 */
#ifndef STORE_FINDER_H
#define STORE_FINDER_H

#include "store/handle.h"
#include "store/match.h"
#include "store/search.h"
#include "store/seen.h"

/* Rows are read this many at a time: one more than a page has by default, and
 * some that the filters may leave out. */
#define FINDER_HITS_MAX 24
/* As many parameters, ?2 and on, as a table of one column, in their order. */
#define FINDER_HITS_TABLE                                                               \
	"(VALUES (?2), (?3), (?4), (?5), (?6), (?7), (?8), (?9), (?10), (?11), (?12), " \
	"(?13), (?14), (?15), (?16), (?17), (?18), (?19), (?20), (?21), (?22), (?23), " \
	"(?24), (?25)) hit"

struct finder_hit {
	int64_t key;
	double score;
	const char *why;
};

struct finder {
	struct store *store;
	const struct store_search *ask;
	struct query query;
	struct match match;
	unsigned skip, left; /* rows to leave out, and to show */
	bool stopped;	     /* by the caller, or because there are enough */
	bool more;
	struct seen seen;
	struct finder_hit hits[FINDER_HITS_MAX]; /* to be shown next, in order */
	unsigned n_hits;
	struct buf tags; /* of the row being shown, and its marks */
	struct store_marks title_marks, path_marks;
	store_row_fn *fn;
	void *data;
};

/* Show the prompt of this key, unless it was shown, is not to be seen, or is
 * one to leave out; when there are enough to fill the answer, or to read at once.
 * So `stopped` may come a few keys late. */
int finder_show(struct finder *finder, int64_t key, double score, const char *why, struct err *err);
/* Show every key (column 0) a statement gives, and end its use. */
int finder_show_all(
	struct finder *finder, sqlite3_stmt *keys, double score, const char *why, struct err *err);
/* Ranks from here on are not for this searcher. */
int64_t finder_end(const struct finder *finder);

/* Titles, names and tags, in order of use: finder_titles.c. */
int finder_titles(struct finder *finder, struct err *err);
/* Slips and abbreviations, when no title has the words: finder_fuzzy.c. */
int finder_fuzzy(struct finder *finder, struct err *err);
/* How well some letters stand for the words of a text (a blank between): the higher the
 * better; negative: not at all, or by chance. places[i], unless it is NULL, is where the
 * byte i of the letters was found; there are FINDER_LETTERS_BYTES at most then. */
#define FINDER_LETTERS_BYTES 64
int finder_letters_score(struct str text, struct str letters, unsigned *places);
/* Texts, by our own rank: finder_texts.c. */
int finder_texts(struct finder *finder, struct err *err);

/* Mark words that nearly every text has, unless all are such: FTS5 would step
 * through all those texts to meet the few of another word. And take the marks away.
 * finder_common.c. */
int finder_mark_common(struct finder *finder, struct err *err);
void finder_unmark_common(struct finder *finder);
/* Which words are so marked, a bit for each. */
uint32_t finder_common(const struct finder *finder);
/* Are all of these words in one of the texts? 1 yes. */
int finder_has_words(
	struct finder *finder, uint32_t wanted, const struct str *texts, size_t n, struct err *err);

#endif
