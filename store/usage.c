/* The usage outbox: in, listed, out; see usage.h. Its rows are in usage_row.c,
 * what happens past its ceiling in rollup.c, counts in use.c. */
#include "store/usage.h"

#include "store/ballast.h"
#include "store/handle.h"
#include "store/rollup.h"
#include "store/usage_row.h"
#include "store/usage_trace.h"
#include "store/use.h"

static int usage_add(struct store *store, struct db *db, const struct usage_row *row,
	const struct usage_event *event, struct err *err)
{
	if (usage_row_insert(db, row, err) != 0)
		return -1;
	/* The same event again is no second use. */
	if (sqlite3_changes(db->sqlite) == 0)
		return 0;
	store->usage_added++;
	if (usage_trace_add(db, row->event_id, event, err) != 0)
		return -1;
	return use_add(store, row->texts[USAGE_PROMPT_ID], row->numbers[USAGE_OCCURRED], err);
}

int store_usage_add(struct store *store, const struct usage_event *event, struct err *err)
{
	char id[ID_BYTES];
	struct usage_row row;
	struct db *db;

	if (event->event_id[0] == '\0')
		id_new(id);
	usage_row_init(&row, event, event->event_id[0] != '\0' ? event->event_id : id);
	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	return store_ledger_end(store, false, usage_add(store, db, &row, event, err), err);
}

int store_usage_commit(struct store *store, struct err *err)
{
	if (store->usage_lost) {
		store->usage_lost = false;
		return err_set(err, ERR_FAILED, "uses could not be recorded");
	}
	if (!store->ledger.writing)
		return 0;
	if (use_write(store, err) != 0) {
		use_drop(store);
		db_rollback(&store->ledger);
		return -1;
	}
	if (db_end(&store->ledger, err) != 0)
		return -1;
	rollup_if_due(store);
	return 0;
}

static int usage_list_rows(
	struct db *db, unsigned *limit, store_usage_fn *fn, void *data, struct err *err)
{
	struct buf json = BUF_INIT(16384);
	struct usage_row row;
	sqlite3_stmt *list;
	int result = 1;

	if (db_statement(db, DB_USAGE_LIST, "SELECT " USAGE_COLUMNS " FROM usage ORDER BY event_id",
		    &list, err) != 0)
		return -1;
	while (*limit > 0 && (result = db_step(db, list, "cannot read the ledger", err)) == 1) {
		if (!usage_row_read(&row, list)) {
			db->damaged = true; /* looked at when it is opened next */
			continue;
		}
		--*limit;
		usage_row_json(&row, &json);
		if (fn(data, row.event_id, (struct str){buf_text(&json), json.len}) != 0)
			*limit = 0;
	}
	db_done(list);
	buf_fini(&json);
	return result < 0 ? -1 : 0;
}

int store_usage_list(
	struct store *store, unsigned limit, store_usage_fn *fn, void *data, struct err *err)
{
	struct db *db;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	/* Daily counts are what is oldest. */
	if (rollup_list(db, &limit, fn, data, err) != 0)
		return -1;
	return limit > 0 ? usage_list_rows(db, &limit, fn, data, err) : 0;
}

static int usage_drop_one(
	struct db *db, enum db_slot slot, const char *sql, struct str id, struct err *err)
{
	sqlite3_stmt *drop;

	if (db_statement(db, slot, sql, &drop, err) != 0)
		return -1;
	db_bind_str(drop, 1, id);
	return db_run(db, drop, "cannot empty the outbox", err);
}

static int usage_drop(struct store *store, const struct str *ids, size_t n, struct err *err)
{
	struct db *db;
	size_t i;

	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (usage_drop_one(db, DB_USAGE_DELETE, "DELETE FROM usage WHERE event_id = ?",
			    ids[i], err) != 0 ||
			usage_drop_one(db, DB_DAILY_DELETE, "DELETE FROM daily WHERE event_id = ?",
				ids[i], err) != 0 ||
			usage_drop_one(db, DB_USAGE_TRACE_DELETE,
				"DELETE FROM usage_trace WHERE event_id = ?", ids[i], err) != 0) {
			use_drop(store);
			db_rollback(db);
			return -1;
		}
	}
	store->usage_version = 0;
	if (use_write(store, err) == 0)
		return db_end(db, err);
	use_drop(store);
	db_rollback(db);
	return -1;
}

int store_usage_acknowledge(
	struct store *store, const struct str *event_ids, size_t n, struct err *err)
{
	int result = usage_drop(store, event_ids, n, err);

	/* On a full disk even taking away needs room: that is what the ballast
	 * was kept for. It is put back when there is room again. */
	if (result != 0 && store->ledger.full && ballast_drop(store)) {
		result = usage_drop(store, event_ids, n, err);
		if (result == 0)
			ballast_keep(store);
	}
	return result;
}
