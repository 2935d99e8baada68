/* Following a hub's feed; see pull.h. */
#include "sync/pull.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "store/remote.h"
#include "sync/feed.h"

#define SOURCE STR(PULL_SOURCE)

struct pulling {
	struct store *store;
	struct sync_http *http;
	const char *token;
	struct store_remote remote;
	struct pull_report *report;
};

/* ── texts that did not come along ─────────────────────────────────────── */

static int fetch_body(struct pulling *pulling, struct feed_change *change, struct err *err)
{
	struct sync_answer answer;
	struct sync_question question = {.method = "GET", .token = pulling->token};
	char path[128];
	json_t *body = NULL;
	int rc;

	(void)snprintf(path, sizeof path, "/api/v1/blobs/sha256-%s", change->digest);
	question.path = path;
	/* Not a byte more than was announced. */
	sync_answer_init(&answer, (size_t)change->size + 1024);
	rc = sync_http_ask(pulling->http, &question, &answer, err);
	if (rc != 0 || answer.status != 200) {
		if (rc == 0)
			(void)err_set(err, ERR_BUSY, "the hub gives no text for %s (%ld)",
				change->prompt->path, answer.status);
		sync_answer_fini(&answer);
		return PULL_LATER;
	}
	rc = json_door_parse((struct str){buf_text(&answer.body), answer.body.len}, &body, err);
	if (rc == 0)
		rc = feed_body(change->prompt, body, change->digest, err);
	json_decref(body);
	sync_answer_fini(&answer);
	return rc == 0 ? 0 : -2; /* not taken; err says why */
}

static void refuse(struct pulling *pulling, const struct feed_change *change, const char *why)
{
	if (pulling->report->refused++ == 0)
		(void)snprintf(pulling->report->why, sizeof pulling->report->why, "%.100s: %.140s",
			change->prompt->path != NULL ? change->prompt->path : change->id, why);
	prompt_free(change->prompt);
}

/* Fetch what is needed before anything is written; what cannot be taken is struck. A
 * version is bound to its bytes: told with others, it stays as it was. */
static int complete(struct pulling *pulling, struct feed_page *page, struct err *err)
{
	struct feed_change *change;
	size_t i, kept = 0;
	int rc, held;

	for (i = 0; i < page->n; i++) {
		change = &page->changes[i];
		rc = 0;
		if (change->put) {
			held = store_remote_held(pulling->store, SOURCE, str_of(change->id),
				change->version, str_of(change->digest), err);
			if (held < 0)
				return -1;
			if (held == STORE_HELD_OTHERWISE) {
				refuse(pulling, change,
					"another text under a version that is here");
				continue;
			}
			if (!change->body)
				rc = fetch_body(pulling, change, err);
		}
		if (rc == PULL_LATER)
			return rc;
		if (rc != 0) {
			refuse(pulling, change, err->text);
			continue;
		}
		page->changes[kept++] = *change;
	}
	page->n = kept;
	return 0;
}

/* ── applying ──────────────────────────────────────────────────────────── */

static int apply_one(struct pulling *pulling, struct feed_change *change, struct err *err)
{
	struct prompt *prompt = change->prompt;

	if (!change->put) {
		pulling->report->removed++;
		return store_remote_remove(pulling->store, SOURCE, str_of(change->id), err);
	}
	pulling->report->put++;
	prompt_set(&prompt->source, SOURCE);
	prompt_set(&prompt->status, STR("approved"));
	return store_remote_put(pulling->store, prompt, pulling->remote.round, err);
}

static int apply_in_transaction(struct pulling *pulling, struct feed_page *page, struct err *err)
{
	int64_t swept = 0;
	size_t i;

	if (page->full && !pulling->remote.within)
		pulling->remote.round++;
	for (i = 0; i < page->n; i++)
		if (apply_one(pulling, &page->changes[i], err) != 0)
			return -1;
	if (page->full && !page->more &&
		store_remote_sweep(pulling->store, SOURCE, pulling->remote.round, &swept, err) != 0)
		return -1;
	pulling->report->removed += swept;
	buf_clear(&pulling->remote.cursor);
	(void)buf_add_str(&pulling->remote.cursor, page->cursor);
	pulling->remote.within = page->full && page->more;
	pulling->remote.synced_ms = clock_now_ms();
	return store_remote_set(pulling->store, SOURCE, &pulling->remote, err);
}

static int apply(struct pulling *pulling, struct feed_page *page, struct err *err)
{
	if (store_begin(pulling->store, err) != 0)
		return -1;
	if (apply_in_transaction(pulling, page, err) != 0) {
		store_rollback(pulling->store);
		return -1;
	}
	pulling->report->full = pulling->report->full || page->full;
	return store_commit(pulling->store, err);
}

/* ── asking ────────────────────────────────────────────────────────────── */

/* What is no page: the hub's word for it. */
static int outcome_of(struct pulling *pulling, const struct sync_answer *answer, struct err *err)
{
	pulling->report->retry_after_s = answer->retry_after_s;
	switch (answer->status) {
	case 401:
		(void)err_set(err, ERR_REFUSED, "the hub wants you to sign in again");
		return PULL_SIGN_IN;
	case 403:
		(void)err_set(err, ERR_REFUSED, "the hub does not let you in any more");
		return PULL_SHUT;
	case 426:
		(void)err_set(err, ERR_NEWER, "the hub speaks to newer programs only");
		return PULL_TOO_OLD;
	default:
		(void)err_set(err, ERR_BUSY, "the hub says %ld", answer->status);
		return PULL_LATER;
	}
}

static bool starts_anew(const struct sync_answer *answer)
{
	return answer->status == 410 || answer->status == 400;
}

static int ask(struct pulling *pulling, struct sync_answer *answer, struct err *err)
{
	struct sync_question question = {
		.method = "GET", .token = pulling->token, .accept = "application/x-ndjson"};
	struct buf path = BUF_INIT(1024);
	int rc;

	(void)buf_add_str(&path, "/api/v1/sync");
	if (pulling->remote.cursor.len > 0)
		(void)buf_add_format(&path, "?cursor=%s", buf_text(&pulling->remote.cursor));
	if (pulling->remote.cursor.len > 0 && pulling->remote.etag.len > 0)
		question.etag = buf_text(&pulling->remote.etag);
	question.path = buf_text(&path);
	rc = sync_http_ask(pulling->http, &question, answer, err);
	buf_fini(&path);
	return rc;
}

/* The page of an answer, taken over. *more: there are others behind it. */
static int take_page(
	struct pulling *pulling, const struct sync_answer *answer, bool *more, struct err *err)
{
	struct feed_page page;
	int rc;

	if (feed_parse((struct str){buf_text(&answer->body), answer->body.len}, &page, err) != 0)
		return PULL_LATER; /* cut short, or from something that is no hub */
	pulling->report->refused += (int64_t)page.refused;
	if (page.refused > 0 && pulling->report->why[0] == '\0')
		(void)snprintf(pulling->report->why, sizeof pulling->report->why, "%s", page.why);
	*more = page.more;
	/* The ETag stands for the end of the feed, not for a page on the way there. */
	buf_clear(&pulling->remote.etag);
	if (!page.more)
		(void)buf_add_str(&pulling->remote.etag, answer->etag);
	rc = complete(pulling, &page, err);
	if (rc == 0)
		rc = apply(pulling, &page, err);
	feed_page_fini(&page);
	pulling->report->pages += rc == 0 ? 1 : 0;
	return rc;
}

/* One question and what is made of its answer. */
static int pull_once(struct pulling *pulling, bool *more, struct err *err)
{
	struct sync_answer answer;
	int rc;

	*more = false;
	sync_answer_init(&answer, FEED_PAGE_MAX);
	rc = ask(pulling, &answer, err);
	if (rc != 0) {
		rc = PULL_LATER;
	} else if (answer.status == 200) {
		rc = take_page(pulling, &answer, more, err);
	} else if (starts_anew(&answer) && pulling->remote.cursor.len > 0) {
		buf_clear(&pulling->remote.cursor); /* from the beginning, once */
		pulling->remote.within = false;
		*more = true;
	} else if (answer.status != 304) {
		rc = outcome_of(pulling, &answer, err);
	}
	pulling->report->poll_after_s = answer.poll_after_s;
	sync_answer_fini(&answer);
	return rc;
}

int sync_pull(struct store *store, struct sync_http *http, const char *token,
	struct pull_report *report, void (*progress)(void *data, const struct pull_report *report),
	void *data, struct err *err)
{
	struct pulling pulling = {.store = store, .http = http, .token = token, .report = report};
	int rc;

	*report = (struct pull_report){.poll_after_s = -1, .retry_after_s = -1, .more = true};
	store_remote_init(&pulling.remote);
	rc = store_remote_get(store, SOURCE, &pulling.remote, err);
	while (rc == 0 && report->more && report->pages < PULL_PAGES_MAX) {
		rc = pull_once(&pulling, &report->more, err);
		if (rc == 0 && progress != NULL)
			progress(data, report);
	}
	store_remote_fini(&pulling.remote);
	return rc;
}
