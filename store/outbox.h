/*
 * Where recorded uses go. Each place (sink) that is in use gets every row once for
 * itself: rows are claimed into batches, whose bytes are kept until the place has
 * answered, and a row leaves the outbox when every place in use has it. What is not
 * settled is sent again, after whatever happened. Sees only bytes: how they are made and
 * sent is sync/upload.c's. See store.h for threads.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "core/buf.h"
#include "core/id.h"
#include "store/store.h"

#include "core/str.h"

enum outbox_sink {
	OUTBOX_HUB = 1,
	OUTBOX_OTLP = 2,
	OUTBOX_LANGFUSE = 4,
	OUTBOX_FILE = 8,
};
#define OUTBOX_SINKS 4
#define OUTBOX_ALL 15U
/* Beside these in a row's state: its prompt did not come from the hub. */
#define OUTBOX_PERSONAL 128

#define OUTBOX_ROWS_MAX 500 /* in a batch */
#define OUTBOX_BODY_MAX ((size_t)1024 * 1024)
#define OUTBOX_DEAD_DAYS 30
#define OUTBOX_CODE_MAX 64

/* "hub", "otlp", "langfuse", "file". */
const char *outbox_sink_name(unsigned sink);

/* A row, or (count > 1, or of a day) what many became. Borrowed. */
struct outbox_use {
	struct str event_id, prompt_id, client_type, client_name, client_version, surface, action,
		outcome, error_code, trace_id, span_id, model;
	int64_t occurred_ms, version, latency_us; /* latency of all together */
	int64_t count;				  /* 0: a row of its own */
	int rating, success;			  /* 0; -1: not said */
	bool personal;
};

/* What a sink does not have yet, oldest first. `limit` rows at most. Non-zero stops. */
typedef int outbox_use_fn(void *data, const struct outbox_use *use);
int store_outbox_list(struct store *store, unsigned sink, unsigned limit, outbox_use_fn *fn,
	void *data, struct err *err);
/* How many that are; not more than `most` are counted. */
int store_outbox_waiting(
	struct store *store, unsigned sink, int64_t most, int64_t *n, struct err *err);

struct outbox_batch {
	int64_t seq; /* of one that is kept */
	unsigned sink;
	char key[ID_BYTES]; /* Idempotency-Key */
	bool gzip;	    /* the body is compressed */
	int64_t n;	    /* rows in it */
	struct buf body;    /* as it is sent */
};
void outbox_batch_init(struct outbox_batch *batch, unsigned sink); /* with a new key */
void outbox_batch_fini(struct outbox_batch *batch);

/*
 * These rows are the sink's from now on, in `batch` (NULL: it does not want them); those
 * that every sink of `enabled` has leave. OUTBOX_CHANGED: another process was first with
 * one of them, nothing was done. Works on a full disk too.
 */
enum { OUTBOX_CHANGED = 1 };
int store_outbox_claim(struct store *store, unsigned sink, unsigned enabled,
	const char (*event_ids)[ID_BYTES], size_t n, const struct outbox_batch *batch,
	struct err *err);
/* The sink's oldest batch that is whole and comes after `seq` (0: of all), into *batch
 * (initialised). 1: there is one. */
int store_outbox_next(struct store *store, unsigned sink, int64_t seq, struct outbox_batch *batch,
	struct err *err);

struct outbox_dead {
	unsigned sink;
	struct str event_id, code, item; /* item: its bytes in a body */
	int64_t since_ms;
};

/* What became of a batch: it goes, and these come in its place, in one transaction. */
struct outbox_settled {
	int64_t seq;
	unsigned sink;
	const struct outbox_batch *batches; /* what is still to be sent */
	size_t n_batches;
	const struct outbox_dead *dead; /* since_ms: now */
	size_t n_dead;
	int64_t n_sent;
};
/* Works on a full disk too. */
int store_outbox_settle(struct store *store, const struct outbox_settled *settled, struct err *err);

/* What was refused, oldest first. */
typedef int outbox_dead_fn(void *data, const struct outbox_dead *dead);
int store_outbox_dead(struct store *store, outbox_dead_fn *fn, void *data, struct err *err);
/* These become a batch again. OUTBOX_CHANGED: one is not there. */
int store_outbox_requeue(struct store *store, const char (*event_ids)[ID_BYTES], size_t n,
	const struct outbox_batch *batch, struct err *err);

/* Rows that every sink of `enabled` has leave (after it changed); the refused grow a day
 * older when it is another day, and go after OUTBOX_DEAD_DAYS of them: days on which
 * promptd ran, so that a clock set wrong takes none away. */
int store_outbox_upkeep(struct store *store, unsigned enabled, struct err *err);

/* How a sink was reached last. */
struct outbox_state {
	unsigned sink;
	char target[256];		/* its address; another one than before: see upload.h */
	int64_t ok_ms, tried_ms;	/* 0: never */
	int64_t sent, rejected;		/* events, of all time */
	char why[160];			/* it failed last; "": it did not */
	int64_t waiting, batched, dead; /* rows, filled by store_outbox_state() */
};
/* All zero when it was never used. */
int store_outbox_state(
	struct store *store, unsigned sink, struct outbox_state *state, struct err *err);
/* target, why, and the two times; the numbers are counted by store_outbox_settle(). */
int store_outbox_set_state(struct store *store, const struct outbox_state *state, struct err *err);

#endif
