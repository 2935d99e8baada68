/*
 * A hub as one file, of either database and for either: lines of JSON.
 *
 *   {"promptd_hub":"backup","format":1,"schema":8,"driver":"sqlite","created_at":"…Z"}
 *   {"table":"person","columns":["tenant","id",…]}
 *   ["…","…",1700000000000,null]           a row of the table named last
 *   {"end":true,"rows":4711,"sha256":"…"}  of every byte before this line
 *
 * Everything is of one moment, also while others write. It holds hashes of passwords
 * and tokens, and is 0600.
 */
#ifndef HUB_DUMP_H
#define HUB_DUMP_H

#include "core/sha256.h"
#include "hub/db.h"

struct dump_told {
	int64_t rows, bytes, schema;
	char sha256[SHA256_HEX_BYTES];
};

/* A new file; one that is there is ERR_REFUSED and stays. It stands there only when it
 * is whole and on the disk. */
int dump_write(struct hub_db *db, const char *path, struct dump_told *told, struct err *err);

/* Is it whole? ERR_NOT_FOUND: no such file; ERR_INVALID: not one of ours, cut off or
 * changed; ERR_NEWER: this program does not know its schema. */
int dump_check(const char *path, struct dump_told *told, struct err *err);
/*
 * Into a database without a hub (ERR_REFUSED): all of it or nothing, then brought up to
 * date. Each tenant gets a new epoch, so that every agent asks for everything again:
 * what it has seen may be later than the backup.
 */
int dump_restore(struct hub_db *db, const char *path, struct dump_told *told, struct err *err);

#endif
