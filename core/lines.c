/* Lines that people write; see lines.h. */
#include "core/lines.h"

int lines_parse(const char *file, struct str text, lines_fn *fn, void *data, struct err *err)
{
	struct str line;
	struct err fault;
	unsigned number = 0;

	if (!str_is_utf8(text))
		return err_set(err, ERR_INVALID, "%s: is not UTF-8 text", file);
	while (str_next_line(&text, &line)) {
		struct str comment, rest = str_trim(str_cut(line, '#', &comment));

		number++;
		if (rest.n > 0 && fn(data, rest, number, &fault) != 0)
			return err_set(err, fault.code, "%s:%u: %s", file, number, fault.text);
	}
	return 0;
}
