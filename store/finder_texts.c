/* Texts that hold every word, by our own rank (place.h) of the first 200 in order
 * of use: FTS5's bm25 would look at all of them first. */
#include <stdlib.h>

#include "store/finder.h"
#include "store/index.h"
#include "store/place.h"
#include "store/rank.h"

#define TEXTS_MAX 200
/* A page of an answer, when it is not known which is asked for. */
#define TEXTS_WANTED 20

static const char texts_failed[] = "cannot search";

struct text_hit {
	int64_t rank;
	double score;
};

static int text_hit_order(const void *one, const void *other)
{
	const struct text_hit *a = one, *b = other;

	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* Best first. Returns how many. */
static int texts_find(
	struct finder *finder, const char *match, struct text_hit *hits, struct err *err)
{
	struct db *db = &finder->store->prompts;
	sqlite3_stmt *find;
	int n = 0, result = 0;

	if (db->statements[DB_SEARCH_BODIES] == NULL && place_register(finder->store, err) != 0)
		return -1;
	if (db_statement(db, DB_SEARCH_BODIES,
		    "SELECT rowid, place(bodies) FROM bodies WHERE bodies MATCH ?1 "
		    "AND rowid < ?2 ORDER BY rowid LIMIT 200",
		    &find, err) != 0)
		return -1;
	db_bind_text(find, 1, match);
	db_bind_int(find, 2, finder_end(finder));
	while (n < TEXTS_MAX && (result = db_step(db, find, texts_failed, err)) == 1) {
		int64_t rank = sqlite3_column_int64(find, 0);

		hits[n].rank = rank;
		hits[n++].score = sqlite3_column_double(find, 1) + rank_bucket_of(rank);
	}
	db_done(find);
	if (result < 0)
		return -1;
	qsort(hits, (size_t)n, sizeof *hits, text_hit_order);
	return n;
}

/* Prompts of ranks, in the order of the ranks; with the words of their text. */
static const char texts_keys[] = "SELECT t.rank, t.prompt FROM " FINDER_HITS_TABLE
				 " CROSS JOIN title t ON t.rank = hit.column1";
static const char texts_words[] =
	"SELECT t.rank, t.prompt, " INDEX_HEAD ", b.text FROM " FINDER_HITS_TABLE
	" CROSS JOIN title t ON t.rank = hit.column1 CROSS JOIN prompt p ON p.key = t.prompt "
	"CROSS JOIN body b ON b.version = t.version";

/* 1: shown, unless it was before; 0: a common word is not in it. */
static int texts_show_row(
	struct finder *finder, sqlite3_stmt *get, uint32_t common, double score, struct err *err)
{
	int result = 1;

	if (common != 0) {
		const struct str texts[] = {db_column_str(get, 2), db_column_str(get, 3)};

		result = finder_has_words(finder, common, texts, 2, err);
	}
	if (result == 1 &&
		finder_show(finder, sqlite3_column_int64(get, 1), score, "text", err) != 0)
		return -1;
	return result;
}

/* The next n hits, at most FINDER_HITS_MAX; returns how many had all words. */
static int texts_show_some(
	struct finder *finder, const struct text_hit *hits, int n, uint32_t common, struct err *err)
{
	struct db *db = &finder->store->prompts;
	sqlite3_stmt *get;
	int i, shown = 0, result = 0;

	if (db_statement(db, common != 0 ? DB_SEARCH_TEXT : DB_SEARCH_RANKED,
		    common != 0 ? texts_words : texts_keys, &get, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		db_bind_int(get, i + 2, hits[i].rank);
	for (i = 0; !finder->stopped && (result = db_step(db, get, texts_failed, err)) == 1; i++) {
		while (i + 1 < n && hits[i].rank != sqlite3_column_int64(get, 0))
			i++; /* damaged: a text without its title */
		result = texts_show_row(finder, get, common, hits[i].score, err);
		if (result < 0)
			break;
		shown += result;
	}
	db_done(get);
	return result < 0 ? -1 : shown;
}

/* Hits in their order. 1: there may be more, for common words were looked for in the
 * first texts that have the others, and some have not all. How far it looked does not
 * depend on the page that is asked for: pages of one answer fit together. */
static int texts_show(struct finder *finder, const struct text_hit *hits, int n, struct err *err)
{
	const uint32_t common = finder_common(finder);
	int i, some, result, shown = 0;

	for (i = 0; i < n && !finder->stopped; i += some) {
		/* Will they be enough? If not, there is no use in looking on. */
		if (common != 0 && n == TEXTS_MAX && shown * TEXTS_MAX < i * TEXTS_WANTED)
			return 1;
		some = n - i < FINDER_HITS_MAX ? n - i : FINDER_HITS_MAX;
		result = texts_show_some(finder, hits + i, some, common, err);
		if (result < 0)
			return -1;
		shown += result;
	}
	return !finder->stopped && common != 0 && n == TEXTS_MAX;
}

/* 1: as texts_show(). */
static int texts_ask(struct finder *finder, bool growing, struct err *err)
{
	struct buf match = BUF_INIT(MATCH_EXPRESSION_MAX);
	struct text_hit hits[TEXTS_MAX];
	int n = 0;

	if (match_bodies(&finder->match, finder->store, finder->ask->titles_only, growing, &match))
		n = texts_find(finder, buf_text(&match), hits, err);
	buf_fini(&match);
	return n <= 0 ? n : texts_show(finder, hits, n, err);
}

int finder_texts(struct finder *finder, struct err *err)
{
	int result;

	if (finder_mark_common(finder, err) != 0)
		return -1;
	result = texts_ask(finder, false, err);
	finder_unmark_common(finder);
	if (result == 1)
		result = texts_ask(finder, false, err);
	/* To look for words that begin so, FTS5 reads all of every such word
	 * first: ten times the work, so only when nothing else is found. */
	if (result == 0 && finder->seen.n == 0 && match_may_grow(&finder->match))
		result = texts_ask(finder, true, err);
	return result;
}
