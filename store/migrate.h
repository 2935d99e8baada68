/*
 * Bringing a file up to the last of its numbered migrations. Of this room only.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "schema/schema.h"
#include "store/db.h"

/*
 * Each migration runs in a transaction of its own, and looks again, inside it,
 * whether another process has not done it meanwhile. Sets db->schema. 0, or
 * STORE_NEWER when the file has migrations that are not in the table (err says
 * so; nothing was changed). A file that is read only is left as it is.
 */
int migrate(struct db *db, const struct schema_file *files, struct err *err);

/* For tests: called with the number of each migration, before (step 0) and
 * after (step 1) its text has run and after its commit (step 2). */
extern void (*migrate_hook)(int number, int step);

#endif
