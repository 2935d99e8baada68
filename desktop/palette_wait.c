/* What the palette waits for, and what waits in it; see palette_parts.h. */
#include <stdlib.h>
#include <string.h>

#include "desktop/palette_parts.h"

#define WAITING_MAX 1024 /* more than anybody presses in the time that a disk takes */

struct palette_pressed {
	enum { PRESSED_KEY, PRESSED_TEXT, PRESSED_ROW } what;
	enum palette_key key;
	char *text; /* typed, or the path of the row */
};

/* --- asking ---------------------------------------------------------------------------- */

struct palette_question *palette_question_new(struct palette *palette, enum palette_asked what)
{
	struct palette_question *question = xcalloc(1, sizeof *question);

	question->what = what;
	question->number = ++palette->last_number;
	question->flags = palette_preview_flags(palette);
	return question;
}

/* The number of the question of this kind whose answer is waited for; NULL: none is. */
static uint64_t *slot(struct palette *palette, enum palette_asked what)
{
	if (palette_asked_for_looking(what))
		return &palette->looking;
	if (what == PALETTE_ASK_FAVOURITE)
		return &palette->marking;
	return what == PALETTE_ASK_REMEMBER ? NULL : &palette->choosing;
}

void palette_ask(struct palette *palette, struct palette_question *question)
{
	const struct palette_calls *calls = palette->calls;
	uint64_t *number = slot(palette, question->what);

	if (number != NULL)
		*number = question->number;
	if (palette_asked_for_looking(question->what))
		palette->rows_due = question->what == PALETTE_ASK_ROWS;
	if (calls->ask != NULL)
		calls->ask(calls->data, question);
	else
		palette_answer(palette, palette_answer_make(calls, question));
}

bool palette_take_answer(struct palette *palette, const struct palette_question *question)
{
	uint64_t *number = slot(palette, question->what);

	if (number == NULL || *number != question->number)
		return false; /* of one that nobody waits for any more */
	*number = 0;
	if (number == &palette->looking)
		palette->rows_due = false;
	palette->late = false;
	return true;
}

bool palette_waits(const struct palette *palette)
{
	return palette->looking != 0 || palette->choosing != 0 || palette->marking != 0;
}

void palette_late(struct palette *palette)
{
	if (!palette_waits(palette))
		return;
	palette->late = true;
	/* Beside the row it would be another one's. */
	if (palette->mode == PALETTE_LIST && palette->looking != 0 && !palette->rows_due)
		palette_drop_prompt(palette);
}

/* --- what is pressed meanwhile ------------------------------------------------------------ */

static void forget(struct palette *palette)
{
	size_t i;

	for (i = 0; i < palette->n_pressed; i++)
		free(palette->pressed[i].text);
	free(palette->pressed);
	palette->pressed = NULL;
	palette->n_pressed = 0;
}

void palette_wait_drop(struct palette *palette)
{
	palette->choosing = 0;
	palette->late = false;
	forget(palette);
}

void palette_wait_end(struct palette *palette)
{
	palette_wait_drop(palette);
	palette->looking = palette->marking = 0;
	palette->rows_due = false;
}

static void keep(struct palette *palette, struct palette_pressed pressed)
{
	if (palette->n_pressed == WAITING_MAX) {
		palette_say(palette, "That was more than can be kept while the library is read.");
		free(pressed.text);
		return;
	}
	palette->pressed =
		xrealloc(palette->pressed, (palette->n_pressed + 1) * sizeof *palette->pressed);
	palette->pressed[palette->n_pressed++] = pressed;
}

/* Keys of the list that only go about in the query, change it, or go about in the rows. */
static bool is_cursor(enum palette_key key)
{
	return key == PALETTE_LEFT || key == PALETTE_RIGHT || key == PALETTE_CTRL_LEFT ||
	       key == PALETTE_CTRL_RIGHT;
}

static bool is_edit(enum palette_key key)
{
	return key == PALETTE_SPACE || key == PALETTE_CTRL_V ||
	       (key >= PALETTE_BACKSPACE && key <= PALETTE_CTRL_U);
}

static bool is_move(const struct palette_pressed *pressed)
{
	return pressed->what == PRESSED_KEY && pressed->key >= PALETTE_UP &&
	       pressed->key <= PALETTE_CTRL_END && !is_cursor(pressed->key);
}

static bool only_moves(const struct palette *palette)
{
	size_t i;

	if (palette->mode != PALETTE_LIST || palette->choosing != 0)
		return false;
	for (i = 0; i < palette->n_pressed; i++)
		if (!is_move(&palette->pressed[i]))
			return false;
	return true;
}

/* Does this key need what is not there yet? */
static bool needs(const struct palette *palette, enum palette_key key)
{
	bool row = key == PALETTE_CTRL_S || key == PALETTE_CTRL_E;

	if (palette->choosing != 0 || (palette->marking != 0 && key == PALETTE_CTRL_S))
		return true;
	if (palette->mode != PALETTE_LIST || palette->looking == 0)
		return false;
	return palette->rows_due ? !is_cursor(key) && !is_edit(key) : row;
}

static bool must_wait(const struct palette *palette, enum palette_key key)
{
	if (palette->n_pressed > 0 && !((is_cursor(key) || is_edit(key)) && only_moves(palette)))
		return true;
	return needs(palette, key);
}

/* --- for the outside --------------------------------------------------------------------- */

/* With another query what was pressed to go about in the rows of the last one leads
 * nowhere, as it would have with those rows there. */
static void asked_anew(struct palette *palette, uint64_t last_number)
{
	if (palette->last_number != last_number && only_moves(palette))
		forget(palette);
}

void palette_key(struct palette *palette, enum palette_key key)
{
	uint64_t last_number = palette->last_number;

	if (palette->mode == PALETTE_CLOSED)
		return;
	if (key == PALETTE_ESCAPE) {
		palette_wait_drop(palette); /* waits for nothing */
	} else if (must_wait(palette, key)) {
		keep(palette, (struct palette_pressed){.what = PRESSED_KEY, .key = key});
		return;
	}
	palette_key_now(palette, key);
	if (is_edit(key))
		asked_anew(palette, last_number);
	palette_wait_replay(palette);
}

void palette_text(struct palette *palette, struct str text)
{
	uint64_t last_number = palette->last_number;

	if (palette->mode == PALETTE_CLOSED)
		return;
	if (palette->replaying) {
		palette_text_now(palette, text); /* what a key that waited has asked for */
	} else if (palette->choosing != 0 || (palette->n_pressed > 0 && !only_moves(palette))) {
		keep(palette,
			(struct palette_pressed){.what = PRESSED_TEXT, .text = str_dup(text)});
	} else {
		palette_text_now(palette, text);
		asked_anew(palette, last_number);
	}
}

void palette_click(struct palette *palette, size_t row)
{
	struct palette_pressed pressed = {.what = PRESSED_ROW};

	if (palette->mode != PALETTE_LIST || row >= palette->n_rows)
		return;
	pressed.text = xstrdup(palette->rows[row].path);
	keep(palette, pressed);
	palette_wait_replay(palette);
}

static bool may_go_on(struct palette *palette, const struct palette_pressed *pressed)
{
	if (pressed->what == PRESSED_KEY)
		return !needs(palette, pressed->key);
	if (pressed->what == PRESSED_TEXT)
		return palette->choosing == 0;
	return !needs(palette, PALETTE_ENTER);
}

void palette_wait_replay(struct palette *palette)
{
	if (palette->replaying)
		return;
	palette->replaying = true;
	while (palette->n_pressed > 0 && may_go_on(palette, &palette->pressed[0])) {
		struct palette_pressed pressed = palette->pressed[0];

		memmove(palette->pressed, palette->pressed + 1,
			--palette->n_pressed * sizeof *palette->pressed);
		if (pressed.what == PRESSED_KEY)
			palette_key_now(palette, pressed.key);
		else if (pressed.what == PRESSED_TEXT)
			palette_text_now(palette, str_of(pressed.text));
		else
			palette_click_now(palette, pressed.text);
		free(pressed.text);
	}
	palette->replaying = false;
}
