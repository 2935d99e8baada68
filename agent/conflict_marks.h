/*
 * Two texts in one, for an editor: what they share at the beginning and at the end as it
 * is, what lies between in the marks that git makes, here first. Any thread.
 */
#ifndef AGENT_CONFLICT_MARKS_H
#define AGENT_CONFLICT_MARKS_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/str.h"

/* A side that removed the text is empty. `out` is cleared first. */
void conflict_marks_write(struct str ours, struct str theirs, struct buf *out);
/* Does the text still hold marks? What a side itself has as often does not count: a
 * line of "=======" is a heading in Markdown. */
bool conflict_marks_stay(struct str text, struct str ours, struct str theirs);

#endif
