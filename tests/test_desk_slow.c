/*
 * Tests of the desk over a library whose disk takes as long as the test says: keys are
 * shown and Escape is answered meanwhile, Enter pastes what was searched for, and at the
 * end nobody is left behind. Run under ThreadSanitizer too (preset tsan).
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <pthread.h>

#include "desktop/desk.h"
#include "desktop/desk_picker.h"
#include "tests/fake_platform.h"
#include "tests/store_fixture.h"

#define TARGET 7 /* client of the window with the keyboard */

static struct fake fake;
static struct desk desk;
static struct settings settings;
static struct palette_calls real;

/* The disk: every call of the library stands before it while it is stuck. */
static struct disk {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stuck;
	unsigned reads; /* begun */
} disk = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};

static void disk_read(void)
{
	(void)pthread_mutex_lock(&disk.lock);
	disk.reads++;
	while (disk.stuck)
		(void)pthread_cond_wait(&disk.changed, &disk.lock);
	(void)pthread_mutex_unlock(&disk.lock);
}

static void disk_set(bool stuck)
{
	(void)pthread_mutex_lock(&disk.lock);
	disk.stuck = stuck;
	disk.reads = 0;
	(void)pthread_cond_broadcast(&disk.changed);
	(void)pthread_mutex_unlock(&disk.lock);
}

static unsigned disk_reads(void)
{
	unsigned reads;

	(void)pthread_mutex_lock(&disk.lock);
	reads = disk.reads;
	(void)pthread_mutex_unlock(&disk.lock);
	return reads;
}

static int slow_search(void *data, struct str text, unsigned limit, palette_row_fn *fn, void *rows,
	struct err *err)
{
	disk_read();
	return real.search(data, text, limit, fn, rows, err);
}

static int slow_get(void *data, struct str path, struct prompt **out, struct err *err)
{
	disk_read();
	return real.get(data, path, out, err);
}

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

static void set_up(void)
{
	struct desk_options options = {.desktop = &fake.base,
		.settings = &settings,
		.dir = fixture_dir,
		.frame_ms = 1,
		.now_ms = fake_now};
	struct store *store = fixture_new();

	(void)fixture_put(store, "team/hello", "Hello", "hello");
	(void)fixture_put(store, "team/help", "Help", "help me");
	(void)fixture_put(store, "team/other", "Other", "other");
	store_close(store);
	settings_init(&settings);
	fake_init(&fake, on_event, NULL);
	fake.window = fake_window(TARGET, "Editor");
	disk_set(false);
	desk_init(&desk, &options);
	real = desk.picker->calls;
	desk.picker->calls.search = slow_search;
	desk.picker->calls.get = slow_get;
	fake_copy(&fake, PLATFORM_CLIPBOARD, "copied");
}

static void tear_down(void)
{
	disk_set(false);
	desk_fini(&desk);
	fake_fini(&fake);
}

static const struct palette *palette(void)
{
	return &desk.picker->palette;
}

static void call(void)
{
	fake_send(&fake, &(struct platform_event){.type = PLATFORM_EVENT_HOTKEY});
}

static void key(const char *name)
{
	fake_send(&fake,
		&(struct platform_event){.type = PLATFORM_EVENT_PICKER_KEY, .text = str_of(name)});
}

static void type(const char *text)
{
	struct str rest = str_of(text);

	for (; rest.n > 0; rest.p++, rest.n--)
		fake_send(&fake, &(struct platform_event){
					 .type = PLATFORM_EVENT_PICKER_TEXT, .text = {rest.p, 1}});
}

static void await_answers(void)
{
	while (palette_waits(palette()))
		CHECK(fake_await(&fake, 60000));
}

static bool is_shown(const char *query)
{
	return fake.picker && strcmp(fake.query, query) == 0;
}

/* The choice has come to the window. */
static void check_pasted(const char *text)
{
	char line[128];

	fake_settle(&fake);
	fake_settle(&fake);
	(void)snprintf(line, sizeof line, "offer both: %s\n", text);
	CHECK(strstr(buf_text(&fake.log), line) != NULL);
	CHECK(fake.presses == 1);
}

static void keys_are_shown_while_the_disk_is_stuck(void)
{
	set_up();
	disk_set(true);
	call();
	CHECK(fake.picker && fake.n_rows == 0);
	type("hel");
	CHECK(is_shown("hel"));
	key("Backspace");
	CHECK(is_shown("he"));
	CHECK(palette_waits(palette()) && fake.n_rows == 0);
	disk_set(false);
	await_answers();
	CHECK(fake.n_rows == 2);
	tear_down();
}

static void of_many_keys_the_last_is_searched_for(void)
{
	set_up();
	disk_set(true);
	call();
	while (disk_reads() == 0)
		(void)fake_await(&fake, 10); /* until the clerk has begun */
	type("hel");
	key("Backspace");
	key("Backspace");
	key("Backspace");
	type("other");
	disk_set(false);
	await_answers();
	CHECK(fake.n_rows == 1);
	/* The first list's prompt, the search, its prompt: and no letter in between. */
	CHECK(disk_reads() == 3);
	tear_down();
}

static void escape_closes_while_the_disk_is_stuck(void)
{
	static const char *const last[] = {NULL, "Enter", "Tab", "Down", "Ctrl+I", "Ctrl+S"};
	size_t i;

	for (i = 0; i < sizeof last / sizeof *last; i++) {
		set_up();
		call();
		await_answers();
		disk_set(true);
		type("hel");
		if (last[i] != NULL)
			key(last[i]);
		key("Escape");
		CHECK(!fake.picker && desk.stage == DESK_IDLE && courier_idle(&desk.courier));
		/* And it opens again. */
		call();
		CHECK(fake.picker && fake.n_rows == 0);
		disk_set(false);
		await_answers();
		CHECK(fake.n_rows == 3 && fake.presses == 0);
		tear_down();
	}
}

static void enter_pastes_what_was_searched_for(void)
{
	set_up();
	call();
	await_answers();
	disk_set(true);
	type("other");
	key("Enter");
	CHECK(fake.picker && palette()->mode == PALETTE_LIST);
	disk_set(false);
	await_answers();
	CHECK(!fake.picker);
	check_pasted("other");
	tear_down();
}

static void hotkey_of_a_prompt_waits_for_it(void)
{
	struct platform_event event = {.type = PLATFORM_EVENT_HOTKEY, .number = 1};
	struct err err;

	set_up();
	CHECK(settings_parse(&settings, "f", STR("hotkey.h = Super+H -> team/help\n"), &err) == 0);
	disk_set(true);
	fake_send(&fake, &event);
	CHECK(fake.picker); /* what is typed now goes nowhere else */
	disk_set(false);
	await_answers();
	CHECK(!fake.picker);
	check_pasted("help me");
	tear_down();
}

static void long_wait_is_told_and_the_answer_takes_it_back(void)
{
	set_up();
	call();
	await_answers();
	disk_set(true);
	type("hel");
	CHECK(fake.message[0] == '\0');
	fake_advance(&fake, DESK_PICKER_LATE_MS);
	CHECK(strstr(fake.message, "still being read") != NULL);
	disk_set(false);
	await_answers();
	CHECK(fake.message[0] == '\0' && fake.n_rows == 2);
	tear_down();
}

/* A question that is dropped for the next one is no answer: the frame is not waited for
 * again, nor is the word that it takes long put off by who goes on typing. */
static void who_goes_on_typing_is_told_too(void)
{
	static const char *const letters[] = {"h", "e", "l", "l"};
	size_t i;

	set_up();
	call();
	await_answers();
	disk_set(true);
	for (i = 0; i < sizeof letters / sizeof *letters; i++) {
		type(letters[i]);
		fake_advance(&fake, DESK_PICKER_LATE_MS / 3);
	}
	CHECK(strstr(fake.message, "still being read") != NULL);
	tear_down();
}

static int count(void *data, struct str event_id, struct str json)
{
	(void)event_id;
	(void)json;
	++*(unsigned *)data;
	return 0;
}

/* What was pasted is written down, however late; what was only looked for is not. */
static void end_waits_for_what_must_be_written(void)
{
	struct store *store;
	struct err err;
	unsigned n = 0;

	set_up();
	call();
	await_answers();
	type("other");
	key("Enter");
	await_answers();
	check_pasted("other");
	disk_set(true);
	call();
	type("hel");
	(void)fake_read(&fake, PLATFORM_CLIPBOARD, TARGET);
	fake_advance(&fake, PASTE_QUIET_MS);
	tear_down();
	store = fixture_open();
	CHECK(store_usage_list(store, 10, count, &n, &err) == 0 && n == 1);
	store_close(store);
}

int main(void)
{
	RUN(keys_are_shown_while_the_disk_is_stuck);
	RUN(of_many_keys_the_last_is_searched_for);
	RUN(escape_closes_while_the_disk_is_stuck);
	RUN(enter_pastes_what_was_searched_for);
	RUN(hotkey_of_a_prompt_waits_for_it);
	RUN(long_wait_is_told_and_the_answer_takes_it_back);
	RUN(who_goes_on_typing_is_told_too);
	RUN(end_waits_for_what_must_be_written);
	return 0;
}
