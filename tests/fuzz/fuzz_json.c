/*
 * The JSON door: any bytes. What it lets in is written and read again unchanged,
 * and the finder of members agrees with the parser about each.
 */
#include <stdint.h>

#include "core/json.h"
#include "tests/test.h"

static void check_round_trip(const json_t *value)
{
	struct buf text = BUF_INIT(64 * 1024 * 1024);
	json_t *again;

	CHECK(json_write(value, &text) == 0);
	CHECK(json_door_parse((struct str){text.data, text.len}, &again, NULL) == 0);
	CHECK(json_equal(value, again));
	json_decref(again);
	buf_fini(&text);
}

/* Every member, found without parsing, is what parsing makes of it. */
static void check_finder(struct str text, json_t *value)
{
	json_t *member, *parsed;
	struct str found;
	const char *name;

	json_object_foreach (value, name, member) {
		CHECK(json_find_member(text, name, &found));
		CHECK(found.p >= text.p && found.p + found.n <= text.p + text.n);
		CHECK(json_door_parse(found, &parsed, NULL) == 0);
		CHECK(json_equal(parsed, member));
		json_decref(parsed);
	}
	CHECK(json_find_member(text, "id", &found) == (json_object_get(value, "id") != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct str text = {(const char *)data, size};
	struct str found;
	struct err err;
	json_t *value;

	if (!ready)
		json_door_init();
	ready = true;
	if (json_door_parse(text, &value, &err) != 0) {
		if (json_find_member(text, "id", &found))
			CHECK(found.n > 0 && found.p >= text.p &&
				found.p + found.n <= text.p + text.n);
		return 0;
	}
	check_round_trip(value);
	check_finder(text, value);
	json_decref(value);
	return 0;
}
