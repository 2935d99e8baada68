/* Recorded uses on their way out; see upload.h. How a place is asked is in
 * upload_place.c, what is made of its answers in upload_settle.c. */
#include "sync/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/prompt.h"
#include "store/prompts.h"
#include "sync/gzip.h"
#include "sync/item.h"
#include "sync/upload_settle.h"

#define UPKEEP_US (3600 * INT64_C(1000000))
#define NOTE_US (60 * INT64_C(1000000))
#define ITEMS_MAX (OUTBOX_BODY_MAX - 64 * 1024) /* and what a body has besides */

struct upload {
	struct upload_work work;
	struct place places[OUTBOX_SINKS];
	unsigned enabled;
	int64_t upkeep_us; /* when it is due */
	int64_t until_us;  /* of a flush; 0: none */
};

/* ── filling a batch ───────────────────────────────────────────────────── */

/* Rows that go together; those a place does not want are claimed without being sent. */
struct filling {
	struct upload *upload;
	const struct place *place;
	struct buf text;
	struct item_list list; /* its items are offsets until text is whole */
	char unwanted[OUTBOX_ROWS_MAX][ID_BYTES];
	size_t n_unwanted;
	char known[64], name[256]; /* the prompt that was looked up last */
};

/* What a prompt is called, while it is here. */
static const char *name_of(struct filling *filling, const struct outbox_use *use)
{
	const struct store_want want = {.experimental = true};
	struct prompt *prompt = NULL;
	struct err ignored;

	if (filling->place->sink == OUTBOX_HUB || filling->place->sink == OUTBOX_FILE)
		return NULL;
	if (!str_is(use->prompt_id, filling->known)) {
		(void)snprintf(filling->known, sizeof filling->known, "%.*s", (int)use->prompt_id.n,
			use->prompt_id.p);
		filling->name[0] = '\0';
		if (store_prompt_get(filling->upload->work.store, use->prompt_id, &want, &prompt,
			    &ignored) == STORE_OK)
			(void)snprintf(filling->name, sizeof filling->name, "%s", prompt->path);
		prompt_free(prompt);
	}
	return filling->name[0] != '\0' ? filling->name : NULL;
}

static int take_use(void *data, const struct outbox_use *use)
{
	struct filling *filling = data;
	bool wanted = filling->place->personal || !use->personal;
	char *id = wanted ? filling->list.ids[filling->list.n]
			  : filling->unwanted[filling->n_unwanted];
	size_t from = filling->text.len;

	if (from > ITEMS_MAX - ITEM_MAX)
		return 1;
	if (use->event_id.n != ID_BYTES - 1)
		return 0; /* none of ours */
	memcpy(id, use->event_id.p, ID_BYTES - 1);
	id[ID_BYTES - 1] = '\0';
	if (!wanted) {
		filling->n_unwanted++;
		return 0;
	}
	item_add(filling->place->sink, use, name_of(filling, use), &filling->text);
	filling->list.items[filling->list.n++].n = filling->text.len - from;
	return 0;
}

/* Up to 500 rows a place has not. Its memory is the caller's to free in any case. */
static int filling_read(struct filling *filling, struct err *err)
{
	const char *at;
	size_t i;

	if (store_outbox_list(filling->upload->work.store, filling->place->sink, OUTBOX_ROWS_MAX,
		    take_use, filling, err) != 0)
		return -1;
	if (buf_failed(&filling->text))
		return err_set(err, ERR_MEMORY, "out of memory");
	at = buf_text(&filling->text);
	for (i = 0; i < filling->list.n; at += filling->list.items[i++].n)
		filling->list.items[i].p = at;
	return 0;
}

static struct filling *filling_new(struct upload *upload, const struct place *place)
{
	struct filling *filling = xcalloc(1, sizeof *filling);

	filling->upload = upload;
	filling->place = place;
	filling->text = (struct buf)BUF_INIT(ITEMS_MAX);
	return filling;
}

static void filling_free(struct filling *filling)
{
	buf_fini(&filling->text);
	free(filling);
}

static int claim_rows(
	struct upload *upload, struct place *place, struct filling *filling, struct err *err)
{
	struct outbox_batch batch;
	int rc = 0;

	outbox_batch_init(&batch, place->sink);
	if (filling->list.n > 0) {
		rc = upload_compose(
			&upload->work, place, (struct str){NULL, 0}, &filling->list, &batch, err);
		if (rc == 0)
			rc = store_outbox_claim(upload->work.store, place->sink, upload->enabled,
				(const char(*)[ID_BYTES])filling->list.ids, filling->list.n, &batch,
				err);
	}
	if (rc == 0 && filling->n_unwanted > 0)
		rc = store_outbox_claim(upload->work.store, place->sink, upload->enabled,
			(const char(*)[ID_BYTES])filling->unwanted, filling->n_unwanted, NULL, err);
	outbox_batch_fini(&batch);
	/* Another process was first: what is left is seen the next time. */
	return rc < 0 ? -1 : 0;
}

/* Make a batch of what waits. *n: how many rows went into it or past it. */
static int fill(struct upload *upload, struct place *place, size_t *n, struct err *err)
{
	struct filling *filling = filling_new(upload, place);
	int rc = filling_read(filling, err);

	*n = filling->list.n + filling->n_unwanted;
	if (rc == 0 && *n > 0)
		rc = claim_rows(upload, place, filling, err);
	filling_free(filling);
	return rc;
}

/* ── the hub is another one ────────────────────────────────────────────── */

/* What waits for the hub becomes batches, and they are set aside. */
static int set_aside(struct upload *upload, struct place *place, struct err *err)
{
	size_t n;
	int rc;

	do {
		rc = fill(upload, place, &n, err);
	} while (rc == 0 && n > 0);
	return rc == 0 ? upload_bury(&upload->work, place, UPLOAD_OTHER_HUB, err) : -1;
}

static int place_begin(struct upload *upload, struct place *place, struct err *err)
{
	struct outbox_state *state = &place->state;

	if (store_outbox_state(upload->work.store, place->sink, state, err) != 0)
		return -1;
	if (strcmp(state->target, place->url) == 0 && place->broken[0] == '\0')
		return 0;
	if (place->sink == OUTBOX_HUB && state->target[0] != '\0' &&
		strcmp(state->target, place->url) != 0 && set_aside(upload, place, err) != 0)
		return -1;
	(void)snprintf(state->target, sizeof state->target, "%s", place->url);
	(void)snprintf(state->why, sizeof state->why, "%s", place->broken);
	return store_outbox_set_state(upload->work.store, state, err);
}

/* ── opening ───────────────────────────────────────────────────────────── */

static int open_places(struct upload *upload, const struct upload_options *options, struct err *err)
{
	int i;

	for (i = 0; i < OUTBOX_SINKS; i++) {
		place_init(&upload->places[i], (enum upload_place)i, options);
		if (upload->places[i].url != NULL)
			upload->enabled |= upload->places[i].sink;
	}
	for (i = 0; i < OUTBOX_SINKS; i++)
		if (upload->places[i].url != NULL &&
			place_begin(upload, &upload->places[i], err) != 0)
			return -1;
	return 0;
}

int sync_upload_new(struct upload **out, const struct upload_options *options, struct err *err)
{
	struct upload *upload = xcalloc(1, sizeof *upload);

	upload->work = (struct upload_work){.store = options->store,
		.resource = options->resource != NULL ? xstrdup(options->resource) : NULL,
		.fates = xcalloc(1, sizeof *upload->work.fates),
		.list = xcalloc(1, sizeof *upload->work.list)};
	if (open_places(upload, options, err) != 0) {
		sync_upload_free(upload);
		return -1;
	}
	*out = upload;
	return 0;
}

void sync_upload_free(struct upload *upload)
{
	int i;

	if (upload == NULL)
		return;
	for (i = 0; i < OUTBOX_SINKS; i++)
		place_fini(&upload->places[i]);
	free(upload->work.resource);
	free(upload->work.fates);
	free(upload->work.list);
	buf_fini(&upload->work.plain);
	free(upload);
}

bool sync_upload_is_idle(const struct upload *upload)
{
	return upload->enabled == 0;
}

void sync_upload_token(struct upload *upload, const char *token)
{
	struct place *hub = &upload->places[UPLOAD_HUB];

	(void)snprintf(hub->token, sizeof hub->token, "%s", token);
	schedule_wish(&hub->schedule, clock_monotonic_us(), true);
	hub->failing = false;
}

void sync_upload_wish(struct upload *upload)
{
	int i;

	for (i = 0; i < OUTBOX_SINKS; i++)
		if (upload->places[i].failing)
			schedule_wish(&upload->places[i].schedule, clock_monotonic_us(), false);
}

/* ── steps ─────────────────────────────────────────────────────────────── */

/* Written down when it says something new, or a minute later. */
static int note(struct upload *upload, struct place *place, const char *why, struct err *err)
{
	int64_t now_us = clock_monotonic_us();
	struct outbox_state *state = &place->state;

	if (strcmp(state->why, why) == 0 && place->noted_us != 0 &&
		now_us - place->noted_us < NOTE_US)
		return 0;
	place->noted_us = now_us;
	state->tried_ms = clock_now_ms();
	if (why[0] == '\0')
		state->ok_ms = state->tried_ms;
	(void)snprintf(state->why, sizeof state->why, "%s", why);
	return store_outbox_set_state(upload->work.store, state, err);
}

static void answered(struct place *place, const struct place_answer *answer)
{
	const struct schedule_answer told = {
		.outcome = answer->verdict == PLACE_LATER  ? SCHEDULE_FAILED
			   : answer->verdict == PLACE_HOLD ? SCHEDULE_REFUSED
							   : SCHEDULE_FINE,
		.retry_after_s = answer->retry_after_s,
		.poll_after_s = -1};

	schedule_answered(&place->schedule, clock_monotonic_us(), &told);
	place->failing = told.outcome != SCHEDULE_FINE;
}

static int send_batch(struct upload *upload, struct place *place, struct outbox_batch *batch,
	struct upload_report *report, struct err *err)
{
	struct place_answer answer = {.fates = upload->work.fates};
	int64_t until_us = clock_monotonic_us() + UPLOAD_OTHERS_MS * 1000;

	if (place->sink == OUTBOX_HUB || (upload->until_us > 0 && upload->until_us < until_us))
		until_us = upload->until_us;
	if (place->http != NULL)
		sync_http_until(place->http, until_us);
	if (upload_open(&upload->work, batch, err) != 0)
		return -1;
	place_send(place, batch, (const char(*)[ID_BYTES])upload->work.list->ids,
		upload->work.list->n, &answer);
	answered(place, &answer);
	place->plain = place->plain ||
		       (place->gzip && !batch->gzip &&
			       (answer.verdict == PLACE_LISTED || answer.verdict == PLACE_TAKEN));
	if (place->failing)
		(void)snprintf(report->why, sizeof report->why, "%s", answer.why);
	report->sign_in = report->sign_in || answer.sign_in;
	if (note(upload, place, place->failing ? answer.why : "", err) != 0)
		return -1;
	return upload_settle(&upload->work, place, batch, &answer, report, err);
}

/* Nothing is on its way: does enough wait, or long enough? */
static int fill_if_due(
	struct upload *upload, struct place *place, bool flush, int64_t *wait_us, struct err *err)
{
	int64_t n, now_us = clock_monotonic_us();
	size_t filled;

	if (store_outbox_waiting(upload->work.store, place->sink, UPLOAD_FLUSH_EVENTS, &n, err) !=
		0)
		return -1;
	if (n == 0)
		place->since_us = 0;
	else if (place->since_us == 0)
		place->since_us = now_us;
	*wait_us = n == 0 ? INT64_MAX : place->since_us + UPLOAD_FLUSH_MS * 1000 - now_us;
	if (n == 0 || (n < UPLOAD_FLUSH_EVENTS && !flush && *wait_us > 0))
		return 0;
	place->since_us = 0;
	if (fill(upload, place, &filled, err) != 0)
		return -1;
	/* Nothing but rows that are not what was written: they are in nobody's way. */
	*wait_us = filled > 0 ? 0 : UPLOAD_FLUSH_MS * 1000;
	return 0;
}

static int place_step(struct upload *upload, struct place *place, bool flush,
	struct upload_report *report, int64_t *wait_us, struct err *err)
{
	struct outbox_batch batch;
	int rc;

	*wait_us = INT64_MAX;
	if (place->broken[0] != '\0')
		return 0;
	*wait_us = place->failing ? schedule_wait_us(&place->schedule, clock_monotonic_us()) : 0;
	if (*wait_us > 0)
		return 0;
	outbox_batch_init(&batch, place->sink);
	rc = store_outbox_next(upload->work.store, place->sink, 0, &batch, err);
	if (rc == 0) {
		rc = fill_if_due(upload, place, flush, wait_us, err);
	} else if (rc == 1) {
		rc = send_batch(upload, place, &batch, report, err);
		if (place->failing)
			*wait_us = schedule_wait_us(&place->schedule, clock_monotonic_us());
	}
	outbox_batch_fini(&batch);
	return rc < 0 ? -1 : 0;
}

static int upkeep(struct upload *upload, struct err *err)
{
	int64_t now_us = clock_monotonic_us();

	if (upload->upkeep_us != 0 && now_us < upload->upkeep_us)
		return 0;
	upload->upkeep_us = now_us + UPKEEP_US;
	return store_outbox_upkeep(upload->work.store, upload->enabled, err);
}

int sync_upload_step(
	struct upload *upload, bool flush, struct upload_report *report, struct err *err)
{
	int64_t wait_us, least_us = INT64_MAX;
	int i;

	*report = (struct upload_report){.wait_ms = -1};
	if (upkeep(upload, err) != 0)
		return -1;
	for (i = 0; i < OUTBOX_SINKS; i++) {
		if (upload->places[i].url == NULL)
			continue;
		if (place_step(upload, &upload->places[i], flush, report, &wait_us, err) != 0)
			return -1;
		least_us = wait_us < least_us ? wait_us : least_us;
	}
	if (least_us != INT64_MAX)
		report->wait_ms = (least_us + 999) / 1000;
	return 0;
}

int sync_upload_flush(
	struct upload *upload, int64_t ms, struct upload_report *report, struct err *err)
{
	struct upload_report sum = {.wait_ms = 0};
	int rc = 0;

	upload->until_us = clock_monotonic_us() + ms * 1000;
	do {
		rc = sync_upload_step(upload, true, report, err);
		sum.sent += report->sent;
		sum.refused += report->refused;
		sum.sign_in = sum.sign_in || report->sign_in;
		if (report->why[0] != '\0')
			(void)snprintf(sum.why, sizeof sum.why, "%s", report->why);
	} while (rc == 0 && report->wait_ms == 0 && clock_monotonic_us() < upload->until_us);
	upload->until_us = 0;
	sum.wait_ms = report->wait_ms;
	*report = sum;
	return rc;
}

/* ── for people ────────────────────────────────────────────────────────── */

static int show_waiting(
	struct upload *upload, struct place *place, upload_body_fn *fn, void *data, struct err *err)
{
	struct filling *filling = filling_new(upload, place);
	struct buf body = BUF_INIT(OUTBOX_BODY_MAX);
	int rc = filling_read(filling, err);

	if (rc == 0 && filling->list.n > 0) {
		rc = item_join(place->sink, (struct str){NULL, 0}, upload->work.resource,
			filling->list.items, filling->list.n, &body, err);
		if (rc == 0)
			(void)fn(data, place->sink, NULL, (struct str){buf_text(&body), body.len});
	}
	buf_fini(&body);
	filling_free(filling);
	return rc;
}

int sync_upload_pending(struct upload *upload, upload_body_fn *fn, void *data, struct err *err)
{
	int i, rc = 0;

	for (i = 0; i < OUTBOX_SINKS && rc == 0; i++) {
		if (upload->places[i].url == NULL)
			continue;
		rc = upload_show(&upload->work, upload->places[i].sink, fn, data, err);
		if (rc == 0)
			rc = show_waiting(upload, &upload->places[i], fn, data, err);
	}
	return rc;
}

int sync_upload_requeue(struct upload *upload, int64_t *n, struct err *err)
{
	int i, rc = 0;

	*n = 0;
	for (i = 0; i < OUTBOX_SINKS && rc == 0; i++)
		if (upload->places[i].url != NULL)
			rc = upload_dig_up(&upload->work, &upload->places[i], n, err);
	return rc;
}
