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
	struct match *match;
	unsigned term;
};

static int match_gather(void *data, struct str word)
{
	struct match_gather *gather = data;
	struct match *match = gather->match;
	size_t before = match->text.len;

	if (match->n_words == MATCH_WORDS_MAX)
		return 1;
	if (before > 0)
		(void)buf_add_char(&match->text, ' ');
	if (buf_add(&match->text, word.p, word.n) != 0)
		return 1;
	match->words[match->n_words++] = (struct match_word){
		.from = (unsigned)(match->text.len - word.n),
		.n = (unsigned)word.n,
		.letters = match_letters(word),
		.term = gather->term,
	};
	return 0;
}

int match_init(struct match *match, struct store *store, const struct query *query, struct err *err)
{
	struct match_gather gather = {.match = match};

	*match = (struct match){.query = query, .text = BUF_INIT(MATCH_BYTES_MAX)};
	for (gather.term = 0; gather.term < query->n_terms; gather.term++) {
		if (query->terms[gather.term].negated)
			continue;
		if (words_each(store, query->terms[gather.term].text, match_gather, &gather, err) <
			0)
			return -1;
	}
	return 0;
}

void match_fini(struct match *match)
{
	buf_fini(&match->text);
}

struct str match_word(const struct match *match, unsigned i)
{
	return (struct str){match->text.data + match->words[i].from, match->words[i].n};
}

static bool match_is_prefix(const struct match *match, unsigned i)
{
	return match->query->prefix && i + 1 == match->n_words &&
	       match->words[i].term + 1 == match->query->n_terms;
}

/* A folded word has no quotes in it: they are no letters. */
static void match_quote(struct str word, const char *mark, bool prefix, struct buf *out)
{
	(void)buf_add_format(out, "\"%s%.*s\"%s ", mark, (int)word.n, word.p, prefix ? " *" : "");
}

void match_titles(const struct match *match, bool first, struct buf *out)
{
	unsigned i;

	for (i = 0; i < match->n_words; i++)
		match_quote(match_word(match, i), first && i == 0 ? MATCH_FIRST : "",
			match_is_prefix(match, i), out);
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
static void match_term(struct match *match, struct store *store, unsigned term, struct buf *out)
{
	unsigned i;

	if (match->query->terms[term].phrase) {
		match_phrase(store, match->query->terms[term].text, "", out);
		return;
	}
	for (i = 0; i < match->n_words; i++) {
		if (match->words[i].term == term)
			match_quote(match_word(match, i), "",
				match_is_prefix(match, i) &&
					match->words[i].letters >= MATCH_PREFIX_LETTERS,
				out);
	}
}

bool match_bodies(struct match *match, struct store *store, bool head, struct buf *out)
{
	const struct query *query = match->query;
	struct buf without = BUF_INIT(MATCH_BYTES_MAX);
	size_t before;
	unsigned i;

	if (match->n_words == 0)
		return false;
	(void)buf_add_str(out, head ? "head : (( " : "(( ");
	before = out->len;
	for (i = 0; i < query->n_terms; i++) {
		if (query->terms[i].negated)
			match_phrase(store, query->terms[i].text, without.len > 0 ? "OR " : "",
				&without);
		else
			match_term(match, store, i, out);
	}
	if (out->len == before)
		(void)buf_add_str(out, "\"\" ");
	if (without.len > 0)
		(void)buf_add_format(out, ") NOT (%s))", buf_text(&without));
	else
		(void)buf_add_str(out, "))");
	buf_fini(&without);
	return !buf_failed(out);
}
