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
	buf_clear(&buf);
	CHECK(buf_add_json_string(&buf, NULL, 0) == 0);
	CHECK_STR(buf_text(&buf), "\"\"");
	buf_fini(&buf);
}

/* The escapes of one byte, slowly. */
static void add_slowly(struct buf *buf, unsigned char c)
{
	static const char named[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
	const char *at = c != 0 ? strchr(named, c) : NULL;

	if (at != NULL)
		(void)buf_add_format(buf, "\\%c", letters[at - named]);
	else if (c < 0x20 || c == 0x7F)
		(void)buf_add_format(buf, "\\u%04x", (unsigned)c);
	else
		(void)buf_add_char(buf, (char)c);
}

/* Eight bytes are looked at together: each byte there is, at each place. */
static void buf_escapes_the_same_bytes_everywhere(void)
{
	int c, at, i;

	for (c = 0; c < 256; c++) {
		for (at = 0; at < 20; at++) {
			struct buf buf = BUF_INIT(1000), expected = BUF_INIT(1000);
			char text[20];

			memset(text, at % 2 == 0 ? 'a' : '\xc3', sizeof text);
			text[at] = (char)c;
			(void)buf_add_char(&expected, '"');
			for (i = 0; i < 20; i++)
				add_slowly(&expected, (unsigned char)text[i]);
			(void)buf_add_char(&expected, '"');
			CHECK(buf_add_json_string(&buf, text, sizeof text) == 0);
			CHECK_STR(buf_text(&buf), buf_text(&expected));
			buf_fini(&buf);
			buf_fini(&expected);
		}
	}
}

static void buf_gives_back_what_is_over_a_measure(void)
{
	struct buf buf = BUF_INIT(100);

	buf_drain(&buf, 64);
	CHECK(buf.data == NULL);
	CHECK(buf_add_str(&buf, "short") == 0);
	buf_drain(&buf, 64);
	CHECK(buf.data != NULL && buf.size == 64 && buf.len == 0);
	CHECK_STR(buf_text(&buf), "");
	CHECK(buf_reserve(&buf, 80) != NULL && buf_reserve(&buf, 101) == NULL);
	buf_drain(&buf, 64);
	CHECK(buf.data == NULL && buf.size == 0 && !buf_failed(&buf));
	CHECK(buf_add_str(&buf, "again") == 0);
	CHECK_STR(buf_text(&buf), "again");
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
	RUN(buf_escapes_the_same_bytes_everywhere);
	RUN(buf_gives_back_what_is_over_a_measure);
	RUN(str_reads_integers_within_bounds_only);
	RUN(str_knows_utf8);
	RUN(str_cuts_between_characters);
	return 0;
}
