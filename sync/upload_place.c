/* See upload_place.h. */
#include "sync/upload_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "sync/sink_file.h"

#define NDJSON "application/x-ndjson"

static const unsigned sinks[OUTBOX_SINKS] = {OUTBOX_HUB, OUTBOX_OTLP, OUTBOX_LANGFUSE, OUTBOX_FILE};
static const char *const paths[OUTBOX_SINKS] = {
	"/api/v1/usage:batch", "", "/api/public/otel/v1/traces", NULL};
static const char *const names[OUTBOX_SINKS] = {"hub", "OTLP collector", "Langfuse server", NULL};

static void copy_fields(struct place *place, const char *const *fields)
{
	size_t i;

	for (i = 0; fields != NULL && fields[i] != NULL && i < PLACE_FIELDS_MAX; i++)
		place->fields[i] = xstrdup(fields[i]);
}

void place_init(struct place *place, enum upload_place which, const struct upload_options *options)
{
	uint64_t seed;
	struct err err;

	*place = (struct place){.sink = sinks[which],
		.path = paths[which],
		.gzip = which == UPLOAD_HUB || (which == UPLOAD_OTLP && options->otlp_gzip),
		.personal = which == UPLOAD_FILE || options->personal,
		.file_bytes = options->file_bytes};
	if (options->url[which] == NULL)
		return;
	place->url = xstrdup(options->url[which]);
	copy_fields(place, options->fields[which]);
	if (which == UPLOAD_HUB && options->token != NULL)
		(void)snprintf(place->token, sizeof place->token, "%s", options->token);
	id_random(&seed, sizeof seed);
	schedule_init(&place->schedule, seed, clock_monotonic_us());
	if (options->broken[which] != NULL)
		(void)snprintf(place->broken, sizeof place->broken, "%s", options->broken[which]);
	else if (which != UPLOAD_FILE &&
		 sync_http_new(&place->http, place->url, options->stop, &err) != 0)
		(void)snprintf(place->broken, sizeof place->broken, "%.159s", err.text);
	if (place->http != NULL)
		sync_http_name(place->http, names[which]);
}

void place_fini(struct place *place)
{
	size_t i;

	sync_http_free(place->http);
	for (i = 0; i < PLACE_FIELDS_MAX; i++)
		free(place->fields[i]);
	free(place->url);
	*place = (struct place){.http = NULL};
}

/* ── what an answer means ──────────────────────────────────────────────── */

static void say(struct place_answer *answer, enum place_verdict verdict, const char *text)
{
	answer->verdict = verdict;
	(void)snprintf(answer->why, sizeof answer->why, "%.159s", text);
}

/* A success is an answer that can be read: one that is cut short is none. */
static void read_success(struct place *place, const struct sync_answer *http,
	const char (*event_ids)[ID_BYTES], size_t n, struct place_answer *answer)
{
	struct str body = {buf_text(&http->body), http->body.len};
	struct err err;
	int64_t rejected;

	answer->verdict = PLACE_TAKEN;
	if (place->sink == OUTBOX_HUB) {
		if (upload_answer_hub(body, event_ids, n, answer->fates, &err) != 0)
			say(answer, PLACE_LATER, err.text);
		else
			answer->verdict = PLACE_LISTED;
	} else if (http->length == 0) {
		return; /* it says that there is nothing to say */
	} else if (upload_answer_otlp(body, &rejected, &err) != 0) {
		say(answer, PLACE_LATER, err.text);
	}
}

static void read_status(struct place *place, long status, bool gzip, struct place_answer *answer)
{
	(void)snprintf(answer->why, sizeof answer->why, "the %s says %ld",
		place->sink == OUTBOX_HUB    ? names[UPLOAD_HUB]
		: place->sink == OUTBOX_OTLP ? names[UPLOAD_OTLP]
					     : names[UPLOAD_LANGFUSE],
		status);
	answer->sign_in = status == 401 && place->sink == OUTBOX_HUB;
	if (gzip && (status == 400 || status == 415 || status == 422))
		answer->verdict = PLACE_PLAIN;
	else if (status == 400 || status == 422)
		answer->verdict = PLACE_BAD;
	else if (status == 413)
		answer->verdict = PLACE_LARGE;
	else if (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429)
		answer->verdict = PLACE_HOLD;
	else
		answer->verdict = PLACE_LATER; /* and whatever is no answer at all */
}

static void ask(struct place *place, const struct outbox_batch *batch,
	const char (*event_ids)[ID_BYTES], size_t n, struct place_answer *answer)
{
	const struct sync_question question = {.method = "POST",
		.path = place->path,
		.token = place->token[0] != '\0' ? place->token : NULL,
		.type = place->sink == OUTBOX_HUB ? NDJSON : "application/json",
		.key = place->sink == OUTBOX_HUB ? batch->key : NULL,
		.encoding = batch->gzip ? "gzip" : NULL,
		.fields = (const char *const *)place->fields,
		.body = {buf_text(&batch->body), batch->body.len}};
	struct sync_answer http;
	struct err err;

	sync_answer_init(&http, UPLOAD_ANSWER_MAX);
	if (sync_http_ask(place->http, &question, &http, &err) != 0)
		say(answer, PLACE_LATER, err.text);
	else if (http.status >= 200 && http.status < 300)
		read_success(place, &http, event_ids, n, answer);
	else
		read_status(place, http.status, batch->gzip, answer);
	answer->retry_after_s = http.retry_after_s;
	sync_answer_fini(&http);
}

void place_send(struct place *place, const struct outbox_batch *batch,
	const char (*event_ids)[ID_BYTES], size_t n, struct place_answer *answer)
{
	const struct str body = {buf_text(&batch->body), batch->body.len};
	struct err err;

	answer->retry_after_s = -1;
	answer->sign_in = false;
	answer->why[0] = '\0';
	if (place->http != NULL)
		ask(place, batch, event_ids, n, answer);
	else if (sink_file_append(place->url, body, place->file_bytes, &err) != 0)
		say(answer, PLACE_LATER, err.text);
	else
		answer->verdict = PLACE_TAKEN;
}
