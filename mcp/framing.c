/* Lines out of a stream of bytes; see framing.h. */
#include "mcp/framing.h"

#include <string.h>

void framing_init(struct framing *framing, size_t limit_bytes)
{
	memset(framing, 0, sizeof *framing);
	framing->limit = limit_bytes;
	/* A line of the limit, its \r\n, and what a read may bring behind it. */
	buf_init(&framing->held, limit_bytes + 2 + 2 * FRAMING_CHUNK);
}

void framing_fini(struct framing *framing)
{
	buf_fini(&framing->held);
}

char *framing_room(struct framing *framing)
{
	buf_consume(&framing->held, framing->taken);
	framing->taken = 0;
	return buf_reserve(&framing->held, FRAMING_CHUNK);
}

void framing_filled(struct framing *framing, size_t len)
{
	buf_grow(&framing->held, len);
}

static void framing_drop(struct framing *framing, size_t len)
{
	framing->taken += len;
	framing->scanned = 0;
}

/* The line's content without \r; too long by what is left counts too. */
static enum framing_outcome framing_line(struct framing *framing, struct str *line)
{
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	if (line->n <= framing->limit)
		return FRAMING_LINE;
	line->n = framing->limit;
	return FRAMING_TOO_LONG;
}

enum framing_outcome framing_next(struct framing *framing, struct str *line)
{
	for (;;) {
		const char *at = buf_text(&framing->held) + framing->taken;
		size_t n = framing->held.len - framing->taken;
		const char *end = n > framing->scanned ? memchr(at + framing->scanned, '\n',
								 n - framing->scanned)
						       : NULL;

		if (end == NULL) {
			if (framing->skipping) {
				framing_drop(framing, n);
				return FRAMING_MORE;
			}
			framing->scanned = n;
			if (n <= framing->limit + 1) /* one more for a \r to come */
				return FRAMING_MORE;
			*line = (struct str){at, framing->limit};
			framing->skipping = true;
			framing_drop(framing, n);
			return FRAMING_TOO_LONG;
		}
		*line = (struct str){at, (size_t)(end - at)};
		framing_drop(framing, line->n + 1);
		if (!framing->skipping)
			return framing_line(framing, line);
		framing->skipping = false; /* the end of the long one */
	}
}

enum framing_outcome framing_rest(struct framing *framing, struct str *line)
{
	size_t n = framing->held.len - framing->taken;

	if (n == 0 || framing->skipping)
		return FRAMING_MORE;
	*line = (struct str){buf_text(&framing->held) + framing->taken, n};
	framing_drop(framing, n);
	return framing_line(framing, line);
}
