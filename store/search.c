/*
 * Search: who is called exactly so, then titles in order of use, then texts. See
 * search.h. Each step stops as soon as there are rows enough, and none looks at
 * more of a broad match than it shows (texts: 500).
 */
#include "store/search.h"

#include <stdlib.h>

#include "store/index.h"
#include "store/match.h"
#include "store/place.h"
#include "store/rank.h"
#include "store/row.h"
#include "store/use.h"

#define SEARCH_SEEN_MAX 640 /* a power of two is not needed; > offset + limit */
#define SEARCH_OFFSET_MAX 500
#define SEARCH_TEXTS_MAX 500

static const char search_failed[] = "cannot search";

struct search {
	struct store *store;
	const struct store_search *ask;
	struct query query;
	struct match match;
	struct str collection;
	unsigned skip, left; /* rows to leave out, and to show */
	bool stopped;	     /* by the caller, or because there are enough */
	bool more;
	int64_t seen[SEARCH_SEEN_MAX];
	unsigned n_seen;
	struct buf tags;
	store_row_fn *fn;
	void *data;
};

static bool search_was_seen(struct search *search, int64_t key)
{
	unsigned i;

	for (i = 0; i < search->n_seen; i++) {
		if (search->seen[i] == key)
			return true;
	}
	if (search->n_seen < SEARCH_SEEN_MAX)
		search->seen[search->n_seen++] = key;
	return false;
}

static bool search_has_tag(struct str tags, struct str tag)
{
	while (tags.n > 0) {
		if (str_equal(str_cut(tags, ',', &tags), tag))
			return true;
	}
	return false;
}

static bool search_wants(const struct search *search, const struct store_row *row)
{
	const struct store_filter *filter = &search->ask->filter;
	size_t i;

	if (filter->tag.n > 0 && !search_has_tag(row->tags, filter->tag))
		return false;
	for (i = 0; i < search->query.n_tags; i++) {
		if (!search_has_tag(row->tags, search->query.tags[i]))
			return false;
	}
	if (filter->collection.n > 0 && !str_equal(filter->collection, row->collection))
		return false;
	if (search->query.collection.n > 0 && !str_equal(search->query.collection, row->collection))
		return false;
	return filter->source.n == 0 || str_equal(filter->source, row->source);
}

static int search_row(
	struct search *search, sqlite3_stmt *get, double score, const char *why, struct err *err)
{
	struct store_row row;

	if (row_show(search->store, get, search->ask->filter.experimental, &search->tags, &row,
		    err) != 0)
		return -1;
	if (!search_wants(search, &row))
		return 0;
	if (search->skip > 0) {
		search->skip--;
		return 0;
	}
	if (search->left == 0) {
		search->more = search->stopped = true;
		return 0;
	}
	search->left--;
	row.score = score;
	row.match = str_of(why);
	search->stopped = search->fn(search->data, &row) != 0;
	return 0;
}

/* Show the prompt of this key, unless it was shown, is not to be seen, or is
 * one to leave out. */
static int search_show(
	struct search *search, int64_t key, double score, const char *why, struct err *err)
{
	struct db *db = &search->store->prompts;
	sqlite3_stmt *get;
	int result;

	if (search_was_seen(search, key))
		return 0;
	if (db_statement(db, DB_SEARCH_ROW,
		    "SELECT " ROW_COLUMNS ", " ROW_VERSION_COLUMNS " FROM prompt p JOIN version v "
		    "ON " ROW_VERSION_OF("?2") " WHERE p.key = ?1 AND p.shadowed = 0 "
					       "AND (?2 OR " ROW_APPROVED ")",
		    &get, err) != 0)
		return -1;
	db_bind_int(get, 1, key);
	db_bind_int(get, 2, search->ask->filter.experimental);
	result = db_step(db, get, search_failed, err);
	if (result == 1)
		result = search_row(search, get, score, why, err);
	db_done(get);
	return result < 0 ? -1 : 0;
}

/* Show every key a statement gives, until there are enough. */
static int search_show_all(
	struct search *search, sqlite3_stmt *keys, double score, const char *why, struct err *err)
{
	int result = 0;

	while (!search->stopped &&
		(result = db_step(&search->store->prompts, keys, search_failed, err)) == 1) {
		result = search_show(search, sqlite3_column_int64(keys, 0), score, why, err);
		if (result < 0)
			break;
	}
	db_done(keys);
	return result < 0 ? -1 : 0;
}

/* Those that are called just what was typed. */
static int search_exact(struct search *search, struct err *err)
{
	sqlite3_stmt *find;

	if (db_statement(&search->store->prompts, DB_NAME_FIND,
		    "SELECT t.prompt FROM name n JOIN title t ON t.prompt = n.prompt "
		    "WHERE n.word = ? ORDER BY t.rank",
		    &find, err) != 0)
		return -1;
	db_bind_str(find, 1, (struct str){buf_text(&search->match.text), search->match.text.len});
	return search_show_all(search, find, 100, "title", err);
}

/* Titles with these words, ranks from … to, in order of use. */
static int search_titles(
	struct search *search, bool first, int64_t from, int64_t to, double score, struct err *err)
{
	struct buf match = BUF_INIT(2 * MATCH_BYTES_MAX);
	sqlite3_stmt *find;
	int result;

	match_titles(&search->match, first, &match);
	result = db_statement(&search->store->prompts, DB_SEARCH_TITLES,
		"SELECT t.prompt FROM titles f CROSS JOIN title t ON t.rank = f.rowid "
		"WHERE f.titles MATCH ?1 AND f.rowid >= ?2 AND f.rowid < ?3 ORDER BY f.rowid",
		&find, err);
	if (result == 0) {
		db_bind_text(find, 1, buf_text(&match));
		db_bind_int(find, 2, from);
		db_bind_int(find, 3, to);
		result = search_show_all(search, find, score, "title", err);
	}
	buf_fini(&match);
	return result;
}

static int64_t search_end(const struct search *search)
{
	return search->ask->filter.experimental ? RANK_END : RANK_HIDDEN;
}

/* What is used comes in order of use; of the rest first what begins so. */
static int search_all_titles(struct search *search, struct err *err)
{
	if (search_exact(search, err) != 0)
		return -1;
	if (!search->stopped && search_titles(search, false, 0, RANK_UNUSED, 90, err) != 0)
		return -1;
	if (!search->stopped &&
		search_titles(search, true, RANK_UNUSED, search_end(search), 80, err) != 0)
		return -1;
	if (!search->stopped &&
		search_titles(search, false, RANK_UNUSED, search_end(search), 70, err) != 0)
		return -1;
	return 0;
}

struct search_hit {
	int64_t rank;
	double score;
};

static int search_hit_order(const void *one, const void *other)
{
	const struct search_hit *a = one, *b = other;

	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

/* The first 500 hits in order of use, best first. Returns how many. */
static int search_texts_find(
	struct search *search, const char *match, struct search_hit *hits, struct err *err)
{
	struct db *db = &search->store->prompts;
	sqlite3_stmt *find;
	int n = 0, result = 0;

	if (db->statements[DB_SEARCH_BODIES] == NULL && place_register(search->store, err) != 0)
		return -1;
	if (db_statement(db, DB_SEARCH_BODIES,
		    "SELECT rowid, place(bodies) FROM bodies WHERE bodies MATCH ?1 "
		    "AND rowid < ?2 ORDER BY rowid LIMIT 500",
		    &find, err) != 0)
		return -1;
	db_bind_text(find, 1, match);
	db_bind_int(find, 2, search_end(search));
	while (n < SEARCH_TEXTS_MAX && (result = db_step(db, find, search_failed, err)) == 1) {
		int64_t rank = sqlite3_column_int64(find, 0);

		hits[n].rank = rank;
		hits[n++].score = sqlite3_column_double(find, 1) + rank_bucket_of(rank);
	}
	db_done(find);
	if (result < 0)
		return -1;
	qsort(hits, (size_t)n, sizeof *hits, search_hit_order);
	return n;
}

static int search_texts_show(
	struct search *search, const struct search_hit *hits, int n, struct err *err)
{
	struct db *db = &search->store->prompts;
	sqlite3_stmt *get;
	int i, result = 0;

	if (db_statement(db, DB_SEARCH_RANKED, "SELECT prompt FROM title WHERE rank = ?", &get,
		    err) != 0)
		return -1;
	for (i = 0; i < n && !search->stopped && result >= 0; i++) {
		int64_t key = 0;

		db_bind_int(get, 1, hits[i].rank);
		result = db_step(db, get, search_failed, err);
		if (result == 1)
			key = sqlite3_column_int64(get, 0);
		db_done(get);
		if (result == 1)
			result = search_show(search, key, hits[i].score, "text", err);
	}
	return result < 0 ? -1 : 0;
}

static int search_texts(struct search *search, struct err *err)
{
	struct buf match = BUF_INIT(4 * MATCH_BYTES_MAX);
	struct search_hit hits[SEARCH_TEXTS_MAX];
	int n = 0;

	if (match_bodies(&search->match, search->store, search->ask->titles_only, &match))
		n = search_texts_find(search, buf_text(&match), hits, err);
	buf_fini(&match);
	return n <= 0 ? n : search_texts_show(search, hits, n, err);
}

/* Nothing asked: the most used. */
static int search_most_used(struct search *search, struct err *err)
{
	sqlite3_stmt *list;

	if (db_statement(&search->store->prompts, DB_SEARCH_MOST_USED,
		    "SELECT prompt FROM title WHERE rank < ? ORDER BY rank", &list, err) != 0)
		return -1;
	db_bind_int(list, 1, search_end(search));
	return search_show_all(search, list, 0, "", err);
}

static int search_run(struct search *search, struct err *err)
{
	if (match_init(&search->match, search->store, &search->query, err) != 0)
		return -1;
	if (search->match.n_words == 0)
		return search_most_used(search, err);
	if (search->query.plain && search_all_titles(search, err) != 0)
		return -1;
	if (search->stopped || (search->query.plain && search->ask->titles_only))
		return 0;
	return search_texts(search, err);
}

int store_search(struct store *store, const struct store_search *ask, store_row_fn *fn, void *data,
	bool *more, struct err *err)
{
	struct search search = {
		.store = store,
		.ask = ask,
		.skip = ask->offset < SEARCH_OFFSET_MAX ? ask->offset : SEARCH_OFFSET_MAX,
		.left = ask->limit < STORE_SEARCH_LIMIT_MAX ? ask->limit : STORE_SEARCH_LIMIT_MAX,
		.tags = BUF_INIT(PROMPT_TAGS_MAX * (PROMPT_TAG_MAX + 1)),
		.fn = fn,
		.data = data,
	};
	int result;

	/* One's own changes are found before they are committed. */
	if (store->batch && index_flush(store, false, err) != 0)
		return -1;
	query_parse(&search.query, ask->text);
	use_read_begin(store);
	db_read_begin(&store->prompts);
	result = search_run(&search, err);
	db_read_end(&store->prompts);
	use_read_end(store);
	match_fini(&search.match);
	buf_fini(&search.tags);
	if (result == 0 && more != NULL)
		*more = search.more;
	return result;
}
