/* Tests of mcp/framing: the same lines, however the bytes arrive. */
#include "mcp/framing.h"
#include "tests/test.h"

#define LIMIT 16

/* Feed text in pieces of `step` bytes; write what comes out as L(line) T(too long). */
static void feed(const char *text, size_t len, size_t step, struct buf *out)
{
	enum framing_outcome outcome;
	struct framing framing;
	struct str line;
	size_t at;

	framing_init(&framing, LIMIT);
	for (at = 0; at <= len; at += step) {
		size_t n = len - at < step ? len - at : step;

		memcpy(framing_room(&framing), text + at, n);
		framing_filled(&framing, n);
		while ((outcome = framing_next(&framing, &line)) != FRAMING_MORE)
			(void)buf_add_format(out, "%c(%.*s)", outcome == FRAMING_LINE ? 'L' : 'T',
				(int)line.n, line.p);
		if (n < step)
			break;
	}
	outcome = framing_rest(&framing, &line);
	if (outcome != FRAMING_MORE)
		(void)buf_add_format(
			out, "%c(%.*s)", outcome == FRAMING_LINE ? 'L' : 'T', (int)line.n, line.p);
	framing_fini(&framing);
}

static void check_all_ways(const char *text, const char *expected)
{
	size_t len = strlen(text), step;

	for (step = 1; step <= len + 1; step++) {
		struct buf out = BUF_INIT(4096);

		feed(text, len, step, &out);
		CHECK_STR(buf_text(&out), expected);
		buf_fini(&out);
	}
}

static void framing_cuts_lines_however_they_arrive(void)
{
	check_all_ways("a\nbc\r\n\nd", "L(a)L(bc)L()L(d)");
	check_all_ways("", "");
	check_all_ways("\n", "L()");
}

static void framing_takes_a_line_of_the_limit(void)
{
	check_all_ways("0123456789abcdef\nx\n", "L(0123456789abcdef)L(x)");
	check_all_ways("0123456789abcdef\r\nx\n", "L(0123456789abcdef)L(x)");
	check_all_ways("0123456789abcdef", "L(0123456789abcdef)");
}

static void framing_reports_a_long_line_once_and_goes_on(void)
{
	check_all_ways("0123456789abcdefg\nx\n", "T(0123456789abcdef)L(x)");
	check_all_ways(
		"0123456789abcdefghijklmnopqrstuvwxyz0123456789\nx\n", "T(0123456789abcdef)L(x)");
	check_all_ways("0123456789abcdefghijklmnopqrstuvwxyz", "T(0123456789abcdef)");
}

static void framing_holds_no_more_than_the_limit_and_two_chunks(void)
{
	struct framing framing;
	struct str line;
	int i;

	framing_init(&framing, 1024 * 1024);
	for (i = 0; i < 1600; i++) { /* 100 MB without a newline */
		memset(framing_room(&framing), 'x', FRAMING_CHUNK);
		framing_filled(&framing, FRAMING_CHUNK);
		(void)framing_next(&framing, &line);
		CHECK(framing.held.size <= 1024 * 1024 + 2 * FRAMING_CHUNK + 3);
	}
	framing_fini(&framing);
}

int main(void)
{
	RUN(framing_cuts_lines_however_they_arrive);
	RUN(framing_takes_a_line_of_the_limit);
	RUN(framing_reports_a_long_line_once_and_goes_on);
	RUN(framing_holds_no_more_than_the_limit_and_two_chunks);
	return 0;
}
