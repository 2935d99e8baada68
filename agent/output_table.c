/* Tables; see output.h. */
#include "agent/output.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text_filter.h"

#define COLUMNS_MAX 8
#define GAP 2
/* No cell shows more than this, so that one long text costs no more. */
#define CELL_BYTES_MAX 4096

struct output_table {
	struct output *out;
	struct output_column columns[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX];
	size_t n_columns;
	char **cells;
	size_t n_cells, size;
};

struct output_table *output_table_new(
	struct output *out, const struct output_column *columns, size_t n_columns)
{
	struct output_table *table = xcalloc(1, sizeof *table);
	size_t i;

	assert(n_columns <= COLUMNS_MAX);
	table->out = out;
	table->n_columns = n_columns;
	memcpy(table->columns, columns, n_columns * sizeof *columns);
	for (i = 0; i < n_columns; i++)
		table->widths[i] = output_width(str_of(columns[i].title));
	return table;
}

void output_table_free(struct output_table *table)
{
	size_t i;

	if (table == NULL)
		return;
	for (i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

void output_table_add(struct output_table *table, struct str text)
{
	struct str shown = str_prefix(text, CELL_BYTES_MAX);
	struct buf escaped = BUF_INIT(CELL_BYTES_MAX * 10 + 1);
	size_t column = table->n_cells % table->n_columns, width;

	text_filter_terminal(shown, false, &escaped);
	if (table->n_cells == table->size) {
		table->size = table->size > 0 ? table->size * 2 : 64;
		table->cells = xrealloc(table->cells, table->size * sizeof *table->cells);
	}
	table->cells[table->n_cells++] = str_dup((struct str){buf_text(&escaped), escaped.len});
	width = output_width((struct str){buf_text(&escaped), escaped.len});
	if (width > table->widths[column])
		table->widths[column] = width;
	buf_fini(&escaped);
}

void output_table_add_int(struct output_table *table, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	output_table_add(table, str_of(text));
}

static size_t table_width(const struct output_table *table)
{
	size_t total = GAP * (table->n_columns - 1), i;

	for (i = 0; i < table->n_columns; i++)
		total += table->widths[i];
	return total;
}

/* Take columns off the widest that may give some, until all fit. Names are typed
 * again, so they give only what the others have not. */
static void table_shrink(struct output_table *table, bool names)
{
	size_t total = table_width(table), i, widest;

	while (total > table->out->columns) {
		widest = COLUMNS_MAX;
		for (i = 0; i < table->n_columns; i++)
			if (table->columns[i].shrink_to > 0 &&
				table->widths[i] > table->columns[i].shrink_to &&
				names == (table->columns[i].style == OUTPUT_NAME) &&
				(widest == COLUMNS_MAX || table->widths[i] > table->widths[widest]))
				widest = i;
		if (widest == COLUMNS_MAX)
			return;
		table->widths[widest]--;
		total--;
	}
}

static void cell_print(
	struct output_table *table, size_t column, struct str text, enum output_style style)
{
	struct output *out = table->out;
	size_t width, room = table->widths[column];
	struct str head = output_fit(text, room, &width);
	bool cut = head.n < text.n, last = column + 1 == table->n_columns;

	if (cut)
		head = output_fit(text, room - 1, &width);
	if (table->columns[column].right)
		output_print(out, "%*s", (int)(room - width - cut), "");
	output_styled(out, style, head);
	if (cut)
		output_print(out, "%s", out->utf8 ? "…" : ">");
	if (!last)
		output_print(out, "%*s",
			(int)(table->columns[column].right ? GAP : room - width - cut + GAP), "");
	else
		output_print(out, "\n");
}

static void table_print_terminal(struct output_table *table)
{
	size_t i;

	table_shrink(table, false);
	table_shrink(table, true);
	for (i = 0; i < table->n_columns; i++)
		cell_print(table, i, str_of(table->columns[i].title), OUTPUT_BOLD);
	for (i = 0; i < table->n_cells; i++) {
		size_t column = i % table->n_columns;

		cell_print(table, column, str_of(table->cells[i]), table->columns[column].style);
	}
}

void output_table_print(struct output_table *table)
{
	size_t i;

	assert(table->n_cells % table->n_columns == 0);
	if (table->out->terminal) {
		table_print_terminal(table);
		return;
	}
	for (i = 0; i < table->n_cells; i++) {
		output_text(table->out, str_of(table->cells[i]));
		output_print(table->out, (i + 1) % table->n_columns == 0 ? "\n" : "\t");
	}
}
