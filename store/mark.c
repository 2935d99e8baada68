/* Letters of a row that were typed; see mark.h. */
#include "store/mark.h"

#include "core/grapheme.h"
#include "store/finder.h"
#include "store/vocabulary.h"
#include "store/words.h"

#define MARK_TOKENS_MAX 64
#define MARK_FOLDED_MAX 2048
#define MARK_SLIP_LETTERS 4  /* of a word that may have a slip … */
#define MARK_SLIPS_LETTERS 8 /* … or two: as vocabulary.h has it */

/* A word of the text: folded, where it stands, and how much of it is marked. */
struct mark_token {
	unsigned folded, n; /* in marking.folded */
	unsigned from, to;  /* in the text */
	unsigned marked;    /* bytes from `from` on */
};

struct marking {
	struct store *store;
	const struct match *match;
	struct str text;
	struct buf folded; /* the words with a blank between */
	struct mark_token tokens[MARK_TOKENS_MAX];
	unsigned n;
};

static int mark_gather(void *data, struct str word, size_t from, size_t to)
{
	struct marking *marking = data;
	struct buf *folded = &marking->folded;

	if (marking->n == MARK_TOKENS_MAX)
		return 1;
	if (folded->len > 0)
		(void)buf_add_char(folded, ' ');
	if (buf_add(folded, word.p, word.n) != 0)
		return 1;
	marking->tokens[marking->n++] = (struct mark_token){(unsigned)(folded->len - word.n),
		(unsigned)word.n, (unsigned)from, (unsigned)to, 0};
	return 0;
}

static struct str mark_word(const struct marking *marking, const struct mark_token *token)
{
	return (struct str){marking->folded.data + token->folded, token->n};
}

/* Bytes of the text for the first `folded` bytes of the token: what a letter was
 * folded from may be longer, with marks of its own. */
static unsigned mark_bytes(
	const struct marking *marking, const struct mark_token *token, unsigned folded)
{
	struct str word = {marking->text.p, token->to};
	size_t at = token->from;
	unsigned i;

	if (folded >= token->n)
		return token->to - token->from;
	for (i = 0; i < folded && at < token->to; i++)
		if (((unsigned char)marking->folded.data[token->folded + i] & 0xC0) != 0x80)
			at = grapheme_next(word, at);
	return (unsigned)at - token->from;
}

static void mark_first(const struct marking *marking, struct mark_token *token, unsigned folded)
{
	unsigned bytes = mark_bytes(marking, token, folded);

	if (bytes > token->marked)
		token->marked = bytes;
}

static bool mark_begins(struct str word, struct str with)
{
	return word.n > with.n && str_equal((struct str){word.p, with.n}, with);
}

/* How a typed word stands in one of the text; 0: not, else bytes of the folded one. */
static unsigned mark_fits(struct str word, struct str typed, bool growing, bool fuzzy)
{
	unsigned most = typed.n >= MARK_SLIPS_LETTERS ? 2 : 1;

	if (str_equal(word, typed))
		return (unsigned)word.n;
	if ((growing || fuzzy) && mark_begins(word, typed))
		return (unsigned)typed.n;
	if (fuzzy && typed.n >= MARK_SLIP_LETTERS &&
		vocabulary_distance(typed, word, growing, most) <= most)
		return (unsigned)word.n;
	return 0;
}

/* Where typed word i stands. */
static bool mark_typed(struct marking *marking, unsigned i, bool fuzzy)
{
	bool any = false;
	unsigned j;

	for (j = 0; j < marking->n; j++) {
		struct mark_token *token = &marking->tokens[j];
		unsigned folded =
			mark_fits(mark_word(marking, token), match_word(&marking->match->typed, i),
				match_is_prefix(marking->match, i), fuzzy);

		if (folded > 0)
			mark_first(marking, token, folded);
		any = any || folded > 0;
	}
	return any;
}

static bool mark_words(struct marking *marking, bool fuzzy)
{
	bool any = false;
	unsigned i;

	for (i = 0; i < marking->match->typed.n; i++)
		any = mark_typed(marking, i, false) || (fuzzy && mark_typed(marking, i, true)) ||
		      any;
	return any;
}

static void mark_add(struct store_marks *marks, unsigned from, unsigned n)
{
	struct store_mark *last = marks->n > 0 ? &marks->marks[marks->n - 1] : NULL;

	if (last != NULL && last->from + last->n == from)
		last->n += n;
	else if (marks->n < STORE_MARKS_MAX)
		marks->marks[marks->n++] = (struct store_mark){from, n};
}

/* "cdrv": each letter by itself. */
static void mark_letters(const struct marking *marking, struct store_marks *marks)
{
	struct str letters = match_word(&marking->match->typed, 0);
	unsigned places[FINDER_LETTERS_BYTES], i, j;

	if (letters.n > FINDER_LETTERS_BYTES ||
		finder_letters_score((struct str){buf_text(&marking->folded), marking->folded.len},
			letters, places) < 0)
		return;
	for (i = 0; i < letters.n; i++)
		for (j = 0; j < marking->n; j++) {
			const struct mark_token *token = &marking->tokens[j];
			unsigned at = places[i] - token->folded, from;

			/* The rest of a letter of several bytes went with its first. */
			if (places[i] < token->folded || at >= token->n ||
				((unsigned char)letters.p[i] & 0xC0) == 0x80)
				continue;
			from = mark_bytes(marking, token, at);
			mark_add(marks, token->from + from,
				mark_bytes(marking, token, at + 1) - from);
		}
}

void mark_text(struct store *store, const struct match *match, struct str text, bool fuzzy,
	struct store_marks *marks)
{
	struct marking marking = {
		.store = store, .match = match, .text = text, .folded = BUF_INIT(MARK_FOLDED_MAX)};
	struct err ignored;
	unsigned i;

	marks->n = 0;
	if (match->typed.n > 0 && words_places(store, text, mark_gather, &marking, &ignored) >= 0) {
		if (!mark_words(&marking, fuzzy) && fuzzy && match->typed.n == 1)
			mark_letters(&marking, marks);
		for (i = 0; i < marking.n; i++)
			if (marking.tokens[i].marked > 0)
				mark_add(marks, marking.tokens[i].from, marking.tokens[i].marked);
	}
	buf_fini(&marking.folded);
}
