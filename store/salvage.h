/*
 * A damaged file: noticed, set aside, and what can be read of it carried over
 * into a new one. Of this room only.
 *
 * Damage that is noticed while a file is in use is written down beside it
 * (NAME.suspect), and the next one to open it looks through all of it. What is
 * put in place of a damaged file is first made whole under another name, and no
 * moment is without one of the two; see salvage.c.
 */
#ifndef STORE_SALVAGE_H
#define STORE_SALVAGE_H

#include "store/handle.h"

/* Write down that db->file is to be looked through; gone when it was. */
void salvage_suspect(const struct db *db);
bool salvage_is_suspect(const struct db *db);

/* Put a file in its place that another process had made ready when it died. */
int salvage_finish(struct store *store, const struct db *db, struct err *err);

/*
 * Look db->file through (it is not open) and open it if it is whole: 0 or
 * STORE_NEWER. Else set it aside and open its successor: STORE_SALVAGED, err
 * says what was lost. One process at a time; others wait up to 10 s.
 */
int salvage_run(struct store *store, struct db *db, enum db_kind kind, struct err *err);

/* Every page, every checksum. ERR_FAILED and db->damaged when something is wrong;
 * `search`: the search tables too, for which the file must be writable. */
int salvage_check(struct db *db, enum db_kind kind, bool search, struct err *err);

/* Carry over what is whole: rows kept, rows that were damaged (where that can be
 * counted). old may be not open at all. */
struct salvaged {
	int64_t kept, lost;
};
int salvage_prompts(const char *dir, struct db *old, struct db *fresh, struct salvaged *salvaged,
	struct err *err);
int salvage_ledger(struct db *old, struct db *fresh, struct salvaged *salvaged, struct err *err);

/*
 * A table to be copied: `select` gives the columns that `insert` takes, without
 * WHERE or ORDER BY; its first column is `key`, a rowid above 0 or (`text`) the
 * first column of the primary key. `also` (or NULL) is a second statement for each
 * row. Rows that `keep` (NULL: all) says no to are left out.
 */
typedef bool salvage_keep_fn(sqlite3_stmt *row);
struct salvage_table {
	const char *select, *key;
	bool text;
	const char *insert, *also;
	salvage_keep_fn *keep;
};

/*
 * Copy what can be read: where a page cannot be, the rows beyond it are looked for
 * from both sides and by halving the range of keys between, SALVAGE_READS times at
 * most. salvaged->lost grows when anything was left behind; nobody knows how much.
 */
#define SALVAGE_READS 65536
int salvage_copy(struct db *old, struct db *fresh, const struct salvage_table *table,
	struct salvaged *salvaged, struct err *err);

/* How many rows are not what was written. */
int salvage_prompts_bad(struct db *db, int64_t *bad, struct err *err);
int salvage_ledger_bad(struct db *db, int64_t *bad, struct err *err);

/* open.c */
int open_migrated(struct db *db, enum db_kind kind, struct err *err);

#endif
