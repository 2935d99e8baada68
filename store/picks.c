/* Favourites and recents; see picks.h. */
#include "store/picks.h"

#include "core/clock.h"
#include "store/handle.h"
#include "store/row.h"
#include "store/use.h"

static const char picks_failed[] = "cannot read the favourites";

/* --- marking ------------------------------------------------------------------------- */

static int favourite_count(struct db *db, int64_t *count, struct err *err)
{
	sqlite3_stmt *ask;
	int result;

	if (db_statement(db, DB_FAVOURITE_COUNT, "SELECT count(*) FROM favourite", &ask, err) != 0)
		return -1;
	result = db_step(db, ask, picks_failed, err);
	if (result == 1)
		*count = sqlite3_column_int64(ask, 0);
	db_done(ask);
	return result < 0 ? -1 : 0;
}

static int favourite_write(struct db *db, struct str prompt_id, bool on, struct err *err)
{
	sqlite3_stmt *put;
	int64_t count = 0;

	if (on && favourite_count(db, &count, err) != 0)
		return -1;
	if (count >= STORE_FAVOURITES_MAX)
		return err_set(
			err, ERR_LIMIT, "there are %d favourites already", STORE_FAVOURITES_MAX);
	if (db_statement(db, on ? DB_FAVOURITE_PUT : DB_FAVOURITE_DELETE,
		    on ? "INSERT OR IGNORE INTO favourite (prompt_id, since_ms) VALUES (?1, ?2)"
		       : "DELETE FROM favourite WHERE prompt_id = ?1",
		    &put, err) != 0)
		return -1;
	db_bind_str(put, 1, prompt_id);
	if (on)
		db_bind_int(put, 2, clock_now_ms());
	return db_run(db, put, "cannot remember the favourite", err);
}

int store_favourite_put(struct store *store, struct str prompt_id, bool on, struct err *err)
{
	bool own = !store->ledger.writing;
	struct db *db;

	if (store_favourite_is(store, prompt_id) == on)
		return 0;
	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	return store_ledger_end(store, own, favourite_write(db, prompt_id, on, err), err);
}

bool store_favourite_is(struct store *store, struct str prompt_id)
{
	struct err ignored;
	sqlite3_stmt *get;
	struct db *db;
	bool found;

	if (store_ledger(store, &db, &ignored) != 0 ||
		db_statement(db, DB_FAVOURITE_GET, "SELECT 1 FROM favourite WHERE prompt_id = ?",
			&get, &ignored) != 0)
		return false;
	db_bind_str(get, 1, prompt_id);
	found = db_step(db, get, "", &ignored) == 1;
	db_done(get);
	return found;
}

int store_use_of(struct store *store, struct str prompt_id, int64_t *count, int64_t *last_ms,
	struct err *err)
{
	sqlite3_stmt *get;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0 ||
		db_statement(db, DB_USE_OF, "SELECT count, last_ms FROM use WHERE prompt_id = ?",
			&get, err) != 0)
		return -1;
	db_bind_str(get, 1, prompt_id);
	result = db_step(db, get, "cannot count the uses", err);
	if (result >= 0) {
		*count = result == 1 ? sqlite3_column_int64(get, 0) : 0;
		*last_ms = result == 1 ? sqlite3_column_int64(get, 1) : 0;
	}
	db_done(get);
	return result < 0 ? -1 : 0;
}

/* --- listing ------------------------------------------------------------------------- */

struct picks {
	struct store *store;
	const struct store_filter *filter;
	bool hidden; /* rows that are not approved too */
	unsigned left;
	store_row_fn *fn;
	void *data;
};

/* 1: enough. */
static int picks_show(struct picks *picks, sqlite3_stmt *row, struct err *err)
{
	struct buf tags = BUF_INIT(PROMPT_TAGS_MAX * (PROMPT_TAG_MAX + 1));
	struct store *store = picks->store;
	struct store_row shown;
	int result = row_show(store, row, picks->filter->experimental, &tags, &shown, err);

	if (result == 0) {
		row_tell(store, picks->filter, &shown);
		picks->left--;
		result = picks->fn(picks->data, &shown) != 0 || picks->left == 0;
	}
	buf_fini(&tags);
	return result;
}

/* The row of an id, if there is one to be seen. */
static int picks_id(struct picks *picks, struct str id, struct err *err)
{
	struct db *db = &picks->store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_PICK_ROW,
		    "SELECT " ROW_COLUMNS ", " ROW_SHOWN_COLUMNS " FROM prompt p" ROW_JOIN_EDGE(
			    "?1") " WHERE p.id = ?2 AND p.shadowed = 0 AND (?3 OR " ROW_APPROVED
				  ")",
		    &get, err) != 0)
		return -1;
	db_bind_int(get, 1, picks->filter->experimental);
	db_bind_str(get, 2, id);
	db_bind_int(get, 3, picks->hidden || picks->filter->experimental);
	result = db_step(db, get, picks_failed, err);
	if (result == 1)
		result = picks_show(picks, get, err);
	db_done(get);
	return result;
}

static int picks_all(struct picks *picks, enum db_slot slot, const char *sql, struct err *err)
{
	struct db *ledger;
	sqlite3_stmt *ids;
	int result = 0;

	if (picks->left == 0)
		return 0;
	if (store_ledger(picks->store, &ledger, err) != 0 ||
		db_statement(ledger, slot, sql, &ids, err) != 0)
		return -1;
	db_read_begin(&picks->store->prompts);
	while (result == 0) {
		int step = db_step(ledger, ids, picks_failed, err);

		if (step <= 0) {
			result = step;
			break;
		}
		result = picks_id(picks, db_column_str(ids, 0), err);
	}
	db_read_end(&picks->store->prompts);
	db_done(ids);
	return result < 0 ? -1 : 0;
}

int store_favourite_list(struct store *store, const struct store_filter *filter, unsigned limit,
	store_row_fn *fn, void *data, struct err *err)
{
	struct picks picks = {store, filter, true, limit, fn, data};

	return picks_all(&picks, DB_FAVOURITE_LIST,
		"SELECT prompt_id FROM favourite ORDER BY since_ms, prompt_id", err);
}

int store_recent_list(struct store *store, const struct store_filter *filter, unsigned limit,
	store_row_fn *fn, void *data, struct err *err)
{
	struct picks picks = {store, filter, false, limit, fn, data};

	/* What was removed since is passed over; of that there are not many. All counts are
	 * looked at, once a list; an index would be a page more in every commit of a use. */
	return picks_all(&picks, DB_RECENT_LIST,
		"SELECT prompt_id FROM use ORDER BY last_ms DESC LIMIT 1000", err);
}
