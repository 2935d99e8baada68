/* Upkeep while nothing else happens; see store_upkeep() in store.h. */
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
	upkeep_file(&store->prompts);
	upkeep_file(ledger);
	store_wait(store, patience);
}
