/* See upload_settle.h. */
#include "sync/upload_settle.h"

#include <stdlib.h>
#include <string.h>

#include "sync/gzip.h"
#include "sync/item.h"

int upload_compose(const struct upload_work *work, const struct place *place, struct str head,
	const struct item_list *list, struct outbox_batch *batch, struct err *err)
{
	struct buf plain = BUF_INIT(OUTBOX_BODY_MAX);
	int rc = item_join(place->sink, head, work->resource, list->items, list->n, &plain, err);

	batch->n = (int64_t)list->n;
	batch->gzip = place->gzip && !place->plain;
	if (rc == 0 && batch->gzip)
		rc = gzip_pack((struct str){buf_text(&plain), plain.len}, &batch->body, err);
	else if (rc == 0)
		rc = buf_add(&batch->body, plain.data, plain.len);
	buf_fini(&plain);
	return rc;
}

int upload_open(struct upload_work *work, const struct outbox_batch *batch, struct err *err)
{
	struct str body = {buf_text(&batch->body), batch->body.len};
	struct item_list *list = work->list;
	size_t i;

	buf_fini(&work->plain);
	work->plain = (struct buf)BUF_INIT(OUTBOX_BODY_MAX);
	if (batch->gzip ? gzip_unpack(body, &work->plain, err) != 0
			: buf_add(&work->plain, body.p, body.n) != 0)
		return -1;
	if (item_split(batch->sink, (struct str){buf_text(&work->plain), work->plain.len},
		    &work->head, list->items, &list->n, err) != 0)
		return -1;
	for (i = 0; i < list->n; i++)
		if (!item_event_id(list->items[i], list->ids[i]))
			return err_set(err, ERR_INVALID, "a batch is not what it was");
	return 0;
}

/* ── what is left of a batch ───────────────────────────────────────────── */

/* Of a batch that is settled: what is sent again, and what was refused. */
struct rest {
	struct outbox_batch batches[2];
	size_t n_batches;
	struct outbox_dead *dead;
	size_t n_dead;
};

static int rest_add(struct rest *rest, const struct upload_work *work, const struct place *place,
	const struct item_list *list, struct err *err)
{
	struct outbox_batch *batch = &rest->batches[rest->n_batches++];

	outbox_batch_init(batch, place->sink);
	return upload_compose(work, place, work->head, list, batch, err);
}

static void rest_refuse(
	struct rest *rest, unsigned sink, const struct item_list *list, size_t i, const char *code)
{
	rest->dead[rest->n_dead++] = (struct outbox_dead){.sink = sink,
		.event_id = str_of(list->ids[i]),
		.code = str_of(code),
		.item = list->items[i]};
}

/* Some of the items, in a list of their own. */
static struct item_list *part_of(const struct item_list *list, size_t from, size_t to)
{
	struct item_list *part = xcalloc(1, sizeof *part);

	part->n = to - from;
	memcpy(part->items, list->items + from, part->n * sizeof *part->items);
	memcpy(part->ids, list->ids + from, part->n * sizeof *part->ids);
	return part;
}

static int rest_halves(struct rest *rest, const struct upload_work *work, const struct place *place,
	const char *code, struct err *err)
{
	size_t n = work->list->n, half;
	struct item_list *part;
	int rc = 0;

	if (n <= 1) {
		if (n == 1)
			rest_refuse(rest, place->sink, work->list, 0, code);
		return 0;
	}
	for (half = 0; half < 2 && rc == 0; half++) {
		part = part_of(work->list, half * (n / 2), half == 0 ? n / 2 : n);
		rc = rest_add(rest, work, place, part, err);
		free(part);
	}
	return rc;
}

/* Exactly those that were named are settled. */
static int rest_listed(struct rest *rest, const struct upload_work *work, const struct place *place,
	const struct upload_fates *fates, struct err *err)
{
	struct item_list *unsaid = part_of(work->list, 0, 0);
	size_t i;
	int rc = 0;

	for (i = 0; i < work->list->n; i++) {
		if (fates->fate[i] == FATE_REFUSED)
			rest_refuse(rest, place->sink, work->list, i, fates->code[i]);
		else if (fates->fate[i] == FATE_UNSAID)
			unsaid->items[unsaid->n++] = work->list->items[i];
	}
	if (unsaid->n > 0)
		rc = rest_add(rest, work, place, unsaid, err);
	free(unsaid);
	return rc;
}

static int rest_write(struct rest *rest, const struct upload_work *work,
	const struct outbox_batch *batch, int64_t n_sent, struct err *err)
{
	const struct outbox_settled settled = {.seq = batch->seq,
		.sink = batch->sink,
		.batches = rest->batches,
		.n_batches = rest->n_batches,
		.dead = rest->dead,
		.n_dead = rest->n_dead,
		.n_sent = n_sent};

	/* Another process may have settled it: then nothing is left to be done. */
	return store_outbox_settle(work->store, &settled, err) < 0 ? -1 : 0;
}

static void rest_init(struct rest *rest)
{
	*rest = (struct rest){.dead = xcalloc(OUTBOX_ROWS_MAX, sizeof *rest->dead)};
}

static void rest_fini(struct rest *rest)
{
	while (rest->n_batches > 0)
		outbox_batch_fini(&rest->batches[--rest->n_batches]);
	free(rest->dead);
}

/* The same without compression, which some do not take. */
static int rest_plain(struct rest *rest, const struct upload_work *work, const struct place *place,
	struct err *err)
{
	struct place plain = *place;

	plain.plain = true;
	return rest_add(rest, work, &plain, work->list, err);
}

int upload_settle(struct upload_work *work, const struct place *place,
	const struct outbox_batch *batch, const struct place_answer *answer,
	struct upload_report *report, struct err *err)
{
	struct place as = *place;
	struct rest rest;
	int64_t sent = 0;
	int rc = 0;

	if (answer->verdict == PLACE_LATER || answer->verdict == PLACE_HOLD)
		return 0;
	/* What was wrong was not the compression: that is known of one that had none. */
	as.plain = as.plain || !batch->gzip;
	rest_init(&rest);
	if (answer->verdict == PLACE_TAKEN)
		sent = (int64_t)work->list->n;
	else if (answer->verdict == PLACE_LISTED)
		rc = rest_listed(&rest, work, place, answer->fates, err);
	else if (answer->verdict == PLACE_PLAIN)
		rc = rest_plain(&rest, work, place, err);
	else
		rc = rest_halves(&rest, work, &as,
			answer->verdict == PLACE_LARGE ? "too_large" : "bad_event", err);
	if (answer->verdict == PLACE_LISTED)
		sent = (int64_t)answer->fates->n_taken;
	if (rc == 0)
		rc = rest_write(&rest, work, batch, sent, err);
	if (rc == 0) {
		report->sent += sent;
		report->refused += (int64_t)rest.n_dead;
	}
	rest_fini(&rest);
	return rc;
}

int upload_show(
	struct upload_work *work, unsigned sink, upload_body_fn *fn, void *data, struct err *err)
{
	struct outbox_batch batch;
	int64_t seq = 0;
	int rc;

	do {
		outbox_batch_init(&batch, sink);
		rc = store_outbox_next(work->store, sink, seq, &batch, err);
		seq = batch.seq;
		if (rc == 1 && upload_open(work, &batch, err) != 0)
			rc = -1;
		if (rc == 1 && fn(data, sink, batch.key,
				       (struct str){buf_text(&work->plain), work->plain.len}) != 0)
			rc = 0;
		outbox_batch_fini(&batch);
	} while (rc == 1);
	return rc;
}

/* ── set aside, and back ───────────────────────────────────────────────── */

int upload_bury(
	struct upload_work *work, const struct place *place, const char *code, struct err *err)
{
	struct outbox_batch batch;
	struct rest rest;
	size_t i;
	int rc;

	do {
		outbox_batch_init(&batch, place->sink);
		rc = store_outbox_next(work->store, place->sink, 0, &batch, err);
		if (rc == 1 && upload_open(work, &batch, err) != 0)
			rc = -1;
		if (rc == 1) {
			rest_init(&rest);
			for (i = 0; i < work->list->n; i++)
				rest_refuse(&rest, place->sink, work->list, i, code);
			if (rest_write(&rest, work, &batch, 0, err) != 0)
				rc = -1;
			rest_fini(&rest);
		}
		outbox_batch_fini(&batch);
	} while (rc == 1);
	return rc;
}

struct digging {
	unsigned sink;
	struct buf text;
	struct item_list *list;
};

static int dig(void *data, const struct outbox_dead *dead)
{
	struct digging *digging = data;
	struct item_list *list = digging->list;

	if (dead->sink != digging->sink || str_is(dead->code, UPLOAD_OTHER_HUB) ||
		dead->event_id.n != ID_BYTES - 1)
		return 0;
	if (list->n == OUTBOX_ROWS_MAX || buf_add(&digging->text, dead->item.p, dead->item.n) != 0)
		return 1;
	memcpy(list->ids[list->n], dead->event_id.p, ID_BYTES - 1);
	list->items[list->n++].n = dead->item.n;
	return 0;
}

/* Up to a batch of them. *n: how many that were. */
static int dig_once(struct upload_work *work, const struct place *place, size_t *n, struct err *err)
{
	struct digging digging = {
		.sink = place->sink, .text = BUF_INIT(OUTBOX_BODY_MAX - 64 * 1024)};
	struct outbox_batch batch;
	const char *at;
	size_t i;
	int rc;

	digging.list = xcalloc(1, sizeof *digging.list);
	outbox_batch_init(&batch, place->sink);
	rc = store_outbox_dead(work->store, dig, &digging, err);
	at = buf_text(&digging.text);
	for (i = 0; i < digging.list->n; at += digging.list->items[i++].n)
		digging.list->items[i].p = at;
	*n = digging.list->n;
	if (rc == 0 && *n > 0)
		rc = upload_compose(work, place, (struct str){NULL, 0}, digging.list, &batch, err);
	if (rc == 0 && *n > 0)
		rc = store_outbox_requeue(
			work->store, (const char(*)[ID_BYTES])digging.list->ids, *n, &batch, err);
	outbox_batch_fini(&batch);
	buf_fini(&digging.text);
	free(digging.list);
	return rc < 0 ? -1 : 0;
}

int upload_dig_up(struct upload_work *work, const struct place *place, int64_t *n, struct err *err)
{
	size_t some;

	do {
		if (dig_once(work, place, &some, err) != 0)
			return -1;
		*n += (int64_t)some;
	} while (some > 0);
	return 0;
}
