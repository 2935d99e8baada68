/* RFC 4180, reading and writing; see csv.h. */
#include "library/csv.h"

#include <string.h>

void csv_init(struct csv *csv, struct str text)
{
	*csv = (struct csv){.rest = text, .line = 1};
	buf_init(&csv->text, SIZE_MAX / 2);
}

void csv_fini(struct csv *csv)
{
	buf_fini(&csv->text);
}

static void csv_skip(struct csv *csv, size_t n)
{
	csv->rest.p += n;
	csv->rest.n -= n;
}

static char csv_peek(const struct csv *csv)
{
	return csv->rest.n > 0 ? csv->rest.p[0] : '\n';
}

/* Up to the next of the given characters, which stays. */
static void csv_plain(struct csv *csv)
{
	size_t n = 0;

	while (n < csv->rest.n && csv->rest.p[n] != ',' && csv->rest.p[n] != '\n')
		n++;
	(void)buf_add(&csv->text, csv->rest.p, n);
	csv_skip(csv, n);
}

/* Behind an opening quote. False: it is not closed before the end. */
static bool csv_quoted(struct csv *csv)
{
	while (csv->rest.n > 0) {
		const char *quote = memchr(csv->rest.p, '"', csv->rest.n);
		size_t n = quote != NULL ? (size_t)(quote - csv->rest.p) : csv->rest.n, i;

		for (i = 0; i < n; i++)
			csv->line += csv->rest.p[i] == '\n';
		(void)buf_add(&csv->text, csv->rest.p, n);
		csv_skip(csv, n);
		if (quote == NULL)
			return false;
		csv_skip(csv, 1);
		if (csv->rest.n == 0 || csv->rest.p[0] != '"')
			return true;
		(void)buf_add_char(&csv->text, '"');
		csv_skip(csv, 1);
	}
	return false;
}

/* To the end of this line, where reading can begin anew. */
static int csv_bad(struct csv *csv, const char *why, struct err *err)
{
	struct str line;

	if (str_next_line(&csv->rest, &line))
		csv->line++;
	(void)err_set(err, ERR_INVALID, "%s", why);
	return CSV_BAD;
}

static int csv_record(struct csv *csv, struct err *err)
{
	for (;;) {
		if (csv->n == CSV_FIELDS_MAX)
			return csv_bad(csv, "too many fields", err);
		if (csv_peek(csv) != '"' || csv->rest.n == 0) {
			csv_plain(csv);
		} else {
			csv_skip(csv, 1);
			if (!csv_quoted(csv))
				return csv_bad(csv, "a quote is not closed", err);
			if (csv_peek(csv) != ',' && csv_peek(csv) != '\n')
				return csv_bad(csv, "text behind a closing quote", err);
		}
		csv->ends[csv->n++] = csv->text.len;
		if (csv->rest.n == 0)
			return CSV_RECORD;
		csv_skip(csv, 1);
		if (csv->rest.p[-1] == '\n')
			break;
	}
	csv->line++;
	return CSV_RECORD;
}

int csv_next(struct csv *csv, struct err *err)
{
	int result;

	while (csv->rest.n > 0 && csv->rest.p[0] == '\n') {
		csv_skip(csv, 1);
		csv->line++;
	}
	if (csv->rest.n == 0)
		return CSV_END;
	csv->n = 0;
	buf_clear(&csv->text);
	csv->record_line = csv->line;
	result = csv_record(csv, err);
	if (buf_failed(&csv->text))
		return err_set(err, ERR_MEMORY, "out of memory");
	return result;
}

struct str csv_field(const struct csv *csv, size_t i)
{
	size_t from = i > 0 && i < csv->n ? csv->ends[i - 1] : 0;

	if (i >= csv->n)
		return (struct str){NULL, 0};
	return (struct str){buf_text(&csv->text) + from, csv->ends[i] - from};
}

void csv_add(struct buf *out, struct str field)
{
	size_t i, from = 0;
	bool quote = false;

	for (i = 0; i < field.n; i++)
		quote |= strchr(",\"\n\r", field.p[i]) != NULL;
	if (!quote) {
		(void)buf_add(out, field.p, field.n);
		return;
	}
	(void)buf_add_char(out, '"');
	for (i = 0; i < field.n; i++) {
		if (field.p[i] != '"')
			continue;
		(void)buf_add(out, field.p + from, i + 1 - from);
		(void)buf_add_char(out, '"');
		from = i + 1;
	}
	(void)buf_add(out, field.p + from, field.n - from);
	(void)buf_add_char(out, '"');
}
