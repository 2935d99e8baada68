/*
 * TOML from its first byte to its last, one statement at a time. Strict about
 * strings and structure, because an unclosed string would make the rest of the
 * file mean something else; numbers and times are taken by their shape.
 */
#include "agent/connect_toml.h"

#include <string.h>

#include "agent/connect_toml_scan.h"

struct scan {
	struct str text;
	size_t at;
	unsigned depth;
	struct err *err;
};

static int value(struct scan *s, json_t **out);

static unsigned long line_of(const struct scan *s)
{
	unsigned long line = 1;

	for (size_t i = 0; i < s->at && i < s->text.n; i++)
		line += s->text.p[i] == '\n';
	return line;
}

static int fail(struct scan *s, const char *reason)
{
	return err_set(s->err, ERR_INVALID, "line %lu: %s", line_of(s), reason);
}

/* The byte `ahead` of here, or -1 past the end. */
static int peek(const struct scan *s, size_t ahead)
{
	size_t at = s->at + ahead;

	return at < s->text.n ? (unsigned char)s->text.p[at] : -1;
}

static bool newline(const struct scan *s)
{
	return peek(s, 0) == '\n' || (peek(s, 0) == '\r' && peek(s, 1) == '\n');
}

static void spaces(struct scan *s)
{
	while (peek(s, 0) == ' ' || peek(s, 0) == '\t')
		s->at++;
}

/* A comment, if one begins here. */
static int comment(struct scan *s)
{
	if (peek(s, 0) != '#')
		return 0;
	while (peek(s, 0) >= 0 && !newline(s)) {
		if (peek(s, 0) != '\t' && (peek(s, 0) < 0x20 || peek(s, 0) == 0x7f))
			return fail(s, "a control character in a comment");
		s->at++;
	}
	return 0;
}

/* Over spaces, comments and line ends. */
static int blanks(struct scan *s)
{
	for (;;) {
		spaces(s);
		if (comment(s) < 0)
			return -1;
		if (!newline(s))
			return 0;
		s->at += peek(s, 0) == '\r' ? 2 : 1;
	}
}

static int hex_escape(struct scan *s, int n, struct buf *out)
{
	uint32_t code = 0;
	char bytes[4];
	size_t len;

	for (int i = 0; i < n; i++, s->at++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = peek(s, 0) > 0 ? strchr(digits, peek(s, 0)) : NULL;

		if (!digit)
			return fail(s, "an escape with too few hexadecimal digits");
		code = code << 4 |
		       (uint32_t)(digit - digits > 15 ? digit - digits - 6 : digit - digits);
	}
	len = str_encode(code, bytes);
	if (!len)
		return fail(s, "an escape that is no character");
	(void)buf_add(out, bytes, len);
	return 0;
}

static int escape(struct scan *s, struct buf *out)
{
	static const char names[] = "btnfre\"\\";
	static const char means[] = "\b\t\n\f\r\x1b\"\\";
	int c = peek(s, 0);
	const char *name = c > 0 ? strchr(names, c) : NULL;

	s->at++;
	if (name)
		return buf_add_char(out, means[name - names]);
	if (c == 'x')
		return hex_escape(s, 2, out);
	if (c == 'u')
		return hex_escape(s, 4, out);
	if (c == 'U')
		return hex_escape(s, 8, out);
	return fail(s, "an unknown escape");
}

/* A backslash at the end of a line in """: all blanks after it are left out. */
static bool folded(struct scan *s)
{
	struct scan ahead = *s;

	spaces(&ahead);
	if (!newline(&ahead))
		return false;
	while (newline(&ahead) || peek(&ahead, 0) == ' ' || peek(&ahead, 0) == '\t')
		ahead.at++;
	s->at = ahead.at;
	return true;
}

/* One more byte, or escape, of a string in quotes of kind q. */
static int string_byte(struct scan *s, int q, bool lines, struct buf *out)
{
	int c = peek(s, 0);

	if (lines && newline(s)) {
		s->at += c == '\r';
		c = '\n';
	} else if ((c < 0x20 && c != '\t') || c == 0x7f) {
		return fail(s, "a string without end, or a control character in it");
	}
	s->at++;
	if (c == '\\' && q == '"')
		return lines && folded(s) ? 0 : escape(s, out);
	return buf_add_char(out, (char)c);
}

static int string(struct scan *s, struct buf *out)
{
	int q = peek(s, 0);
	bool lines = peek(s, 1) == q && peek(s, 2) == q;

	s->at += lines ? 3 : 1;
	if (lines && newline(s))
		s->at += peek(s, 0) == '\r' ? 2 : 1;
	for (;;) {
		/* Of """"" the last three close: up to two may stand before. */
		if (peek(s, 0) == q &&
			(!lines || (peek(s, 1) == q && peek(s, 2) == q && peek(s, 3) != q)))
			break;
		if (string_byte(s, q, lines, out) < 0)
			return -1;
	}
	s->at += lines ? 3 : 1;
	return 0;
}

static int string_value(struct scan *s, json_t **out)
{
	struct buf text = BUF_INIT(s->text.n * 2 + 8);
	int r = string(s, &text);

	if (r == 0) {
		*out = json_stringn(buf_text(&text), text.len);
		if (!*out)
			r = fail(s, "a string that cannot be kept");
	}
	buf_fini(&text);
	return r;
}

static bool bare(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* One or more names with dots between, appended to path. */
static int key(struct scan *s, json_t *path)
{
	for (;; s->at++) {
		json_t *name;
		size_t start;

		spaces(s);
		start = s->at;
		if (peek(s, 0) == '"' || peek(s, 0) == '\'') {
			if (peek(s, 1) == peek(s, 0) && peek(s, 2) == peek(s, 0))
				return fail(s, "a key cannot have several lines");
			if (string_value(s, &name) < 0)
				return -1;
		} else {
			while (bare(peek(s, 0)))
				s->at++;
			if (s->at == start)
				return fail(s, "expected a key");
			name = json_stringn(s->text.p + start, s->at - start);
		}
		if (json_array_append_new(path, name) < 0)
			return fail(s, "out of memory");
		spaces(s);
		if (peek(s, 0) != '.')
			return 0;
	}
}

static bool date_separator(const struct scan *s, size_t start)
{
	return peek(s, 0) == ' ' && s->at - start == 10 && s->text.p[start + 4] == '-' &&
	       peek(s, 1) >= '0' && peek(s, 1) <= '9';
}

/* true, false, a number, a date or a time. */
static int word(struct scan *s, json_t **out)
{
	size_t start = s->at;
	struct str text;

	while (bare(peek(s, 0)) || peek(s, 0) == '+' || peek(s, 0) == '.' || peek(s, 0) == ':' ||
		date_separator(s, start))
		s->at++;
	text = (struct str){s->text.p + start, s->at - start};
	if (str_is(text, "true") || str_is(text, "false")) {
		*out = json_boolean(text.n == 4);
		return 0;
	}
	for (size_t i = 0; i < text.n; i++) {
		bool sign = i == 0 && (text.p[0] == '+' || text.p[0] == '-') && text.n > 1;

		if (text.p[i] >= '0' && text.p[i] <= '9')
			break;
		if (!sign && !str_is((struct str){text.p + i, text.n - i}, "inf") &&
			!str_is((struct str){text.p + i, text.n - i}, "nan"))
			text.n = 0;
		else if (!sign)
			break;
	}
	if (!text.n)
		return fail(s, "expected a value");
	*out = json_stringn(text.p, text.n);
	return 0;
}

static int array(struct scan *s, json_t **out)
{
	json_t *list = json_array(), *item;
	bool comma = true;

	for (s->at++;;) {
		if (blanks(s) < 0)
			break;
		if (peek(s, 0) == ']') {
			s->at++;
			*out = list;
			return 0;
		}
		if (!comma) {
			(void)fail(s, "expected a comma or ]");
			break;
		}
		if (value(s, &item) < 0 || json_array_append_new(list, item) < 0 || blanks(s) < 0)
			break;
		comma = peek(s, 0) == ',';
		s->at += comma;
	}
	json_decref(list);
	return -1;
}

/* Put value at path inside table, making the tables between. */
static int put(struct scan *s, json_t *table, json_t *path, json_t *item)
{
	size_t last = json_array_size(path) - 1;

	for (size_t i = 0; i < last; i++) {
		const char *name = json_string_value(json_array_get(path, i));
		json_t *inner = json_object_get(table, name);

		if (!inner) {
			inner = json_object();
			(void)json_object_set_new(table, name, inner);
		}
		if (!json_is_object(inner))
			return fail(s, "a key below something that is no table");
		table = inner;
	}
	if (json_object_get(table, json_string_value(json_array_get(path, last))))
		return fail(s, "a key that is there twice");
	return json_object_set(table, json_string_value(json_array_get(path, last)), item);
}

/* key = value, the value into *out and the names appended to path. */
static int pair(struct scan *s, json_t *path, json_t **out)
{
	if (key(s, path) < 0)
		return -1;
	if (peek(s, 0) != '=')
		return fail(s, "expected = after the key");
	s->at++;
	spaces(s);
	return value(s, out);
}

static int inline_pair(struct scan *s, json_t *table)
{
	json_t *path = json_array(), *item = NULL;
	int r = pair(s, path, &item);

	if (r == 0)
		r = put(s, table, path, item);
	json_decref(item);
	json_decref(path);
	return r;
}

static int inline_table(struct scan *s, json_t **out)
{
	json_t *table = json_object();
	bool comma = true;

	for (s->at++;;) {
		if (blanks(s) < 0)
			break;
		if (peek(s, 0) == '}') {
			s->at++;
			*out = table;
			return 0;
		}
		if (!comma) {
			(void)fail(s, "expected a comma or }");
			break;
		}
		if (inline_pair(s, table) < 0 || blanks(s) < 0)
			break;
		comma = peek(s, 0) == ',';
		s->at += comma;
	}
	json_decref(table);
	return -1;
}

static int value(struct scan *s, json_t **out)
{
	int r;

	if (++s->depth > TOML_DEPTH_MAX)
		return fail(s, "nested too deeply");
	switch (peek(s, 0)) {
	case '"':
	case '\'':
		r = string_value(s, out);
		break;
	case '[':
		r = array(s, out);
		break;
	case '{':
		r = inline_table(s, out);
		break;
	default:
		r = word(s, out);
	}
	s->depth--;
	return r;
}

static int header(struct scan *s, struct toml_statement *statement)
{
	bool list = peek(s, 1) == '[';

	statement->kind = list ? TOML_TABLE_LIST : TOML_TABLE;
	s->at += list ? 2 : 1;
	if (key(s, statement->path) < 0)
		return -1;
	if (peek(s, 0) != ']' || (list && peek(s, 1) != ']'))
		return fail(s, "expected ] after the table's name");
	s->at += list ? 2 : 1;
	return 0;
}

/* One statement; a header's names become *table, the start of what follows. */
static int statement(struct scan *s, struct toml_statement *statement, json_t **table)
{
	statement->from = s->at;
	statement->line = line_of(s);
	if (peek(s, 0) == '[') {
		statement->path = json_array();
		if (header(s, statement) < 0)
			return -1;
		json_decref(*table);
		*table = json_copy(statement->path);
	} else {
		statement->kind = TOML_PAIR;
		statement->path = json_copy(*table);
		if (pair(s, statement->path, &statement->value) < 0)
			return -1;
	}
	statement->to = s->at;
	spaces(s);
	if (comment(s) < 0)
		return -1;
	return peek(s, 0) < 0 || newline(s) ? 0 : fail(s, "expected the end of the line");
}

int toml_each(struct str text, toml_statement_fn *call, void *context, struct err *err)
{
	struct scan s = {.text = text, .err = err};
	json_t *table;
	int r;

	if (!str_is_utf8(text))
		return err_set(err, ERR_INVALID, "not UTF-8 text");
	if (str_starts(text, "\xef\xbb\xbf"))
		s.at = 3;
	table = json_array();
	while ((r = blanks(&s)) == 0 && peek(&s, 0) >= 0) {
		struct toml_statement one = {.kind = TOML_PAIR};

		r = statement(&s, &one, &table);
		if (r == 0)
			r = call(context, &one, err);
		json_decref(one.path);
		json_decref(one.value);
		if (r)
			break;
	}
	json_decref(table);
	return r;
}
