/*
 * Putting one member into a JSON text and taking it out again, as a person would:
 * on lines of its own where the neighbours have lines of their own, and with the
 * comments where they were. What comes out is read again before it is handed on.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/connect_jsonc.h"
#include "agent/connect_jsonc_scan.h"
#include "core/json.h"

#define UNIT_MAX 16

/* How this text looks, so that what is added looks the same. */
struct style {
	const char *newline;
	char unit[UNIT_MAX + 1]; /* one step of indentation */
	bool lines;		 /* members on lines of their own? */
};

/* Blanks at the beginning of the line that `at` is on, no further than `at`. */
static struct str indent_of(struct str text, size_t at)
{
	size_t start = at, end;

	while (start > 0 && text.p[start - 1] != '\n')
		start--;
	for (end = start; end < at && (text.p[end] == ' ' || text.p[end] == '\t');)
		end++;
	return (struct str){text.p + start, end - start};
}

static bool first_on_line(struct str text, size_t at)
{
	struct str indent = indent_of(text, at);

	return indent.p > text.p && indent.p + indent.n == text.p + at;
}

static bool has_newline(struct str text, size_t from, size_t to)
{
	return memchr(text.p + from, '\n', to - from) != NULL;
}

static bool only_blank(struct str text, size_t from, size_t to)
{
	for (; from < to; from++) {
		if (!memchr(" \t\r\n", text.p[from], 4))
			return false;
	}
	return true;
}

/* Over blanks that do not end the line. */
static size_t skip_spaces(struct str text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	return at;
}

static bool ends_line(struct str text, size_t at)
{
	return at == text.n || text.p[at] == '\n' || text.p[at] == '\r';
}

static struct style style_of(struct str text, const struct jsonc_object *root)
{
	struct style style = {.newline = "\n", .unit = "  "};
	const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;

	style.lines = end || root->open == JSONC_NONE;
	if (end && end > text.p && end[-1] == '\r')
		style.newline = "\r\n";
	if (root->open != JSONC_NONE && root->count && first_on_line(text, root->first.key)) {
		struct str indent = indent_of(text, root->first.key);

		if (indent.n && indent.n <= UNIT_MAX) {
			memcpy(style.unit, indent.p, indent.n);
			style.unit[indent.n] = '\0';
		}
	}
	return style;
}

static void new_line(struct buf *out, const struct style *style, struct str base, unsigned depth)
{
	(void)buf_add_str(out, style->newline);
	(void)buf_add(out, base.p, base.n);
	while (depth--)
		(void)buf_add_str(out, style->unit);
}

static void put_value(
	struct buf *out, const struct style *style, struct str base, unsigned depth, json_t *value);

static void put_name(struct buf *out, const char *name)
{
	(void)buf_add_json_string(out, name, strlen(name));
	(void)buf_add_str(out, ": ");
}

static void put_object(
	struct buf *out, const struct style *style, struct str base, unsigned depth, json_t *object)
{
	const char *name, *comma = "";
	json_t *value;

	(void)buf_add_char(out, '{');
	json_object_foreach (object, name, value) {
		(void)buf_add_str(out, comma);
		if (style->lines)
			new_line(out, style, base, depth + 1);
		put_name(out, name);
		put_value(out, style, base, depth + 1, value);
		comma = style->lines ? "," : ", ";
	}
	if (style->lines && json_object_size(object))
		new_line(out, style, base, depth);
	(void)buf_add_char(out, '}');
}

/* Arrays stay on their line: ours are short. */
static void put_value(
	struct buf *out, const struct style *style, struct str base, unsigned depth, json_t *value)
{
	if (json_is_object(value)) {
		put_object(out, style, base, depth, value);
	} else if (json_is_array(value)) {
		(void)buf_add_char(out, '[');
		for (size_t i = 0; i < json_array_size(value); i++) {
			(void)buf_add_str(out, i ? ", " : "");
			put_value(out, style, base, depth, json_array_get(value, i));
		}
		(void)buf_add_char(out, ']');
	} else {
		(void)json_write(value, out);
	}
}

/* The value, inside objects for the names of the path that are not there yet. */
static void put_rest(struct buf *out, const struct style *style, struct str base, unsigned depth,
	const char *const path[], json_t *value)
{
	if (!path[0]) {
		put_value(out, style, base, depth, value);
		return;
	}
	(void)buf_add_char(out, '{');
	if (style->lines)
		new_line(out, style, base, depth + 1);
	put_name(out, path[0]);
	put_rest(out, style, base, depth + 1, path + 1, value);
	if (style->lines)
		new_line(out, style, base, depth);
	(void)buf_add_char(out, '}');
}

static void put_text(struct buf *out, struct str text, size_t from, size_t to)
{
	(void)buf_add(out, text.p + from, to - from);
}

static void exchange(struct buf *out, struct str text, struct style style,
	const struct jsonc_member *m, json_t *value)
{
	style.lines = style.lines && first_on_line(text, m->key);
	put_text(out, text, 0, m->value);
	put_value(out, &style, indent_of(text, m->key), 0, value);
	put_text(out, text, m->value_end, text.n);
}

static void add_to_nothing(struct buf *out, struct str text, struct style style,
	const char *const path[], json_t *value)
{
	put_text(out, text, 0, text.n);
	if (text.n && text.p[text.n - 1] != '\n' && !(text.n == 3 && text.p[0] == '\xef'))
		(void)buf_add_str(out, style.newline);
	put_rest(out, &style, STR(""), 0, path, value);
	(void)buf_add_str(out, style.newline);
}

static void add_to_empty(struct buf *out, struct str text, struct style style,
	const struct jsonc_object *o, const char *const path[], json_t *value)
{
	struct str base = indent_of(text, first_on_line(text, o->close) ? o->close : o->open);
	size_t at = o->open + 1;

	for (size_t i = at; i < o->close;) {
		size_t end = jsonc_comment_end(text, i);

		at = end > i ? end : at;
		i = end > i ? end : i + 1;
	}
	put_text(out, text, 0, at);
	if (style.lines)
		new_line(out, &style, base, 1);
	put_name(out, path[0]);
	put_rest(out, &style, base, 1, path + 1, value);
	if (style.lines && !has_newline(text, at, o->close)) {
		new_line(out, &style, base, 0);
		at = o->close;
	}
	put_text(out, text, at, text.n);
}

/* Where a line of its own can begin after what ends at `at`: behind comments on
 * the same line, which belong to what is there. */
static size_t line_after(struct str text, size_t at)
{
	for (;;) {
		size_t blank = skip_spaces(text, at);
		size_t end = jsonc_comment_end(text, blank);

		if (end == blank)
			return ends_line(text, blank) ? blank : at;
		at = end;
	}
}

static void add_to_members(struct buf *out, struct str text, struct style style,
	const struct jsonc_object *o, const char *const path[], json_t *value)
{
	const struct jsonc_member *last = &o->last;
	bool comma = last->comma != JSONC_NONE;
	size_t end = comma ? last->comma + 1 : last->value_end, at;
	struct str base = indent_of(text, last->key);

	style.lines = style.lines && first_on_line(text, last->key);
	at = style.lines ? line_after(text, end) : end;
	put_text(out, text, 0, end);
	if (!comma)
		(void)buf_add_char(out, ',');
	put_text(out, text, end, at);
	if (style.lines)
		new_line(out, &style, base, 0);
	else
		(void)buf_add_char(out, ' ');
	put_name(out, path[0]);
	put_rest(out, &style, base, 0, path + 1, value);
	if (comma)
		(void)buf_add_char(out, ',');
	put_text(out, text, at, text.n);
}

/* Read what was made: understood, and the value is the one that was meant? */
static int proof(struct str text, unsigned liberties, const char *const path[], json_t *value,
	struct err *err)
{
	json_t *there = NULL;
	struct str raw;
	int r = jsonc_find(text, liberties, path, &raw, err);

	if (r == 0)
		r = jsonc_parse(raw, &there, err);
	if (r == 0 && !json_equal(there, value))
		r = 1;
	json_decref(there);
	return r > 0 ? err_set(err, ERR_FAILED, "the change could not be made safely") : r;
}

int jsonc_set(struct str text, unsigned liberties, const char *const path[], json_t *value,
	struct buf *out, unsigned *made, struct err *err)
{
	struct jsonc_object levels[JSONC_PATH_MAX];
	size_t before = out->len;
	struct style style;
	unsigned found, names = 0;

	if (jsonc_walk(text, liberties, path, levels, &found, err) < 0)
		return -1;
	while (path[names])
		names++;
	style = style_of(text, &levels[0]);
	if (found == names)
		exchange(out, text, style, &levels[names - 1].wanted, value);
	else if (levels[0].open == JSONC_NONE)
		add_to_nothing(out, text, style, path, value);
	else if (!levels[found].count)
		add_to_empty(out, text, style, &levels[found], path + found, value);
	else
		add_to_members(out, text, style, &levels[found], path + found, value);
	if (buf_failed(out))
		return err_set(err, ERR_LIMIT, "the file is too large");
	if (proof((struct str){buf_text(out) + before, out->len - before}, liberties, path, value,
		    err) < 0) {
		buf_truncate(out, before);
		return -1;
	}
	if (made)
		*made = names - found;
	return 0;
}

/* Parts of the text that are left out, in order. */
struct cuts {
	struct {
		size_t from, to;
	} part[3];
	unsigned n;
};

static void cut(struct cuts *cuts, size_t from, size_t to)
{
	cuts->part[cuts->n].from = from;
	cuts->part[cuts->n].to = to;
	cuts->n++;
}

/* Before `at`: its indentation and the line end before that. */
static size_t line_before(struct str text, size_t at)
{
	size_t start = (size_t)(indent_of(text, at).p - text.p) - 1;

	return start > 0 && text.p[start - 1] == '\r' ? start - 1 : start;
}

/* The member itself, from its name to `to`, with the blanks nobody needs then. */
static void cut_member(struct cuts *cuts, struct str text, const struct jsonc_object *o, size_t to)
{
	size_t from = o->wanted.key, next = skip_spaces(text, to);
	bool last = next >= o->close;

	if (first_on_line(text, from)) {
		if (ends_line(text, next))
			cut(cuts, line_before(text, from), next);
		else
			cut(cuts, last ? line_before(text, from) : from, last ? to : next);
		return;
	}
	if (o->before.key == JSONC_NONE) {
		cut(cuts, from, next);
		return;
	}
	while (text.p[from - 1] == ' ' || text.p[from - 1] == '\t')
		from--;
	cut(cuts, from, to);
}

/* Does the object hold this one member and not even a comment besides? */
static bool holds_only(struct str text, const struct jsonc_object *o)
{
	const struct jsonc_member *m = &o->wanted;
	size_t comma = m->comma == JSONC_NONE ? m->value_end : m->comma;

	return o->count == 1 && only_blank(text, o->open + 1, m->key) &&
	       only_blank(text, m->value_end, comma) &&
	       only_blank(text, m->comma == JSONC_NONE ? comma : comma + 1, o->close);
}

static void cut_with_comma(struct cuts *cuts, struct str text, const struct jsonc_object *o)
{
	const struct jsonc_member *m = &o->wanted;
	size_t end = m->value_end;

	if (holds_only(text, o)) {
		cut(cuts, o->open + 1, o->close);
		return;
	}
	if (m->comma == JSONC_NONE && o->before.key != JSONC_NONE)
		cut(cuts, o->before.comma, o->before.comma + 1);
	if (m->comma != JSONC_NONE && only_blank(text, end, m->comma))
		end = m->comma + 1;
	cut_member(cuts, text, o, end);
	if (m->comma != JSONC_NONE && end != m->comma + 1)
		cut(cuts, m->comma, m->comma + 1);
}

int jsonc_unset(struct str text, unsigned liberties, const char *const path[], unsigned made,
	struct buf *out, bool *empty, struct err *err)
{
	struct jsonc_object levels[JSONC_PATH_MAX];
	struct cuts cuts = {.n = 0};
	unsigned found, level = 0;
	size_t at = 0;

	if (jsonc_walk(text, liberties, path, levels, &found, err) < 0)
		return -1;
	while (path[level])
		level++;
	if (found < level)
		return 1;
	for (level--; made > 1 && level > 0 && holds_only(text, &levels[level]); made--)
		level--;
	cut_with_comma(&cuts, text, &levels[level]);
	for (unsigned i = 0; i < cuts.n; i++) {
		put_text(out, text, at, cuts.part[i].from);
		at = cuts.part[i].to;
	}
	put_text(out, text, at, text.n);
	if (buf_failed(out))
		return err_set(err, ERR_LIMIT, "the file is too large");
	if (empty)
		*empty = level == 0 && holds_only(text, &levels[0]) &&
			 only_blank(text, 0, levels[0].open) &&
			 only_blank(text, levels[0].close + 1, text.n);
	return 0;
}
