/* Upkeep while nothing else happens; see store_upkeep() in store.h. */
#include "core/clock.h"
#include "store/handle.h"
#include "store/rollup.h"
#include "store/usage.h"

/* Carry the journal over into the file and empty it. A reader that is still at work
 * keeps what it needs. */
static void upkeep_file(struct db *db)
{
	if (db->sqlite == NULL || db->read_only || db->writing || db->reading > 0)
		return;
	/* How far it came is nobody's business: the next time goes on from there. */
	(void)sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

/* Every change to the search tables leaves a segment, and a search looks into all of
 * them. FTS5 puts four of one size together while it writes, and two when it is told
 * to, which writes each word again as often as the library doubles and no oftener.
 *
 * So many pages are written in one transaction (a few ms) and so long is it gone on:
 * who wants to write waits for no more, and the agent sleeps. */
#define UPKEEP_MERGE_PAGES "64"
#define UPKEEP_MERGE_US (100 * INT64_C(1000))

static const char upkeep_failed[] = "cannot put the search tables together";

struct upkeep_merge {
	const char *is_set, *set, *merge;
};

static const struct upkeep_merge upkeep_merges[] = {
	{"SELECT count(*) FROM titles_config WHERE k = 'usermerge'",
		"INSERT INTO titles (titles, rank) VALUES ('usermerge', 2)",
		"INSERT INTO titles (titles, rank) VALUES ('merge', " UPKEEP_MERGE_PAGES ")"},
	{"SELECT count(*) FROM bodies_config WHERE k = 'usermerge'",
		"INSERT INTO bodies (bodies, rank) VALUES ('usermerge', 2)",
		"INSERT INTO bodies (bodies, rank) VALUES ('merge', " UPKEEP_MERGE_PAGES ")"},
};

static int upkeep_merge_run(struct db *db, const char *sql, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql, upkeep_failed, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_end(db, err);
}

/* 1: something was put together, and there may be more. */
static int upkeep_merge_step(struct db *db, const struct upkeep_merge *merge, struct err *err)
{
	int before = sqlite3_total_changes(db->sqlite);

	if (upkeep_merge_run(db, merge->merge, err) != 0)
		return -1;
	/* One change is the statement itself (fts5.html, "The 'merge' command"). */
	return sqlite3_total_changes(db->sqlite) - before >= 2;
}

static void upkeep_merge(struct store *store)
{
	const int64_t until = clock_monotonic_us() + UPKEEP_MERGE_US;
	struct db *db = &store->prompts;
	struct err ignored; /* the next time */
	size_t i;

	for (i = 0; i < sizeof upkeep_merges / sizeof upkeep_merges[0]; i++) {
		const struct upkeep_merge *merge = &upkeep_merges[i];
		int64_t set;

		if (db_number(db, merge->is_set, &set, &ignored) != 0 ||
			(set == 0 && upkeep_merge_run(db, merge->set, &ignored) != 0))
			return;
		while (clock_monotonic_us() < until && !db_is_hurried() &&
			upkeep_merge_step(db, merge, &ignored) == 1)
			store->commits++;
	}
}

void store_upkeep(struct store *store)
{
	struct err ignored; /* a disk that is full now is said by who needs it */
	int patience = store->wait_ms;
	struct db *ledger;

	if (store->batch || store->prompts.sqlite == NULL)
		return;
	if (store_ledger(store, &ledger, &ignored) != 0)
		return;
	store_wait(store, 0);
	if (!ledger->read_only && !ledger->writing) {
		(void)store_usage_rank(store, &ignored);
		store->usage_looked = false; /* at the ceiling, whoever came near it */
		rollup_if_due(store);
	}
	if (!store->prompts.read_only && !store->prompts.writing)
		upkeep_merge(store);
	upkeep_file(&store->prompts);
	upkeep_file(ledger);
	store_wait(store, patience);
}
