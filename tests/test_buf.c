/* Tests of core/buf and core/str. */
#include "core/buf.h"
#include "core/str.h"
#include "tests/test.h"

static void buf_refuses_past_its_limit(void)
{
	struct buf buf = BUF_INIT(4);

	CHECK(buf_add(&buf, "abcd", 4) == 0);
	CHECK(buf_add(&buf, "e", 1) == -1);
	CHECK(buf_failed(&buf));
	CHECK_STR(buf_text(&buf), "abcd");
	CHECK(buf_take(&buf) == NULL);
	buf_clear(&buf);
	CHECK(buf_add_str(&buf, "xy") == 0);
	CHECK_STR(buf_text(&buf), "xy");
	buf_fini(&buf);
}

static void buf_writes_json_strings(void)
{
	struct buf buf = BUF_INIT(1000);

	CHECK(buf_add_json_string(&buf, "a\"\\\n\x01\x7f\xc3\xa9", 8) == 0);
	CHECK_STR(buf_text(&buf), "\"a\\\"\\\\\\n\\u0001\\u007f\xc3\xa9\"");
	buf_fini(&buf);
}

static void str_reads_integers_within_bounds_only(void)
{
	int64_t value = 7;

	CHECK(str_to_int(STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &value));
	CHECK(value == INT64_MIN);
	CHECK(!str_to_int(STR("9223372036854775808"), INT64_MIN, INT64_MAX, &value));
	CHECK(!str_to_int(STR("12x"), 0, 100, &value));
	CHECK(!str_to_int(STR(""), 0, 100, &value));
	CHECK(!str_to_int(STR("101"), 0, 100, &value));
	CHECK(value == INT64_MIN);
}

static void str_knows_utf8(void)
{
	CHECK(str_is_utf8(STR("plain ascii text, eight at a time \xf0\x9f\x98\x80")));
	CHECK(!str_is_utf8(STR("\xc0\x80")));	  /* overlong */
	CHECK(!str_is_utf8(STR("\xed\xa0\x80"))); /* a surrogate */
	CHECK(!str_is_utf8(STR("\xf4\x90\x80\x80")));
	CHECK(!str_is_utf8(STR("abc\xe2\x82")));
}

static void str_cuts_between_characters(void)
{
	CHECK(str_prefix(STR("a\xe2\x82\xac"), 3).n == 1);
	CHECK(str_prefix(STR("a\xe2\x82\xac"), 4).n == 4);
}

int main(void)
{
	RUN(buf_refuses_past_its_limit);
	RUN(buf_writes_json_strings);
	RUN(str_reads_integers_within_bounds_only);
	RUN(str_knows_utf8);
	RUN(str_cuts_between_characters);
	return 0;
}
