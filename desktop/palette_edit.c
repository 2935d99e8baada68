/* A text with a cursor in it; see palette_edit.h. */
#include "desktop/palette_edit.h"

#include <string.h>

#include "core/grapheme.h"

void palette_edit_init(struct palette_edit *edit, size_t limit_bytes)
{
	*edit = (struct palette_edit){.cursor = 0};
	buf_init(&edit->text, limit_bytes);
}

void palette_edit_fini(struct palette_edit *edit)
{
	buf_fini(&edit->text);
	edit->cursor = 0;
}

struct str palette_edit_text(const struct palette_edit *edit)
{
	return (struct str){buf_text(&edit->text), edit->text.len};
}

static bool go(struct palette_edit *edit, size_t to)
{
	bool moved = to != edit->cursor;

	edit->cursor = to;
	edit->keeps = false;
	return moved;
}

/* `with` in place of the bytes from..to. */
static bool put(struct palette_edit *edit, size_t from, size_t to, struct str with)
{
	struct buf *text = &edit->text;
	size_t tail = text->len - to, before = text->len;

	edit->keeps = false;
	if (with.n > to - from) {
		if (before - (to - from) + with.n > text->limit ||
			buf_reserve(text, with.n - (to - from)) == NULL)
			return false;
		buf_grow(text, with.n - (to - from));
	}
	if (tail > 0)
		memmove(text->data + from + with.n, text->data + to, tail);
	if (with.n > 0)
		memcpy(text->data + from, with.p, with.n);
	if (text->len > from + with.n + tail)
		buf_truncate(text, from + with.n + tail);
	edit->cursor = from + with.n;
	return true;
}

bool palette_edit_set(struct palette_edit *edit, struct str text)
{
	return put(edit, 0, edit->text.len, text);
}

/* What is put in may join what stands behind it: the cursor goes behind both. */
bool palette_edit_insert(struct palette_edit *edit, struct str text)
{
	size_t at;

	if (!put(edit, edit->cursor, edit->cursor, text))
		return false;
	at = grapheme_before(palette_edit_text(edit), edit->cursor);
	edit->cursor = text.n > 0 ? grapheme_next(palette_edit_text(edit), at) : edit->cursor;
	return true;
}

void palette_edit_clear(struct palette_edit *edit)
{
	buf_clear(&edit->text);
	(void)go(edit, 0);
}

/* --- places ------------------------------------------------------------------------- */

static size_t before(const struct palette_edit *edit)
{
	return grapheme_before(palette_edit_text(edit), edit->cursor);
}

static size_t after(const struct palette_edit *edit)
{
	return grapheme_next(palette_edit_text(edit), edit->cursor);
}

static size_t line_begin(const struct palette_edit *edit, size_t at)
{
	while (at > 0 && edit->text.data[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct palette_edit *edit, size_t at)
{
	while (at < edit->text.len && edit->text.data[at] != '\n')
		at++;
	return at;
}

/* Words are what stands between blanks. */
static bool is_blank(const struct palette_edit *edit, size_t at)
{
	return edit->text.data[at] == ' ' || edit->text.data[at] == '\n' ||
	       edit->text.data[at] == '\t';
}

static size_t word_begin(const struct palette_edit *edit)
{
	size_t at = edit->cursor;

	while (at > 0 && is_blank(edit, at - 1))
		at--;
	while (at > 0 && !is_blank(edit, at - 1))
		at--;
	return at;
}

static size_t word_end(const struct palette_edit *edit)
{
	size_t at = edit->cursor;

	while (at < edit->text.len && is_blank(edit, at))
		at++;
	while (at < edit->text.len && !is_blank(edit, at))
		at++;
	return at;
}

/* --- deleting ------------------------------------------------------------------------ */

static bool cut(struct palette_edit *edit, size_t from, size_t to)
{
	if (from == to)
		return false;
	(void)put(edit, from, to, STR("")); /* nothing grows */
	/* What stood apart may be one character now. */
	if (from > 0 && from < edit->text.len) {
		size_t at = grapheme_before(palette_edit_text(edit), from);

		if (grapheme_next(palette_edit_text(edit), at) > from)
			edit->cursor = grapheme_next(palette_edit_text(edit), at);
	}
	return true;
}

bool palette_edit_backspace(struct palette_edit *edit)
{
	return cut(edit, before(edit), edit->cursor);
}

bool palette_edit_delete(struct palette_edit *edit)
{
	return cut(edit, edit->cursor, after(edit));
}

bool palette_edit_backspace_word(struct palette_edit *edit)
{
	return cut(edit, word_begin(edit), edit->cursor);
}

bool palette_edit_clear_line(struct palette_edit *edit)
{
	return cut(edit, line_begin(edit, edit->cursor), line_end(edit, edit->cursor));
}

/* --- moving --------------------------------------------------------------------------- */

bool palette_edit_left(struct palette_edit *edit)
{
	return go(edit, before(edit));
}

bool palette_edit_right(struct palette_edit *edit)
{
	return go(edit, after(edit));
}

bool palette_edit_left_word(struct palette_edit *edit)
{
	return go(edit, word_begin(edit));
}

bool palette_edit_right_word(struct palette_edit *edit)
{
	return go(edit, word_end(edit));
}

bool palette_edit_home(struct palette_edit *edit)
{
	return go(edit, line_begin(edit, edit->cursor));
}

bool palette_edit_end(struct palette_edit *edit)
{
	return go(edit, line_end(edit, edit->cursor));
}

bool palette_edit_first(struct palette_edit *edit)
{
	return go(edit, 0);
}

bool palette_edit_last(struct palette_edit *edit)
{
	return go(edit, edit->text.len);
}

/* To the line that begins at `begin`, as far to the right as before. */
static bool go_to_line(struct palette_edit *edit, size_t begin)
{
	size_t from = line_begin(edit, edit->cursor), end = line_end(edit, begin), i, to = begin;
	size_t column = edit->column;

	if (!edit->keeps)
		column = grapheme_count((struct str){edit->text.data + from, edit->cursor - from});
	for (i = 0; i < column && to < end; i++)
		to = grapheme_next(palette_edit_text(edit), to);
	(void)go(edit, to);
	edit->column = column;
	edit->keeps = true;
	return true;
}

bool palette_edit_up(struct palette_edit *edit)
{
	size_t begin = line_begin(edit, edit->cursor);

	return begin > 0 && go_to_line(edit, line_begin(edit, begin - 1));
}

bool palette_edit_down(struct palette_edit *edit)
{
	size_t end = line_end(edit, edit->cursor);

	return end < edit->text.len && go_to_line(edit, end + 1);
}
