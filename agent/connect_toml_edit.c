/*
 * A table found among the statements of a TOML text, added at its end, or taken
 * out line by line. A table may be spread over headers, dotted keys and inline
 * tables; all are found, only what stands on lines of its own is edited.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/connect_toml.h"
#include "agent/connect_toml_scan.h"
#include "core/json.h"

struct found {
	const char *const *path;
	size_t names;
	json_t *table;	/* what is there so far, NULL while nothing is */
	bool is_inline; /* it, or a table on the way to it */
	bool *drop;	/* NULL, or one flag a byte of the text: not to be kept */
};

/* How many names the statement's path shares with ours from the root on. */
static size_t common(const struct found *f, json_t *path)
{
	size_t i = 0;

	while (i < f->names && i < json_array_size(path) &&
		!strcmp(json_string_value(json_array_get(path, i)), f->path[i]))
		i++;
	return i;
}

static int twice(const struct toml_statement *st, struct err *err)
{
	return err_set(err, ERR_INVALID, "line %lu: defined a second time", st->line);
}

static json_t *table_in(json_t *table, const char *name)
{
	json_t *inner = json_object_get(table, name);

	if (!inner) {
		inner = json_object();
		(void)json_object_set_new(table, name, inner);
	}
	return json_is_object(inner) ? inner : NULL;
}

/* A pair or header within our table: its names after ours lead to its place. */
static int gather(struct found *f, const struct toml_statement *st, struct err *err)
{
	size_t n = json_array_size(st->path), last = st->kind == TOML_PAIR ? n - 1 : n;
	json_t *at;

	if (!f->table)
		f->table = json_object();
	at = f->table;
	for (size_t i = f->names; at && i < last; i++)
		at = table_in(at, json_string_value(json_array_get(st->path, i)));
	if (!at)
		return twice(st, err);
	if (st->kind == TOML_PAIR) {
		const char *name = json_string_value(json_array_get(st->path, last));

		if (json_object_get(at, name))
			return twice(st, err);
		return json_object_set(at, name, st->value);
	}
	return 0;
}

/* A pair whose value is our table, or holds it: all of it stands inline. */
static int gather_inline(struct found *f, const struct toml_statement *st, struct err *err)
{
	json_t *at = st->value;

	for (size_t i = json_array_size(st->path); i < f->names; i++)
		at = json_object_get(at, f->path[i]);
	if (json_array_size(st->path) < f->names)
		f->is_inline = true;
	if (!at)
		return 0;
	if (f->table || !json_is_object(at))
		return twice(st, err);
	f->table = json_incref(at);
	return 0;
}

static int look(void *context, const struct toml_statement *st, struct err *err)
{
	struct found *f = context;
	size_t n = json_array_size(st->path), same = common(f, st->path);
	bool within = same == f->names;

	if (same < n && !within)
		return 0;
	if (st->kind == TOML_TABLE_LIST)
		return err_set(
			err, ERR_INVALID, "line %lu: a list where a table was expected", st->line);
	if (within && f->drop)
		memset(f->drop + st->from, 1, st->to - st->from);
	if (st->kind == TOML_PAIR && n <= f->names)
		return gather_inline(f, st, err);
	return within ? gather(f, st, err) : 0;
}

static struct found found_at(const char *const path[])
{
	struct found f = {.path = path};

	while (path[f.names])
		f.names++;
	return f;
}

int toml_find(struct str text, const char *const path[], json_t **out, struct err *err)
{
	struct found f = found_at(path);
	int r = toml_each(text, look, &f, err);

	if (r < 0) {
		json_decref(f.table);
		return -1;
	}
	if (!f.table)
		return 1;
	*out = f.table;
	return 0;
}

static void put_name(struct buf *out, const char *name)
{
	size_t bare =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	/* JSON's escapes are all TOML's as well. */
	if (*name && !name[bare])
		(void)buf_add_str(out, name);
	else
		(void)buf_add_json_string(out, name, strlen(name));
}

static void put_value(struct buf *out, json_t *value)
{
	if (json_is_array(value)) {
		(void)buf_add_char(out, '[');
		for (size_t i = 0; i < json_array_size(value); i++) {
			(void)buf_add_str(out, i ? ", " : "");
			put_value(out, json_array_get(value, i));
		}
		(void)buf_add_char(out, ']');
	} else {
		(void)json_write(value, out);
	}
}

static void put_table(struct buf *out, const char *newline, const char *title, json_t *table)
{
	const char *name;
	json_t *value;

	(void)buf_add_format(out, "[%s]%s", title, newline);
	json_object_foreach (table, name, value) {
		if (json_is_object(value))
			continue;
		put_name(out, name);
		(void)buf_add_str(out, " = ");
		put_value(out, value);
		(void)buf_add_str(out, newline);
	}
	json_object_foreach (table, name, value) {
		struct buf inner = BUF_INIT(4096);

		if (!json_is_object(value))
			continue;
		(void)buf_add_format(&inner, "%s.", title);
		put_name(&inner, name);
		(void)buf_add_str(out, newline);
		put_table(out, newline, buf_text(&inner), value);
		buf_fini(&inner);
	}
}

static void put_at_end(struct buf *out, struct str text, const char *const path[], json_t *table)
{
	const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
	const char *newline = end && end > text.p && end[-1] == '\r' ? "\r\n" : "\n";
	struct buf title = BUF_INIT(4096);

	(void)buf_add(out, text.p, text.n);
	if (text.n && text.p[text.n - 1] != '\n')
		(void)buf_add_str(out, newline);
	if (text.n)
		(void)buf_add_str(out, newline);
	for (size_t i = 0; path[i]; i++) {
		(void)buf_add_str(&title, i ? "." : "");
		put_name(&title, path[i]);
	}
	put_table(out, newline, buf_text(&title), table);
	buf_fini(&title);
}

/* Read what was made: understood, and what is there (NULL: nothing) is meant? */
static int proof(struct str text, const char *const path[], json_t *table, struct err *err)
{
	json_t *there = NULL;
	int r = toml_find(text, path, &there, err);
	bool right = table ? r == 0 && json_equal(there, table) : r == 1;

	json_decref(there);
	if (r < 0)
		return -1;
	return right ? 0 : err_set(err, ERR_FAILED, "the change could not be made safely");
}

static int ended(
	struct buf *out, size_t before, const char *const path[], json_t *table, struct err *err)
{
	struct str made = {buf_text(out) + before, out->len - before};

	if (buf_failed(out))
		return err_set(err, ERR_LIMIT, "the file is too large");
	if (proof(made, path, table, err) == 0)
		return 0;
	buf_truncate(out, before);
	return -1;
}

int toml_set(
	struct str text, const char *const path[], json_t *table, struct buf *out, struct err *err)
{
	struct found f = found_at(path);
	struct buf rest = BUF_INIT(text.n + 1);
	size_t before = out->len;
	int r = toml_each(text, look, &f, err);

	if (r == 0 && f.is_inline)
		r = err_set(err, ERR_INVALID, "\"%s\" is written as an inline table", path[0]);
	if (r == 0 && f.table) {
		r = toml_unset(text, path, &rest, NULL, err);
		text = (struct str){buf_text(&rest), rest.len};
	}
	if (r == 0) {
		put_at_end(out, text, path, table);
		r = ended(out, before, path, table, err);
	}
	json_decref(f.table);
	buf_fini(&rest);
	return r;
}

struct line {
	size_t from, to; /* with its line end */
	bool blank, drop;
};

/* The line that begins at from. It goes as a whole when only blanks would be left
 * of it, else no more of it than is marked. */
static struct line line_at(struct str text, const bool *drop, size_t from)
{
	struct line line = {.from = from, .to = from, .blank = true, .drop = true};
	bool marked = false, more = true;

	for (; more && line.to < text.n; line.to++) {
		bool white = memchr(" \t\r\n", text.p[line.to], 4) != NULL;

		line.blank = line.blank && white;
		line.drop = line.drop && (white || drop[line.to]);
		marked = marked || drop[line.to];
		more = text.p[line.to] != '\n';
	}
	line.drop = line.drop && marked;
	return line;
}

/*
 * Blank lines go with the dropped ones they stand between, and the one before a
 * dropped block if nothing or a blank line follows: toml_set() put it there.
 */
static void drop_blank_lines(struct line *lines, size_t n)
{
	size_t last = n; /* dropped line with only blank ones since, n: none */

	for (size_t i = 0; i < n; i++) {
		if (lines[i].drop) {
			for (; last < i; last++)
				lines[last].drop = true;
			last = i;
		} else if (!lines[i].blank) {
			last = n;
		}
	}
	for (size_t i = 1; i < n; i++) {
		size_t end = i;

		while (end < n && lines[end].drop)
			end++;
		if (end > i && lines[i - 1].blank && !lines[i - 1].drop &&
			(end == n || lines[end].blank))
			lines[i - 1].drop = true;
		i = end;
	}
}

/* Append what is not marked. */
static int put_rest(struct buf *out, struct str text, const bool *drop, struct err *err)
{
	size_t n = 0, most = 1;
	struct line *lines;

	for (size_t i = 0; i < text.n; i++)
		most += text.p[i] == '\n';
	lines = calloc(most, sizeof(*lines));
	if (!lines)
		return err_set(err, ERR_MEMORY, "out of memory");
	for (size_t at = 0; at < text.n; at = lines[n++].to)
		lines[n] = line_at(text, drop, at);
	drop_blank_lines(lines, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t at = lines[i].from; !lines[i].drop && at < lines[i].to; at++) {
			if (!drop[at])
				(void)buf_add_char(out, text.p[at]);
		}
	}
	free(lines);
	return 0;
}

int toml_unset(
	struct str text, const char *const path[], struct buf *out, bool *empty, struct err *err)
{
	struct found f = found_at(path);
	size_t before = out->len;
	int r;

	f.drop = calloc(text.n + 1, sizeof(bool));
	r = f.drop ? toml_each(text, look, &f, err) : err_set(err, ERR_MEMORY, "out of memory");
	if (r == 0 && !f.table)
		r = 1;
	if (r == 0 && f.is_inline)
		r = err_set(err, ERR_INVALID, "\"%s\" is written as an inline table", path[0]);
	if (r == 0) {
		r = put_rest(out, text, f.drop, err);
		if (r == 0)
			r = ended(out, before, path, NULL, err);
	}
	if (r == 0 && empty) {
		struct str left = {buf_text(out) + before, out->len - before};

		*empty = str_trim(left).n == 0;
	}
	json_decref(f.table);
	free(f.drop);
	return r;
}
