/* What the palette is, as the platform is to show it. */
#include "desktop/view.h"
#include "tests/test.h"

static struct palette palette;
static struct view view;
static const struct platform_picker *const what = &view.what;
static const struct palette_calls calls;

static void begin(enum palette_mode mode)
{
	palette_init(&palette, &calls);
	palette.mode = mode;
}

static struct palette_row *add_row(char *path, char *title)
{
	struct palette_row *row = &palette.rows[palette.n_rows++];

	*row = (struct palette_row){.id = path, .path = path, .title = title};
	return row;
}

static void add_badge(struct palette_row *row, enum palette_badge_kind kind, const char *text)
{
	struct palette_badge *badge = &row->badges[row->n_badges++];

	badge->kind = kind;
	(void)snprintf(badge->text, sizeof badge->text, "%s", text);
}

static void check_text(struct str got, const char *expected)
{
	char text[256];

	(void)snprintf(text, sizeof text, "%.*s", (int)got.n, got.n > 0 ? got.p : "");
	CHECK_STR(text, expected);
}

static void check_mark(
	const struct platform_mark *mark, enum platform_mark_kind kind, size_t from, size_t n)
{
	CHECK(mark->kind == kind && mark->from == from && mark->n == n);
}

/* Rows are the test's own, and on no heap. */
static void end(void)
{
	palette.n_rows = 0;
	palette.prompt = NULL;
	palette.fields = NULL;
	palette_fini(&palette);
}

/* --- the list ------------------------------------------------------------------------- */

static void list_is_shown_as_it_is(void)
{
	static char path[] = "a/one", title[] = "One", tags[] = "x,y", other[] = "a/two";
	struct palette_row *row;

	begin(PALETTE_LIST);
	row = add_row(path, title);
	row->tags = tags;
	row->favourite = true;
	row->group = PALETTE_FAVOURITE;
	row->title_marks = (struct palette_marks){.marks = {{0, 1}, {2, 1}}, .n = 2};
	row->path_marks = (struct palette_marks){.marks = {{2, 3}}, .n = 1};
	row = add_row(other, title);
	row->withdrawn = true;
	palette.selected = 1;
	CHECK(palette_edit_set(&palette.query, STR("one")));
	palette.query.cursor = 2;
	(void)snprintf(palette.message, sizeof palette.message, "said");
	view_make(&view, &palette);
	CHECK(what->page == PLATFORM_PICKER_LIST && what->n_rows == 2 && what->selected == 1);
	check_text(what->query, "one");
	CHECK(what->cursor == 2 && !what->warns);
	check_text(what->message, "said");
	check_text(what->rows[0].title.text, "One");
	check_text(what->rows[0].path.text, "a/one");
	check_text(what->rows[0].tags, "x,y");
	CHECK(what->rows[0].favourite && !what->rows[0].faded);
	CHECK(what->rows[0].title.n_marks == 2 && what->rows[0].path.n_marks == 1);
	check_mark(&what->rows[0].title.marks[0], PLATFORM_MARK_MATCH, 0, 1);
	check_mark(&what->rows[0].title.marks[1], PLATFORM_MARK_MATCH, 2, 1);
	check_mark(&what->rows[0].path.marks[0], PLATFORM_MARK_MATCH, 2, 3);
	CHECK(!what->rows[1].favourite && what->rows[1].faded);
	check_text(what->rows[1].path.text, "a/two");
	check_text(what->rows[1].tags, "");
	end();
}

static void groups_have_their_headings(void)
{
	static const char *const names[] = {"", "Favourites", "Recent", "All prompts"};
	static char path[] = "p";
	size_t i;

	begin(PALETTE_LIST);
	for (i = 0; i < 4; i++)
		add_row(path, path)->group = (enum palette_group)i;
	view_make(&view, &palette);
	for (i = 0; i < 4; i++)
		check_text(what->rows[i].group, names[i]);
	end();
}

static void badges_say_how_it_stands(void)
{
	static const struct {
		enum palette_badge_kind from;
		enum platform_badge_kind to;
	} kinds[] = {{PALETTE_APPROVED, PLATFORM_BADGE_GOOD},
		{PALETTE_EXPERIMENTAL, PLATFORM_BADGE_CARE},
		{PALETTE_WITHDRAWN, PLATFORM_BADGE_BAD}, {PALETTE_PERSONAL, PLATFORM_BADGE_PLAIN},
		{PALETTE_TEAM, PLATFORM_BADGE_PLAIN}, {PALETTE_PROJECT, PLATFORM_BADGE_PLAIN},
		{PALETTE_SOURCE, PLATFORM_BADGE_PLAIN}, {PALETTE_VERSION, PLATFORM_BADGE_PLAIN},
		{PALETTE_AGE, PLATFORM_BADGE_CARE}};
	static char path[] = "p";
	struct palette_row *row;
	size_t i;

	begin(PALETTE_LIST);
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		row = add_row(path, path);
		add_badge(row, PALETTE_TEAM, "first");
		add_badge(row, kinds[i].from, "word");
	}
	view_make(&view, &palette);
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		CHECK(what->rows[i].n_badges == 2);
		CHECK(what->rows[i].badges[1].kind == kinds[i].to);
		check_text(what->rows[i].badges[0].text, "first");
		check_text(what->rows[i].badges[1].text, "word");
	}
	end();
}

static void age_of_the_selected_one_is_told(void)
{
	static char path[] = "p";

	begin(PALETTE_LIST);
	add_badge(add_row(path, path), PALETTE_AGE, "5 days old");
	add_badge(add_row(path, path), PALETTE_TEAM, "team");
	view_make(&view, &palette);
	check_text(what->message, "Its source was last reached 5 days ago");
	CHECK(!what->warns);
	palette.selected = 1;
	view_make(&view, &palette);
	check_text(what->message, "");
	palette.selected = 0;
	(void)snprintf(palette.message, sizeof palette.message, "something else");
	view_make(&view, &palette);
	check_text(what->message, "something else");
	palette.n_rows = 0;
	palette.message[0] = '\0';
	view_make(&view, &palette);
	check_text(what->message, "");
	end();
}

/* --- a prompt ---------------------------------------------------------------------------- */

static struct prompt *prompt_with(const char *const names[], size_t n)
{
	struct prompt *prompt = prompt_new();
	size_t i;

	prompt_set(&prompt->path, STR("a/one"));
	prompt_set(&prompt->title, STR("One"));
	for (i = 0; i < n; i++)
		(void)prompt_add_input(prompt, str_of(names[i]));
	return prompt;
}

static void fields_are_of_their_kinds(void)
{
	static const char *const names[] = {"line", "area", "number", "choice", "check", "secret"};
	static const enum platform_field_kind kinds[] = {PLATFORM_FIELD_AREA, PLATFORM_FIELD_AREA,
		PLATFORM_FIELD_LINE, PLATFORM_FIELD_CHOICE, PLATFORM_FIELD_CHECK,
		PLATFORM_FIELD_SECRET};
	struct palette_field fields[6] = {{.kind = PALETTE_LINE}, {.kind = PALETTE_AREA},
		{.kind = PALETTE_NUMBER}, {.kind = PALETTE_CHOICE}, {.kind = PALETTE_CHECK},
		{.kind = PALETTE_SECRET}};
	struct prompt *prompt = prompt_with(names, 6);
	size_t i;

	prompt->inputs[1].required = true;
	prompt_set(&prompt->inputs[1].description, STR("a help"));
	for (i = 0; i < 6; i++)
		palette_edit_init(&fields[i].edit, 64);
	CHECK(palette_edit_set(&fields[1].edit, STR("value")));
	fields[1].edit.cursor = 3;
	(void)snprintf(fields[1].note, sizeof fields[1].note, "a note");
	begin(PALETTE_FORM);
	palette.prompt = prompt;
	palette.fields = fields;
	palette.field = 4;
	view_make(&view, &palette);
	CHECK(what->page == PLATFORM_PICKER_FORM && what->n_fields == 6 && what->field == 4);
	check_text(what->title, "One");
	check_text(what->path, "a/one");
	for (i = 0; i < 6; i++) {
		CHECK(what->fields[i].kind == kinds[i] && what->fields[i].required == (i == 1));
		CHECK(what->fields[i].tall == (i == 1));
		check_text(what->fields[i].label, names[i]);
		check_text(what->fields[i].help, i == 1 ? "a help" : "");
		check_text(what->fields[i].value, i == 1 ? "value" : "");
		check_text(what->fields[i].note, i == 1 ? "a note" : "");
		check_text(what->fields[i].error, "");
		CHECK(what->fields[i].cursor == (i == 1 ? 3U : 0U));
	}
	CHECK(what->n_items == 0 && what->message.n == 0);
	for (i = 0; i < 6; i++)
		palette_edit_fini(&fields[i].edit);
	prompt_free(prompt);
	end();
}

static void what_is_wrong_is_told(void)
{
	static const char *const names[] = {"n", "m"};
	struct palette_field fields[2] = {{.kind = PALETTE_NUMBER}, {.kind = PALETTE_NUMBER}};
	struct prompt *prompt = prompt_with(names, 2);

	palette_edit_init(&fields[0].edit, 64);
	palette_edit_init(&fields[1].edit, 64);
	(void)snprintf(fields[0].error, sizeof fields[0].error, "'n' must be a number");
	begin(PALETTE_FORM);
	palette.prompt = prompt;
	palette.fields = fields;
	view_make(&view, &palette);
	check_text(what->fields[0].error, "must be a number");
	check_text(what->message, "One value is not right yet");
	CHECK(what->warns);
	(void)snprintf(fields[1].error, sizeof fields[1].error, "'n' is no m");
	view_make(&view, &palette);
	check_text(what->fields[1].error, "'n' is no m");
	check_text(what->message, "2 values are not right yet");
	(void)snprintf(palette.message, sizeof palette.message, "said");
	view_make(&view, &palette);
	check_text(what->message, "said");
	CHECK(!what->warns);
	palette_edit_fini(&fields[0].edit);
	palette_edit_fini(&fields[1].edit);
	prompt_free(prompt);
	end();
}

static void list_under_a_field_is_there_while_it_is_open(void)
{
	static const char *const names[] = {"tone"};
	struct palette_field fields[1] = {{.kind = PALETTE_CHOICE}};
	struct prompt *prompt = prompt_with(names, 1);

	prompt_input_add_choice(&prompt->inputs[0], STR("warm"));
	prompt_input_add_choice(&prompt->inputs[0], STR("cool"));
	palette_edit_init(&fields[0].edit, 64);
	begin(PALETTE_FORM);
	palette.prompt = prompt;
	palette.fields = fields;
	palette.drop = (struct palette_drop){.open = true, .at = 1, .n = 2};
	view_make(&view, &palette);
	CHECK(what->n_items == 2 && what->item == 1);
	check_text(what->items[0], "warm");
	check_text(what->items[1], "cool");
	palette.drop.open = false;
	view_make(&view, &palette);
	CHECK(what->n_items == 0);
	palette_edit_fini(&fields[0].edit);
	prompt_free(prompt);
	end();
}

static void details_and_whether_there_is_a_file(void)
{
	struct prompt *prompt = prompt_with(NULL, 0);

	begin(PALETTE_DETAILS);
	palette.prompt = prompt;
	palette.details[1] = (struct palette_detail){"status", "approved"};
	palette.n_details = 2;
	view_make(&view, &palette);
	CHECK(what->page == PLATFORM_PICKER_DETAILS && what->n_details == 2 && !what->file);
	check_text(what->details[1].label, "status");
	check_text(what->details[1].text, "approved");
	prompt_set(&prompt->origin, STR("/a/one.prompt.md"));
	view_make(&view, &palette);
	CHECK(what->file);
	prompt_free(prompt);
	end();
}

static void question_is_a_warning(void)
{
	struct prompt *prompt = prompt_with(NULL, 0);

	begin(PALETTE_CONFIRM);
	palette.prompt = prompt;
	view_make(&view, &palette);
	CHECK(what->page == PLATFORM_PICKER_CONFIRM && what->warns);
	prompt_free(prompt);
	end();
}

static void preview_shows_where_values_come_from(void)
{
	begin(PALETTE_LIST);
	buf_init(&palette.preview.text, 64);
	CHECK(buf_add_str(&palette.preview.text, "dear bob warm {{n}}") == 0);
	palette.preview.spans[0] = (struct palette_span){PALETTE_SPAN_FILLED, 5, 3, 0};
	palette.preview.spans[1] = (struct palette_span){PALETTE_SPAN_DEFAULT, 9, 4, 1};
	palette.preview.spans[2] = (struct palette_span){PALETTE_SPAN_MISSING, 14, 5, 2};
	palette.preview.n_spans = 3;
	view_make(&view, &palette);
	check_text(what->preview.text, "dear bob warm {{n}}");
	CHECK(what->preview.n_marks == 3 && what->preview_note.n == 0);
	check_mark(&what->preview.marks[0], PLATFORM_MARK_FILLED, 5, 3);
	check_mark(&what->preview.marks[1], PLATFORM_MARK_DEFAULT, 9, 4);
	check_mark(&what->preview.marks[2], PLATFORM_MARK_MISSING, 14, 5);
	palette.preview.more = 7;
	view_make(&view, &palette);
	check_text(what->preview_note, "and 7 characters more");
	end();
}

int main(void)
{
	RUN(list_is_shown_as_it_is);
	RUN(groups_have_their_headings);
	RUN(badges_say_how_it_stands);
	RUN(age_of_the_selected_one_is_told);
	RUN(fields_are_of_their_kinds);
	RUN(what_is_wrong_is_told);
	RUN(list_under_a_field_is_there_while_it_is_open);
	RUN(details_and_whether_there_is_a_file);
	RUN(question_is_a_warning);
	RUN(preview_shows_where_values_come_from);
	return 0;
}
