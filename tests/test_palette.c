/* Tests of desktop/palette beside the stories: every key in every mode, where the
 * selection comes from, texts with a cursor. */
#include "core/grapheme.h"
#include "desktop/palette_sources.h"
#include "tests/fake_platform.h"
#include "tests/palette_world.h"

static struct world world;

/* --- every key in every mode ----------------------------------------------------------- */

static void to_list(void)
{
	palette_call(&world.palette, false);
}

static void to_nothing_found(void)
{
	palette_call(&world.palette, false);
	palette_text(&world.palette, STR("this is found nowhere"));
}

static void to_failure(void)
{
	world.failing = true;
	palette_call(&world.palette, false);
}

static void to_details(void)
{
	palette_call(&world.palette, false);
	palette_key(&world.palette, PALETTE_CTRL_I);
}

static void to_form(void)
{
	palette_call_prompt(&world.palette, STR("team/p1"), false);
}

static void to_form_without_fields(void)
{
	palette_call(&world.palette, false);
	palette_key(&world.palette, PALETTE_TAB);
}

static void to_drop(void)
{
	palette_call_prompt(&world.palette, STR("team/p1"), false);
	palette_key(&world.palette, PALETTE_CTRL_DOWN);
}

static void to_details_of_form(void)
{
	palette_call_prompt(&world.palette, STR("team/p1"), false);
	palette_key(&world.palette, PALETTE_CTRL_I);
}

static void to_confirm(void)
{
	palette_call(&world.palette, true);
	palette_key(&world.palette, PALETTE_ENTER);
}

static const struct way {
	void (*go)(void);
	enum palette_mode mode;
} ways[] = {{to_list, PALETTE_LIST}, {to_nothing_found, PALETTE_LIST}, {to_failure, PALETTE_LIST},
	{to_details, PALETTE_DETAILS}, {to_form, PALETTE_FORM},
	{to_form_without_fields, PALETTE_FORM}, {to_drop, PALETTE_FORM},
	{to_details_of_form, PALETTE_DETAILS}, {to_confirm, PALETTE_CONFIRM}};

/* May a key lead from one mode to the other? */
static bool leads(enum palette_mode from, enum palette_key key, enum palette_mode to)
{
	bool sends = key <= PALETTE_ALT_ENTER;

	if (to == from)
		return true;
	switch (from) {
	case PALETTE_LIST:
		return (to == PALETTE_CLOSED && (key == PALETTE_ESCAPE || sends)) ||
		       (to == PALETTE_FORM && (key == PALETTE_TAB || sends)) ||
		       (to == PALETTE_CONFIRM && sends) ||
		       (to == PALETTE_DETAILS && key == PALETTE_CTRL_I);
	case PALETTE_DETAILS:
		return (to == PALETTE_LIST || to == PALETTE_FORM) &&
		       (key == PALETTE_ESCAPE || key == PALETTE_CTRL_I);
	case PALETTE_FORM:
		return (to == PALETTE_DETAILS && key == PALETTE_CTRL_I) ||
		       ((to == PALETTE_CLOSED || to == PALETTE_LIST) &&
			       (key == PALETTE_ESCAPE || sends));
	case PALETTE_CONFIRM:
		return (to == PALETTE_CLOSED && key == PALETTE_ENTER) ||
		       ((to == PALETTE_LIST || to == PALETTE_FORM) && key == PALETTE_ESCAPE);
	default:
		return false;
	}
}

static void every_key_in_every_mode_leads_where_it_may(void)
{
	unsigned i, key, again;

	for (i = 0; i < sizeof ways / sizeof *ways; i++)
		for (key = 0; key < PALETTE_KEYS; key++)
			for (again = 0; again < PALETTE_KEYS; again++) {
				enum palette_mode before;

				world_init(&world);
				ways[i].go();
				CHECK(world.palette.mode == ways[i].mode);
				palette_key(&world.palette, (enum palette_key)key);
				palette_check(&world.palette);
				before = world.palette.mode;
				CHECK(leads(ways[i].mode, (enum palette_key)key, before));
				palette_key(&world.palette, (enum palette_key)again);
				palette_check(&world.palette);
				CHECK(before == PALETTE_CLOSED ||
					leads(before, (enum palette_key)again, world.palette.mode));
				CHECK(world.closed == (world.palette.mode == PALETTE_CLOSED));
				CHECK(world.sent <= world.closed);
				palette_fini(&world.palette);
			}
}

static void only_what_was_typed_and_is_no_secret_is_remembered(void)
{
	world_init(&world);
	world.outcome = PALETTE_SOURCE_TEXT;
	palette_call_prompt(&world.palette, STR("team/p1"), false);
	palette_text(&world.palette, STR("Ada"));
	palette_focus(&world.palette, 6); /* the secret */
	palette_text(&world.palette, STR("hush"));
	palette_key(&world.palette, PALETTE_ENTER);
	CHECK(world.sent == 1 && world.remembered == 1);
	palette_fini(&world.palette);
}

static void keys_have_names_and_names_have_keys(void)
{
	enum palette_key key;
	unsigned i;

	for (i = 0; i < PALETTE_KEYS; i++) {
		CHECK(palette_key_parse(str_of(palette_key_name((enum palette_key)i)), &key));
		CHECK(key == i);
	}
	CHECK(!palette_key_parse(STR("Ctrl+Q"), &key));
}

static void row_of_every_kind_has_its_badges(void)
{
	const struct palette_row *rows = world.palette.rows;

	world_init(&world);
	palette_call(&world.palette, false);
	CHECK(world.palette.n_rows == PALETTE_ROWS_MAX);
	/* local; hub:acme, draft; git:team, v2; project, deprecated, old */
	CHECK(rows[0].badges[0].kind == PALETTE_PERSONAL);
	CHECK(rows[1].badges[0].kind == PALETTE_TEAM);
	CHECK(rows[1].badges[1].kind == PALETTE_EXPERIMENTAL);
	CHECK_STR(rows[1].badges[1].text, "draft");
	CHECK(rows[2].badges[0].kind == PALETTE_SOURCE);
	CHECK_STR(rows[2].badges[0].text, "team");
	CHECK(rows[2].badges[1].kind == PALETTE_APPROVED);
	CHECK_STR(rows[2].badges[2].text, "v2");
	CHECK(rows[3].badges[0].kind == PALETTE_PROJECT && rows[3].withdrawn);
	CHECK(rows[3].badges[1].kind == PALETTE_WITHDRAWN);
	CHECK(rows[3].badges[3].kind == PALETTE_AGE);
	CHECK_STR(rows[3].badges[3].text, "1 day old");
	CHECK(rows[2].n_badges == 3); /* not yet a day old */
	palette_fini(&world.palette);
}

/* --- where the selection comes from ---------------------------------------------------- */

static struct fake fake;
static struct courier courier;
static struct palette_sources sources;

static void on_event(void *data, const struct platform_event *event)
{
	(void)data;
	courier_event(&courier, event);
	(void)palette_sources_event(&sources, event);
}

static void ask(void *data, enum prompt_from from)
{
	(void)data;
	palette_sources_ask(&sources, from);
}

static int64_t fake_now(void *data)
{
	(void)data;
	return fake.now_ms;
}

static void set_up_sources(void)
{
	struct courier_options options = {.desktop = &fake.base, .now_ms = fake_now};

	fake_init(&fake, on_event, NULL);
	courier_init(&courier, &options);
	world_init(&world);
	world.calls.source = ask;
	sources = (struct palette_sources){
		.desktop = &fake.base, .courier = &courier, .palette = &world.palette};
	fake_copy(&fake, PLATFORM_PRIMARY, "picked");
	fake_copy(&fake, PLATFORM_CLIPBOARD, "copied");
	courier_begin(&courier);
}

static void tear_down_sources(void)
{
	palette_fini(&world.palette);
	courier_fini(&courier);
	fake_fini(&fake);
}

static const struct palette_field *field(const char *name)
{
	const struct prompt *prompt = world.palette.prompt;

	return &world.palette.fields[prompt_input_find(prompt, str_of(name)) - prompt->inputs];
}

static void selection_and_clipboard_come_when_they_are_held(void)
{
	set_up_sources();
	to_form();
	CHECK(field("picked")->waiting && field("copied")->waiting);
	CHECK(!field("name")->waiting && field("picked")->edit.text.len == 0);
	fake_settle(&fake);
	CHECK(!field("picked")->waiting && !field("copied")->waiting);
	CHECK_STR(buf_text(&field("picked")->edit.text), "picked");
	CHECK_STR(field("picked")->note, "from the selection, 6 characters");
	CHECK_STR(buf_text(&field("copied")->edit.text), "copied");
	CHECK(field("copied")->filled == PALETTE_CLIPBOARD);
	tear_down_sources();
}

static void what_is_held_already_comes_at_once(void)
{
	set_up_sources();
	fake_settle(&fake);
	to_form();
	CHECK_STR(buf_text(&field("picked")->edit.text), "picked");
	tear_down_sources();
}

static void password_picture_and_nothing_are_told_and_not_taken(void)
{
	set_up_sources();
	fake.clipboard.secret = true;
	fake.primary.picture = true;
	fake_settle(&fake);
	to_form();
	CHECK(field("copied")->edit.text.len == 0 && field("picked")->edit.text.len == 0);
	CHECK_STR(field("copied")->note, "the clipboard holds a password");
	CHECK_STR(field("picked")->note, "no text is selected");
	tear_down_sources();
}

static void nobody_waits_for_an_owner_that_hangs_longer_than_the_save(void)
{
	set_up_sources();
	fake.primary.unreadable = true;
	to_form();
	fake_settle(&fake);
	CHECK(!field("picked")->waiting && field("picked")->edit.text.len == 0);
	CHECK_STR(buf_text(&field("copied")->edit.text), "copied");
	tear_down_sources();
}

static void during_another_paste_it_is_still_what_the_person_had(void)
{
	struct paste_job job = {0};
	struct err err;

	set_up_sources();
	fake_settle(&fake);
	CHECK(courier_choose(&courier, &job, STR("our own text"), &err) != 0);
	fake_settle(&fake);
	CHECK(fake.primary.owner == FAKE_TEXT);
	courier_begin(&courier);
	to_form();
	CHECK_STR(buf_text(&field("picked")->edit.text), "picked");
	CHECK_STR(buf_text(&field("copied")->edit.text), "copied");
	tear_down_sources();
}

/* --- texts with a cursor ----------------------------------------------------------------- */

#define FAMILY "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"
#define FLAG_DE "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"

static void characters_are_what_people_see(void)
{
	static const struct {
		const char *text;
		size_t n;
	} cases[] = {{"", 0}, {"abc", 3}, {"e\xcc\x81", 1}, {FAMILY, 1}, {FLAG_DE FLAG_DE, 2},
		{"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1}, {"\xea\xb0\x81", 1},
		{"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 1}, {"\r\n", 1}, {"\n\n", 2},
		{"\xe0\xae\xa8\xe0\xae\xbf", 1}, {"\xd7\xa9\xd7\x81\xd7\x9c", 2}, {"\xff\xfe", 2},
		{"\n\xcc\x81", 2},
		{"a\xe2\x80\x8d"
		 "b",
			2}};
	size_t i, at, n;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str text = str_of(cases[i].text);

		CHECK(grapheme_count(text) == cases[i].n);
		/* Backwards it is the same characters. */
		for (at = text.n, n = 0; at > 0; n++) {
			size_t before = grapheme_before(text, at);

			CHECK(grapheme_next(text, before) == at);
			at = before;
		}
		CHECK(n == cases[i].n);
	}
}

static void check_text(struct palette_edit *edit, const char *with_cursor)
{
	struct buf shown = BUF_INIT(1000);

	(void)buf_add(&shown, buf_text(&edit->text), edit->cursor);
	(void)buf_add_char(&shown, '|');
	(void)buf_add_str(&shown, buf_text(&edit->text) + edit->cursor);
	CHECK_STR(buf_text(&shown), with_cursor);
	buf_fini(&shown);
}

static void text_is_changed_at_the_cursor(void)
{
	struct palette_edit edit;

	palette_edit_init(&edit, 20);
	CHECK(!palette_edit_backspace(&edit) && !palette_edit_delete(&edit));
	CHECK(!palette_edit_left(&edit) && !palette_edit_right(&edit));
	CHECK(palette_edit_insert(&edit, STR("one two")));
	CHECK(palette_edit_left(&edit) && palette_edit_left_word(&edit));
	check_text(&edit, "one |two");
	CHECK(palette_edit_insert(&edit, STR("x ")));
	check_text(&edit, "one x |two");
	CHECK(palette_edit_delete(&edit));
	CHECK(palette_edit_backspace_word(&edit));
	check_text(&edit, "one |wo");
	CHECK(!palette_edit_insert(&edit, STR("longer than all there is")));
	check_text(&edit, "one |wo");
	CHECK(palette_edit_right_word(&edit) && !palette_edit_end(&edit));
	check_text(&edit, "one wo|");
	palette_edit_fini(&edit);
}

static void cursor_never_stands_inside_a_character(void)
{
	struct palette_edit edit;

	palette_edit_init(&edit, 100);
	(void)palette_edit_set(&edit, STR("a" FAMILY FLAG_DE));
	CHECK(palette_edit_left(&edit));
	check_text(&edit, "a" FAMILY "|" FLAG_DE);
	CHECK(palette_edit_backspace(&edit));
	check_text(&edit, "a|" FLAG_DE);
	/* A mark put in joins what stands before it, half a flag what stands behind. */
	CHECK(palette_edit_insert(&edit, STR("\xcc\x81")));
	check_text(&edit, "a\xcc\x81|" FLAG_DE);
	CHECK(palette_edit_backspace(&edit));
	check_text(&edit, "|" FLAG_DE);
	CHECK(palette_edit_insert(&edit, STR("\xf0\x9f\x87\xab")));
	check_text(&edit, "\xf0\x9f\x87\xab\xf0\x9f\x87\xa9|\xf0\x9f\x87\xaa");
	palette_edit_fini(&edit);
}

static void lines_keep_the_column(void)
{
	struct palette_edit edit;

	palette_edit_init(&edit, 100);
	(void)palette_edit_set(&edit, STR("a long line\n\xc3\xa9\nanother one"));
	CHECK(palette_edit_home(&edit) && palette_edit_right_word(&edit));
	check_text(&edit, "a long line\n\xc3\xa9\nanother| one");
	CHECK(palette_edit_up(&edit));
	check_text(&edit, "a long line\n\xc3\xa9|\nanother one");
	CHECK(palette_edit_up(&edit) && !palette_edit_up(&edit));
	check_text(&edit, "a long |line\n\xc3\xa9\nanother one");
	CHECK(palette_edit_down(&edit) && palette_edit_down(&edit) && !palette_edit_down(&edit));
	check_text(&edit, "a long line\n\xc3\xa9\nanother| one");
	CHECK(palette_edit_clear_line(&edit) && palette_edit_up(&edit) &&
		palette_edit_clear_line(&edit));
	check_text(&edit, "a long line\n|\n");
	CHECK(palette_edit_first(&edit) && palette_edit_end(&edit));
	check_text(&edit, "a long line|\n\n");
	palette_edit_fini(&edit);
}

/* --- the preview ------------------------------------------------------------------------- */

static void preview_is_bounded_and_says_how_much_more_there_is(void)
{
	world_init(&world);
	palette_call_prompt(&world.palette, STR("team/p5"), false);
	palette_text(&world.palette, STR("\xd7\xa9"));
	/* "As {{name}}:", two newlines, 3,000 times two characters and so on */
	CHECK(world.palette.preview.more > 1000);
	CHECK(world.palette.preview.n_spans > 20);
	CHECK(world.palette.preview.spans[0].kind == PALETTE_SPAN_FILLED);
	check_preview(&world.palette.preview);
	palette_fini(&world.palette);
}

static void spans_are_right_where_characters_were_left_out(void)
{
	struct prompt *prompt = prompt_new();
	json_t *args = json_pack("{s:s}", "a", "\xe2\x80\x9c\xe2\x80\x8b\x01x\r\ny");
	struct compose compose;
	struct err err;

	(void)prompt_add_input(prompt, STR("a"));
	prompt_add_input(prompt, STR("b"))->required = true;
	(void)prompt_add_message(
		prompt, PROMPT_USER, STR("\xe2\x80\x8b\x1b\r<{{a}}>\xe2\x80\x8b{{b}}{{cursor}}!"));
	CHECK(compose_text(NULL, prompt, args, COMPOSE_HOLES | COMPOSE_SPANS, &compose, &err) == 0);
	CHECK_STR(buf_text(&compose.text), "\n<\xe2\x80\x9cx\ny>{{b}}!");
	CHECK(compose.n_spans == 2 && compose.caret == 1);
	CHECK(compose.spans[0].from == 2 && compose.spans[0].n == 6 && !compose.spans[0].missing);
	CHECK(compose.spans[1].from == 9 && compose.spans[1].n == 5 && compose.spans[1].missing);
	CHECK(compose.spans[0].input == 0 && compose.spans[1].input == 1);
	compose_fini(&compose);
	json_decref(args);
	prompt_free(prompt);
}

int main(void)
{
	RUN(every_key_in_every_mode_leads_where_it_may);
	RUN(only_what_was_typed_and_is_no_secret_is_remembered);
	RUN(keys_have_names_and_names_have_keys);
	RUN(row_of_every_kind_has_its_badges);
	RUN(selection_and_clipboard_come_when_they_are_held);
	RUN(what_is_held_already_comes_at_once);
	RUN(password_picture_and_nothing_are_told_and_not_taken);
	RUN(nobody_waits_for_an_owner_that_hangs_longer_than_the_save);
	RUN(during_another_paste_it_is_still_what_the_person_had);
	RUN(characters_are_what_people_see);
	RUN(text_is_changed_at_the_cursor);
	RUN(cursor_never_stands_inside_a_character);
	RUN(lines_keep_the_column);
	RUN(preview_is_bounded_and_says_how_much_more_there_is);
	RUN(spans_are_right_where_characters_were_left_out);
	return 0;
}
