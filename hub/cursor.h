/*
 * How far somebody has followed the feed: the cursor that they send back, and the tag of
 * what they have. Texts of ours in their hands; nothing in them is believed but that it
 * is theirs to say.
 */
#ifndef HUB_CURSOR_H
#define HUB_CURSOR_H

#include "hub/credential.h"

struct cursor {
	char epoch[ID_BYTES], scope[CREDENTIAL_SCOPE_BYTES];
	int64_t seq;
	bool full; /* the pages before it were of a full feed, and there are more */
};

bool cursor_parse(struct str text, struct cursor *cursor);

/* The strong ETag of a feed: epoch, scope, last visible change; in its quotes. */
#define CURSOR_ETAG_BYTES 128
void cursor_etag(const char *epoch, const char *scope, int64_t seq, char out[CURSOR_ETAG_BYTES]);

#endif
