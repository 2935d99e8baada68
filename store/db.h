/*
 * One SQLite file: its connection, its statements, and what its errors mean to
 * a person. Of this room only; one thread.
 *
 * Statements are made when first needed and kept. Nothing here ever shows SQL,
 * or SQLite's own message (which may hold some), in an error.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/str.h"

#define DB_BUSY_MS 5000 /* how long another process is waited for */
#define DB_PATH_MAX 512

/* Every kept statement has a place of its own. */
enum db_slot {
	DB_BEGIN,
	DB_COMMIT,
	DB_ROLLBACK,
	DB_READ,
	DB_DATA_VERSION,

	DB_PROMPT_FIND,
	DB_PROMPT_HOLDER,
	DB_PROMPT_QUALIFIED,
	DB_PROMPT_SOURCES,
	DB_PROJECT_PROMPTS,
	DB_PROJECT_LIST,
	DB_PROMPT_ID,
	DB_PROMPT_INSERT,
	DB_PROMPT_UPDATE,
	DB_PROMPT_POINT,
	DB_PROMPT_SHADOW,
	DB_PROMPT_SHADOWED,
	DB_PROMPT_DELETE,
	DB_PROMPT_MOVE,
	DB_PROMPT_ROW,
	DB_PROMPT_BY_PATH,
	DB_PROMPT_BY_NAME,
	DB_PROMPT_BY_ID,
	DB_PROMPT_WHOLE,
	DB_PROMPT_WHOLE_PATH,
	DB_PROMPT_LIST,
	DB_PROMPT_LIST_TAG,
	DB_PROMPT_LIST_COLLECTION,
	DB_PROMPT_COUNT,
	DB_LIBRARY_STAMP,
	DB_VERSION_INSERT,
	DB_BODY_INSERT,
	DB_VERSION_LIST,
	DB_VERSION_NUMBER,
	DB_VERSION_DIGEST,
	DB_VERSION_OF_NUMBER,
	DB_CHANNEL_GET,
	DB_CHANNEL_PUT,
	DB_TAG_INSERT,
	DB_TAG_DELETE,
	DB_TAG_LIST,
	DB_COLLECTION_INSERT,
	DB_COLLECTION_PUT,
	DB_COLLECTION_LIST,
	DB_TOMBSTONE_PUT,
	DB_TOMBSTONE_DELETE,
	DB_TOMBSTONE_GET,

	DB_TRAIL_MARK,
	DB_TRAIL_SET_MARK,
	DB_TRAIL_LINE,
	DB_TRAIL_LINE_ONCE,
	DB_TRAIL_NEW_LINE,
	DB_TRAIL_ADD,
	DB_TRAIL_LIST,
	DB_TRAIL_LIST_NAME,
	DB_FILE_LIST,
	DB_FILE_PUT,
	DB_FILE_BLOB,
	DB_FILE_DELETE,
	DB_ORIGIN_LIST,
	DB_ORIGIN_LIST_FILE,
	DB_VERSION_DELETE,
	DB_KEPT_PUT,
	DB_KEPT_GET,
	DB_PROMPT_AT,
	DB_ID_TAKEN,

	DB_REMOTE_GET,
	DB_REMOTE_SET,
	DB_REMOTE_HELD,
	DB_REMOTE_OTHER,
	DB_REMOTE_CHANNELS,
	DB_REMOTE_EDGE,
	DB_REMOTE_OBJECT_PUT,
	DB_REMOTE_OBJECT_DELETE,
	DB_REMOTE_OLD,
	DB_REMOTE_AT,
	DB_MEMBER_PUT,
	DB_MEMBER_DELETE,
	DB_MEMBER_GET,

	DB_NAME_INSERT,
	DB_NAME_DELETE,
	DB_NAME_FIND,
	DB_TITLE_GET,
	DB_TITLE_BY_ID,
	DB_TITLE_LAST,
	DB_TITLE_INSERT,
	DB_TITLE_DELETE,
	DB_TITLE_BODY,
	DB_TITLES_INSERT,
	DB_TITLES_DELETE,
	DB_BODIES_INSERT,
	DB_BODIES_DELETE,
	DB_BODY_SOURCE,
	DB_BODY_OLD,
	DB_UNREAD_ADD,
	DB_UNREAD_NEXT,
	DB_UNREAD_DELETE,
	DB_TITLE_LIST,
	DB_SEARCH_TITLES,
	DB_SEARCH_BODIES,
	DB_SEARCH_RANKED,
	DB_SEARCH_COMMON,
	DB_SEARCH_LARGE,
	DB_SEARCH_TEXT,
	DB_SEARCH_ROWS,
	DB_SEARCH_MOST_USED,
	DB_PICK_ROW,

	DB_USAGE_INSERT,
	DB_USAGE_LIST,
	DB_USAGE_DELETE,
	DB_USAGE_OLDEST,
	DB_USAGE_NTH,
	DB_USAGE_DELETE_TO,
	DB_USAGE_TRACE_INSERT,
	DB_USAGE_TRACE_DELETE,
	DB_USAGE_TRACE_DELETE_TO,
	DB_DAILY_ADD,
	DB_DAILY_LIST,
	DB_DAILY_DELETE,
	DB_OUTBOX_LIST,
	DB_OUTBOX_LIST_HUB,
	DB_OUTBOX_DAILY_LIST,
	DB_OUTBOX_WAITING,
	DB_OUTBOX_WAITING_HUB,
	DB_OUTBOX_GET,
	DB_OUTBOX_SET,
	DB_OUTBOX_COUNT,
	DB_OUTBOX_DAILY_GET,
	DB_OUTBOX_DAILY_SET,
	DB_OUTBOX_DAILY_COUNT,
	DB_OUTBOX_SWEEP, /* and the next five */
	DB_OUTBOX_SWEEP_END = DB_OUTBOX_SWEEP + 5,
	DB_BATCH_INSERT,
	DB_BATCH_NEXT,
	DB_BATCH_DELETE,
	DB_DEAD_INSERT,
	DB_DEAD_LIST,
	DB_DEAD_DELETE,
	DB_SINK_GET,
	DB_SINK_SET,
	DB_SINK_COUNT,
	DB_SINK_COUNTS,
	DB_USE_ADD,
	DB_USE_GET,
	DB_USE_RECENT,
	DB_FACT_GET,
	DB_FACT_PUT,
	DB_FACT_ADD,
	DB_EXECUTION_INSERT,
	DB_STATS_EXECUTIONS,
	DB_STATS_USES,
	DB_STATS_DAYS,
	DB_STATS_PROMPTS,
	DB_VALUE_TOUCH,
	DB_VALUE_PUT,
	DB_VALUE_TRIM,
	DB_VALUE_LIST,
	DB_FAVOURITE_COUNT,
	DB_FAVOURITE_PUT,
	DB_FAVOURITE_DELETE,
	DB_FAVOURITE_GET,
	DB_FAVOURITE_LIST,
	DB_FAVOURITE_FORGET,
	DB_RECENT_LIST,
	DB_USE_OF,
	DB_REMEMBERED,
	DB_VALUE_DELETE,
	DB_EXECUTION_DELETE,
	DB_PROPOSAL_COUNT,
	DB_PROPOSAL_PUT,
	DB_PROPOSAL_LIST,
	DB_PROPOSAL_SET,
	DB_PROPOSAL_TRIM,
	DB_PROPOSAL_DELETE,

	DB_SLOTS
};

struct db {
	sqlite3 *sqlite;  /* NULL: not open */
	const char *name; /* for people: "prompts.db" */
	char file[DB_PATH_MAX];
	int schema; /* number of its last migration */
	bool read_only;
	bool immutable; /* nobody can write it: no locks, no shared memory */
	bool damaged;	/* SQLite or a checksum said so */
	bool full;	/* the last failure was for want of room */
	bool writing;	/* a transaction that writes is open */
	int reading;	/* db_read_begin() without its end */
	bool read_open;
	char *setup; /* run on each connection before its first question; NULL: nothing. Of
		      * sqlite3_malloc(), freed by who set it */
	bool set_up;
	sqlite3_stmt *statements[DB_SLOTS];
};

enum db_kind {
	DB_REBUILDABLE, /* a power cut may undo the last commits, never break it */
	DB_LEDGER,	/* what was committed stays */
};

/*
 * Open db->file (which must exist unless `create`) and set the pragmas. The
 * file's version is not looked at. On failure nothing stays open.
 */
int db_open(struct db *db, enum db_kind kind, bool create, struct err *err);
void db_close(struct db *db);
/* Is the file no longer where it was opened? */
bool db_was_moved(struct db *db);

/* Set err from SQLite's result `code` and remember damage; returns -1. `what`
 * begins the sentence: "cannot store the prompt". */
int db_fail(struct db *db, int code, const char *what, struct err *err);

/* The statement of a slot, made of sql when there is none yet; ready to be
 * bound. End its use with db_done(). */
int db_statement(
	struct db *db, enum db_slot slot, const char *sql, sqlite3_stmt **out, struct err *err);
void db_done(sqlite3_stmt *statement);

void db_bind_str(sqlite3_stmt *statement, int index, struct str text); /* NULL p: NULL */
void db_bind_text(sqlite3_stmt *statement, int index, const char *text);
void db_bind_int(sqlite3_stmt *statement, int index, int64_t value);
struct str db_column_str(sqlite3_stmt *statement, int column); /* till the next step */

/* Step a statement that gives no rows, and end its use. */
int db_run(struct db *db, sqlite3_stmt *statement, const char *what, struct err *err);
/* Step once: 1 a row, 0 none, negative failed. */
int db_step(struct db *db, sqlite3_stmt *statement, const char *what, struct err *err);
/* One statement without parameters or rows, not kept. */
int db_exec(struct db *db, const char *sql, const char *what, struct err *err);
/* One integer by a statement that is not kept. */
int db_number(struct db *db, const char *sql, int64_t *value, struct err *err);

/* Several questions to one state of the file, with one lock for all of them.
 * May be nested, also in a transaction that writes; never fails. */
void db_read_begin(struct db *db);
void db_read_end(struct db *db);

/* How long another process is waited for, from now on; DB_BUSY_MS after db_open(). */
void db_wait(struct db *db, int ms);
/* See store_hurry() in store.h. */
void db_hurry(void);
bool db_is_hurried(void);

/* A transaction that writes. db_end() commits, and rolls back if that fails. */
int db_begin(struct db *db, struct err *err);
int db_end(struct db *db, struct err *err);
void db_rollback(struct db *db);

#endif
