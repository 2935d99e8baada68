/*
 * Framing in random chunks: the first bytes say how long the chunks are, the
 * rest is the stream. However it is cut, the same lines come out as when it
 * comes whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mcp/framing.h"

#define LIMIT 64
#define SIZES 8

static void take(struct framing *framing, bool rest, struct buf *out)
{
	enum framing_outcome outcome;
	struct str line;

	for (;;) {
		outcome = framing_next(framing, &line);
		if (outcome == FRAMING_MORE && rest)
			outcome = framing_rest(framing, &line);
		if (outcome == FRAMING_MORE)
			return;
		if (line.n > LIMIT)
			abort();
		(void)buf_add_char(out, outcome == FRAMING_LINE ? 'L' : 'T');
		(void)buf_add_format(out, "%zu:", line.n);
		(void)buf_add(out, line.p, line.n);
	}
}

static void feed(const uint8_t *data, size_t len, const uint8_t *sizes, struct buf *out)
{
	struct framing framing;
	size_t at = 0, i = 0;

	framing_init(&framing, LIMIT);
	while (at < len) {
		size_t n = sizes != NULL ? sizes[i++ % SIZES] % 100 + 1U : FRAMING_CHUNK;
		char *room = framing_room(&framing);

		if (n > len - at)
			n = len - at;
		if (room == NULL)
			abort(); /* it holds no more than it may, so there is room */
		memcpy(room, data + at, n);
		framing_filled(&framing, n);
		take(&framing, false, out);
		at += n;
	}
	take(&framing, true, out);
	framing_fini(&framing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf whole = BUF_INIT(16UL * 1024 * 1024), cut = BUF_INIT(16UL * 1024 * 1024);

	if (len < SIZES)
		return 0;
	feed(data + SIZES, len - SIZES, NULL, &whole);
	feed(data + SIZES, len - SIZES, data, &cut);
	if (whole.len != cut.len || (whole.len > 0 && memcmp(whole.data, cut.data, cut.len) != 0))
		abort();
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
