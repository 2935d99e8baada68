/*
 * Which letters of a text were typed: for showing why a row was found. Of this room
 * only.
 */
#ifndef STORE_MARK_H
#define STORE_MARK_H

#include "store/match.h"
#include "store/prompts.h"

/* The words of the text that are words typed, or begin with the one that is growing.
 * `fuzzy`: if there are none, those a slip or two away, words cut short, and at last
 * single letters. Never fails: what cannot be said is not marked. */
void mark_text(struct store *store, const struct match *match, struct str text, bool fuzzy,
	struct store_marks *marks);

#endif
