/*
 * Titles, names and tags that hold every word: a whole name first; then what is
 * used, in order of use; then of the rest what begins with the first word. The
 * file answers as well as the shelf and shows the same; the shelf is faster the
 * second time.
 */
#include "store/finder.h"
#include "store/rank.h"
#include "store/shelf.h"

#define TITLES_REST_MAX 640

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

	ask->n = 0;
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

/* The first word typed, as one that a title begins with. */
static bool titles_first_word(const struct match *match, struct buf *out, struct shelf_word *word)
{
	struct str first;

	if (match->typed.n == 0)
		return false;
	first = match_word(&match->typed, 0);
	if (buf_add_str(out, MATCH_FIRST) != 0 || buf_add(out, first.p, first.n) != 0)
		return false;
	word->n = 0;
	shelf_word_add(word, (struct str){out->data, out->len}, match_is_prefix(match, 0));
	return true;
}

/* Of what is not used: what begins so is shown, the rest kept for after. */
static int titles_unused(struct finder *finder, const struct shelf *shelf,
	const struct shelf_ask *ask, const struct shelf_same *first, struct err *err)
{
	unsigned rest[TITLES_REST_MAX], n = 0, at = shelf->n_used, i;
	unsigned end = finder->ask->filter.experimental ? shelf->n : shelf->n_shown;

	for (at = shelf_next(shelf, ask, at, end); at < end && !finder->stopped;
		at = shelf_next(shelf, ask, at + 1, end)) {
		if (first != NULL && shelf_has(shelf, at, first)) {
			if (finder_show(finder, shelf->keys[at], TITLES_FIRST, titles_why, err) !=
				0)
				return -1;
		} else if (n < TITLES_REST_MAX) {
			rest[n++] = at;
		}
	}
	for (i = 0; i < n && !finder->stopped; i++) {
		if (finder_show(finder, shelf->keys[rest[i]], TITLES_REST, titles_why, err) != 0)
			return -1;
	}
	return 0;
}

static int titles_from_shelf(struct finder *finder, const struct shelf *shelf, struct err *err)
{
	struct buf text = BUF_INIT(MATCH_BYTES_MAX);
	struct shelf_word first;
	struct shelf_ask ask;
	bool begins = titles_first_word(&finder->match, &text, &first);
	unsigned at;
	int result = 0;

	titles_ask_shelf(&finder->match, &ask);
	for (at = shelf_next(shelf, &ask, 0, shelf->n_used);
		at < shelf->n_used && !finder->stopped && result == 0;
		at = shelf_next(shelf, &ask, at + 1, shelf->n_used))
		result = finder_show(finder, shelf->keys[at], TITLES_USED, titles_why, err);
	if (result == 0 && !finder->stopped)
		result = titles_unused(finder, shelf, &ask, begins ? &first.same[0] : NULL, err);
	buf_fini(&text);
	return result;
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
