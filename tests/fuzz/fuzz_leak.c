/* Secrets in a text: where they stand is in the text, they are found whatever follows,
 * and a line and a column are those of the place. */
#include <stdint.h>

#include "core/leak.h"
#include "tests/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct leak leak = {NULL, NULL, 0, 0}, again;
	size_t line, column;

	if (!leak_find(text, &leak)) {
		CHECK(leak.kind == NULL);
		return 0;
	}
	CHECK(leak.kind != NULL && leak.text != NULL);
	CHECK(leak.n > 0 && leak.at < size && leak.n <= size - leak.at);
	/* What follows it hides nothing; without it a longer one may show before. */
	CHECK(leak_find((struct str){text.p, leak.at + leak.n}, &again));
	CHECK(again.at <= leak.at && again.n <= leak.at + leak.n - again.at);
	leak_place(text, leak.at, &line, &column);
	CHECK(line >= 1 && column >= 1 && line + column <= leak.at + 2);
	return 0;
}
