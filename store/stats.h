/*
 * How it went, counted: executions and uses as ledger.db holds them. Nothing is
 * changed. See store.h for threads.
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "core/str.h"
#include "store/store.h"

#define STATS_DAYS 14

struct stats {
	int64_t executions;	   /* all of them */
	int64_t ratings[6];	   /* how many of 1 … 5; [0] without one */
	int64_t succeeded, failed; /* said so; the rest said nothing */
	int64_t uses;
	/* Deliveries of the last days that still wait in the outbox, today last;
	 * days end at midnight UTC. */
	int64_t days[STATS_DAYS];
};

/* Of all prompts, or (prompt_id not empty) of one. */
int store_stats(struct store *store, struct str prompt_id, struct stats *stats, struct err *err);

/* One prompt: its uses and what was said of it. `rating_sum / rated` is the mean. */
struct stats_prompt {
	struct str prompt_id; /* borrowed; it may have been removed since */
	int64_t uses, last_ms, executions, rated, rating_sum, succeeded, failed;
};
typedef int store_stats_fn(void *data, const struct stats_prompt *prompt); /* non-zero stops */
/* The most used first, at most limit. */
int store_stats_prompts(
	struct store *store, unsigned limit, store_stats_fn *fn, void *data, struct err *err);

#endif
