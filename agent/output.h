/*
 * What the person sees: text on a terminal or a pipe, tables, a progress bar.
 * The one place that writes to stdout and stderr. Text that is not our own goes
 * through output_text(): titles, names, paths, messages of other programs may
 * hold escape sequences. Colours only on a terminal, without NO_COLOR
 * (no-color.org) and TERM=dumb.
 */
#ifndef AGENT_OUTPUT_H
#define AGENT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/str.h"

enum output_style {
	OUTPUT_PLAIN,
	OUTPUT_BOLD,
	OUTPUT_DIM,
	OUTPUT_NAME, /* what one may type again: prompts, commands */
	OUTPUT_GOOD,
	OUTPUT_WARN,
	OUTPUT_BAD,
};

struct output {
	FILE *file;
	bool terminal;
	bool moves; /* a terminal that can wipe a line */
	bool colour;
	bool utf8;	  /* the locale can show more than ASCII */
	unsigned columns; /* width of the terminal; 80 when it does not say */
	int error;	  /* errno of the first write that failed */
	/* of the progress bar */
	bool progress_shown;
	int64_t progress_us;
};

void output_init(struct output *out, FILE *file);
/* Write out what is buffered. 0, or -1 with out->error set now or before. */
int output_flush(struct output *out);

/* Our own words and numbers. Control characters but \n and \t are escaped here
 * too, but \n is not: foreign text belongs to output_text(). */
void output_print(struct output *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Foreign text as one line, everything that acts escaped. */
void output_text(struct output *out, struct str text);
/* The text of a prompt: its exact bytes when no terminal reads them, else escaped,
 * lines kept, with a newline at the end. */
void output_body(struct output *out, struct str text);
/* Bytes as they are: only for what is safe by construction. */
void output_bytes(struct output *out, struct str text);
/* From here on in this style; OUTPUT_PLAIN ends it. */
void output_style(struct output *out, enum output_style style);
/* output_text() in a style. */
void output_styled(struct output *out, enum output_style style, struct str text);

/* How many columns the (already escaped) text takes on a terminal. */
size_t output_width(struct str text);
/* The longest beginning that fits into `columns`; *width is what it takes. */
struct str output_fit(struct str text, size_t columns, size_t *width);
/* Wrap our own text (paragraphs; lines that begin with two blanks stay) to the width
 * of the terminal, at most 80, every line indented. */
void output_wrap(struct output *out, unsigned indent, const char *text);

/*
 * A table. On a terminal: a heading and aligned columns, the widest of those that
 * may shrink shrunk until it fits, names last. On a pipe: no heading, tabs between the cells,
 * nothing cut.
 */
struct output_column {
	const char *title;
	unsigned shrink_to; /* may be cut down to this width; 0: never */
	bool right;	    /* numbers */
	enum output_style style;
};
struct output_table;
struct output_table *output_table_new(
	struct output *out, const struct output_column *columns, size_t n_columns);
/* The next cell, row by row; text is escaped and copied. */
void output_table_add(struct output_table *table, struct str text);
void output_table_add_int(struct output_table *table, int64_t value);
void output_table_print(struct output_table *table);
void output_table_free(struct output_table *table);

/* A bar on a terminal, at most ten times a second; nothing elsewhere. Anything
 * printed to the same output wipes it first. */
void output_progress(struct output *out, const char *what, size_t done, size_t total);
void output_progress_end(struct output *out);

#endif
