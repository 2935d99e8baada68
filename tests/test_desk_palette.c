/* Tests of the palette at the desk: what it gets of the library, of the selection and
 * the clipboard, and of promptd.conf. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "desktop/desk.h"
#include "desktop/desk_picker.h"
#include "store/picks.h"
#include "tests/fake_platform.h"
#include "tests/store_fixture.h"

#define TARGET 7 /* client of the window with the keyboard */

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

static void fill_library(void)
{
	struct prompt *prompt = fixture_prompt("team/quote", "Quote", "> {{text}} ({{key}})");
	struct prompt_input *input = prompt_add_input(prompt, STR("text"));

	store = fixture_open();
	input->from = PROMPT_FROM_SELECTION;
	input->required = true;
	prompt_add_input(prompt, STR("key"))->secret = true;
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	(void)fixture_put(store, "team/hello", "Hello", "hello");
}

/* The clerk has its own handle of the library. */
static void set_up(bool library)
{
	struct desk_options options = {.desktop = &fake.base,
		.settings = &settings,
		.dir = fixture_dir,
		.frame_ms = 60000, /* however slow this machine is */
		.now_ms = fake_now};

	store = NULL;
	fixture_new_dir();
	if (library)
		fill_library();
	settings_init(&settings);
	fake_init(&fake, on_event, NULL);
	fake.window = fake_window(TARGET, "Editor");
	desk_init(&desk, &options);
	fake_copy(&fake, PLATFORM_PRIMARY, "selected");
	fake_copy(&fake, PLATFORM_CLIPBOARD, "copied");
}

static void tear_down(void)
{
	desk_fini(&desk);
	fake_fini(&fake);
	store_close(store);
}

static void key(const char *name)
{
	fake_send(&fake,
		&(struct platform_event){.type = PLATFORM_EVENT_PICKER_KEY, .text = str_of(name)});
}

static void type(const char *text)
{
	fake_send(&fake,
		&(struct platform_event){.type = PLATFORM_EVENT_PICKER_TEXT, .text = str_of(text)});
}

static void call(void)
{
	fake_send(&fake, &(struct platform_event){.type = PLATFORM_EVENT_HOTKEY});
}

static const struct palette *palette(void)
{
	return &desk.picker->palette;
}

static int count(void *data, struct str value)
{
	(void)value;
	++*(unsigned *)data;
	return 0;
}

static unsigned remembered(const char *input)
{
	struct prompt *prompt = fixture_get(store, "team/quote");
	unsigned n = 0;
	struct err err;

	CHECK(store_value_list(
		      store, str_of(prompt->id), str_of(input), STR(""), 9, count, &n, &err) == 0);
	prompt_free(prompt);
	return n;
}

static void selection_is_shown_in_its_field_before_enter(void)
{
	set_up(true);
	call();
	type("quote");
	key("Enter");
	CHECK(palette()->mode == PALETTE_FORM && palette()->fields[0].waiting);
	key("Enter");
	CHECK(palette()->mode == PALETTE_FORM); /* nobody has seen yet what it would be */
	fake_settle(&fake);
	CHECK_STR(buf_text(&palette()->fields[0].edit.text), "selected");
	CHECK_STR(palette()->fields[0].note, "from the selection, 8 characters");
	key("Tab");
	type("hush");
	key("Enter");
	fake_settle(&fake);
	CHECK(strstr(buf_text(&fake.log), "offer both: > selected (hush)\n") != NULL);
	/* Neither what lay there nor what is secret is remembered. */
	CHECK(remembered("text") == 0 && remembered("key") == 0);
	tear_down();
}

static void clipboard_is_pasted_into_the_search_as_it_was_when_called(void)
{
	set_up(true);
	call();
	fake_settle(&fake);
	key("Ctrl+V");
	CHECK_STR(buf_text(&palette()->query.text), "copied");
	key("Ctrl+U");
	fake.clipboard.secret = true;
	key("Ctrl+V");
	CHECK(palette()->query.text.len == 0);
	CHECK_STR(palette()->message, "The clipboard holds a password.");
	tear_down();
}

static void what_was_typed_is_offered_again_unless_the_person_said_no(void)
{
	int round;

	for (round = 0; round < 2; round++) {
		set_up(true);
		desk.picker->library.forgetful = round == 1;
		call();
		fake_settle(&fake);
		type("quote");
		key("Enter");
		key("Ctrl+U");
		type("by hand");
		key("Ctrl+Enter");
		fake_settle(&fake);
		call();
		type("quote");
		key("Enter");
		CHECK(palette()->fields[0].n_offers == (round == 0 ? 1 : 0));
		CHECK(palette()->fields[1].n_offers == 0);
		CHECK(remembered("text") == (round == 0 ? 1 : 0));
		tear_down();
	}
}

static void without_a_library_the_picker_says_so_and_finds_it_later(void)
{
	set_up(false);
	call();
	CHECK(palette()->mode == PALETTE_LIST && palette()->n_rows == 0);
	CHECK_STR(palette()->message, "There is no library yet: promptd import --starter.");
	key("Escape");
	CHECK(palette()->mode == PALETTE_CLOSED && desk.stage == DESK_IDLE);
	fill_library();
	call();
	CHECK(palette()->n_rows == 2 && palette()->message[0] == '\0');
	tear_down();
}

static void hotkey_of_a_prompt_opens_its_form_or_pastes_at_once(void)
{
	struct platform_event event = {.type = PLATFORM_EVENT_HOTKEY, .number = 1};
	struct err err;

	set_up(true);
	CHECK(settings_parse(&settings, "f",
		      STR("hotkey.h = Super+H -> team/hello\nhotkey.q = Super+Q -> team/quote\n"),
		      &err) == 0);
	fake_send(&fake, &event);
	CHECK(palette()->mode == PALETTE_CLOSED);
	fake_settle(&fake);
	fake_settle(&fake);
	CHECK(fake.presses == 1 && strstr(buf_text(&fake.log), "offer both: hello\n") != NULL);
	CHECK(strstr(buf_text(&fake.log), "picker opens") == NULL);
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	CHECK(courier_idle(&desk.courier));
	event.number = 2;
	fake_send(&fake, &event);
	fake_settle(&fake);
	CHECK(palette()->mode == PALETTE_FORM);
	CHECK_STR(buf_text(&palette()->fields[0].edit.text), "selected");
	key("Escape"); /* there is no list behind it */
	CHECK(palette()->mode == PALETTE_CLOSED && courier_idle(&desk.courier));
	tear_down();
}

static void favourite_is_kept_in_the_ledger(void)
{
	struct prompt *prompt;

	set_up(true);
	call();
	type("hello");
	key("Ctrl+S");
	prompt = fixture_get(store, "team/hello");
	CHECK(store_favourite_is(store, str_of(prompt->id)));
	CHECK(palette()->rows[0].favourite);
	key("Ctrl+S");
	CHECK(!store_favourite_is(store, str_of(prompt->id)));
	prompt_free(prompt);
	tear_down();
}

static void write_conf(const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/promptd.conf", fixture_dir);
	file = fopen(path, "w");
	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void what_promptd_conf_says_of_values_counts_here_too(void)
{
	struct err err;

	fixture_new_dir();
	CHECK(settings_load(&settings, fixture_dir, &err) == 0);
	CHECK(!settings.forgetful && !settings.experimental);
	write_conf("# mine\nremember_values = off # please\nexperimental = yes\nsearch_limit=5\n");
	CHECK(settings_load(&settings, fixture_dir, &err) == 0);
	CHECK(settings.forgetful && settings.experimental);
	write_conf("remember_values = on\n");
	CHECK(settings_load(&settings, fixture_dir, &err) == 0 && !settings.forgetful);
	/* What cannot be understood is not taken for a yes. */
	write_conf("remember_values = perhaps\n");
	CHECK(settings_load(&settings, fixture_dir, &err) == 0 && settings.forgetful);
	write_conf("remember_values = yes\n\xff\n");
	CHECK(settings_load(&settings, fixture_dir, &err) == 0 && settings.forgetful);
}

int main(void)
{
	RUN(selection_is_shown_in_its_field_before_enter);
	RUN(clipboard_is_pasted_into_the_search_as_it_was_when_called);
	RUN(what_was_typed_is_offered_again_unless_the_person_said_no);
	RUN(without_a_library_the_picker_says_so_and_finds_it_later);
	RUN(hotkey_of_a_prompt_opens_its_form_or_pastes_at_once);
	RUN(favourite_is_kept_in_the_ledger);
	RUN(what_promptd_conf_says_of_values_counts_here_too);
	return 0;
}
