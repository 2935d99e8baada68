/* Texts that hold every word, by our own rank (place.h) of the first 200 in order
 * of use: FTS5's bm25 would look at all of them first. */
#include <stdlib.h>

#include "store/finder.h"
#include "store/place.h"
#include "store/rank.h"

#define TEXTS_MAX 200

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

static int texts_show(struct finder *finder, const struct text_hit *hits, int n, struct err *err)
{
	struct db *db = &finder->store->prompts;
	sqlite3_stmt *get;
	int i, result = 0;

	if (db_statement(db, DB_SEARCH_RANKED, "SELECT prompt FROM title WHERE rank = ?", &get,
		    err) != 0)
		return -1;
	for (i = 0; i < n && !finder->stopped && result >= 0; i++) {
		int64_t key = 0;

		result = finder_has_common(finder, hits[i].rank, err);
		if (result <= 0)
			continue;
		db_bind_int(get, 1, hits[i].rank);
		result = db_step(db, get, texts_failed, err);
		if (result == 1)
			key = sqlite3_column_int64(get, 0);
		db_done(get);
		if (result == 1)
			result = finder_show(finder, key, hits[i].score, "text", err);
	}
	return result < 0 ? -1 : 0;
}

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
	if (finder_mark_common(finder, err) != 0)
		return -1;
	/* To look for words that begin so, FTS5 reads all of every such word
	 * first: ten times the work, so only when nothing else is found. */
	if (texts_ask(finder, false, err) != 0)
		return -1;
	if (finder->seen.n == 0 && match_may_grow(&finder->match))
		return texts_ask(finder, true, err);
	return 0;
}
