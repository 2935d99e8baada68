/* From the hotkey to the paste, with the fake desktop and a real library: what the
 * menu is asked, what is sent, what is written down. And the settings beside it. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "desktop/desk.h"
#include "desktop/menu.h"
#include "tests/fake_platform.h"
#include "tests/store_fixture.h"

#define TARGET 7U

static struct fake fake;
static struct desk desk;
static struct settings settings;
static struct store *store;

static void on_event(void *data, const struct platform_event *event)
{
	(void)data;
	desk_event(&desk, event);
}

static int64_t fake_now(void *data)
{
	(void)data;
	return fake.now_ms;
}

static void add(const char *path, const char *text, const char *input, enum prompt_type type)
{
	struct prompt *prompt = prompt_new();
	struct err err;

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(path));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	if (input != NULL) {
		struct prompt_input *added = prompt_add_input(prompt, str_of(input));

		added->type = type;
		added->required = true;
	}
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	prompt_free(prompt);
}

static void set_up(const char *class_name)
{
	struct desk_options options = {
		.desktop = &fake.base, .settings = &settings, .menu = "dmenu", .now_ms = fake_now};

	fixture_new_dir();
	options.store = store = fixture_open();
	add("team/hello", "hello", NULL, PROMPT_STRING);
	add("team/lines", "one\ntwo\n", NULL, PROMPT_STRING);
	add("team/dear", "dear {{who}}", "who", PROMPT_STRING);
	add("team/flag", "{{#on}}yes{{/on}}{{^on}}no{{/on}}", "on", PROMPT_BOOLEAN);
	add("team/code", "f({{cursor}});", NULL, PROMPT_STRING);
	settings_init(&settings);
	fake_init(&fake, on_event, NULL);
	fake.window = fake_window(TARGET, class_name);
	desk_init(&desk, &options);
	fake_copy(&fake, PLATFORM_CLIPBOARD, "old");
	fake_copy(&fake, PLATFORM_PRIMARY, "old");
}

static void tear_down(void)
{
	desk_fini(&desk);
	fake_fini(&fake);
	store_close(store);
}

static void call(void)
{
	fake_send(&fake, &(struct platform_event){.type = PLATFORM_EVENT_HOTKEY});
	fake_settle(&fake);
}

/* The person answers what the menu asked. */
static void answer(const char *text)
{
	struct platform_event event = {.type = PLATFORM_EVENT_MENU, .text = str_of(text)};

	CHECK(fake.menu.len > 0 || desk.stage == DESK_INPUT);
	buf_clear(&fake.menu);
	fake_send(&fake, &event);
	fake_settle(&fake);
}

static void finish(void)
{
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(courier_idle(&desk.courier) && desk.stage == DESK_IDLE);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "old");
}

static int first_row(void *data, struct str event_id, struct str json)
{
	(void)event_id;
	(void)snprintf(data, 2048, "%.*s", (int)json.n, json.p);
	return 0;
}

static void check_row(const char *part)
{
	char row[2048] = "";
	struct err err;

	CHECK(store_usage_list(store, 1, first_row, row, &err) == 0);
	if (strstr(row, part) == NULL)
		(void)fprintf(stderr, "row: %s, not in it: %s\n", row, part);
	CHECK(strstr(row, part) != NULL);
	CHECK(strstr(row, "hello") == NULL); /* never the text */
}

static void choice_is_pasted_and_written_down(void)
{
	set_up("Editor");
	call();
	CHECK(strstr(buf_text(&fake.menu), "team/hello  team/hello\n") != NULL);
	answer("team/hello  team/hello\n");
	CHECK(strstr(buf_text(&fake.log), "offer both: hello\n") != NULL);
	CHECK(fake.presses == 1);
	finish();
	check_row("\"action\":\"paste\"");
	check_row("\"outcome\":\"ok\"");
	check_row("\"client_type\":\"hotkey\"");
	tear_down();
}

static void missing_value_is_asked_for_and_offered_again(void)
{
	set_up("Editor");
	call();
	answer("team/dear  x\n");
	CHECK(desk.stage == DESK_INPUT && fake.presses == 0);
	answer("Ada\n");
	CHECK(strstr(buf_text(&fake.log), "offer both: dear Ada\n") != NULL);
	finish();
	call();
	answer("team/dear  x\n");
	CHECK_STR(buf_text(&fake.menu), "Ada\n");
	tear_down();
}

static void boolean_is_a_choice_of_two(void)
{
	set_up("Editor");
	call();
	answer("team/flag  x\n");
	CHECK_STR(buf_text(&fake.menu), "true\nfalse\n");
	answer("false\n");
	CHECK(strstr(buf_text(&fake.log), "offer both: no\n") != NULL);
	finish();
	tear_down();
}

static void value_of_the_wrong_type_is_told_and_ends_it(void)
{
	set_up("Editor");
	call();
	answer("team/flag  x\n");
	answer("perhaps\n");
	CHECK(fake.notices == 1 && desk.stage == DESK_IDLE && courier_idle(&desk.courier));
	tear_down();
}

static void several_lines_into_a_terminal_are_asked_about(void)
{
	set_up("XTerm");
	call();
	answer("team/lines  x\n");
	CHECK(desk.stage == DESK_CONFIRM && fake.presses == 0);
	answer("paste all lines\n");
	/* Without the newline at its end. */
	CHECK(strstr(buf_text(&fake.log), "offer both: one\ntwo\nrelease\n") != NULL);
	finish();
	call();
	answer("team/lines  x\n");
	answer("cancel\n");
	CHECK(fake.presses == 1 && courier_idle(&desk.courier));
	tear_down();
}

static void one_line_into_a_terminal_is_not_asked_about(void)
{
	set_up("XTerm");
	call();
	answer("team/hello  x\n");
	CHECK(fake.presses == 1);
	finish();
	tear_down();
}

static void cursor_mark_is_taken_out_and_the_caret_put_there(void)
{
	set_up("Editor");
	call();
	answer("team/code  x\n");
	CHECK(strstr(buf_text(&fake.log), "offer both: f();\n") != NULL);
	finish();
	CHECK(strstr(buf_text(&fake.log), "press Left x 2\n") != NULL);
	tear_down();
}

static void menu_closed_without_a_choice_touches_nothing(void)
{
	struct platform_event closed = {.type = PLATFORM_EVENT_MENU, .number = 1};

	set_up("Editor");
	call();
	buf_clear(&fake.menu);
	fake_send(&fake, &closed);
	CHECK(desk.stage == DESK_IDLE && courier_idle(&desk.courier));
	CHECK(fake.notices == 0 && fake.presses == 0);
	CHECK_STR(fake_read(&fake, PLATFORM_CLIPBOARD, TARGET), "old");
	tear_down();
}

static void locked_screen_shows_nothing(void)
{
	set_up("Editor");
	fake.locked = true;
	call();
	CHECK(fake.menu.len == 0 && desk.stage == DESK_IDLE);
	tear_down();
}

static void hotkey_of_a_prompt_goes_straight_to_it(void)
{
	struct platform_event event = {.type = PLATFORM_EVENT_HOTKEY, .number = 1};
	struct err err;

	set_up("Editor");
	CHECK(settings_parse(&settings, "f", STR("hotkey.h = Super+H -> team/hello\n"), &err) == 0);
	fake_send(&fake, &event);
	fake_settle(&fake);
	fake_settle(&fake);
	CHECK(fake.presses == 1);
	finish();
	tear_down();
}

static void window_of_a_password_gets_nothing(void)
{
	set_up("Editor");
	fake.window.password = true;
	call();
	answer("team/hello  x\n");
	CHECK(fake.presses == 0 && fake.notices == 1);
	check_row("\"error_code\":\"refused\"");
	tear_down();
}

/* --- settings ---------------------------------------------------------------------- */

static const struct settings_rule *rule_for(const char *class_name)
{
	struct platform_window window = fake_window(1, class_name);

	return settings_rule(&settings, &window);
}

static void terminals_are_known_by_their_class(void)
{
	static const char *const terminals[] = {"XTerm", "UXTerm", "URxvt", "Gnome-terminal",
		"kitty", "Alacritty", "konsole", "st-256color", "foot", "xfce4-terminal"};
	size_t i;

	settings_init(&settings);
	for (i = 0; i < sizeof terminals / sizeof *terminals; i++)
		CHECK(rule_for(terminals[i])->terminal);
	CHECK(!rule_for("firefox")->terminal && !rule_for("Code")->terminal);
	CHECK(rule_for("KeePassXC")->refuse);
	CHECK(rule_for("winecfg.exe")->any_reader);
}

static void rule_of_the_person_comes_before_ours(void)
{
	struct err err;

	settings_init(&settings);
	CHECK(settings_parse(&settings, "f",
		      STR("# mine\nwindow.xterm = plain\nwindow.slow* = key ctrl+v quiet 3000\n"),
		      &err) == 0);
	CHECK(!rule_for("XTerm")->terminal && rule_for("XTerm")->line == 2);
	CHECK(rule_for("SlowThing")->key == PLATFORM_KEY_CTRL_V);
	CHECK(rule_for("SlowThing")->quiet_ms == 3000);
	CHECK(rule_for("UXTerm")->terminal);
}

static void hotkeys_and_menu_are_read(void)
{
	struct err err;

	settings_init(&settings);
	CHECK_STR(settings.hotkeys[0].keys, "Ctrl+Alt+Space");
	CHECK(settings_parse(&settings, "f",
		      STR("hotkey = Super+P\nhotkey.review = Super+R \xe2\x86\x92 "
			  "team/code-review\nmenu = fzf\n"),
		      &err) == 0);
	CHECK_STR(settings.hotkeys[0].keys, "Super+P");
	CHECK(settings.n_hotkeys == 2);
	CHECK_STR(settings.hotkeys[1].keys, "Super+R");
	CHECK_STR(settings.hotkeys[1].prompt, "team/code-review");
	CHECK_STR(settings.menu, "fzf");
}

static void mistakes_are_told_with_file_and_line(void)
{
	static const char *const wrong[][2] = {
		{"\nmenux = a", "f:2: there is no setting named menux"},
		{"menu", "f:1: expected: name = value"},
		{"window.a = shiny", "f:1: windows have no \"shiny\""},
		{"window.a = key f1", "f:1: key must be shift+insert, ctrl+v or ctrl+shift+v"},
		{"window.a = quiet 5", "f:1: quiet must be a number from 100 to 10000"},
		{"hotkey.a = Super+R", "f:1: expected: hotkey.NAME = KEYS -> PROMPT"},
	};
	struct err err;
	size_t i;

	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		settings_init(&settings);
		CHECK(settings_parse(&settings, "f", str_of(wrong[i][0]), &err) < 0);
		CHECK_STR(err.text, wrong[i][1]);
	}
}

/* --- the text ----------------------------------------------------------------------- */

static void check_clean(const char *text, bool terminal, const char *expected)
{
	struct buf out = BUF_INIT(4096);

	compose_clean(str_of(text), terminal, &out);
	CHECK_STR(buf_text(&out), expected);
	buf_fini(&out);
}

static void what_acts_is_taken_out(void)
{
	check_clean("a\r\nb\rc\n", false, "a\nb\nc\n");
	check_clean("a\n\n", true, "a");
	check_clean("x\x1b[201~touch y\n", true, "x[201~touch y");
	check_clean("x\xc2\x9b"
		    "31m",
		true, "x31m");
	check_clean("a\x7f\x08\x03"
		    "b",
		false, "ab");
	check_clean("a\xe2\x80\xae"
		    "b",
		false, "ab");
	check_clean("tab\tand \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", false,
		"tab\tand \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7");
	check_clean("bad \xff\xfe utf", false, "bad  utf");
	check_clean("\n\n", true, "");
}

static void graphemes_are_counted_as_people_see_them(void)
{
	CHECK(compose_graphemes(STR("")) == 0);
	CHECK(compose_graphemes(STR("abc\n")) == 4);
	CHECK(compose_graphemes(STR("e\xcc\x81x")) == 2);
	/* A family of three, a flag, a hand with its colour. */
	CHECK(compose_graphemes(STR("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
				    "\xf0\x9f\x91\xa7")) == 1);
	CHECK(compose_graphemes(STR("\xf0\x9f\x87\xac\xf0\x9f\x87\xb7")) == 1);
	CHECK(compose_graphemes(STR("\xf0\x9f\x91\x8b\xf0\x9f\x8f\xbd!")) == 2);
}

static void menus_are_started_as_each_wants_it(void)
{
	struct menu_command command;

	menu_command(&command, "rofi", "Prompt");
	CHECK_STR(command.argv[0], "rofi");
	CHECK_STR(command.argv[4], "Prompt");
	CHECK(command.argv[5] == NULL);
	menu_command(&command, "my-menu --fast", "a; rm -rf x");
	CHECK_STR(command.argv[0], "sh");
	CHECK_STR(command.argv[2], "my-menu --fast");
	/* The label is an argument of the command, not part of it. */
	CHECK_STR(command.argv[4], "a; rm -rf x");
	CHECK(str_is(menu_path(STR("team/hello  Some title")), "team/hello"));
}

int main(void)
{
	RUN(choice_is_pasted_and_written_down);
	RUN(missing_value_is_asked_for_and_offered_again);
	RUN(boolean_is_a_choice_of_two);
	RUN(value_of_the_wrong_type_is_told_and_ends_it);
	RUN(several_lines_into_a_terminal_are_asked_about);
	RUN(one_line_into_a_terminal_is_not_asked_about);
	RUN(cursor_mark_is_taken_out_and_the_caret_put_there);
	RUN(menu_closed_without_a_choice_touches_nothing);
	RUN(locked_screen_shows_nothing);
	RUN(hotkey_of_a_prompt_goes_straight_to_it);
	RUN(window_of_a_password_gets_nothing);
	RUN(terminals_are_known_by_their_class);
	RUN(rule_of_the_person_comes_before_ours);
	RUN(hotkeys_and_menu_are_read);
	RUN(mistakes_are_told_with_file_and_line);
	RUN(what_acts_is_taken_out);
	RUN(graphemes_are_counted_as_people_see_them);
	RUN(menus_are_started_as_each_wants_it);
	return 0;
}
