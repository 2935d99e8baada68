/* The words of a text, by FTS5's own tokenizer; see words.h. */
#include "store/words.h"

#include <stdlib.h>

struct words {
	fts5_api *api;
	fts5_tokenizer module;
	Fts5Tokenizer *tokenizer;
};

/* The documented way to FTS5's interface (fts5.html, "Extending FTS5"). */
static fts5_api *words_find_api(struct db *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *ask;

	if (sqlite3_prepare_v2(db->sqlite, "SELECT fts5(?)", -1, &ask, NULL) == SQLITE_OK) {
		(void)sqlite3_bind_pointer(ask, 1, &api, "fts5_api_ptr", NULL);
		(void)sqlite3_step(ask); /* api stays NULL when it fails */
	}
	(void)sqlite3_finalize(ask);
	return api;
}

static struct words *words_get(struct store *store, struct err *err)
{
	const char *options[] = {"remove_diacritics", "2"};
	struct words *words = store->words;
	void *context;

	if (words != NULL)
		return words;
	words = calloc(1, sizeof *words);
	if (words == NULL) {
		(void)err_set(err, ERR_MEMORY, "out of memory");
		return NULL;
	}
	words->api = words_find_api(&store->prompts);
	if (words->api == NULL ||
		words->api->xFindTokenizer(words->api, "unicode61", &context, &words->module) !=
			SQLITE_OK ||
		words->module.xCreate(context, options, 2, &words->tokenizer) != SQLITE_OK) {
		free(words);
		(void)err_set(err, ERR_FAILED, "this SQLite has no full-text search");
		return NULL;
	}
	store->words = words;
	return words;
}

fts5_api *words_fts5(struct store *store, struct err *err)
{
	struct words *words = words_get(store, err);

	return words != NULL ? words->api : NULL;
}

void words_free(struct words *words)
{
	if (words == NULL)
		return;
	words->module.xDelete(words->tokenizer);
	free(words);
}

struct words_call {
	words_place_fn *fn;
	void *data;
	int stopped;
};

static int words_take(void *context, int flags, const char *token, int n, int from, int to)
{
	struct words_call *call = context;

	(void)flags;
	call->stopped =
		call->fn(call->data, (struct str){token, (size_t)n}, (size_t)from, (size_t)to);
	return call->stopped != 0 ? SQLITE_DONE : SQLITE_OK;
}

int words_places(
	struct store *store, struct str text, words_place_fn *fn, void *data, struct err *err)
{
	struct words *words = words_get(store, err);
	struct words_call call = {.fn = fn, .data = data};
	int rc;

	if (words == NULL)
		return -1;
	if (text.n == 0)
		return 0;
	if (text.n > INT32_MAX)
		return err_set(err, ERR_LIMIT, "text is too long");
	rc = words->module.xTokenize(
		words->tokenizer, &call, FTS5_TOKENIZE_DOCUMENT, text.p, (int)text.n, words_take);
	if (call.stopped != 0)
		return call.stopped;
	return rc == SQLITE_OK ? 0 : db_fail(&store->prompts, rc, "cannot read words", err);
}

struct words_plain {
	words_fn *fn;
	void *data;
};

static int words_no_place(void *data, struct str word, size_t from, size_t to)
{
	const struct words_plain *plain = data;

	(void)from;
	(void)to;
	return plain->fn(plain->data, word);
}

int words_each(struct store *store, struct str text, words_fn *fn, void *data, struct err *err)
{
	struct words_plain plain = {fn, data};

	return words_places(store, text, words_no_place, &plain, err);
}

static int words_join(void *data, struct str word)
{
	struct buf *out = data;

	if (out->len > 0)
		(void)buf_add_char(out, ' ');
	return buf_add(out, word.p, word.n) == 0 ? 0 : 1;
}

int words_fold(struct store *store, struct str text, struct buf *out, struct err *err)
{
	size_t before = out->len;

	if (words_each(store, text, words_join, out, err) < 0)
		return -1;
	if (out->len == before)
		(void)buf_add(out, text.p, text.n);
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "name is too long") : 0;
}
