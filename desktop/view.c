/* From the palette to what is shown; see view.h. */
#include "desktop/view.h"

#include <stdio.h>
#include <string.h>

static struct str text_of(const char *text)
{
	return text != NULL ? str_of(text) : STR("");
}

/* --- rows ---------------------------------------------------------------------------- */

static struct platform_text marked(
	const char *text, const struct palette_marks *from, struct platform_mark *marks)
{
	unsigned i;

	for (i = 0; i < from->n; i++)
		marks[i] = (struct platform_mark){
			PLATFORM_MARK_MATCH, from->marks[i].from, from->marks[i].n};
	return (struct platform_text){text_of(text), marks, from->n};
}

static struct platform_badge badge(const struct palette_badge *from)
{
	static const enum platform_badge_kind kinds[] = {
		[PALETTE_APPROVED] = PLATFORM_BADGE_GOOD,
		[PALETTE_EXPERIMENTAL] = PLATFORM_BADGE_CARE,
		[PALETTE_WITHDRAWN] = PLATFORM_BADGE_BAD,
		[PALETTE_PERSONAL] = PLATFORM_BADGE_PLAIN,
		[PALETTE_TEAM] = PLATFORM_BADGE_PLAIN,
		[PALETTE_PROJECT] = PLATFORM_BADGE_PLAIN,
		[PALETTE_SOURCE] = PLATFORM_BADGE_PLAIN,
		[PALETTE_VERSION] = PLATFORM_BADGE_PLAIN,
		[PALETTE_AGE] = PLATFORM_BADGE_CARE,
	};

	return (struct platform_badge){kinds[from->kind], str_of(from->text)};
}

static const char *group(enum palette_group of)
{
	static const char *const names[] = {[PALETTE_FOUND] = "",
		[PALETTE_FAVOURITE] = "Favourites",
		[PALETTE_RECENT] = "Recent",
		[PALETTE_MOST_USED] = "All prompts"};

	return names[of];
}

static void rows_make(struct view *view, const struct palette *palette)
{
	size_t i, j;

	for (i = 0; i < palette->n_rows; i++) {
		const struct palette_row *from = &palette->rows[i];
		struct platform_picker_row *row = &view->rows[i];

		for (j = 0; j < from->n_badges; j++)
			view->badges[i][j] = badge(&from->badges[j]);
		*row = (struct platform_picker_row){
			.title = marked(from->title, &from->title_marks, view->marks[i][0]),
			.path = marked(from->path, &from->path_marks, view->marks[i][1]),
			.tags = text_of(from->tags),
			.badges = view->badges[i],
			.n_badges = from->n_badges,
			.group = str_of(group(from->group)),
			.favourite = from->favourite,
			.faded = from->withdrawn || (palette->late && palette->rows_due)};
	}
	view->what.rows = view->rows;
	view->what.n_rows = palette->n_rows;
	view->what.selected = palette->selected;
}

/* The badge says it in short; the one that is about to be sent deserves a sentence. */
static void age_tell(struct view *view, const struct palette *palette)
{
	const struct palette_row *row = &palette->rows[palette->selected];
	struct str age;
	size_t i;

	if (palette->n_rows == 0 || view->what.message.n > 0)
		return;
	for (i = 0; i < row->n_badges; i++) {
		if (row->badges[i].kind != PALETTE_AGE)
			continue;
		age = str_of(row->badges[i].text);
		if (age.n > 4) /* "5 days old" */
			age.n -= 4;
		(void)snprintf(view->said, sizeof view->said,
			"Its source was last reached %.*s ago", (int)age.n, age.p);
		view->what.message = str_of(view->said);
	}
}

/* --- fields ---------------------------------------------------------------------------- */

static enum platform_field_kind kind_of(enum palette_field_kind from)
{
	static const enum platform_field_kind kinds[] = {
		[PALETTE_LINE] = PLATFORM_FIELD_AREA, /* one that grows when it has to */
		[PALETTE_AREA] = PLATFORM_FIELD_AREA,
		[PALETTE_NUMBER] = PLATFORM_FIELD_LINE,
		[PALETTE_CHOICE] = PLATFORM_FIELD_CHOICE,
		[PALETTE_CHECK] = PLATFORM_FIELD_CHECK,
		[PALETTE_SECRET] = PLATFORM_FIELD_SECRET,
	};

	return kinds[from];
}

/* Its name stands above it. */
static struct str error_of(const struct palette_field *field, const char *name)
{
	struct str error = str_of(field->error), rest;
	size_t n = strlen(name);

	if (error.n > n + 3 && error.p[0] == '\'' && memcmp(error.p + 1, name, n) == 0) {
		rest = (struct str){error.p + n + 1, error.n - n - 1};
		if (str_starts(rest, "' "))
			return (struct str){rest.p + 2, rest.n - 2};
	}
	return error;
}

/* What keeps the form from being sent may be out of sight. */
static void errors_tell(struct view *view, const struct palette *palette)
{
	size_t i, n = 0;

	for (i = 0; i < palette->prompt->n_inputs; i++)
		n += palette->fields[i].error[0] != '\0';
	if (n == 0 || view->what.message.n > 0)
		return;
	(void)snprintf(view->said, sizeof view->said,
		n == 1 ? "One value is not right yet" : "%zu values are not right yet", n);
	view->what.message = str_of(view->said);
	view->what.warns = true;
}

static void fields_make(struct view *view, const struct palette *palette)
{
	size_t i, n = palette->prompt->n_inputs;

	for (i = 0; i < n; i++) {
		const struct prompt_input *input = &palette->prompt->inputs[i];
		const struct palette_field *from = &palette->fields[i];

		view->fields[i] = (struct platform_picker_field){.kind = kind_of(from->kind),
			.label = str_of(input->name),
			.help = text_of(input->description),
			.value = palette_edit_text(&from->edit),
			.note = str_of(from->note),
			.error = error_of(from, input->name),
			.cursor = from->edit.cursor,
			.required = input->required,
			.tall = from->kind == PALETTE_AREA};
	}
	view->what.fields = view->fields;
	view->what.n_fields = n;
	view->what.field = palette->field;
	if (!palette->drop.open)
		return;
	for (i = 0; i < palette->drop.n && i < PROMPT_CHOICES_MAX; i++)
		view->items[i] = text_of(palette_drop_item(palette, i));
	view->what.items = view->items;
	view->what.n_items = i;
	view->what.item = palette->drop.at;
}

/* --- the rest ---------------------------------------------------------------------------- */

static void preview_make(struct view *view, const struct palette_preview *from)
{
	static const enum platform_mark_kind kinds[] = {
		[PALETTE_SPAN_FILLED] = PLATFORM_MARK_FILLED,
		[PALETTE_SPAN_DEFAULT] = PLATFORM_MARK_DEFAULT,
		[PALETTE_SPAN_MISSING] = PLATFORM_MARK_MISSING,
	};
	size_t i;

	for (i = 0; i < from->n_spans; i++)
		view->spans[i] = (struct platform_mark){
			kinds[from->spans[i].kind], from->spans[i].from, from->spans[i].n};
	view->what.preview = (struct platform_text){
		{buf_text(&from->text), from->text.len}, view->spans, from->n_spans};
	if (from->more > 0) {
		(void)snprintf(
			view->note, sizeof view->note, "and %zu characters more", from->more);
		view->what.preview_note = str_of(view->note);
	}
}

static void details_make(struct view *view, const struct palette *palette)
{
	size_t i;

	for (i = 0; i < palette->n_details; i++)
		view->details[i] = (struct platform_detail){
			str_of(palette->details[i].label), str_of(palette->details[i].text)};
	view->what.details = view->details;
	view->what.n_details = palette->n_details;
}

void view_make(struct view *view, const struct palette *palette)
{
	struct platform_picker *what = &view->what;

	memset(what, 0, sizeof *what);
	what->query = palette_edit_text(&palette->query);
	what->cursor = palette->query.cursor;
	what->message = palette->late && palette->message[0] == '\0'
				? STR("The library is still being read \xe2\x80\xa6")
				: str_of(palette->message);
	rows_make(view, palette);
	preview_make(view, &palette->preview);
	if (palette->prompt != NULL) {
		what->title = text_of(palette->prompt->title);
		what->path = text_of(palette->prompt->path);
		what->file = palette->prompt->origin != NULL;
	}
	switch (palette->mode) {
	case PALETTE_FORM:
		what->page = PLATFORM_PICKER_FORM;
		fields_make(view, palette);
		errors_tell(view, palette);
		break;
	case PALETTE_DETAILS:
		what->page = PLATFORM_PICKER_DETAILS;
		details_make(view, palette);
		break;
	case PALETTE_CONFIRM:
		what->page = PLATFORM_PICKER_CONFIRM;
		what->warns = true;
		break;
	default:
		what->page = PLATFORM_PICKER_LIST;
		age_tell(view, palette);
		break;
	}
}
