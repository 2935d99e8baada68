/*
 * What the files of the palette are to each other; see palette.h. Of them only.
 */
#ifndef DESKTOP_PALETTE_PARTS_H
#define DESKTOP_PALETTE_PARTS_H

#include "desktop/palette.h"

/* palette.c */
void palette_say(struct palette *palette, const char *text);
void palette_drop_prompt(struct palette *palette);
/* Keys that go about in a text, and keys that take away from it; false: another key, or
 * there was nothing to do. */
bool palette_move(struct palette_edit *edit, enum palette_key key);
bool palette_erase(struct palette_edit *edit, enum palette_key key);

/* palette_rows.c: searches for the query; when that fails the rows stay, and the
 * message says why. The one of `keep_path`, if it is among them, is selected, else
 * the first. keep_path may be NULL. */
void palette_rows_search(struct palette *palette, const char *keep_path);
void palette_rows_clear(struct palette *palette);
/* Another one is selected: its prompt and preview. */
void palette_rows_select(struct palette *palette, size_t row);
/* The prompt of the selected row is there; else false, and the message says why. */
bool palette_rows_take(struct palette *palette);
void palette_rows_favourite(struct palette *palette);

/* palette_form.c: the form of palette->prompt. */
void palette_form_open(struct palette *palette);
void palette_form_close(struct palette *palette);
/* Both: it was something of the form's. */
bool palette_form_text(struct palette *palette, struct str text);
bool palette_form_key(struct palette *palette, enum palette_key key);
void palette_form_source(struct palette *palette, enum prompt_from from,
	enum palette_source_outcome outcome, struct str text);
/* Its values as JSON (a new reference); NULL when one does not do, which is then told
 * and gone to. */
json_t *palette_form_args(struct palette *palette);
/* They were sent. */
void palette_form_remember(const struct palette *palette);

/* palette_preview.c */
void palette_preview_make(struct palette *palette);
void palette_preview_clear(struct palette *palette);

#endif
