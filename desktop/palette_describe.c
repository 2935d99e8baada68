/*
 * The palette as text: what stories compare. Marked letters stand in [ ], the cursor is
 * a | where it does not stand at the end, in the preview stand <values>, <=defaults> and
 * <?{{missing}}>, and \n stands for a newline.
 */
#include "desktop/palette.h"

/* On one line. */
static void add(struct buf *out, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (text[i] == '\n')
			(void)buf_add_str(out, "\\n");
		else
			(void)buf_add_char(out, text[i]);
}

static void add_marked(struct buf *out, const char *text, const struct palette_marks *marks)
{
	size_t at = 0, i;

	for (i = 0; i < marks->n; i++) {
		const struct palette_mark *mark = &marks->marks[i];

		(void)buf_add(out, text + at, mark->from - at);
		(void)buf_add_format(out, "[%.*s]", (int)mark->n, text + mark->from);
		at = mark->from + mark->n;
	}
	(void)buf_add_str(out, text + at);
}

static void add_edit(struct buf *out, const struct palette_edit *edit, bool focused)
{
	struct str text = palette_edit_text(edit);

	add(out, text.p, edit->cursor);
	if (focused && edit->cursor < text.n)
		(void)buf_add_char(out, '|');
	add(out, text.p + edit->cursor, text.n - edit->cursor);
}

static void describe_row(const struct palette_row *row, bool selected, struct buf *out)
{
	size_t i;

	(void)buf_add_format(
		out, "%s %s", selected ? "*" : " ", row->favourite ? "\xe2\x98\x85 " : "");
	add_marked(out, row->path, &row->path_marks);
	(void)buf_add_str(out, " | ");
	add_marked(out, row->title, &row->title_marks);
	(void)buf_add_str(out, " |");
	for (i = 0; i < row->n_badges; i++)
		(void)buf_add_format(out, " %s", row->badges[i].text);
	(void)buf_add_format(out, "%s%s\n", row->tags[0] != '\0' ? " #" : "", row->tags);
}

static void describe_list(const struct palette *palette, struct buf *out)
{
	static const char *const groups[] = {
		[PALETTE_FAVOURITE] = "favourites",
		[PALETTE_RECENT] = "recent",
		[PALETTE_MOST_USED] = "most used",
	};
	enum palette_group group = PALETTE_FOUND;
	size_t i;

	(void)buf_add_str(out, "search: ");
	add_edit(out, &palette->query, true);
	(void)buf_add_char(out, '\n');
	for (i = 0; i < palette->n_rows; i++) {
		if (palette->rows[i].group != group) {
			group = palette->rows[i].group;
			(void)buf_add_format(out, "-- %s\n", groups[group]);
		}
		describe_row(&palette->rows[i], i == palette->selected, out);
	}
}

static void describe_value(const struct palette_field *field, bool focused, struct buf *out)
{
	size_t i;

	if (field->kind == PALETTE_CHECK)
		(void)buf_add_format(
			out, "[%s]", str_is(palette_edit_text(&field->edit), "true") ? "x" : " ");
	else if (field->kind == PALETTE_CHOICE)
		(void)buf_add_format(out, "<%s>", buf_text(&field->edit.text));
	else if (field->kind == PALETTE_SECRET)
		for (i = 0; i < field->edit.text.len; i++)
			(void)buf_add_char(out, '*');
	else
		add_edit(out, &field->edit, focused);
}

static void describe_drop(const struct palette *palette, struct buf *out)
{
	size_t i;

	for (i = 0; palette->drop.open && i < palette->drop.n; i++) {
		struct str item = str_of(palette_drop_item(palette, i));

		(void)buf_add_format(out, "    %s ", i == palette->drop.at ? ">" : " ");
		add(out, item.p, item.n);
		(void)buf_add_char(out, '\n');
	}
}

static void describe_field(const struct palette *palette, size_t i, struct buf *out)
{
	const struct prompt_input *input = &palette->prompt->inputs[i];
	const struct palette_field *field = &palette->fields[i];
	bool focused = i == palette->field;

	(void)buf_add_format(out, "%s %s%s: ", focused ? "*" : " ", input->name,
		input->required ? " (required)" : "");
	describe_value(field, focused, out);
	if (field->waiting)
		(void)buf_add_str(out, "  (…)");
	if (field->note[0] != '\0')
		(void)buf_add_format(out, "  (%s)", field->note);
	if (field->error[0] != '\0')
		(void)buf_add_format(out, "  ! %s", field->error);
	(void)buf_add_char(out, '\n');
	if (focused)
		describe_drop(palette, out);
}

static void describe_form(const struct palette *palette, struct buf *out)
{
	size_t i;

	(void)buf_add_format(out, "form: %s\n", palette->prompt->path);
	for (i = 0; palette->fields != NULL && i < palette->prompt->n_inputs; i++)
		describe_field(palette, i, out);
}

static void describe_details(const struct palette *palette, struct buf *out)
{
	size_t i;

	(void)buf_add_format(out, "details: %s\n", palette->prompt->path);
	for (i = 0; i < palette->n_details; i++)
		(void)buf_add_format(
			out, "  %s: %s\n", palette->details[i].label, palette->details[i].text);
}

static void describe_preview(const struct palette_preview *preview, struct buf *out)
{
	static const char *const begins[] = {"<", "<=", "<?"};
	const char *text = buf_text(&preview->text);
	size_t at = 0, i;

	(void)buf_add_str(out, "preview: ");
	for (i = 0; i < preview->n_spans; i++) {
		const struct palette_span *span = &preview->spans[i];

		add(out, text + at, span->from - at);
		(void)buf_add_str(out, begins[span->kind]);
		add(out, text + span->from, span->n);
		(void)buf_add_char(out, '>');
		at = span->from + span->n;
	}
	add(out, text + at, preview->text.len - at);
	if (preview->more > 0)
		(void)buf_add_format(out, "… %zu more", preview->more);
	(void)buf_add_char(out, '\n');
}

void palette_describe(const struct palette *palette, struct buf *out)
{
	switch (palette->mode) {
	case PALETTE_CLOSED:
		(void)buf_add_str(out, "closed\n");
		return;
	case PALETTE_LIST:
		describe_list(palette, out);
		break;
	case PALETTE_FORM:
		describe_form(palette, out);
		break;
	case PALETTE_DETAILS:
		describe_details(palette, out);
		break;
	case PALETTE_CONFIRM:
		(void)buf_add_format(out, "confirm: %s\n", palette->prompt->path);
		break;
	}
	if (palette->preview.text.len > 0)
		describe_preview(&palette->preview, out);
	if (palette->message[0] != '\0')
		(void)buf_add_format(out, "message: %s\n", palette->message);
}
