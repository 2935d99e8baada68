/*
 * A text with a cursor in it: the search field, and each field of a form. Moves and
 * deletes by what a person sees as one character (core/grapheme.h), in the order the
 * text is said in, whichever way it is written. One thread.
 */
#ifndef DESKTOP_PALETTE_EDIT_H
#define DESKTOP_PALETTE_EDIT_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/str.h"

struct palette_edit {
	struct buf text; /* UTF-8, never over its limit */
	size_t cursor;	 /* bytes before it; never inside of a character */
	size_t column;	 /* characters from the line's start that Up and Down keep to */
	bool keeps;	 /* column says something */
};

void palette_edit_init(struct palette_edit *edit, size_t limit_bytes);
void palette_edit_fini(struct palette_edit *edit);
struct str palette_edit_text(const struct palette_edit *edit);

/* The cursor goes to the end. False: longer than the limit, and nothing changed. */
bool palette_edit_set(struct palette_edit *edit, struct str text);
/* At the cursor, which then stands behind it; UTF-8. False as above. */
bool palette_edit_insert(struct palette_edit *edit, struct str text);
void palette_edit_clear(struct palette_edit *edit);

/* Each returns false when there was nothing to do: at an end already. */
bool palette_edit_backspace(struct palette_edit *edit);
bool palette_edit_delete(struct palette_edit *edit);
bool palette_edit_backspace_word(struct palette_edit *edit);
bool palette_edit_clear_line(struct palette_edit *edit); /* the one with the cursor */
bool palette_edit_left(struct palette_edit *edit);
bool palette_edit_right(struct palette_edit *edit);
bool palette_edit_left_word(struct palette_edit *edit);
bool palette_edit_right_word(struct palette_edit *edit);
bool palette_edit_up(struct palette_edit *edit);
bool palette_edit_down(struct palette_edit *edit);
bool palette_edit_home(struct palette_edit *edit); /* of the line */
bool palette_edit_end(struct palette_edit *edit);
bool palette_edit_first(struct palette_edit *edit); /* of all */
bool palette_edit_last(struct palette_edit *edit);

#endif
