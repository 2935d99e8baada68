/* How wide text is on a terminal; see output.h. */
#define _XOPEN_SOURCE 700 /* wcwidth */
#include "agent/output_width.h"

#include <locale.h>
#include <wchar.h>

#include "agent/output.h"

void output_width_init(void)
{
	/* wcwidth() knows what the locale knows. Where this one is not installed
	 * everything outside ASCII counts as one column, which is the usual case. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
}

/* Columns of the first character; its length in bytes in *len. */
static size_t char_width(struct str text, size_t *len)
{
	uint32_t code;
	int columns;

	*len = str_decode(text.p, text.n, &code);
	if (*len == 0) {
		*len = 1;
		return 1;
	}
	columns = wcwidth((wchar_t)code);
	return columns < 0 ? 1 : (size_t)columns;
}

size_t output_width(struct str text)
{
	size_t width;

	(void)output_fit(text, SIZE_MAX, &width);
	return width;
}

struct str output_fit(struct str text, size_t columns, size_t *width)
{
	struct str head = {text.p, 0};
	size_t used = 0;

	while (head.n < text.n) {
		size_t len, wide;

		wide = char_width((struct str){text.p + head.n, text.n - head.n}, &len);
		if (wide > columns - used)
			break;
		used += wide;
		head.n += len;
	}
	*width = used;
	return head;
}
