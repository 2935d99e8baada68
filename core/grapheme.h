/*
 * What a person sees as one character: extended grapheme clusters of UAX #29, by the
 * data of Unicode 14. Bytes that are not UTF-8 are one each. Any thread.
 */
#ifndef CORE_GRAPHEME_H
#define CORE_GRAPHEME_H

#include "core/str.h"

/* Where the character ends that begins at `at`; text.n at the end. */
size_t grapheme_next(struct str text, size_t at);
/* Where the character begins that ends at `at`; 0 at the beginning. Looks back to the
 * beginning of the line at most. */
size_t grapheme_before(struct str text, size_t at);
size_t grapheme_count(struct str text);

#endif
