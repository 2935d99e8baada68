/*
 * One filter for characters that do not show or that act: C0 but \n and \t, DEL,
 * C1, separators of lines and paragraphs, bidirectional controls, tag characters,
 * zero-width characters and variation selectors outside the scripts and emoji
 * that need them, noncharacters. Three doors use it: where the hub takes text,
 * where the agent takes it, where text goes to a terminal or a window. Any
 * thread. Unicode 15, UAX #9, UTS #51; the table is in text_filter.c.
 */
#ifndef CORE_TEXT_FILTER_H
#define CORE_TEXT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/str.h"

/* Byte offset of the first character that is refused, or text.n when there is
 * none. Context counts: a joiner between emoji or Indic letters is let through.
 * Bytes that are not UTF-8 are refused where they stand, and so is \r. */
size_t text_filter_find(struct str text);

/* Append text with every refused character written as <U+XXXX> (for review), and
 * bytes that are not UTF-8 as <0xNN>. Returns how many there were. \r\n becomes
 * \n first and does not count. What comes out has nothing left to refuse. */
size_t text_filter_show(struct str text, struct buf *out);

/* Append text for a terminal: refused characters and bytes as escapes (\x1b,
 * \u202e, \U000e0041), \n and \t as they are if `lines`, else written "\n" and
 * "\t". Never fails on foreign bytes. A backslash of the text stays alone: this
 * is for reading, not for reading back. */
void text_filter_terminal(struct str text, bool lines, struct buf *out);

#endif
