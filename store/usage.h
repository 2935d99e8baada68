/*
 * The usage outbox and what is remembered of use, in ledger.db. A row says who
 * was served which version and how it went; there is no field for text, values
 * or search words. See store.h for threads.
 */
#ifndef STORE_USAGE_H
#define STORE_USAGE_H

#include "core/id.h"
#include "store/prompts.h"

#define USAGE_TRACESTATE_MAX 512
#define USAGE_BAGGAGE_MAX 1024

/* Words of the fields are sync.md's; texts are cut at 64 bytes and filtered. */
struct usage_event {
	char event_id[ID_BYTES]; /* empty: one is made */
	int64_t occurred_ms;	 /* 0: now */
	struct str prompt_id, digest;
	/* Where the prompt came from: uses of the hub's (STORE_HUB) go to the hub, all
	 * others never do. */
	struct str source;
	int64_t version;
	struct str client_type; /* hotkey, mcp, editor, cli */
	struct str client_name, client_version, era;
	struct str surface; /* tool, prompt, resource, skill, render, … */
	struct str action;  /* get, render, paste, copy, rate, search_pick */
	struct str outcome; /* ok, error, cancelled */
	struct str error_code, trace_id, span_id;
	int64_t latency_us;
	int rating;  /* 1-5, 0: none */
	int success; /* 1 yes, 0 no, -1 not said */
	struct str model;
	/* Of the request's trace, well-formed; longer ones are dropped. They stay in
	 * this file, beside the row and as long as it: store_usage_list() does not have
	 * them, so no hub does, for what stands in them is others' free text. */
	struct str tracestate, baggage;
};

/*
 * Add a row to the transaction that store_usage_commit() ends. The use is
 * counted for the ranking too. Rows are durable when the commit returned, never
 * before: answer only then.
 */
int store_usage_add(struct store *store, const struct usage_event *event, struct err *err);
int store_usage_commit(struct store *store, struct err *err);

/* A rating with notes (an execution); the notes stay in this file. */
struct execution {
	struct str prompt_id, model, notes;
	int64_t version;
	int rating, success;
};
int store_execution_add(struct store *store, const struct execution *execution, struct err *err);

/* Rows waiting, oldest first, as the JSON object that will be sent. Past 100,000
 * rows or 64 MiB the oldest have become daily counts (members "count" and
 * occurred_at, the day). */
typedef int store_usage_fn(void *data, struct str event_id, struct str json);
int store_usage_list(
	struct store *store, unsigned limit, store_usage_fn *fn, void *data, struct err *err);

/* What the hub has (or will never take): exactly these leave the outbox. Works on
 * a full disk too. Ids that are not there are no error. */
int store_usage_acknowledge(
	struct store *store, const struct str *event_ids, size_t n, struct err *err);

/* Values given to an input before, newest first, for completion. They never
 * leave this file. Values over 256 bytes are not kept; 20 an input. */
int store_value_add(struct store *store, struct str prompt_id, struct str input, struct str value,
	struct err *err);
typedef int store_value_fn(void *data, struct str value);
int store_value_list(struct store *store, struct str prompt_id, struct str input, struct str prefix,
	unsigned limit, store_value_fn *fn, void *data, struct err *err);

/* Carry the counted use into the search order; cheap when there is little. Done
 * by store_close() too when a prompt's use doubled in this handle. */
int store_usage_rank(struct store *store, struct err *err);

#endif
