/* Cursors and tags of the feed; see cursor.h. */
#include "hub/cursor.h"

#include <stdio.h>

bool cursor_parse(struct str text, struct cursor *cursor)
{
	struct str epoch = str_cut(text, '.', &text), scope = str_cut(text, '.', &text);
	struct str seq = str_cut(text, '.', &text);

	if (epoch.n == 0 || epoch.n >= ID_BYTES || scope.n != CREDENTIAL_SCOPE_BYTES - 1 ||
		!str_to_int(seq, 0, INT64_MAX, &cursor->seq) || (text.n > 0 && !str_is(text, "f")))
		return false;
	(void)snprintf(cursor->epoch, sizeof cursor->epoch, "%.*s", (int)epoch.n, epoch.p);
	(void)snprintf(cursor->scope, sizeof cursor->scope, "%.*s", (int)scope.n, scope.p);
	cursor->full = text.n > 0;
	return true;
}

void cursor_etag(const char *epoch, const char *scope, int64_t seq, char out[CURSOR_ETAG_BYTES])
{
	(void)snprintf(out, CURSOR_ETAG_BYTES, "\"%s.%s.%lld\"", epoch, scope, (long long)seq);
}
