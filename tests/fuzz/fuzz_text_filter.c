/* The text filter: what it shows is UTF-8 without anything left to refuse, and
 * what it gives a terminal holds no control character. */
#include <stdint.h>

#include "core/text_filter.h"
#include "tests/test.h"

static void check_terminal(struct str text, bool lines)
{
	struct buf out = BUF_INIT(16 * 1024 * 1024);
	size_t i;

	text_filter_terminal(text, lines, &out);
	CHECK(!buf_failed(&out));
	CHECK(text_filter_find((struct str){buf_text(&out), out.len}) == out.len);
	for (i = 0; i < out.len; i++) {
		CHECK((unsigned char)out.data[i] >= 0x20 ||
			(lines && (out.data[i] == '\n' || out.data[i] == '\t')));
		CHECK(out.data[i] != 0x7F);
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, shown;
	struct buf out = BUF_INIT(16 * 1024 * 1024);
	size_t at = text_filter_find(text), n = text_filter_show(text, &out);

	CHECK(at <= size && !buf_failed(&out));
	shown = (struct str){buf_text(&out), out.len};
	CHECK(str_is_utf8(shown));
	CHECK(text_filter_find(shown) == shown.n);
	if (at == size)
		CHECK(n == 0 && str_equal(shown, text));
	CHECK(n == 0 || at < size);
	check_terminal(text, true);
	check_terminal(text, false);
	buf_fini(&out);
	return 0;
}
