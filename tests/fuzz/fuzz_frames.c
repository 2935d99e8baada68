/*
 * Websocket frames in random pieces: the first bytes say how long the pieces
 * are. The same events come out however the bytes are cut, and a text is UTF-8.
 */
#include <stdint.h>

#include "mcp/frames.h"
#include "tests/test.h"

#define LIMIT 4096
#define SIZES 4

static void feed(const uint8_t *data, size_t len, const uint8_t *sizes, struct buf *out)
{
	enum frames_event event = FRAMES_MORE;
	struct str rest = {NULL, 0}, payload = {NULL, 0};
	struct frames frames;
	size_t at = 0, i = 0;

	frames_init(&frames, LIMIT);
	while (event != FRAMES_FAULT && event != FRAMES_CLOSE) {
		if (rest.n == 0) {
			size_t n = sizes != NULL ? sizes[i++ % SIZES] + 1U : len;

			if (at == len)
				break;
			n = n < len - at ? n : len - at;
			rest = (struct str){(const char *)data + at, n};
			at += n;
		}
		event = frames_next(&frames, &rest, &payload);
		if (event == FRAMES_MORE)
			continue;
		(void)buf_add_format(out, "%d %u ", (int)event,
			event == FRAMES_FAULT || event == FRAMES_CLOSE ? frames.code : 0);
		if (event == FRAMES_TEXT)
			CHECK(str_is_utf8(payload) && payload.n <= LIMIT);
		if (event != FRAMES_FAULT && event != FRAMES_CLOSE)
			(void)buf_add(out, payload.p, payload.n);
	}
	frames_fini(&frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf whole = BUF_INIT(64UL * 1024 * 1024), cut = BUF_INIT(64UL * 1024 * 1024);

	if (len < SIZES)
		return 0;
	feed(data + SIZES, len - SIZES, NULL, &whole);
	feed(data + SIZES, len - SIZES, data, &cut);
	CHECK(whole.len == cut.len);
	CHECK(whole.len == 0 || memcmp(whole.data, cut.data, whole.len) == 0);
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
