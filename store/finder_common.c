/* Words too common to look for: left out of the question to FTS5, and looked for
 * in the few texts that are shown. */
#include <string.h>

#include "store/finder.h"
#include "store/words.h"

/* In smaller libraries FTS5 has stepped through all texts before that many are looked
 * into (0.26 ms at the 99th of 100 questions of two words to 10,000 prompts; 0.33 ms
 * from 5,000 on). */
#define COMMON_PROMPTS_MIN 30000
/* Common: more than this many texts of the first so many in order of use have it.
 * (50, 70, 100 and 150 were tried: to look into texts takes longer, or FTS5 does.) */
#define COMMON_HITS "125"
#define COMMON_OF "200"

static const char common_failed[] = "cannot search";

/* Only texts up to the rank of COMMON_OF are looked at. 1 common. */
static int common_probe(struct finder *finder, struct str word, struct err *err)
{
	struct db *db = &finder->store->prompts;
	struct buf match = BUF_INIT(MATCH_EXPRESSION_MAX);
	sqlite3_stmt *probe;
	int result;

	if (db_statement(db, DB_SEARCH_COMMON,
		    "SELECT 1 FROM bodies WHERE bodies MATCH ?1 AND rowid < ?2 ORDER BY rowid "
		    "LIMIT 1 OFFSET " COMMON_HITS,
		    &probe, err) != 0)
		return -1;
	(void)buf_add_format(&match, "\"%.*s\"", (int)word.n, word.p);
	db_bind_text(probe, 1, buf_text(&match));
	db_bind_int(probe, 2, finder->store->common_rank);
	result = db_step(db, probe, common_failed, err);
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

/* The rank of COMMON_OF, looked up once a version of the data; 0 in a library so
 * small that no word is common. */
static int common_begin(struct finder *finder, struct err *err)
{
	uint64_t version = store_data_version(finder->store);
	struct db *db = &finder->store->prompts;
	sqlite3_stmt *get;
	int result;

	if (finder->store->common_version == version)
		return 0;
	if (db_statement(db, DB_SEARCH_LARGE,
		    "SELECT CASE WHEN (SELECT max(key) FROM prompt) >= ?1 THEN "
		    "(SELECT rank FROM title ORDER BY rank LIMIT 1 OFFSET " COMMON_OF ") END",
		    &get, err) != 0)
		return -1;
	db_bind_int(get, 1, COMMON_PROMPTS_MIN);
	result = db_step(db, get, common_failed, err);
	if (result == 1) {
		finder->store->common_rank = sqlite3_column_int64(get, 0);
		finder->store->common_version = version;
	}
	db_done(get);
	return result < 0 ? -1 : 0;
}

int finder_mark_common(struct finder *finder, struct err *err)
{
	struct match_words *typed = &finder->match.typed;
	unsigned i, n = 0;

	if (typed->n < 2 || !finder->query.plain)
		return 0;
	if (common_begin(finder, err) != 0)
		return -1;
	for (i = 0; i < typed->n && finder->store->common_rank > 0; i++) {
		int common = common_word(finder, i, err);

		if (common < 0)
			return -1;
		typed->words[i].common = common > 0;
		n += common > 0;
	}
	if (n == typed->n)
		finder_unmark_common(finder);
	return 0;
}

void finder_unmark_common(struct finder *finder)
{
	unsigned i;

	for (i = 0; i < finder->match.typed.n; i++)
		finder->match.typed.words[i].common = false;
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

/* A letter or digit, or part of what may be one. */
static bool common_is_letter(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static char common_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static char common_upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* Does the word stand in the text just so, in small or large letters? Then there
 * is no need to take the text apart, which is ten times the work. */
static bool common_is_plain(struct str text, struct str word)
{
	const char *end = text.p + text.n, *p = text.p;
	const char small = word.p[0], large = common_upper(small);
	size_t i;

	for (; (size_t)(end - p) >= word.n; p++) {
		if (*p != small && *p != large)
			continue;
		for (i = 1; i < word.n && common_lower(p[i]) == word.p[i]; i++)
			;
		if (i == word.n && (p == text.p || !common_is_letter(p[-1])) &&
			(p + i == end || !common_is_letter(p[i])))
			return true;
	}
	return false;
}

/* Nor if it is of ASCII: then each word of it stands in it just so. */
static bool common_is_ascii(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	}
	return true;
}

uint32_t finder_common(const struct finder *finder)
{
	uint32_t words = 0;
	unsigned i;

	for (i = 0; i < finder->match.typed.n; i++)
		words |= (uint32_t)finder->match.typed.words[i].common << i;
	return words;
}

int finder_has_words(
	struct finder *finder, uint32_t wanted, const struct str *texts, size_t n, struct err *err)
{
	struct common_look look = {.typed = &finder->match.typed, .missing = wanted};
	size_t i;
	unsigned at;

	for (at = 0; at < look.typed->n; at++) {
		for (i = 0; i < n && (look.missing >> at & 1) != 0; i++) {
			if (common_is_plain(texts[i], match_word(look.typed, at)))
				look.missing &= ~(UINT32_C(1) << at);
		}
	}
	for (i = 0; i < n && look.missing != 0; i++) {
		if (!common_is_ascii(texts[i]) &&
			words_each(finder->store, texts[i], common_look, &look, err) < 0)
			return -1;
	}
	return look.missing == 0;
}
