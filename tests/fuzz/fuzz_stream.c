/*
 * What else a hub says: server-sent events in any pieces, and the fields of a header. The
 * first byte says how long the pieces are.
 */
#include <stdint.h>

#include "core/json.h"
#include "sync/events.h"
#include "sync/http_curl.h"
#include "tests/test.h"

struct heard {
	bool read, news;
	int64_t seq, spread_ms;
};

static struct heard hear(struct str bytes, size_t piece)
{
	struct heard heard = {.read = true, .seq = -1, .spread_ms = -1};
	struct events events;
	size_t at, n;

	events_init(&events);
	for (at = 0; at < bytes.n && heard.read; at += n) {
		n = bytes.n - at < piece ? bytes.n - at : piece;
		heard.read = events_add(&events, (struct str){bytes.p + at, n});
	}
	heard.news = events_take(&events, &heard.seq, &heard.spread_ms);
	CHECK(!events_take(&events, &heard.seq, &heard.spread_ms));
	CHECK(heard.seq >= -1 && heard.spread_ms >= -1);
	events_fini(&events);
	return heard;
}

static void check_field(struct str line)
{
	struct str value = {NULL, 0};
	int64_t seconds;

	(void)http_field(line, "etag", &value);
	CHECK(value.n <= line.n);
	seconds = http_retry_after_s(line, STR("Sat, 21 Nov 2026 10:00:00 GMT"));
	CHECK(seconds >= -1 && seconds <= INT32_MAX);
	seconds = http_retry_after_s(STR("Sat, 21 Nov 2026 10:00:00 GMT"), line);
	CHECK(seconds >= -1 && seconds <= INT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole, pieces;
	struct str bytes;

	json_door_init();
	if (size == 0)
		return 0;
	bytes = (struct str){(const char *)data + 1, size - 1};
	whole = hear(bytes, bytes.n + 1);
	pieces = hear(bytes, (size_t)data[0] % 16 + 1);
	/* It does not matter how they came. */
	CHECK(whole.read == pieces.read);
	CHECK(!whole.read || (whole.news == pieces.news && whole.seq == pieces.seq &&
				     whole.spread_ms == pieces.spread_ms));
	check_field(bytes);
	return 0;
}
