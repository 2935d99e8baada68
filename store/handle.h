/*
 * What is behind struct store: the parts of the room share it. Of this room only.
 */
#ifndef STORE_HANDLE_H
#define STORE_HANDLE_H

#include "store/db.h"
#include "store/store.h"

struct index_queue;
struct shelf;
struct words;

/* Whether nearly every text has a word: see finder_common.c. */
#define COMMON_KNOWN_MAX 4096
struct common_known {
	uint64_t hash; /* of the word; 0: nothing known */
	signed char common;
};

/* Uses of one prompt that are counted in the file when the transaction they were
 * added in ends: many together cost as much as one. */
#define USE_WAITING_MAX 8
struct use_waiting {
	char prompt_id[64]; /* as long as a text of an event may be */
	size_t id_len;
	int64_t n, last_ms;
};

struct store {
	struct db prompts; /* open as long as the handle is */
	struct db ledger;  /* opened when first needed: store_ledger() */
	char dir[DB_PATH_MAX];
	char project[DB_PATH_MAX + 16]; /* source of its prompts, see project.h; "": none */
	bool batch;			/* between store_begin() and store_commit() */
	uint64_t commits;		/* of this handle, to prompts.db */
	int64_t usage_added;		/* rows since the ceiling was last looked at */
	bool usage_lost;		/* rows added and not committed were taken back */
	int64_t usage_rows;		/* in the outbox when it was looked at, and … */
	int64_t usage_version;		/* … what others had written then; 0: not known */
	bool usage_looked;		/* at the ceiling, ever */
	int wait_ms;			/* for another process: store_wait() */
	struct use_waiting uses[USE_WAITING_MAX];
	unsigned n_uses;
	bool use_doubled;	   /* some prompt is used twice as often as when it was ranked */
	struct words *words;	   /* the tokenizer, made when first needed */
	struct shelf *shelf;	   /* titles in memory, when they are */
	uint64_t searched_version; /* of the data, at the last search */
	unsigned searches;	   /* since it has that version */
	struct index_queue *queue; /* changes to `titles` not written yet */
	struct common_known common[COMMON_KNOWN_MAX];
	uint64_t common_version; /* of the data, when common_rank was looked up */
	int64_t common_rank;	 /* up to here texts are looked into for common words */
	char notice[512];
	unsigned char secret[32];
	bool has_secret;
};

/* Open one of the two files: claimed, migrated, repaired if it must be. 0, or
 * STORE_NEWER or STORE_SALVAGED with err set for the person. */
int store_open_file(struct store *store, struct db *db, enum db_kind kind, struct err *err);
/* Set db->file. */
int store_file_path(const struct store *store, struct db *db, struct err *err);

/* ledger.db, open; *out is borrowed. It may be read only. */
int store_ledger(struct store *store, struct db **out, struct err *err);
/* The same with a transaction that writes, the one that is open or a new one. */
int store_ledger_begin(struct store *store, struct db **out, struct err *err);
/* The end of what one call wrote there: commits if the transaction was its own;
 * after a failure takes back just that, if SQLite did not take back all. */
int store_ledger_end(struct store *store, bool own, int result, struct err *err);

/* A transaction on prompts.db around one call, unless the caller has one open.
 * store_write_end() rolls back when `result` is negative, else commits; returns
 * result, or -1 when the commit failed. */
int store_write_begin(struct store *store, struct err *err);
int store_write_end(struct store *store, int result, struct err *err);

#endif
