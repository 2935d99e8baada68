/* Following a hub's feed; see pull.h. */
#include "sync/pull.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "store/remote.h"
#include "sync/feed.h"

#define SOURCE STR(STORE_HUB)
#define NAME_SHOWN_MAX 100 /* bytes of it, beside why it was not taken */

struct pulling {
	struct store *store;
	struct sync_http *http;
	const struct pull_options *options;
	struct store_remote remote;
	struct pull_report *report;
	bool more, anew;
	int64_t seq; /* of the last page; -1: there was none */
};

/* ── texts that did not come along ─────────────────────────────────────── */

static int fetch_body(struct pulling *pulling, struct feed_change *change, struct err *err)
{
	struct sync_answer answer;
	struct sync_question question = {.method = "GET", .token = pulling->options->token};
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
		pulling->report->retry_after_s = answer.retry_after_s;
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

static void swap_text(struct prompt *a, struct prompt *b)
{
	const struct prompt before = *a;

	a->messages = b->messages;
	a->n_messages = b->n_messages;
	a->inputs = b->inputs;
	a->n_inputs = b->n_inputs;
	b->messages = before.messages;
	b->n_messages = before.n_messages;
	b->inputs = before.inputs;
	b->n_inputs = before.n_inputs;
}

/* The text of a version that is here already, as it was announced once more. Anything
 * else than that (a disk that failed) and it is asked for. */
static bool take_held(struct pulling *pulling, struct feed_change *change)
{
	const struct store_want want = {.version = change->version, .experimental = true};
	struct prompt *held;
	struct err ignored;
	bool same;

	if (store_prompt_get(pulling->store, str_of(change->id), &want, &held, &ignored) != 0)
		return false;
	same = strcmp(held->digest, change->digest) == 0;
	if (same) {
		swap_text(change->prompt, held);
		(void)memcpy(change->prompt->digest, change->digest, sizeof change->digest);
	}
	prompt_free(held);
	return same;
}

static void refuse(struct pulling *pulling, struct feed_change *change, const char *why)
{
	const char *path = change->prompt->path != NULL ? change->prompt->path : change->id;
	struct str name = str_prefix(str_of(path), NAME_SHOWN_MAX);

	if (pulling->report->refused++ == 0)
		(void)snprintf(pulling->report->why, sizeof pulling->report->why, "%.*s: %.140s",
			(int)name.n, name.p, why);
	change->refused = true;
}

/* 0: its text is there; PULL_LATER; -1 the store's; -2 it is not taken, err says why. A
 * version is bound to its bytes: told with others, it stays as it was. */
static int complete_one(struct pulling *pulling, struct feed_change *change, struct err *err)
{
	int held;

	if (!change->put)
		return 0;
	held = store_remote_held(pulling->store, SOURCE, str_of(change->id), change->version,
		str_of(change->digest), err);
	if (held < 0)
		return -1;
	if (held == STORE_HELD_OTHERWISE || held == STORE_HELD_FOREIGN) {
		(void)err_set(err, ERR_REFUSED,
			held == STORE_HELD_FOREIGN ? "a prompt that is not the hub's has its id"
						   : "another text under a version that is here");
		return -2;
	}
	if (change->body)
		return 0;
	if (held == STORE_HELD && take_held(pulling, change))
		return feed_check(change->prompt, err) == 0 ? 0 : -2;
	return fetch_body(pulling, change, err);
}

/* Fetch what is needed before anything is written. */
static int complete(struct pulling *pulling, struct feed_page *page, struct err *err)
{
	struct feed_change *change;
	size_t i;
	int rc = 0;

	for (i = 0; i < page->n && (rc == 0 || rc == -2); i++) {
		change = &page->changes[i];
		rc = change->refused ? 0 : complete_one(pulling, change, err);
		if (rc == -2)
			refuse(pulling, change, err->text);
	}
	return rc == -2 ? 0 : rc;
}

/* ── applying ──────────────────────────────────────────────────────────── */

/* `first`: of those in the page that are of its prompt. */
static int apply_one(
	struct pulling *pulling, struct feed_change *change, bool first, struct err *err)
{
	struct prompt *prompt = change->prompt;

	if (change->refused)
		return store_remote_keep(
			pulling->store, SOURCE, str_of(change->id), pulling->remote.round, err);
	if (!change->put) {
		pulling->report->removed++;
		return store_remote_remove(pulling->store, SOURCE, str_of(change->id), err);
	}
	pulling->report->put++;
	prompt_set(&prompt->source, SOURCE);
	prompt_set(&prompt->status, STR("approved"));
	prompt->flags = change->locked ? PROMPT_FLAG_LOCKED : 0;
	return store_remote_put(pulling->store, prompt, first, pulling->remote.round, err);
}

static int apply_in_transaction(struct pulling *pulling, struct feed_page *page, struct err *err)
{
	int64_t swept = 0;
	size_t i;

	if (page->full && !(page->continued && pulling->remote.within))
		pulling->remote.round++;
	for (i = 0; i < page->n; i++)
		if (apply_one(pulling, &page->changes[i],
			    i == 0 || strcmp(page->changes[i].id, page->changes[i - 1].id) != 0,
			    err) != 0)
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
	const struct pull_options *options = pulling->options;
	int rc;

	if (store_begin(pulling->store, err) != 0)
		return -1;
	if (options->proceed != NULL && !options->proceed(options->data))
		rc = PULL_ENDED;
	else
		rc = apply_in_transaction(pulling, page, err);
	if (rc != 0) {
		store_rollback(pulling->store);
		return rc;
	}
	pulling->report->full = pulling->report->full || page->full;
	return store_commit(pulling->store, err);
}

/* ── asking ────────────────────────────────────────────────────────────── */

int pull_outcome(long status, struct err *err)
{
	switch (status) {
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
		(void)err_set(err, ERR_BUSY, "the hub says %ld", status);
		return PULL_LATER;
	}
}

/* What is no page: the hub's word for it. */
static int turned_away(struct pulling *pulling, const struct sync_answer *answer, struct err *err)
{
	pulling->report->retry_after_s = answer->retry_after_s;
	return pull_outcome(answer->status, err);
}

/* From the beginning, once: a hub that does not take its own cursors is not asked for
 * ever. */
static bool start_anew(struct pulling *pulling, const struct sync_answer *answer)
{
	if ((answer->status != 410 && answer->status != 400) || pulling->anew ||
		pulling->remote.cursor.len == 0)
		return false;
	buf_clear(&pulling->remote.cursor);
	pulling->remote.within = false;
	pulling->anew = pulling->more = true;
	pulling->seq = -1;
	return true;
}

static int ask(struct pulling *pulling, struct sync_answer *answer, struct err *err)
{
	struct sync_question question = {.method = "GET",
		.token = pulling->options->token,
		.accept = "application/x-ndjson"};
	struct buf path = BUF_INIT(1024);
	int rc;

	(void)buf_add_format(&path, "/api/v1/sync?limit=%d%s", FEED_CHANGES_MAX,
		pulling->options->experimental ? "&channel=experimental" : "");
	if (pulling->remote.cursor.len > 0)
		(void)buf_add_format(&path, "&cursor=%s", buf_text(&pulling->remote.cursor));
	if (pulling->remote.cursor.len > 0 && pulling->remote.etag.len > 0)
		question.etag = buf_text(&pulling->remote.etag);
	question.path = buf_text(&path);
	rc = sync_http_ask(pulling->http, &question, answer, err);
	buf_fini(&path);
	return rc;
}

/* A page that others follow has brought something, and the next begins behind it. */
static int check_progress(struct pulling *pulling, const struct feed_page *page, struct err *err)
{
	bool moves = page->n > 0 && page->seq > pulling->seq &&
		     strcmp(page->cursor, buf_text(&pulling->remote.cursor)) != 0;

	if (page->more && !moves) {
		(void)err_set(err, ERR_INVALID, "the hub's feed does not move");
		return PULL_LATER;
	}
	if (pulling->report->pages == PULL_PAGES_MAX || pulling->report->put > PULL_PROMPTS_MAX) {
		(void)err_set(err, ERR_LIMIT, "the hub's feed does not end");
		return PULL_LATER;
	}
	pulling->seq = page->seq;
	return 0;
}

static void report_refused(struct pull_report *report, const struct feed_page *page)
{
	report->refused += (int64_t)page->refused;
	if (page->refused > 0 && report->why[0] == '\0')
		(void)snprintf(report->why, sizeof report->why, "%s", page->why);
}

/* The page of an answer, taken over. */
static int take_page(struct pulling *pulling, const struct sync_answer *answer, struct err *err)
{
	struct feed_page page;
	int rc;

	if (feed_parse((struct str){buf_text(&answer->body), answer->body.len}, &page, err) != 0)
		return PULL_LATER; /* cut short, or from something that is no hub */
	report_refused(pulling->report, &page);
	rc = check_progress(pulling, &page, err);
	pulling->more = page.more;
	/* The ETag stands for the end of the feed, not for a page on the way there. */
	buf_clear(&pulling->remote.etag);
	if (!page.more)
		(void)buf_add_str(&pulling->remote.etag, answer->etag);
	if (rc == 0)
		rc = complete(pulling, &page, err);
	if (rc == 0)
		rc = apply(pulling, &page, err);
	feed_page_fini(&page);
	pulling->report->pages += rc == 0 ? 1 : 0;
	return rc;
}

/* One question and what is made of its answer. */
static int pull_once(struct pulling *pulling, struct err *err)
{
	struct sync_answer answer;
	int rc;

	pulling->more = false;
	sync_answer_init(&answer, FEED_PAGE_MAX);
	rc = ask(pulling, &answer, err);
	if (rc != 0)
		rc = PULL_LATER;
	else if (answer.status == 200)
		rc = take_page(pulling, &answer, err);
	else if (!start_anew(pulling, &answer) && answer.status != 304)
		rc = turned_away(pulling, &answer, err);
	pulling->report->poll_after_s = answer.poll_after_s;
	sync_answer_fini(&answer);
	return rc;
}

int sync_pull(struct store *store, struct sync_http *http, const struct pull_options *options,
	struct pull_report *report, struct err *err)
{
	struct pulling pulling = {.store = store,
		.http = http,
		.options = options,
		.report = report,
		.more = true,
		.seq = -1};
	int rc;

	*report = (struct pull_report){.poll_after_s = -1, .retry_after_s = -1};
	store_remote_init(&pulling.remote);
	rc = store_remote_get(store, SOURCE, &pulling.remote, err);
	while (rc == 0 && pulling.more) {
		rc = pull_once(&pulling, err);
		if (rc == 0 && options->progress != NULL)
			options->progress(options->data, report);
	}
	store_remote_fini(&pulling.remote);
	return rc;
}
