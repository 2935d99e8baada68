/*
 * What the files of the palette are to each other; see palette.h. Of them only.
 */
#ifndef DESKTOP_PALETTE_PARTS_H
#define DESKTOP_PALETTE_PARTS_H

#include "desktop/palette.h"
#include "desktop/palette_ask.h"

#define PALETTE_WITHDRAWN_TEXT "This prompt was withdrawn."

/* palette.c */
void palette_say(struct palette *palette, const char *text);
void palette_drop_prompt(struct palette *palette);
/* Keys that go about in a text, and keys that take away from it; false: another key, or
 * there was nothing to do. */
bool palette_move(struct palette_edit *edit, enum palette_key key);
bool palette_erase(struct palette_edit *edit, enum palette_key key);
/* Now, and not when what is waited for has come. */
void palette_key_now(struct palette *palette, enum palette_key key);
void palette_text_now(struct palette *palette, struct str text);
void palette_click_now(struct palette *palette, const char *path);
bool palette_is_withdrawn(const struct prompt *prompt);

/*
 * palette_wait.c: what is asked, and who waits for it. Of the questions of looking the
 * newest counts, and so of those of choosing; what is pressed meanwhile and needs the
 * answer comes after it, in the order in which it was pressed.
 */
struct palette_question *palette_question_new(struct palette *palette, enum palette_asked what);
void palette_ask(struct palette *palette, struct palette_question *question);
/* Is it what was waited for? Then that is over. */
bool palette_take_answer(struct palette *palette, const struct palette_question *question);
/* Nothing is waited for any more, and what was kept for then is gone. */
void palette_wait_end(struct palette *palette);
/* What was chosen is not waited for any more. */
void palette_wait_drop(struct palette *palette);
/* What was pressed and could not be done yet, as far as it can be now. */
void palette_wait_replay(struct palette *palette);

/* palette_rows.c: asks for the rows of the query; when that fails the rows stay, and the
 * message says why. The one of `keep_path`, if it is among them, is selected, else
 * the first. keep_path may be NULL. */
void palette_rows_search(struct palette *palette, const char *keep_path);
void palette_rows_clear(struct palette *palette);
void palette_row_free(struct palette_row *row);
/* Another one is selected: its prompt and preview are asked for. */
void palette_rows_select(struct palette *palette, size_t row);
void palette_rows_favourite(struct palette *palette);
void palette_rows_answer(struct palette *palette, struct palette_answer *answer);
void palette_look_answer(struct palette *palette, struct palette_answer *answer);
void palette_favourite_answer(struct palette *palette, struct palette_answer *answer);
/* Any thread, the calls': what calls->search() finds. */
int palette_rows_read(const struct palette_calls *calls, struct str text, struct palette_rows *rows,
	struct err *err);

/* palette_form.c: the form of palette->prompt. The offers, one an input, are taken out of
 * their places. */
void palette_form_open(struct palette *palette, struct palette_offers *offers, size_t n_offers);
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
void palette_form_remember(struct palette *palette);

/* palette_preview.c: asks for that of palette->prompt, as its form is filled in. */
void palette_preview_make(struct palette *palette);
unsigned palette_preview_flags(const struct palette *palette);
void palette_preview_clear(struct palette *palette);
/* NULL: there is none. */
void palette_preview_take(struct palette *palette, const struct palette_composed *composed);

#endif
