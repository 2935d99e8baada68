/*
 * A scanner that remembers places instead of values: recursive descent over the
 * bytes, with the depth counted, and no tree. It decides what "understood" means
 * for connect_jsonc.h; the editing is in connect_jsonc_edit.c.
 */
#include "agent/connect_jsonc.h"

#include <assert.h>
#include <string.h>

#include "agent/connect_jsonc_scan.h"
#include "core/json.h"

#define BOM "\xef\xbb\xbf"

struct scan {
	struct str text;
	size_t at;
	unsigned liberties;
	unsigned depth;
	struct err *err;
};

static int value(struct scan *s);

static int fail_at(struct scan *s, size_t at, const char *reason)
{
	unsigned long line = 1;

	for (size_t i = 0; i < at && i < s->text.n; i++)
		line += s->text.p[i] == '\n';
	return err_set(s->err, ERR_INVALID, "line %lu: %s", line, reason);
}

static int fail(struct scan *s, const char *reason)
{
	return fail_at(s, s->at, s->at < s->text.n ? reason : "the text ends too early");
}

/* The byte here, or -1 at the end. */
static int peek(const struct scan *s)
{
	return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

size_t jsonc_comment_end(struct str text, size_t at)
{
	size_t i = at + 2;

	if (i > text.n || text.p[at] != '/')
		return at;
	if (text.p[at + 1] == '/') {
		while (i < text.n && text.p[i] != '\n')
			i++;
		return i < text.n && text.p[i - 1] == '\r' ? i - 1 : i;
	}
	if (text.p[at + 1] != '*')
		return at;
	for (; i + 1 < text.n; i++) {
		if (text.p[i] == '*' && text.p[i + 1] == '/')
			return i + 2;
	}
	return at;
}

/* A comment, if one begins here. */
static int comment(struct scan *s)
{
	size_t end = jsonc_comment_end(s->text, s->at);

	if (end == s->at)
		return fail(s, "a / that begins no comment, or one without end");
	if (!(s->liberties & JSONC_COMMENTS))
		return fail(s, "a comment, which this file may not have");
	for (; s->at < end; s->at++) {
		/* Some end a line comment here and some do not. */
		if (peek(s) == '\r' && (s->at + 1 == s->text.n || s->text.p[s->at + 1] != '\n'))
			return fail(s, "a carriage return alone");
	}
	return 0;
}

/* Over blanks and comments. */
static int blanks(struct scan *s)
{
	for (;;) {
		int c = peek(s);

		if (c == '/') {
			if (comment(s) < 0)
				return -1;
		} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			s->at++;
		} else {
			return 0;
		}
	}
}

static int escape(struct scan *s)
{
	int c = peek(s);

	s->at++;
	if (c != 'u')
		return c > 0 && strchr("\"\\/bfnrt", c) ? 0 : fail(s, "an unknown escape");
	for (int i = 0; i < 4; i++, s->at++) {
		c = peek(s);
		if (c <= 0 || !strchr("0123456789abcdefABCDEF", c))
			return fail(s, "\\u without four hexadecimal digits");
	}
	return 0;
}

static int string(struct scan *s)
{
	s->at++;
	for (;;) {
		int c = peek(s);

		if (c < 0x20)
			return fail(s, "a string without end, or a raw control character in it");
		s->at++;
		if (c == '"')
			return 0;
		if (c == '\\' && escape(s) < 0)
			return -1;
	}
}

static size_t digits(struct scan *s)
{
	size_t start = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at - start;
}

static int number(struct scan *s)
{
	size_t n;

	s->at += peek(s) == '-';
	n = digits(s);
	if (!n || (n > 1 && s->text.p[s->at - n] == '0'))
		return fail(s, "not a JSON value");
	if (peek(s) == '.') {
		s->at++;
		if (!digits(s))
			return fail(s, "a number without digits after the point");
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->at++;
		s->at += peek(s) == '-' || peek(s) == '+';
		if (!digits(s))
			return fail(s, "a number without an exponent after the e");
	}
	return 0;
}

static int word(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);

		if (s->text.n - s->at >= n && !memcmp(s->text.p + s->at, words[i], n)) {
			s->at += n;
			return 0;
		}
	}
	return number(s);
}

static int array(struct scan *s)
{
	size_t comma = s->at++; /* as if: the first element needs none before it */
	bool any = false;

	for (;;) {
		if (blanks(s) < 0)
			return -1;
		if (peek(s) == ']')
			break;
		if (comma == JSONC_NONE)
			return fail(s, "expected a comma or ]");
		if (value(s) < 0 || blanks(s) < 0)
			return -1;
		any = true;
		comma = peek(s) == ',' ? s->at++ : JSONC_NONE;
	}
	if (any && comma != JSONC_NONE && !(s->liberties & JSONC_TRAILING))
		return fail_at(s, comma, "a comma with nothing after it");
	s->at++;
	return 0;
}

/* Is the string with these quotes the name? Escapes count as what they mean. */
static bool key_is(struct str text, const struct jsonc_member *m, const char *name)
{
	struct str raw = {text.p + m->key, m->key_end - m->key};
	json_t *json;
	bool same;

	if (!memchr(raw.p, '\\', raw.n))
		return str_is((struct str){raw.p + 1, raw.n - 2}, name);
	json = json_loadb(raw.p, raw.n, JSON_DECODE_ANY, NULL);
	same = json && !strcmp(json_string_value(json), name);
	json_decref(json);
	return same;
}

/* One member, with the comma after it if there is one. */
static int member(struct scan *s, struct jsonc_member *m)
{
	if (peek(s) != '"')
		return fail(s, "expected a name in double quotes");
	m->key = s->at;
	if (string(s) < 0)
		return -1;
	m->key_end = s->at;
	if (blanks(s) < 0)
		return -1;
	if (peek(s) != ':')
		return fail(s, "expected a colon after the name");
	s->at++;
	if (blanks(s) < 0)
		return -1;
	m->value = s->at;
	if (value(s) < 0)
		return -1;
	m->value_end = s->at;
	if (blanks(s) < 0)
		return -1;
	m->comma = peek(s) == ',' ? s->at++ : JSONC_NONE;
	return 0;
}

static int want(struct scan *s, struct jsonc_object *o, const char *name)
{
	if (!key_is(s->text, &o->last, name))
		return 0;
	if (o->found)
		return fail_at(s, o->last.key, "a name that must be there once is there twice");
	o->found = true;
	o->wanted = o->last;
	return 0;
}

/* name may be NULL: then nothing is looked for. */
static int object(struct scan *s, const char *name, struct jsonc_object *o)
{
	*o = (struct jsonc_object){.open = s->at++};
	o->last.key = o->first.key = JSONC_NONE;
	o->last.comma = o->open; /* as if: the first member needs none before it */
	for (;;) {
		struct jsonc_member before = o->last;

		if (blanks(s) < 0)
			return -1;
		if (peek(s) == '}')
			break;
		if (before.comma == JSONC_NONE)
			return fail(s, "expected a comma or }");
		if (member(s, &o->last) < 0)
			return -1;
		if (!o->count++)
			o->first = o->last;
		if (name && !o->found)
			o->before = before;
		if (name && want(s, o, name) < 0)
			return -1;
	}
	if (o->count && o->last.comma != JSONC_NONE && !(s->liberties & JSONC_TRAILING))
		return fail_at(s, o->last.comma, "a comma with nothing after it");
	o->close = s->at++;
	return 0;
}

static int value(struct scan *s)
{
	struct jsonc_object inner;
	int r;

	if (++s->depth > JSONC_DEPTH_MAX)
		return fail(s, "nested too deeply");
	switch (peek(s)) {
	case '{':
		r = object(s, NULL, &inner);
		break;
	case '[':
		r = array(s);
		break;
	case '"':
		r = string(s);
		break;
	default:
		r = word(s);
	}
	s->depth--;
	return r;
}

/* The whole text; *at is where its one value begins, JSONC_NONE if it has none. */
static int whole(struct scan *s, size_t *at)
{
	if (!str_is_utf8(s->text))
		return err_set(s->err, ERR_INVALID, "not UTF-8 text");
	if (str_starts(s->text, BOM))
		s->at = 3;
	if (blanks(s) < 0)
		return -1;
	*at = JSONC_NONE;
	if (peek(s) < 0)
		return 0;
	*at = s->at;
	if (value(s) < 0 || blanks(s) < 0)
		return -1;
	return peek(s) < 0 ? 0 : fail(s, "something follows the end");
}

int jsonc_walk(struct str text, unsigned liberties, const char *const path[],
	struct jsonc_object levels[JSONC_PATH_MAX], unsigned *found, struct err *err)
{
	struct scan s = {.text = text, .liberties = liberties, .err = err};
	size_t at;

	if (whole(&s, &at) < 0)
		return -1;
	*found = 0;
	levels[0] = (struct jsonc_object){.open = JSONC_NONE};
	for (unsigned i = 0; at != JSONC_NONE && path[i]; i++) {
		assert(i < JSONC_PATH_MAX);
		s.at = at;
		if (peek(&s) != '{')
			return fail(&s, "an object was expected here");
		if (object(&s, path[i], &levels[i]) < 0)
			return -1;
		at = levels[i].found ? levels[i].wanted.value : JSONC_NONE;
		*found += levels[i].found;
	}
	return 0;
}

int jsonc_find(struct str text, unsigned liberties, const char *const path[], struct str *found,
	struct err *err)
{
	struct jsonc_object levels[JSONC_PATH_MAX];
	const struct jsonc_member *m;
	unsigned n, names = 0;

	if (jsonc_walk(text, liberties, path, levels, &n, err) < 0)
		return -1;
	while (path[names])
		names++;
	if (n < names)
		return 1;
	m = &levels[n - 1].wanted;
	*found = (struct str){text.p + m->value, m->value_end - m->value};
	return 0;
}

/* Over blanks and comments, in a text already known to be well-formed. */
static size_t next_token(struct str text, size_t at)
{
	for (;;) {
		size_t end = at < text.n ? jsonc_comment_end(text, at) : at;

		if (end == at && (at >= text.n || !strchr(" \t\r\n", text.p[at])))
			return at;
		at = end > at ? end : at + 1;
	}
}

static size_t string_end(struct str text, size_t at)
{
	for (at++; text.p[at] != '"'; at++)
		at += text.p[at] == '\\';
	return at + 1;
}

int jsonc_parse(struct str text, json_t **out, struct err *err)
{
	struct scan s = {.text = text, .liberties = JSONC_COMMENTS | JSONC_TRAILING, .err = err};
	struct buf plain = BUF_INIT(text.n + 1);
	size_t at, end;
	int r;

	if (whole(&s, &at) < 0)
		return -1;
	for (at = 0; (at = next_token(text, at)) < text.n; at = end) {
		end = text.p[at] == '"' ? string_end(text, at) : at + 1;
		if (text.p[at] == ',') {
			size_t next = next_token(text, end);

			if (text.p[next] == '}' || text.p[next] == ']')
				continue;
		}
		(void)buf_add(&plain, text.p + at, end - at);
	}
	r = json_door_parse((struct str){buf_text(&plain), plain.len}, out, err) ? -1 : 0;
	buf_fini(&plain);
	return r;
}
