/* Our own rank of hits in texts; see place.h. */
#include "store/place.h"

#include "store/words.h"

/* A word of the title or description is worth this much; one of the text from
 * TEXT down to almost nothing, the further from its beginning the less. */
#define PLACE_HEAD 10.0
#define PLACE_TEXT 4.0
#define PLACE_HALF_WORDS 64.0
/* Each word that follows the one before it, as in the question. */
#define PLACE_NEXT 6.0

static void place(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context,
	int n_values, sqlite3_value **values)
{
	int phrase, n = api->xPhraseCount(fts), last_column = -1, last_offset = 0;
	double score = 0;

	(void)n_values;
	(void)values;
	for (phrase = 0; phrase < n; phrase++) {
		int column, offset, rc;
		Fts5PhraseIter at;

		rc = api->xPhraseFirst(fts, phrase, &at, &column, &offset);
		if (rc != SQLITE_OK) {
			sqlite3_result_error_code(context, rc);
			return;
		}
		if (column < 0)
			continue; /* one that must not be there */
		score += column == 0 ? PLACE_HEAD : PLACE_TEXT / (1.0 + offset / PLACE_HALF_WORDS);
		if (column == last_column && offset == last_offset + 1)
			score += PLACE_NEXT;
		last_column = column;
		last_offset = offset;
	}
	sqlite3_result_double(context, score);
}

int place_register(struct store *store, struct err *err)
{
	fts5_api *api = words_fts5(store, err);
	int rc;

	if (api == NULL)
		return -1;
	rc = api->xCreateFunction(api, "place", NULL, place, NULL);
	return rc == SQLITE_OK ? 0 : db_fail(&store->prompts, rc, "cannot search", err);
}
