/* Text for the person; see output.h. Tables are in output_table.c. */
#include "agent/output.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "agent/output_width.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/text_filter.h"
#include "platform/platform.h"

#define PRINT_BYTES_MAX ((size_t)64 * 1024)
#define WRAP_COLUMNS_MAX 80
#define BAR_COLUMNS 24
#define PROGRESS_EVERY_US 100000

static bool env_is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* Does the locale speak UTF-8? Asked of the environment, so that it is the same
 * answer whether or not that locale is installed. */
static bool env_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	char text[64];
	size_t i, n;

	for (i = 0; i < 3 && !env_is_set(names[i]); i++)
		;
	if (i == 3)
		return false;
	(void)snprintf(text, sizeof text, "%s", getenv(names[i]));
	n = strlen(text);
	for (i = 0; i < n; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	return strstr(text, "utf-8") != NULL || strstr(text, "utf8") != NULL;
}

void output_init(struct output *out, FILE *file)
{
	const char *term = getenv("TERM");
	unsigned columns = platform_terminal_columns(fileno(file));

	memset(out, 0, sizeof *out);
	out->file = file;
	out->terminal = platform_is_terminal(fileno(file));
	out->moves = out->terminal && term != NULL && strcmp(term, "dumb") != 0;
	out->colour = out->moves && !env_is_set("NO_COLOR");
	out->utf8 = env_is_utf8();
	out->columns = columns > 0 ? columns : 80;
	output_width_init();
}

static void write_bytes(struct output *out, const char *bytes, size_t len)
{
	if (out->error != 0 || len == 0)
		return;
	if (out->progress_shown)
		output_progress_end(out);
	if (fwrite(bytes, 1, len, out->file) != len)
		out->error = errno != 0 ? errno : EIO;
}

int output_flush(struct output *out)
{
	if (out->error == 0 && fflush(out->file) != 0)
		out->error = errno != 0 ? errno : EIO;
	return out->error == 0 ? 0 : -1;
}

static void write_filtered(struct output *out, struct str text, bool lines)
{
	/* The longest escape is \u{10ffff}-like; ten bytes for one is enough. */
	struct buf shown = BUF_INIT(text.n * 10 + 1);

	text_filter_terminal(text, lines, &shown);
	write_bytes(out, buf_text(&shown), shown.len);
	buf_fini(&shown);
}

void output_print(struct output *out, const char *format, ...)
{
	struct buf text = BUF_INIT(PRINT_BYTES_MAX);
	va_list args;

	va_start(args, format);
	(void)buf_add_vformat(&text, format, args); /* our own words: they fit */
	va_end(args);
	write_filtered(out, (struct str){buf_text(&text), text.len}, true);
	buf_fini(&text);
}

void output_text(struct output *out, struct str text)
{
	write_filtered(out, text, false);
}

void output_bytes(struct output *out, struct str text)
{
	write_bytes(out, text.p, text.n);
}

void output_body(struct output *out, struct str text)
{
	if (!out->terminal) {
		write_bytes(out, text.p, text.n);
		return;
	}
	write_filtered(out, text, true);
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		write_bytes(out, "\n", 1);
}

void output_style(struct output *out, enum output_style style)
{
	static const char *const codes[] = {
		[OUTPUT_PLAIN] = "\033[0m",
		[OUTPUT_BOLD] = "\033[1m",
		[OUTPUT_DIM] = "\033[2m",
		[OUTPUT_NAME] = "\033[36m",
		[OUTPUT_GOOD] = "\033[32m",
		[OUTPUT_WARN] = "\033[33m",
		[OUTPUT_BAD] = "\033[31m",
	};

	if (out->colour)
		write_bytes(out, codes[style], strlen(codes[style]));
}

void output_styled(struct output *out, enum output_style style, struct str text)
{
	if (style != OUTPUT_PLAIN && text.n > 0)
		output_style(out, style);
	output_text(out, text);
	if (style != OUTPUT_PLAIN && text.n > 0)
		output_style(out, OUTPUT_PLAIN);
}

static void indent_print(struct output *out, unsigned indent)
{
	output_print(out, "%*s", (int)indent, "");
}

/* Words of one line, broken where the width ends. */
static void wrap_line(struct output *out, unsigned indent, size_t width, struct str line)
{
	size_t used = 0;

	indent_print(out, indent);
	while (line.n > 0) {
		struct str word = str_cut(line, ' ', &line);
		size_t columns = output_width(word);

		if (used > 0 && used + 1 + columns > width) {
			output_print(out, "\n");
			indent_print(out, indent);
			used = 0;
		}
		if (used > 0)
			output_print(out, " ");
		output_text(out, word);
		used += columns + (used > 0);
	}
	output_print(out, "\n");
}

void output_wrap(struct output *out, unsigned indent, const char *text)
{
	size_t width = out->columns < WRAP_COLUMNS_MAX ? out->columns : WRAP_COLUMNS_MAX;
	struct str line, rest = str_of(text);

	width = width > indent + 20 ? width - indent : 20;
	while (str_next_line(&rest, &line)) {
		if (line.n == 0) {
			output_print(out, "\n");
		} else if (str_starts(line, "  ")) {
			indent_print(out, indent);
			output_text(out, line);
			output_print(out, "\n");
		} else {
			wrap_line(out, indent, width, line);
		}
	}
}

void output_progress(struct output *out, const char *what, size_t done, size_t total)
{
	int64_t now = clock_monotonic_us();
	char bar[BAR_COLUMNS + 1];
	size_t full;

	if (!out->moves || total == 0)
		return;
	if (out->progress_us != 0 && now - out->progress_us < PROGRESS_EVERY_US && done < total)
		return;
	full = done < total ? BAR_COLUMNS * done / total : BAR_COLUMNS;
	memset(bar, '#', full);
	memset(bar + full, '-', BAR_COLUMNS - full);
	bar[BAR_COLUMNS] = '\0';
	if (fprintf(out->file, "\r\033[K%s [%s] %zu of %zu", what, bar, done, total) < 0)
		out->error = errno;
	(void)fflush(out->file); /* a bar that is late is no fault */
	out->progress_us = now;
	out->progress_shown = true;
}

void output_progress_end(struct output *out)
{
	if (!out->progress_shown)
		return;
	out->progress_shown = false;
	if (fputs("\r\033[K", out->file) == EOF)
		out->error = errno;
}
