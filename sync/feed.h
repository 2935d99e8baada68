/*
 * A page of the feed (sync.md): NDJSON between an "intent" and a "commit" line. Bytes
 * in, changes out; knows neither the network nor the store. A page that does not end
 * with its commit line, or has one line that is not what it must be, is no page.
 */
#ifndef SYNC_FEED_H
#define SYNC_FEED_H

#include "core/id.h"
#include "core/prompt.h"
#include "core/str.h"

#define FEED_CHANGES_MAX 500
#define FEED_CURSOR_MAX 512
#define FEED_PAGE_MAX ((size_t)16 * 1024 * 1024)

struct feed_change {
	bool put; /* else it is to go */
	char id[ID_BYTES];
	int64_t seq, version, size;
	char digest[SHA256_HEX_BYTES]; /* of a put: what was announced */
	/* Of a put: everything but, when it did not come along, inputs and messages. */
	struct prompt *prompt;
	bool body, locked;
	bool refused;	 /* it cannot be taken: what is here of it stays as it is */
	char reason[32]; /* of one that goes */
};

struct feed_page {
	bool full;	/* what is not told is not there (any more) */
	bool continued; /* a full one that goes on where its last page ended */
	char cursor[FEED_CURSOR_MAX];
	bool more;
	int64_t seq;
	struct feed_change *changes;
	size_t n;
	/* How many cannot be taken: told to the person, the rest goes on. */
	size_t refused;
	char why[256]; /* of the first */
};

/* ERR_INVALID, and nothing to be freed: not a whole page. Any thread. */
int feed_parse(struct str text, struct feed_page *page, struct err *err);
void feed_page_fini(struct feed_page *page);

/*
 * The text of a version as it stands in a line's "body", or behind its digest: inputs
 * and messages of the prompt. ERR_INVALID: not a text of that digest, or one that no
 * prompt may have (text_filter.h, prompt_check()).
 */
int feed_body(struct prompt *prompt, const json_t *body, const char *digest, struct err *err);
/* The last of it alone, for a prompt whose text was here. */
int feed_check(const struct prompt *prompt, struct err *err);

#endif
