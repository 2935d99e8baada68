/* Nothing new, said quickly; see quick.h. */
#include "hub/quick.h"

#include <string.h>

#include "core/clock.h"
#include "hub/cursor.h"
#include "hub/workers.h"

int64_t quick_poll_after_s(int64_t delay_us)
{
	int64_t seconds = QUICK_POLL_S * (delay_us / QUICK_DELAY_US);

	if (seconds < QUICK_POLL_S)
		return QUICK_POLL_S;
	return seconds < QUICK_POLL_MAX_S ? seconds : QUICK_POLL_MAX_S;
}

void quick_fields(const struct hub *hub, struct http_exchange *http, const char *etag)
{
	(void)buf_add_format(&http->fields,
		"ETag: %s\r\nCache-Control: private, no-cache\r\nPromptd-Poll-After: %lld\r\n",
		etag, (long long)quick_poll_after_s(workers_delay_us(hub->workers)));
}

/* Is what is known of them so still, in every process? */
static bool holds(struct hub *hub, const struct known *known, struct news *news)
{
	return known->expires_ms > clock_now_ms() && watch_news(hub->watch, known->tenant, news) &&
	       news->access == known->access && news->seq == known->seq;
}

bool quick_answer(struct hub *hub, struct http_exchange *http, const char *hash)
{
	char etag[CURSOR_ETAG_BYTES];
	struct cursor cursor;
	struct known known;
	struct news news;
	struct str text;

	/* With a channel other things are seen than what is remembered. */
	if (http->headers[HTTP_IF_NONE_MATCH].n == 0 || http->headers[HTTP_PREFER].n > 0 ||
		http_query_value(http->query, "channel", &text) ||
		!http_query_value(http->query, "cursor", &text) || !cursor_parse(text, &cursor) ||
		cursor.full || !principals_find(hub->principals, hash, &known) ||
		!holds(hub, &known, &news))
		return false;
	cursor_etag(news.epoch, known.scope, known.head, etag);
	if (!str_is(http->headers[HTTP_IF_NONE_MATCH], etag) ||
		strcmp(cursor.epoch, news.epoch) != 0 || strcmp(cursor.scope, known.scope) != 0 ||
		cursor.seq < known.head ||
		limits_take(hub->limits, LIMIT_USER, str_of(known.user_id), clock_monotonic_us()) >
			0)
		return false; /* a limit is told by whom the database is asked */
	http->status = 304;
	(void)memcpy(http->user, known.user_id, sizeof known.user_id);
	quick_fields(hub, http, etag);
	return true;
}
