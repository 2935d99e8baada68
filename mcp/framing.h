/*
 * Lines out of a stream of bytes: messages end in \n (\r\n too), blank lines are
 * nothing, a last line without its end counts. A line over the limit is reported
 * once, by its beginning, and thrown away while it comes, so that no client can
 * make memory grow.
 */
#ifndef MCP_FRAMING_H
#define MCP_FRAMING_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/str.h"

struct framing {
	struct buf held; /* bytes not yet handed out */
	size_t taken;	 /* of held: handed out already */
	size_t scanned;	 /* of held: known to have no newline (after taken) */
	size_t limit;
	bool skipping; /* inside a line that was too long */
};

enum framing_outcome {
	FRAMING_MORE,	  /* no whole line: read more */
	FRAMING_LINE,	  /* *line is one, borrowed until the next call */
	FRAMING_TOO_LONG, /* *line is the beginning of one that is too long */
};

void framing_init(struct framing *framing, size_t limit_bytes);
void framing_fini(struct framing *framing);

/* Room for at least min bytes, to be filled and counted with framing_filled().
 * NULL when memory is out. Never asks for more than the limit and two chunks. */
#define FRAMING_CHUNK 65536
char *framing_room(struct framing *framing);
void framing_filled(struct framing *framing, size_t len);

enum framing_outcome framing_next(struct framing *framing, struct str *line);
/* No more bytes will come: the rest, if any, is a line. */
enum framing_outcome framing_rest(struct framing *framing, struct str *line);

#endif
