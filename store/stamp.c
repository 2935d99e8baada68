/* Does the library look as it did? See store_library_stamp() in store.h. */
#include "store/handle.h"

/* A prompt that changed has another time, one that came or went another sum. */
int store_library_stamp(struct store *store, uint64_t *stamp, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *ask;
	int result;

	if (db_statement(db, DB_LIBRARY_STAMP,
		    "SELECT count(*) + sum(updated_ms), (SELECT max(key) FROM version) FROM prompt",
		    &ask, err) != 0)
		return -1;
	result = db_step(db, ask, "cannot read the prompts", err);
	if (result == 1)
		*stamp = (uint64_t)sqlite3_column_int64(ask, 0) * 31 +
			 (uint64_t)sqlite3_column_int64(ask, 1);
	db_done(ask);
	return result < 0 ? -1 : 0;
}
