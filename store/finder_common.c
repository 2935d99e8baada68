/* Words too common to look for: left out of the question to FTS5, and looked for
 * in the few texts that are shown. */
#include <string.h>

#include "store/finder.h"
#include "store/index.h"
#include "store/words.h"

/* In smaller libraries it does not matter. */
#define COMMON_PROMPTS_MIN 5000
/* Common: this many texts of the first so many in order of use have it. */
#define COMMON_HITS "64"
#define COMMON_OF "200"

static const char common_failed[] = "cannot search";

/* Only its first hits are looked at. 1 common. */
static int common_probe(struct finder *finder, struct str word, struct err *err)
{
	struct db *db = &finder->store->prompts;
	struct buf match = BUF_INIT(MATCH_EXPRESSION_MAX);
	sqlite3_stmt *probe;
	int result;

	/* The number of texts before the 64th hit: NULL when there is none. */
	if (db_statement(db, DB_SEARCH_COMMON,
		    "SELECT (SELECT count(*) FROM (SELECT 1 FROM title WHERE rank <= "
		    "(SELECT rowid FROM bodies WHERE bodies MATCH ?1 ORDER BY rowid LIMIT 1 "
		    "OFFSET " COMMON_HITS ") LIMIT " COMMON_OF "))",
		    &probe, err) != 0)
		return -1;
	(void)buf_add_format(&match, "\"%.*s\"", (int)word.n, word.p);
	db_bind_text(probe, 1, buf_text(&match));
	result = db_step(db, probe, common_failed, err);
	if (result == 1) {
		int64_t before = sqlite3_column_int64(probe, 0);

		result = before > 0 && before < 200;
	}
	db_done(probe);
	buf_fini(&match);
	return result;
}

/* What was found out about a word is true enough for as long as a handle lives. */
static struct common_known *common_known(struct finder *finder, struct str word)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct common_known *known;
	size_t i;

	for (i = 0; i < word.n; i++)
		hash = (hash ^ (unsigned char)word.p[i]) * UINT64_C(0x100000001b3);
	known = &finder->store->common[(hash >> 32) % COMMON_KNOWN_MAX];
	if (known->hash != (hash | 1))
		*known = (struct common_known){.hash = hash | 1, .common = -1};
	return known;
}

static int common_word(struct finder *finder, unsigned i, struct err *err)
{
	struct str word = match_word(&finder->match.typed, i);
	struct common_known *known = common_known(finder, word);

	if (known->common < 0) {
		int common = common_probe(finder, word, err);

		if (common < 0)
			return -1;
		known->common = (signed char)common;
	}
	return known->common;
}

static int common_is_large(struct finder *finder, struct err *err)
{
	struct db *db = &finder->store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_SEARCH_LARGE, "SELECT max(key) FROM prompt", &get, err) != 0)
		return -1;
	result = db_step(db, get, common_failed, err);
	if (result == 1)
		result = sqlite3_column_int64(get, 0) >= COMMON_PROMPTS_MIN;
	db_done(get);
	return result;
}

int finder_mark_common(struct finder *finder, struct err *err)
{
	struct match_words *typed = &finder->match.typed;
	unsigned i, n = 0;
	int result;

	if (typed->n < 2 || !finder->query.plain)
		return 0;
	result = common_is_large(finder, err);
	for (i = 0; i < typed->n && result > 0; i++) {
		int common = common_word(finder, i, err);

		if (common < 0)
			return -1;
		typed->words[i].common = common > 0;
		n += common > 0;
	}
	for (i = 0; i < typed->n && n == typed->n; i++)
		typed->words[i].common = false;
	return result < 0 ? -1 : 0;
}

struct common_look {
	const struct match_words *typed;
	uint32_t missing; /* a bit for each word */
};

static int common_look(void *data, struct str word)
{
	struct common_look *look = data;
	unsigned i;

	for (i = 0; i < look->typed->n; i++) {
		if ((look->missing >> i & 1) != 0 && str_equal(match_word(look->typed, i), word))
			look->missing &= ~(UINT32_C(1) << i);
	}
	return look->missing == 0 ? 1 : 0;
}

int finder_has_common(struct finder *finder, int64_t rank, struct err *err)
{
	struct common_look look = {.typed = &finder->match.typed};
	struct db *db = &finder->store->prompts;
	sqlite3_stmt *get;
	int result;
	unsigned i;

	for (i = 0; i < look.typed->n; i++)
		look.missing |= (uint32_t)look.typed->words[i].common << i;
	if (look.missing == 0)
		return 1;
	if (db_statement(db, DB_SEARCH_TEXT,
		    "SELECT b.text, " INDEX_HEAD " FROM title t JOIN prompt p ON p.key = t.prompt "
		    "JOIN body b ON b.version = t.version WHERE t.rank = ?",
		    &get, err) != 0)
		return -1;
	db_bind_int(get, 1, rank);
	result = db_step(db, get, common_failed, err);
	for (i = 0; i < 2 && result == 1 && look.missing != 0; i++) {
		if (words_each(finder->store, db_column_str(get, (int)i), common_look, &look, err) <
			0)
			result = -1;
	}
	db_done(get);
	return result < 0 ? -1 : look.missing == 0;
}
