/* A query in the terms of FTS5; see match.h. */
#include "store/match.h"

#include "store/words.h"

#define MATCH_PREFIX_LETTERS 5

static unsigned match_letters(struct str word)
{
	unsigned letters = 0;
	size_t i;

	for (i = 0; i < word.n; i++)
		letters += ((unsigned char)word.p[i] & 0xC0) != 0x80;
	return letters;
}

struct match_gather {
	struct match_words *words;
	unsigned term;
};

static int match_gather(void *data, struct str word)
{
	struct match_gather *gather = data;
	struct match_words *words = gather->words;

	if (words->n == MATCH_WORDS_MAX || words->text.len + word.n + 1 > MATCH_BYTES_MAX)
		return 1; /* the words so far are asked for */
	if (words->text.len > 0)
		(void)buf_add_char(&words->text, ' ');
	(void)buf_add(&words->text, word.p, word.n);
	words->words[words->n++] = (struct match_word){
		.from = (unsigned)(words->text.len - word.n),
		.n = (unsigned)word.n,
		.letters = match_letters(word),
		.term = gather->term,
	};
	return 0;
}

int match_init(struct match *match, struct store *store, const struct query *query, struct err *err)
{
	struct match_gather gather = {.words = &match->typed};

	*match = (struct match){.query = query,
		.typed = {.text = BUF_INIT(MATCH_BYTES_MAX)},
		.groups = {.text = BUF_INIT(MATCH_BYTES_MAX)}};
	for (gather.term = 0; gather.term < query->n_terms; gather.term++) {
		if (!query->terms[gather.term].negated &&
			words_each(store, query->terms[gather.term].text, match_gather, &gather,
				err) < 0)
			return -1;
	}
	if (buf_failed(&match->typed.text))
		return err_set(err, ERR_MEMORY, "out of memory");
	return 0;
}

void match_fini(struct match *match)
{
	buf_fini(&match->typed.text);
	buf_fini(&match->groups.text);
}

int match_add_group(struct match *match, struct store *store, struct str name, struct err *err)
{
	struct match_gather gather = {.words = &match->groups};

	return words_each(store, name, match_gather, &gather, err) < 0 ? -1 : 0;
}

struct str match_word(const struct match_words *words, unsigned i)
{
	return (struct str){words->text.data + words->words[i].from, words->words[i].n};
}

bool match_is_prefix(const struct match *match, unsigned i)
{
	return match->query->prefix && i + 1 == match->typed.n &&
	       match->typed.words[i].term + 1 == match->query->n_terms;
}

bool match_is_empty(const struct match *match)
{
	return match->typed.n == 0 && match->groups.n == 0;
}

/* A folded word has no quotes in it: they are no letters. */
static void match_quote(struct str word, const char *mark, bool prefix, struct buf *out)
{
	(void)buf_add_format(out, "\"%s%.*s\"%s ", mark, (int)word.n, word.p, prefix ? " *" : "");
}

void match_titles(const struct match *match, bool first, struct buf *out)
{
	unsigned i;

	for (i = 0; i < match->typed.n; i++)
		match_quote(match_word(&match->typed, i), first && i == 0 ? MATCH_FIRST : "",
			match_is_prefix(match, i), out);
	for (i = 0; i < match->groups.n; i++)
		match_quote(match_word(&match->groups, i), "", false, out);
}

static int match_phrase_word(void *data, struct str word)
{
	struct buf *out = data;

	(void)buf_add_format(out, "%.*s ", (int)word.n, word.p);
	return 0;
}

/* The words of a term next to each other: one string to FTS5. */
static void match_phrase(struct store *store, struct str text, const char *before, struct buf *out)
{
	struct err ignored; /* no words, nothing asked: as with signs only */
	struct buf words = BUF_INIT(MATCH_BYTES_MAX);

	if (words_each(store, text, match_phrase_word, &words, &ignored) == 0 && words.len > 0)
		(void)buf_add_format(out, "%s\"%s\" ", before, buf_text(&words));
	buf_fini(&words);
}

/* One term that must be there: a phrase, or its words one by one. */
static void match_term(const struct match *match, struct store *store, unsigned term, bool growing,
	struct buf *out)
{
	unsigned i;

	if (match->query->terms[term].phrase) {
		match_phrase(store, match->query->terms[term].text, "", out);
		return;
	}
	for (i = 0; i < match->typed.n; i++) {
		if (match->typed.words[i].term == term && !match->typed.words[i].common)
			match_quote(match_word(&match->typed, i), "",
				growing && match_is_prefix(match, i), out);
	}
}

bool match_may_grow(const struct match *match)
{
	unsigned last = match->typed.n - 1;

	return match->typed.n > 0 && match_is_prefix(match, last) &&
	       match->typed.words[last].letters >= MATCH_PREFIX_LETTERS;
}

bool match_bodies(
	const struct match *match, struct store *store, bool head, bool growing, struct buf *out)
{
	const struct query *query = match->query;
	struct buf without = BUF_INIT(MATCH_EXPRESSION_MAX);
	unsigned i;

	if (match->typed.n == 0)
		return false;
	(void)buf_add_str(out, head ? "head : (( " : "(( ");
	for (i = 0; i < query->n_terms; i++) {
		if (query->terms[i].negated)
			match_phrase(store, query->terms[i].text, without.len > 0 ? "OR " : "",
				&without);
		else
			match_term(match, store, i, growing, out);
	}
	if (without.len > 0)
		(void)buf_add_format(out, ") NOT (%s))", buf_text(&without));
	else
		(void)buf_add_str(out, "))");
	for (i = 0; i < match->groups.n; i++) {
		(void)buf_add_str(out, " AND head : ");
		match_quote(match_word(&match->groups, i), "", false, out);
	}
	buf_fini(&without);
	return !buf_failed(out);
}
