/*
 * The palette, with a person who presses and types anything: each byte is a key, a
 * text, a click, or something that happens around it. After each of them what must
 * hold does (tests/palette_world.h).
 */
#include <stddef.h>
#include <stdint.h>

#include "tests/palette_world.h"

#define EVENTS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void type(struct palette *palette, unsigned what)
{
	static const char *const texts[] = {"a", " ", "7", "-", ".", "tr", "x y z", "\n",
		"a\nb\r\nc", "\xcc\x81", "\xe2\x80\x8d", "\xf0\x9f\x91\xa9", "\xf0\x9f\x87\xa9",
		"\xf0\x9f\x87\xaa", "\xd7\xa9\xd7\x9c", "\xe1\x84\x80\xe1\x85\xa1",
		"\xe2\x80\xae\x1b[31m", "{{name}}", "\xff", "true"};
	static char longer[2048], longest[PALETTE_VALUE_MAX + 2];

	if (what < sizeof texts / sizeof *texts) {
		palette_text(palette, str_of(texts[what]));
		return;
	}
	memset(longer, 'w', sizeof longer - 1);
	memset(longest, 'w', sizeof longest - 1);
	palette_text(palette, str_of(what == 31 ? longest : longer));
}

static void around(struct world *world, unsigned what)
{
	static const char *const names[] = {
		"team/p0", "team/p1", "team/p2", "team/p3", "team/p4", "team/p5", "nobody"};
	static const char *const texts[] = {"", "one", "long", "12", "a\r\nb\xcc\x81"};

	if (what < 7)
		palette_call_prompt(&world->palette, str_of(names[what]), what % 2 == 1);
	else if (what < 9)
		palette_call(&world->palette, what == 8);
	else if (what == 9)
		palette_close(&world->palette);
	else if (what == 10)
		world->failing = !world->failing;
	else if (what == 11)
		world->answers = world->answers == WORLD_ANSWERS_NOW ? WORLD_ANSWERS_LATER
								     : WORLD_ANSWERS_NOW;
	else if (what < 15)
		world->outcome = (enum palette_source_outcome)(what - 12);
	else if (what < 17)
		world_answer(world, (enum prompt_from)(what - 14));
	else if (what < 22)
		world->text = texts[what - 17];
	else
		palette_source(&world->palette, PROMPT_FROM_CLIPBOARD, world->outcome,
			str_of(world->text)); /* that nobody asked for */
}

static void happen(struct world *world, unsigned byte)
{
	if (byte < 96)
		palette_key(&world->palette, (enum palette_key)(byte % PALETTE_KEYS));
	else if (byte < 96 + 32)
		type(&world->palette, byte - 96);
	else if (byte < 160)
		palette_select(&world->palette, byte - 128);
	else if (byte < 176)
		palette_focus(&world->palette, byte - 160);
	else
		around(world, (byte - 176) % 24);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct world world;
	size_t i;

	if (len > EVENTS_MAX)
		return 0;
	world_init(&world);
	for (i = 0; i < len; i++) {
		happen(&world, data[i]);
		palette_check(&world.palette);
	}
	check_described(&world.palette);
	palette_close(&world.palette);
	palette_check(&world.palette);
	palette_fini(&world.palette);
	return 0;
}
