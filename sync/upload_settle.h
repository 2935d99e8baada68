/*
 * What becomes of a batch: its bytes taken apart, and put together again for what is
 * left of it. Of this room only; see upload.h.
 */
#ifndef SYNC_UPLOAD_SETTLE_H
#define SYNC_UPLOAD_SETTLE_H

#include "sync/upload.h"
#include "sync/upload_place.h"

#define UPLOAD_OTHER_HUB "other_hub" /* the code of what waited for one before */

/* Items and the uses they are of. */
struct item_list {
	struct str items[OUTBOX_ROWS_MAX];
	char ids[OUTBOX_ROWS_MAX][ID_BYTES];
	size_t n;
};

/* What all batches are worked on with; its own, to be kept between them. */
struct upload_work {
	struct store *store;
	char *resource;
	struct upload_fates *fates;
	struct buf plain; /* the batch that is open, as it is without compression */
	struct str head;
	struct item_list *list; /* borrowed from plain */
};

/* A batch of these, as the place takes it. `head`: see item_join(). */
int upload_compose(const struct upload_work *work, const struct place *place, struct str head,
	const struct item_list *list, struct outbox_batch *batch, struct err *err);
/* Take a batch apart. */
int upload_open(struct upload_work *work, const struct outbox_batch *batch, struct err *err);

/* What the place said to the open batch. */
int upload_settle(struct upload_work *work, const struct place *place,
	const struct outbox_batch *batch, const struct place_answer *answer,
	struct upload_report *report, struct err *err);

/* All batches of a place are set aside under this code. */
int upload_bury(
	struct upload_work *work, const struct place *place, const char *code, struct err *err);
/* What was refused, but not what was another hub's, becomes batches again; *n grows. */
int upload_dig_up(struct upload_work *work, const struct place *place, int64_t *n, struct err *err);
/* The batches of a sink. */
int upload_show(
	struct upload_work *work, unsigned sink, upload_body_fn *fn, void *data, struct err *err);

#endif
