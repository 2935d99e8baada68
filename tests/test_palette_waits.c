/* Tests of the palette over a library that answers when the test says so: what is typed
 * is there at once, what needs an answer waits for the right one, Escape for none. */
#include "desktop/palette_ask.h"
#include "tests/palette_world.h"

#define HELD_MAX 4000

static struct world world;
static struct palette_question *held[HELD_MAX];
static size_t n_held;
static char sent[256];

static void hold(void *data, struct palette_question *question)
{
	(void)data;
	CHECK(n_held < HELD_MAX);
	held[n_held++] = question;
}

/* The answer to the i-th that is held. */
static void answer(size_t i)
{
	struct palette_question *question = held[i];

	CHECK(i < n_held);
	memmove(&held[i], &held[i + 1], (--n_held - i) * sizeof *held);
	palette_answer(&world.palette, palette_answer_make(&world.calls, question));
	palette_check(&world.palette);
}

static void answer_all(void)
{
	while (n_held > 0)
		answer(0);
}

static void note_sent(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	char *values = json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS);

	world_send(data, prompt, args, compose, how);
	(void)snprintf(sent, sizeof sent, "%s %s", prompt->path, values);
	free(values);
}

static void set_up(void)
{
	world_init(&world);
	world.calls.ask = hold;
	world.calls.send = note_sent;
	sent[0] = '\0';
}

/* Answers that come after nobody waits for them do nothing. */
static void tear_down(void)
{
	answer_all();
	palette_fini(&world.palette);
}

static void type(const char *text)
{
	struct str rest = str_of(text);

	for (; rest.n > 0; rest.p++, rest.n--)
		palette_text(&world.palette, (struct str){rest.p, 1});
}

static void press(enum palette_key key)
{
	palette_key(&world.palette, key);
	palette_check(&world.palette);
}

static void what_is_typed_is_there_before_its_rows(void)
{
	set_up();
	palette_call(&world.palette, false);
	CHECK(world.palette.mode == PALETTE_LIST && world.palette.n_rows == 0);
	CHECK(palette_waits(&world.palette));
	type("abc");
	press(PALETTE_BACKSPACE);
	CHECK_STR(buf_text(&world.palette.query.text), "ab");
	CHECK(world.palette.n_rows == 0 && world.palette.message[0] == '\0');
	answer_all();
	CHECK(world.palette.n_rows == PALETTE_ROWS_MAX - 1);
	CHECK(!palette_waits(&world.palette));
	tear_down();
}

static void answer_to_an_older_question_changes_nothing(void)
{
	set_up();
	palette_call(&world.palette, false);
	type("abc");
	CHECK(n_held == 4);
	answer(2); /* of "ab" */
	CHECK(world.palette.n_rows == 0);
	answer(2); /* of "abc" */
	CHECK(world.palette.n_rows == 46);
	answer(1);
	answer(0);
	CHECK(world.palette.n_rows == 46);
	tear_down();
}

/* The rows of a query are made so that the one with this number is its last. */
static void only_row(unsigned number, const char *path)
{
	CHECK(world.palette.n_rows == number + 1);
	CHECK_STR(world.palette.rows[number].path, path);
}

static void enter_waits_for_the_rows_of_the_last_key(void)
{
	set_up();
	palette_call(&world.palette, false);
	answer_all();
	type("wwwwwwwwwwwwwwww"); /* 16: 55 - 48 rows */
	press(PALETTE_END);
	press(PALETTE_ENTER);
	CHECK(world.sent == 0 && world.palette.mode == PALETTE_LIST);
	while (n_held > 1) {
		answer(0);
		CHECK(world.sent == 0);
	}
	answer(0);
	only_row(6, "team/p6");
	CHECK(world.sent == 0 && palette_waits(&world.palette));
	answer_all();
	CHECK(world.sent == 1 && world.palette.mode == PALETTE_CLOSED);
	CHECK_STR(sent, "team/p6 {}");
	tear_down();
}

static void keys_after_enter_go_where_they_would_have_gone(void)
{
	set_up();
	palette_call(&world.palette, false);
	press(PALETTE_DOWN);
	press(PALETTE_DOWN);
	press(PALETTE_ENTER); /* the form of team/p2, with {{word}} */
	type("Ada");
	press(PALETTE_BACKSPACE);
	type("am");
	press(PALETTE_CTRL_ENTER);
	CHECK(world.sent == 0);
	answer_all();
	CHECK_STR(sent, "team/p2 {\"word\":\"Adam\"}");
	CHECK(world.palette.mode == PALETTE_CLOSED);
	tear_down();
}

static void text_after_arrows_is_of_the_query(void)
{
	set_up();
	palette_call(&world.palette, false);
	type("w");
	press(PALETTE_DOWN);
	press(PALETTE_DOWN);
	type("w");
	CHECK_STR(buf_text(&world.palette.query.text), "ww");
	answer_all();
	CHECK(world.palette.selected == 0 && world.palette.n_rows == 49);
	tear_down();
}

static void escape_waits_for_nothing(void)
{
	static const enum palette_key last[] = {PALETTE_ENTER, PALETTE_TAB, PALETTE_CTRL_I,
		PALETTE_DOWN, PALETTE_CTRL_S, PALETTE_CTRL_E};
	size_t i;

	for (i = 0; i < sizeof last / sizeof *last; i++) {
		set_up();
		palette_call(&world.palette, false);
		if (i % 2 == 0)
			answer_all();
		type("w");
		press(last[i]);
		press(PALETTE_ESCAPE);
		CHECK(world.palette.mode == PALETTE_CLOSED && world.closed == 1);
		answer_all();
		CHECK(world.palette.mode == PALETTE_CLOSED && world.sent == 0);
		CHECK(world.closed == 1);
		tear_down();
	}
}

static void escape_takes_back_what_a_form_was_about_to_send(void)
{
	set_up();
	palette_call_prompt(&world.palette, STR("team/p2"), false);
	answer_all();
	type("word");
	press(PALETTE_ENTER);
	type("more"); /* waits behind it */
	press(PALETTE_ESCAPE);
	CHECK(world.palette.mode == PALETTE_CLOSED); /* there is no list behind */
	answer_all();
	CHECK(world.sent == 0);
	tear_down();
}

static void nobody_confirms_what_was_not_seen(void)
{
	set_up();
	palette_call(&world.palette, true);
	press(PALETTE_ENTER); /* two lines into a terminal */
	press(PALETTE_ENTER);
	press(PALETTE_ENTER);
	answer_all();
	CHECK(world.palette.mode == PALETTE_CONFIRM && world.sent == 0);
	press(PALETTE_ENTER);
	answer_all();
	CHECK(world.sent == 1);
	tear_down();
}

static void what_was_pressed_for_rows_that_cannot_be_had_is_dropped(void)
{
	set_up();
	palette_call(&world.palette, false);
	answer_all();
	type("w");
	press(PALETTE_ENTER);
	world.failing = true;
	answer_all();
	CHECK(world.palette.mode == PALETTE_LIST && world.sent == 0);
	CHECK(strstr(world.palette.message, "another program") != NULL);
	world.failing = false;
	tear_down();
}

static void click_is_on_what_was_seen(void)
{
	set_up();
	palette_call(&world.palette, false);
	answer_all();
	type("wwwwwwwwwwwwwwww");
	palette_click(&world.palette, 6);
	palette_click(&world.palette, 40);
	answer_all();
	CHECK_STR(sent, "team/p6 {}");
	palette_call(&world.palette, false);
	answer_all();
	type("wwwwwwwwwwwwwwww");
	palette_click(&world.palette, 40); /* is not among them any more */
	answer_all();
	CHECK(world.sent == 1 && world.palette.mode == PALETTE_LIST);
	tear_down();
}

static void late_answer_is_told_of_until_it_comes(void)
{
	set_up();
	palette_call(&world.palette, false);
	palette_late(&world.palette);
	CHECK(world.palette.late);
	answer_all();
	CHECK(!world.palette.late);
	palette_late(&world.palette);
	CHECK(!world.palette.late); /* nothing is waited for */
	press(PALETTE_DOWN);
	CHECK_STR(world.palette.prompt->path, "team/p0");
	palette_late(&world.palette);
	CHECK(world.palette.prompt == NULL && world.palette.preview.text.len == 0);
	answer_all();
	CHECK_STR(world.palette.prompt->path, "team/p1");
	tear_down();
}

/* --- as if the answers had come at once ------------------------------------------------- */

static unsigned random_next(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16 & 0x7fff;
}

/* Not Escape, which waits for nothing, and not what tells of itself when it is done. */
static void act(unsigned what)
{
	static const char *const texts[] = {"w", "x", "7", " ", "true", "\xd7\xa9"};

	if (what < 60) {
		enum palette_key key = (enum palette_key)(what % PALETTE_KEYS);

		if (key != PALETTE_ESCAPE && key != PALETTE_CTRL_S)
			palette_key(&world.palette, key);
	} else if (what < 84) {
		palette_text(&world.palette, str_of(texts[what % 6]));
	} else if (what < 90) {
		palette_call(&world.palette, false);
	} else {
		static const char *const names[] = {
			"team/p0", "team/p1", "team/p2", "team/p3", "team/p4", "team/p5"};

		if (world.palette.mode == PALETTE_CLOSED)
			palette_call_prompt(&world.palette, str_of(names[what % 6]), false);
	}
}

static void play(unsigned seed, bool slowly, struct buf *out)
{
	unsigned state = seed, pace = seed * 7 + 1, i;

	set_up();
	if (!slowly)
		world.calls.ask = NULL;
	for (i = 0; i < 40; i++) {
		/* Opening and closing is at once whatever is on its way. */
		unsigned what = random_next(&state) % 100;

		if (what >= 84)
			answer_all();
		act(what);
		palette_check(&world.palette);
		while (n_held > 0 && random_next(&pace) % 3 == 0)
			answer(0);
	}
	answer_all();
	palette_describe(&world.palette, out);
	(void)buf_add_format(out, "%u sent, last %s, %u closed, %u opened", world.sent, sent,
		world.closed, world.opened);
	tear_down();
}

static void whatever_is_pressed_ends_as_with_answers_at_once(void)
{
	struct buf at_once = BUF_INIT(1000000), slowly = BUF_INIT(1000000);
	unsigned seed;

	for (seed = 0; seed < 600; seed++) {
		buf_clear(&at_once);
		buf_clear(&slowly);
		play(seed, false, &at_once);
		play(seed, true, &slowly);
		if (strcmp(buf_text(&at_once), buf_text(&slowly)) != 0)
			(void)fprintf(stderr, "seed %u\n", seed);
		CHECK_STR(buf_text(&slowly), buf_text(&at_once));
	}
	buf_fini(&at_once);
	buf_fini(&slowly);
}

int main(void)
{
	RUN(what_is_typed_is_there_before_its_rows);
	RUN(answer_to_an_older_question_changes_nothing);
	RUN(enter_waits_for_the_rows_of_the_last_key);
	RUN(keys_after_enter_go_where_they_would_have_gone);
	RUN(text_after_arrows_is_of_the_query);
	RUN(escape_waits_for_nothing);
	RUN(escape_takes_back_what_a_form_was_about_to_send);
	RUN(nobody_confirms_what_was_not_seen);
	RUN(what_was_pressed_for_rows_that_cannot_be_had_is_dropped);
	RUN(click_is_on_what_was_seen);
	RUN(late_answer_is_told_of_until_it_comes);
	RUN(whatever_is_pressed_ends_as_with_answers_at_once);
	return 0;
}
