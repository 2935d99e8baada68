/*
 * Recorded uses on their way out (sync.md, "usage:batch" and "Other places for usage"):
 * from the outbox (store/outbox.h) to every place that is in use, each at its own pace.
 * A batch is kept before it is sent and until it was answered, so the same bytes go out
 * under the same key whatever happened in between; what a place has is what it said it
 * has. One thread: that of the store handle. Whoever calls it holds the lease of the hub
 * (one process sends); two at once would send twice and lose nothing.
 */
#ifndef SYNC_UPLOAD_H
#define SYNC_UPLOAD_H

#include <stdatomic.h>

#include "store/outbox.h"

#define UPLOAD_FLUSH_EVENTS 50
#define UPLOAD_FLUSH_MS 30000
#define UPLOAD_SHUTDOWN_MS 2000 /* for sync_upload_flush() when the agent ends */
#define UPLOAD_OTHERS_MS 10000	/* a place that is no hub is waited for no longer */

/* The places in the order they are served. */
enum upload_place { UPLOAD_HUB, UPLOAD_OTLP, UPLOAD_LANGFUSE, UPLOAD_FILE };

struct upload_options {
	struct store *store;
	const atomic_bool *stop; /* true: ends what is going on at once; NULL */
	/* By enum upload_place: an address, the file's path; NULL: not in use. The hub's is
	 * what one signed in to; otlp's is whole ("…/v1/traces"), langfuse's is the server. */
	const char *url[OUTBOX_SINKS];
	/* Why one that is in use cannot be reached (no key, say): rows are kept for it. */
	const char *broken[OUTBOX_SINKS];
	const char *token;			 /* of the hub */
	const char *const *fields[OUTBOX_SINKS]; /* more header fields; NULL ends */
	const char *resource;			 /* of otlp: see item_join(); NULL */
	bool otlp_gzip;
	bool personal;	    /* otlp and langfuse get uses of prompts that are not the hub's too */
	int64_t file_bytes; /* of the file; the one before it is kept beside it as PATH.1 */
};

struct upload;

/*
 * All that options point to is copied, but for store and stop. When the hub is another
 * than the last time, what waited for that one is set aside (dead letters, "other_hub"):
 * no hub sees what was another's. An address that is none is the place's failure.
 */
int sync_upload_new(struct upload **out, const struct upload_options *options, struct err *err);
void sync_upload_free(struct upload *upload);
bool sync_upload_is_idle(const struct upload *upload); /* no place is in use */

/* Signed in again, or the token was renewed: what was held back goes on. */
void sync_upload_token(struct upload *upload, const char *token);
/* A person wants it now: backoff is over, a Retry-After is not. */
void sync_upload_wish(struct upload *upload);

struct upload_report {
	int64_t wait_ms;       /* when to call again: 0 at once, -1 when ledger.db changed */
	int64_t sent, refused; /* events, of this step */
	bool sign_in;	       /* the hub's token is not good (401): renew it, or ask them to */
	char why[160];	       /* a place failed in this step; "": none did */
};

/*
 * One request to each place that is due, at most. `flush`: what waits goes now, not at 50
 * events or after 30 s. Negative: the store's failure; what a place says or does not say
 * is in the report and in outbox_state.
 */
int sync_upload_step(
	struct upload *upload, bool flush, struct upload_report *report, struct err *err);

/* Steps until nothing waits or so many ms are over; for the end of a process. */
int sync_upload_flush(
	struct upload *upload, int64_t ms, struct upload_report *report, struct err *err);

/* What would be sent to a sink now, for people: its batches and then what waits, each
 * body plain. Changes nothing. */
typedef int upload_body_fn(void *data, unsigned sink, const char *key, struct str body);
int sync_upload_pending(struct upload *upload, upload_body_fn *fn, void *data, struct err *err);
/* Refused ones are to be sent again; *n: how many that are. Those of another hub stay. */
int sync_upload_requeue(struct upload *upload, int64_t *n, struct err *err);

#endif
