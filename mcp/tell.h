/*
 * When to look whether the library changed, and tell clients. Pure: milliseconds
 * of a clock that never jumps in, milliseconds out.
 *
 * The watch speaks when bytes are written, which is a moment before the commit
 * can be seen. So the first word is followed at once, but not believed when
 * nothing is found: there is a second look soon after, and a late third one in
 * case the writer was held up between the two.
 */
#ifndef MCP_TELL_H
#define MCP_TELL_H

#include <stdint.h>

#define TELL_SOON_MS 50
#define TELL_LATE_MS 1000

struct tell {
	int64_t looked_ms; /* last */
	int64_t due_ms;	   /* 0: nothing is due */
	int looks;	   /* since the watch spoke last */
};

/* The watch spoke. Looks are at least spacing_ms apart: an import makes many. */
void tell_noticed(struct tell *tell, int64_t now_ms, int64_t spacing_ms);
/* A look was made now: when is the next one due? */
void tell_looked(struct tell *tell, int64_t now_ms);

#endif
