/* The titles in memory; see shelf.h. */
#include "store/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "store/rank.h"
#include "store/vocabulary.h"

#define SHELF_TITLES_MAX 1000000
#define SHELF_TEXT_MAX (256 * 1024 * 1024)
/* The first search after a change is answered from the file. */
#define SHELF_SEARCHES 2
/* A word is looked for by as many bits; more leave out little more. */
#define SHELF_ASK_COLUMNS 4

/* --- Signatures --------------------------------------------------------------- */

/* The place of the lowest bit of some. */
static unsigned shelf_lowest(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

static void shelf_set(struct shelf_signature *signature, unsigned column)
{
	signature->bits[column / 64] |= UINT64_C(1) << column % 64;
}

/* Two bits of `size` (a power of two) from `first` on: words that every title has
 * (a team's name in every path) take some bits for good, and few words have both
 * of theirs among those. */
static void shelf_set_hash(
	struct shelf_signature *signature, unsigned first, unsigned size, const char *p, size_t n)
{
	uint64_t word = 0;

	memcpy(&word, p, n);
	word *= UINT64_C(0x9e3779b97f4a7c15);
	shelf_set(signature, first + (unsigned)(word >> 56) % size);
	shelf_set(signature, first + (unsigned)(word >> 48 & 0xFF) % size);
}

uint32_t shelf_letters(struct str text)
{
	uint32_t letters = 0;
	size_t i;

	for (i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		letters |= UINT32_C(1) << (c >= 'a' && c <= 'z' ? c - 'a' : 26);
	}
	return letters;
}

/* Add every word that begins so; `whole`: this word, whose blank after it counts
 * as a letter. */
static void shelf_sign(struct shelf_signature *signature, struct str word, bool whole)
{
	char head[8] = "";
	size_t n = word.n < 6 ? word.n : 6;

	if (n > 0)
		memcpy(head, word.p, n);
	if (whole && word.n < 6)
		head[n++] = ' ';
	/* Of a short one that is whole: nothing after the blank. */
	if (n >= 6 || whole)
		shelf_set_hash(signature, SHELF_SIX, SHELF_FOUR - SHELF_SIX, head, 6);
	if (n >= 4)
		shelf_set_hash(signature, SHELF_FOUR, SHELF_TWO - SHELF_FOUR, head, 4);
	if (n >= 2)
		shelf_set_hash(signature, SHELF_TWO, SHELF_ONE - SHELF_TWO, head, 2);
	if (n >= 1)
		shelf_set(signature, SHELF_ONE + ((unsigned char)head[0] & 31));
}

static void shelf_sign_letters(struct shelf_signature *signature, uint32_t letters)
{
	for (; letters != 0; letters &= letters - 1)
		shelf_set(signature, SHELF_LETTERS + shelf_lowest(letters));
}

/* --- Loading ------------------------------------------------------------------ */

void shelf_free(struct shelf *shelf)
{
	unsigned i;

	if (shelf == NULL)
		return;
	vocabulary_free(shelf->vocabulary);
	free(shelf->keys);
	free(shelf->from);
	for (i = 0; i < shelf->size / SHELF_BLOCK; i++)
		free(shelf->blocks[i]);
	free(shelf->blocks);
	free(shelf->text);
	free(shelf);
}

/* Room for a block more of titles. */
static bool shelf_grow(struct shelf *shelf)
{
	size_t n = shelf->size / SHELF_BLOCK, size = shelf->size + SHELF_BLOCK;
	int64_t *keys = realloc(shelf->keys, size * sizeof *keys);
	uint32_t *from = realloc(shelf->from, (size + 1) * sizeof *from);
	struct shelf_block **blocks = realloc(shelf->blocks, (n + 1) * sizeof *blocks);
	struct shelf_block *block = calloc(1, sizeof *block);

	shelf->keys = keys != NULL ? keys : shelf->keys;
	shelf->from = from != NULL ? from : shelf->from;
	shelf->blocks = blocks != NULL ? blocks : shelf->blocks;
	if (keys == NULL || from == NULL || blocks == NULL || block == NULL) {
		free(block);
		return false;
	}
	blocks[n] = block;
	shelf->size = (unsigned)size;
	return true;
}

static bool shelf_room(struct shelf *shelf, size_t len)
{
	size_t size = shelf->text_size > 0 ? 2 * shelf->text_size : 65536;
	char *text;

	/* Eight more, for shelf_has() reads eight at a time. */
	if (shelf->text_len + len + 8 <= shelf->text_size)
		return true;
	while (size < shelf->text_len + len + 8)
		size *= 2;
	text = size <= SHELF_TEXT_MAX ? realloc(shelf->text, size) : NULL;
	if (text == NULL)
		return false;
	shelf->text = text;
	shelf->text_size = size;
	return true;
}

static struct shelf_signature shelf_sign_all(struct str words)
{
	struct shelf_signature all = {.bits = {0}};
	struct str rest = words;

	while (rest.n > 0)
		shelf_sign(&all, str_cut(rest, ' ', &rest), true);
	shelf_sign_letters(&all, shelf_letters(words));
	return all;
}

static void shelf_mark(struct shelf *shelf, unsigned at, const struct shelf_signature *signature)
{
	struct shelf_block *block = shelf->blocks[at / SHELF_BLOCK];
	unsigned i, in = at % SHELF_BLOCK;

	for (i = 0; i < SHELF_COLUMNS / 64; i++) {
		uint64_t bits = signature->bits[i];

		for (; bits != 0; bits &= bits - 1)
			block->columns[64 * i + shelf_lowest(bits)][in / 64] |= UINT64_C(1)
										<< in % 64;
	}
}

/* Words as table title has them: each followed by a blank. */
static bool shelf_add(struct shelf *shelf, int64_t key, int64_t rank, struct str words)
{
	struct shelf_signature signature = shelf_sign_all(words);
	unsigned at = shelf->n;

	if (at == SHELF_TITLES_MAX || (at == shelf->size && !shelf_grow(shelf)) ||
		!shelf_room(shelf, words.n))
		return false;
	if (words.n > 0)
		memcpy(shelf->text + shelf->text_len, words.p, words.n);
	shelf->from[at] = (uint32_t)shelf->text_len;
	shelf->text_len += words.n;
	memset(shelf->text + shelf->text_len, 0, 8);
	shelf->from[at + 1] = (uint32_t)shelf->text_len;
	shelf->keys[at] = key;
	shelf_mark(shelf, at, &signature);
	shelf->n++;
	if (rank < RANK_UNUSED)
		shelf->n_used = shelf->n;
	if (rank < RANK_HIDDEN)
		shelf->n_shown = shelf->n;
	return true;
}

static int shelf_fill(struct store *store, struct shelf *shelf, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *list;
	int result;

	if (db_statement(db, DB_TITLE_LIST, "SELECT prompt, rank, text FROM title ORDER BY rank",
		    &list, err) != 0)
		return -1;
	while ((result = db_step(db, list, "cannot read the titles", err)) == 1) {
		if (shelf_add(shelf, sqlite3_column_int64(list, 0), sqlite3_column_int64(list, 1),
			    db_column_str(list, 2)))
			continue;
		result = err_set(err, ERR_MEMORY, "too many titles to keep in memory");
		break;
	}
	db_done(list);
	return result;
}

static int shelf_load(struct store *store, uint64_t version, struct err *err)
{
	struct shelf *shelf = calloc(1, sizeof *shelf);

	if (shelf == NULL)
		return err_set(err, ERR_MEMORY, "out of memory");
	shelf->data_version = version;
	if (shelf_fill(store, shelf, err) != 0) {
		shelf_free(shelf);
		return -1;
	}
	shelf_free(store->shelf);
	store->shelf = shelf;
	return 0;
}

int shelf_get(struct store *store, bool needed, struct shelf **out, struct err *err)
{
	uint64_t version = store_data_version(store);

	*out = NULL;
	/* One's own changes have no version before they are committed. */
	if (store->batch)
		return 0;
	if (store->shelf != NULL && store->shelf->data_version == version) {
		*out = store->shelf;
		return 0;
	}
	if (store->searched_version != version) {
		store->searched_version = version;
		store->searches = 0;
	}
	if (!needed && ++store->searches < SHELF_SEARCHES)
		return 0;
	if (shelf_load(store, version, err) != 0)
		return needed ? -1 : 0; /* the file knows the answer too */
	*out = store->shelf;
	return 0;
}

/* --- Asking ------------------------------------------------------------------- */

void shelf_ask_init(struct shelf_ask *ask)
{
	ask->n = 0;
	ask->block = 0;
}

struct shelf_word *shelf_ask_add(struct shelf_ask *ask)
{
	struct shelf_word *word;

	if (ask->n == SHELF_WORDS_MAX)
		return NULL;
	word = &ask->words[ask->n++];
	word->n = 0;
	return word;
}

/* The first `max` columns of a signature: those that leave out most. */
static void shelf_same_columns(
	struct shelf_same *same, const struct shelf_signature *signature, unsigned max)
{
	unsigned i;

	same->n_columns = 0;
	for (i = 0; i < SHELF_COLUMNS / 64; i++) {
		uint64_t bits = signature->bits[i];

		for (; bits != 0 && same->n_columns < max; bits &= bits - 1)
			same->columns[same->n_columns++] = (uint16_t)(64 * i + shelf_lowest(bits));
	}
}

void shelf_word_add(struct shelf_word *word, struct str text, bool prefix)
{
	struct shelf_signature signature = {.bits = {0}};
	size_t n = text.n < 8 ? text.n : 8;
	struct shelf_same *same;

	if (word->n == SHELF_SAME_MAX)
		return;
	same = &word->same[word->n++];
	same->text = text;
	same->prefix = prefix;
	same->head = same->mask = 0;
	memcpy(&same->head, text.p, n);
	memset(&same->mask, 0xFF, n);
	shelf_sign(&signature, text, !prefix);
	shelf_same_columns(same, &signature, SHELF_ASK_COLUMNS);
}

void shelf_ask_letters(struct shelf_ask *ask, uint32_t letters)
{
	struct shelf_signature signature = {.bits = {0}};
	struct shelf_word *word = shelf_ask_add(ask);

	if (word == NULL)
		return; /* the letters of so many words leave nothing out */
	word->n = 1;
	shelf_sign_letters(&signature, letters);
	shelf_same_columns(&word->same[0], &signature, SHELF_COLUMNS - SHELF_LETTERS);
}

struct str shelf_text(const struct shelf *shelf, unsigned at)
{
	return (struct str){shelf->text + shelf->from[at], shelf->from[at + 1] - shelf->from[at]};
}

/* Does this title hold that word? */
static bool shelf_has(const struct shelf *shelf, unsigned at, const struct shelf_same *same)
{
	const char *p = shelf->text + shelf->from[at];
	const char *end = shelf->text + shelf->from[at + 1];

	/* Each word is followed by a blank, so the one after the last letter of
	 * a whole match is there to be looked at. */
	while (p + same->text.n < end) {
		uint64_t head;

		memcpy(&head, p, sizeof head);
		if (((head ^ same->head) & same->mask) == 0 &&
			(same->text.n <= 8 ||
				memcmp(p + 8, same->text.p + 8, same->text.n - 8) == 0) &&
			(same->prefix || p[same->text.n] == ' '))
			return true;
		p = memchr(p, ' ', (size_t)(end - p));
		if (p == NULL)
			break;
		p++;
	}
	return false;
}

static bool shelf_may_have(const struct shelf *shelf, unsigned at, const struct shelf_same *same)
{
	const struct shelf_block *block = shelf->blocks[at / SHELF_BLOCK];
	unsigned i, in = at % SHELF_BLOCK;

	for (i = 0; i < same->n_columns; i++) {
		if ((block->columns[same->columns[i]][in / 64] >> in % 64 & 1) == 0)
			return false;
	}
	return true;
}

static bool shelf_has_any(const struct shelf *shelf, unsigned at, const struct shelf_word *word)
{
	unsigned i;

	for (i = 0; i < word->n; i++) {
		if ((word->n == 1 || shelf_may_have(shelf, at, &word->same[i])) &&
			shelf_has(shelf, at, &word->same[i]))
			return true;
	}
	return false;
}

static bool shelf_matches(const struct shelf *shelf, const struct shelf_ask *ask, unsigned at)
{
	unsigned i;

	for (i = 0; i < ask->n; i++) {
		if (!shelf_has_any(shelf, at, &ask->words[i]))
			return false;
	}
	return true;
}

/* Add to `any` the titles of a block that may have this. */
static void shelf_sift_same(
	const struct shelf_block *block, const struct shelf_same *same, uint64_t *any)
{
	uint64_t all[SHELF_BLOCK / 64];
	unsigned i, word;

	memset(all, 0xFF, sizeof all);
	for (i = 0; i < same->n_columns; i++) {
		const uint64_t *column = block->columns[same->columns[i]];

		for (word = 0; word < SHELF_BLOCK / 64; word++)
			all[word] &= column[word];
	}
	for (word = 0; word < SHELF_BLOCK / 64; word++)
		any[word] |= all[word];
}

/* Which titles of a block may hold all that is asked. */
static void shelf_sift(const struct shelf *shelf, struct shelf_ask *ask, unsigned block)
{
	unsigned i, same, word;

	ask->block = block + 1;
	memset(ask->may, 0xFF, sizeof ask->may);
	for (i = 0; i < ask->n; i++) {
		uint64_t any[SHELF_BLOCK / 64] = {0};

		for (same = 0; same < ask->words[i].n; same++)
			shelf_sift_same(shelf->blocks[block], &ask->words[i].same[same], any);
		for (word = 0; word < SHELF_BLOCK / 64; word++)
			ask->may[word] &= any[word];
	}
}

unsigned shelf_next_may(const struct shelf *shelf, struct shelf_ask *ask, unsigned at, unsigned end)
{
	while (at < end) {
		unsigned in = at % SHELF_BLOCK;
		uint64_t bits;

		if (ask->block != at / SHELF_BLOCK + 1)
			shelf_sift(shelf, ask, at / SHELF_BLOCK);
		bits = ask->may[in / 64] >> in % 64;
		if (bits != 0) {
			at += shelf_lowest(bits);
			return at < end ? at : end;
		}
		at += 64 - in % 64;
	}
	return end;
}

unsigned shelf_next(const struct shelf *shelf, struct shelf_ask *ask, unsigned at, unsigned end)
{
	for (at = shelf_next_may(shelf, ask, at, end); at < end;
		at = shelf_next_may(shelf, ask, at + 1, end)) {
		if (shelf_matches(shelf, ask, at))
			return at;
	}
	return end;
}
