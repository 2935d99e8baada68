/* Search, from the question to the rows; see search.h, and finder.h for the steps
 * between. */
#include "store/search.h"

#include "store/finder.h"
#include "store/index.h"
#include "store/mark.h"
#include "store/project.h"
#include "store/rank.h"
#include "store/row.h"
#include "store/use.h"

#define SEARCH_OFFSET_MAX 500

static const char search_failed[] = "cannot search";

static bool search_has_tag(struct str tags, struct str tag)
{
	while (tags.n > 0) {
		if (str_equal(str_cut(tags, '\n', &tags), tag))
			return true;
	}
	return false;
}

/* Of the groups asked for: the words of their names have matched already, if
 * only in a title. */
static bool search_wants(const struct finder *finder, sqlite3_stmt *row)
{
	const struct store_filter *filter = &finder->ask->filter;
	struct str tags = db_column_str(row, ROW_TAGS);
	struct str collection = db_column_str(row, ROW_COLLECTION);
	size_t i;

	if (filter->tag.n > 0 && !search_has_tag(tags, filter->tag))
		return false;
	for (i = 0; i < finder->query.n_tags; i++) {
		if (!search_has_tag(tags, finder->query.tags[i]))
			return false;
	}
	if (filter->collection.n > 0 && !str_equal(filter->collection, collection))
		return false;
	if (finder->query.collection.n > 0 && !str_equal(finder->query.collection, collection))
		return false;
	return filter->source.n == 0 ||
	       str_equal(filter->source, store_source_shown(db_column_str(row, ROW_SOURCE)));
}

static void search_mark(struct finder *finder, struct store_row *row)
{
	bool fuzzy = str_is(row->match, "fuzzy");

	mark_text(finder->store, &finder->match, row->title, fuzzy, &finder->title_marks);
	mark_text(finder->store, &finder->match, row->path, fuzzy, &finder->path_marks);
	row->title_marks = &finder->title_marks;
	row->path_marks = &finder->path_marks;
}

static int search_row(
	struct finder *finder, sqlite3_stmt *get, const struct finder_hit *hit, struct err *err)
{
	struct store_row row;

	if (!search_wants(finder, get))
		return 0;
	if (finder->skip > 0) {
		finder->skip--;
		return 0;
	}
	if (finder->left == 0) {
		finder->more = finder->stopped = true;
		return 0;
	}
	if (row_show(finder->store, get, finder->ask->filter.experimental, &finder->tags, &row,
		    err) != 0)
		return -1;
	row_tell(finder->store, &finder->ask->filter, &row);
	finder->left--;
	row.score = hit->score;
	/* Who typed no words asked for no reason. */
	row.match = finder->match.typed.n > 0 ? str_of(hit->why) : STR("");
	if (finder->ask->marks)
		search_mark(finder, &row);
	finder->stopped = finder->fn(finder->data, &row) != 0;
	return 0;
}

/* The rows of FINDER_HITS_MAX keys, in the order of the keys: to read them one by
 * one costs three times as much. */
static const char search_rows[] =
	"SELECT " ROW_COLUMNS ", " ROW_SHOWN_COLUMNS " FROM " FINDER_HITS_TABLE
	" CROSS JOIN prompt p ON p.key = hit.column1" ROW_JOIN_EDGE("?1") " WHERE p.shadowed = 0 "
									  "AND (?1 OR " ROW_APPROVED
									  ")";

/* Show what waits to be shown. */
static int search_flush(struct finder *finder, struct err *err)
{
	struct db *db = &finder->store->prompts;
	unsigned i, n = finder->n_hits;
	sqlite3_stmt *get;
	int result = 0;

	finder->n_hits = 0;
	if (n == 0 || finder->stopped)
		return 0;
	if (db_statement(db, DB_SEARCH_ROWS, search_rows, &get, err) != 0)
		return -1;
	db_bind_int(get, 1, finder->ask->filter.experimental);
	for (i = 0; i < n; i++)
		db_bind_int(get, (int)i + 2, finder->hits[i].key);
	for (i = 0; !finder->stopped && (result = db_step(db, get, search_failed, err)) == 1; i++) {
		int64_t key = sqlite3_column_int64(get, ROW_KEY);

		while (i + 1 < n && finder->hits[i].key != key)
			i++; /* not to be seen */
		result = search_row(finder, get, &finder->hits[i], err);
		if (result < 0)
			break;
	}
	db_done(get);
	return result < 0 ? -1 : 0;
}

int finder_show(struct finder *finder, int64_t key, double score, const char *why, struct err *err)
{
	int result = seen_add(&finder->seen, key);

	if (result < 0)
		return err_set(err, ERR_MEMORY, "out of memory");
	if (result == 1)
		return 0;
	finder->hits[finder->n_hits++] = (struct finder_hit){key, score, why};
	if (finder->n_hits < FINDER_HITS_MAX && finder->n_hits <= finder->skip + finder->left)
		return 0;
	return search_flush(finder, err);
}

int finder_show_all(
	struct finder *finder, sqlite3_stmt *keys, double score, const char *why, struct err *err)
{
	int result = 0;

	while (!finder->stopped &&
		(result = db_step(&finder->store->prompts, keys, search_failed, err)) == 1) {
		result = finder_show(finder, sqlite3_column_int64(keys, 0), score, why, err);
		if (result < 0)
			break;
	}
	db_done(keys);
	return result < 0 ? -1 : 0;
}

int64_t finder_end(const struct finder *finder)
{
	return finder->ask->filter.experimental ? RANK_END : RANK_HIDDEN;
}

/* Nothing asked: the most used. */
static int search_most_used(struct finder *finder, struct err *err)
{
	sqlite3_stmt *list;

	if (db_statement(&finder->store->prompts, DB_SEARCH_MOST_USED,
		    "SELECT prompt FROM title WHERE rank < ? ORDER BY rank", &list, err) != 0)
		return -1;
	db_bind_int(list, 1, finder_end(finder));
	return finder_show_all(finder, list, 0, "", err);
}

static int search_prepare(struct finder *finder, struct err *err)
{
	const struct store_filter *filter = &finder->ask->filter;
	size_t i;

	query_parse(&finder->query, finder->ask->text);
	if (match_init(&finder->match, finder->store, &finder->query, err) != 0)
		return -1;
	for (i = 0; i < finder->query.n_tags; i++) {
		if (match_add_group(&finder->match, finder->store, finder->query.tags[i], err) != 0)
			return -1;
	}
	if (match_add_group(&finder->match, finder->store, finder->query.collection, err) != 0 ||
		match_add_group(&finder->match, finder->store, filter->tag, err) != 0)
		return -1;
	return match_add_group(&finder->match, finder->store, filter->collection, err);
}

static int search_run(struct finder *finder, struct err *err)
{
	bool plain = finder->query.plain;

	if (search_prepare(finder, err) != 0)
		return -1;
	plain = finder->query.plain || finder->match.typed.n == 0;
	if (match_is_empty(&finder->match))
		return search_most_used(finder, err);
	if (plain && finder_titles(finder, err) != 0)
		return -1;
	if (!finder->stopped && finder->match.typed.n > 0 && !(plain && finder->ask->titles_only) &&
		finder_texts(finder, err) != 0)
		return -1;
	if (!finder->stopped && plain && finder->seen.n == 0)
		return finder_fuzzy(finder, err);
	return 0;
}

int store_search(struct store *store, const struct store_search *ask, store_row_fn *fn, void *data,
	bool *more, struct err *err)
{
	struct finder finder = {
		.store = store,
		.ask = ask,
		.skip = ask->offset < SEARCH_OFFSET_MAX ? ask->offset : SEARCH_OFFSET_MAX,
		.left = ask->limit < STORE_SEARCH_LIMIT_MAX ? ask->limit : STORE_SEARCH_LIMIT_MAX,
		.tags = BUF_INIT(PROMPT_TAGS_MAX * (PROMPT_TAG_MAX + 1)),
		.fn = fn,
		.data = data,
	};
	bool tell = ask->filter.count_uses || ask->filter.favourites;
	int result;

	/* One's own changes are found before they are committed. */
	if (store->batch && index_flush(store, false, err) != 0)
		return -1;
	if (tell)
		use_read_begin(store);
	db_read_begin(&store->prompts);
	result = search_run(&finder, err);
	if (result == 0)
		result = search_flush(&finder, err);
	db_read_end(&store->prompts);
	if (tell)
		use_read_end(store);
	match_fini(&finder.match);
	seen_fini(&finder.seen);
	buf_fini(&finder.tags);
	if (result == 0 && more != NULL)
		*more = finder.more;
	return result;
}
