/*
 * The agent's two SQLite files: prompts.db (what can be fetched or rebuilt) and
 * ledger.db (what exists nowhere else). Opening, migrating, and the handle that
 * the other headers of this room take. The only room that knows SQL.
 *
 * A handle belongs to one thread. Several processes, and several handles in one,
 * may have the same files open: WAL mode is the meeting point.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

struct store;

struct store_options {
	const char *dir; /* holds prompts.db, ledger.db; made 0700 when absent */
	bool read_only;	 /* open what is there, create and migrate nothing */
};

enum store_outcome {
	STORE_OK = 0,
	STORE_NOT_FOUND = 1,
	STORE_AMBIGUOUS = 2,
	/* store_open: a newer program made the files; opened for reading only. */
	STORE_NEWER = 3,
	/* store_open: a file was damaged; it was set aside as NAME.damaged-<time>
	 * and what could be read was carried over. err says so. */
	STORE_SALVAGED = 4,
};

/*
 * Open, creating and migrating as needed (each migration in a transaction).
 * STORE_NEWER and STORE_SALVAGED are usable handles with err set for the person.
 * Waits at most 5 s for another process. Prepares nothing that the first
 * question does not need: 1 ms.
 */
int store_open(struct store **out, const struct store_options *options, struct err *err);
void store_close(struct store *store); /* commits usage still pending */

/* This process is to end: nothing waits for another process for more than a moment
 * (150 ms from now in all); what then fails says that it did. For good; any thread, and
 * signal handlers. */
void store_hurry(void);

/* How long this handle waits for another process that writes, from now on (5 s by
 * itself): for those who cannot let a person wait. */
void store_wait(struct store *store, int ms);

/* What the person should know of a file that was opened after store_open() had
 * returned (salvaged, newer); NULL: nothing. Borrowed. */
const char *store_notice(const struct store *store);

/* Changes whenever another handle or process committed to prompts.db, and when
 * this one did. About 4 µs. */
uint64_t store_data_version(struct store *store);
/* Stands for what lists and prompts show: the same as long as no prompt came, went
 * or changed. For after store_data_version() moved, which it also does for what
 * nobody sees (the order of use). About 1 ms at 10,000 prompts. */
int store_library_stamp(struct store *store, uint64_t *stamp, struct err *err);
bool store_is_read_only(const struct store *store);
/* Can uses, ratings and values be written? That is the other file's affair: it may be
 * so while prompts can only be read. err says why not. */
bool store_can_record(struct store *store, struct err *err);

/* Many writes to prompts.db as one transaction; nest not. */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);

/* A 32-byte secret of this user, made at first use, kept in ledger.db; for
 * authenticating what a client hands back to us. */
int store_secret(struct store *store, unsigned char secret[32], struct err *err);

/*
 * What nobody should wait for, done while nothing else happens: the order of use,
 * the outbox's ceiling, the segments of the search tables (for 0.1 s, in steps of a
 * few ms), what the journals of both files still hold. Waits for no other process:
 * what cannot be done now is done the next time.
 */
void store_upkeep(struct store *store);

/* Quick check of both files (PRAGMA quick_check, ledger checksums) for doctor;
 * err names the first fault. */
int store_check(struct store *store, struct err *err);

/* Paths and sizes in bytes, for status. */
struct store_facts {
	char prompts_file[512], ledger_file[512];
	int64_t prompts_bytes, ledger_bytes;
	int64_t n_prompts, n_versions, n_tags, n_collections, n_usage_pending;
	int schema_prompts, schema_ledger; /* number of the last migration */
};
int store_facts(struct store *store, struct store_facts *facts, struct err *err);

#endif
