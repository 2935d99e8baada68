/*
 * Titles, names and tags that hold every word: a whole name first; then what is
 * used, in order of use; then of the rest what begins with the first word. The
 * file answers as well as the shelf and shows the same; the shelf is faster the
 * second time.
 */
#include "store/finder.h"
#include "store/rank.h"
#include "store/shelf.h"

/* The score of each part, so that rows of one answer can be told apart. */
enum { TITLES_EXACT = 100, TITLES_USED = 90, TITLES_FIRST = 80, TITLES_REST = 70 };

static const char titles_why[] = "title";

/* Those that are called just what was typed. */
static int titles_exact(struct finder *finder, struct err *err)
{
	const struct buf *text = &finder->match.typed.text;
	sqlite3_stmt *find;

	if (db_statement(&finder->store->prompts, DB_NAME_FIND,
		    "SELECT t.prompt FROM name n JOIN title t ON t.prompt = n.prompt "
		    "WHERE n.word = ? ORDER BY t.rank",
		    &find, err) != 0)
		return -1;
	db_bind_str(find, 1, (struct str){buf_text(text), text->len});
	return finder_show_all(finder, find, TITLES_EXACT, titles_why, err);
}

/* --- From the file ------------------------------------------------------------ */

static int titles_ask(
	struct finder *finder, bool first, int64_t from, int64_t to, double score, struct err *err)
{
	struct buf match = BUF_INIT(MATCH_EXPRESSION_MAX);
	sqlite3_stmt *find;
	int result;

	match_titles(&finder->match, first, &match);
	result = db_statement(&finder->store->prompts, DB_SEARCH_TITLES,
		"SELECT t.prompt FROM titles f CROSS JOIN title t ON t.rank = f.rowid "
		"WHERE f.titles MATCH ?1 AND f.rowid >= ?2 AND f.rowid < ?3 ORDER BY f.rowid",
		&find, err);
	if (result == 0) {
		db_bind_text(find, 1, buf_text(&match));
		db_bind_int(find, 2, from);
		db_bind_int(find, 3, to);
		result = finder_show_all(finder, find, score, titles_why, err);
	}
	buf_fini(&match);
	return result;
}

static int titles_from_file(struct finder *finder, struct err *err)
{
	int64_t end = finder_end(finder);

	if (titles_ask(finder, false, 0, RANK_UNUSED, TITLES_USED, err) != 0)
		return -1;
	if (!finder->stopped && finder->match.typed.n > 0 &&
		titles_ask(finder, true, RANK_UNUSED, end, TITLES_FIRST, err) != 0)
		return -1;
	if (!finder->stopped)
		return titles_ask(finder, false, RANK_UNUSED, end, TITLES_REST, err);
	return 0;
}

/* --- From the shelf ----------------------------------------------------------- */

static void titles_ask_shelf(const struct match *match, struct shelf_ask *ask)
{
	unsigned i;

	for (i = 0; i < match->typed.n + match->groups.n; i++) {
		bool typed = i < match->typed.n;
		struct shelf_word *word = shelf_ask_add(ask);

		if (word == NULL)
			return; /* more words than titles have */
		shelf_word_add(word,
			typed ? match_word(&match->typed, i)
			      : match_word(&match->groups, i - match->typed.n),
			typed && match_is_prefix(match, i));
	}
}

static int titles_show(struct finder *finder, const struct shelf *shelf, struct shelf_ask *ask,
	unsigned from, unsigned to, double score, struct err *err)
{
	unsigned at;

	for (at = shelf_next(shelf, ask, from, to); at < to && !finder->stopped;
		at = shelf_next(shelf, ask, at + 1, to)) {
		if (finder_show(finder, shelf->keys[at], score, titles_why, err) != 0)
			return -1;
	}
	return 0;
}

/* Of what is not used: what begins with the first word typed. */
static int titles_first_from_shelf(
	struct finder *finder, const struct shelf *shelf, unsigned end, struct err *err)
{
	struct buf text = BUF_INIT(MATCH_BYTES_MAX);
	struct str first = match_word(&finder->match.typed, 0);
	struct shelf_ask ask;
	int result = 0;

	if (buf_add_str(&text, MATCH_FIRST) == 0 && buf_add(&text, first.p, first.n) == 0) {
		shelf_ask_init(&ask);
		shelf_word_add(shelf_ask_add(&ask), (struct str){text.data, text.len},
			match_is_prefix(&finder->match, 0));
		titles_ask_shelf(&finder->match, &ask);
		result = titles_show(finder, shelf, &ask, shelf->n_used, end, TITLES_FIRST, err);
	}
	buf_fini(&text);
	return result;
}

static int titles_from_shelf(struct finder *finder, const struct shelf *shelf, struct err *err)
{
	unsigned end = finder->ask->filter.experimental ? shelf->n : shelf->n_shown;
	struct shelf_ask ask;

	shelf_ask_init(&ask);
	titles_ask_shelf(&finder->match, &ask);
	if (titles_show(finder, shelf, &ask, 0, shelf->n_used, TITLES_USED, err) != 0)
		return -1;
	if (!finder->stopped && finder->match.typed.n > 0 &&
		titles_first_from_shelf(finder, shelf, end, err) != 0)
		return -1;
	if (!finder->stopped)
		return titles_show(finder, shelf, &ask, shelf->n_used, end, TITLES_REST, err);
	return 0;
}

int finder_titles(struct finder *finder, struct err *err)
{
	struct shelf *shelf;

	if (shelf_get(finder->store, false, &shelf, err) != 0)
		return -1;
	if (finder->match.typed.n > 0 && titles_exact(finder, err) != 0)
		return -1;
	if (finder->stopped)
		return 0;
	return shelf != NULL ? titles_from_shelf(finder, shelf, err)
			     : titles_from_file(finder, err);
}
