/*
 * Keys of an imported SKILL.md; see skill_keys.h.
 *
 * The lines come from prompt.extra, which a reader of YAML kept as they stood.
 * This is none: it takes what is certain (a key, a colon, a text on the same
 * line) and passes by all the rest.
 */
#include "mcp/skill_keys.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

struct scan {
	struct skill_keys *keys;
	bool in_metadata;
	size_t indent;	/* of metadata's children; 0: none seen yet */
	size_t bytes;	/* of all values */
	bool last_open; /* the last key may turn out to go on in the next line */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_comment_at(struct str text, size_t i)
{
	return text.p[i] == '#' && (i == 0 || is_blank(text.p[i - 1]));
}

/* "text" or 'text', closed on this line, nothing but a comment behind. */
static bool read_quoted(struct str text, struct buf *out)
{
	const char quote = text.p[0];
	struct str rest;
	size_t i;

	for (i = 1; i < text.n && text.p[i] != quote; i++) {
		if (quote == '"' && text.p[i] == '\\') {
			if (++i == text.n || strchr("\"\\/", text.p[i]) == NULL)
				return false;
		}
		(void)buf_add_char(out, text.p[i]);
	}
	if (i == text.n)
		return false;
	rest = (struct str){text.p + i + 1, text.n - i - 1};
	/* A quote at once behind is one of the text ('it''s'): passed by. */
	return rest.n == 0 || (is_blank(rest.p[0]) && str_trim(rest).p[0] == '#');
}

/* Text without quotes, up to a comment. */
static bool read_plain(struct str text, struct buf *out)
{
	struct str words = text;
	size_t i;

	if (strchr("-?:,[]{}#&*!|>%@`", text.p[0]) != NULL)
		return false;
	for (i = 0; i < text.n && !is_comment_at(text, i); i++)
		if (text.p[i] == ':' && (i + 1 == text.n || is_blank(text.p[i + 1])))
			return false;
	words = str_trim((struct str){text.p, i});
	if (str_is(words, "~") || str_is(words, "null") || str_is(words, "Null") ||
		str_is(words, "NULL"))
		return false;
	(void)buf_add(out, words.p, words.n);
	return true;
}

static bool read_value(struct str text, struct buf *out)
{
	bool quoted;

	if (text.n == 0 || is_comment_at(text, 0))
		return false;
	quoted = text.p[0] == '"' || text.p[0] == '\'';
	if (!(quoted ? read_quoted(text, out) : read_plain(text, out)))
		return false;
	return out->len > 0 && !buf_failed(out);
}

static bool is_key(struct str key)
{
	size_t i;

	if (key.n == 0 || key.n > SKILL_KEY_MAX)
		return false;
	for (i = 0; i < key.n; i++) {
		char c = key.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
			(i == 0 || strchr("_.-", c) == NULL))
			return false;
	}
	return true;
}

/* Served at all; of metadata what is not told by ourselves. */
static bool is_served(struct str key, bool in_metadata)
{
	if (!in_metadata)
		return str_is(key, "license") || str_is(key, "compatibility");
	return !str_is(key, "path") && !str_is(key, "title") && !str_is(key, "version");
}

static bool is_there(const struct skill_keys *keys, struct str key, bool in_metadata)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (keys->keys[i].in_metadata == in_metadata && str_equal(keys->keys[i].key, key))
			return true;
	return false;
}

static void scan_add(struct scan *scan, struct str key, struct str text, size_t indent)
{
	struct skill_keys *keys = scan->keys;
	struct buf value = BUF_INIT(SKILL_KEYS_BYTES);

	if (is_key(key) && is_served(key, indent > 0) && keys->n < SKILL_KEYS_MAX &&
		!is_there(keys, key, indent > 0) && read_value(text, &value) &&
		scan->bytes + value.len <= SKILL_KEYS_BYTES) {
		scan->bytes += value.len;
		keys->keys[keys->n++] =
			(struct skill_key){key, buf_take(&value), indent, indent > 0};
		scan->last_open = true;
	}
	buf_fini(&value);
}

/* A deeper line goes on with the value of the one before: then it was not whole. */
static void scan_close(struct scan *scan, size_t indent)
{
	struct skill_keys *keys = scan->keys;

	if (scan->last_open && indent > keys->keys[keys->n - 1].indent)
		free(keys->keys[--keys->n].value);
	scan->last_open = false;
}

static void scan_line(struct scan *scan, struct str line)
{
	struct str text = str_trim(line), key, rest;
	size_t indent = text.n > 0 ? (size_t)(text.p - line.p) : 0;

	if (text.n == 0 || text.p[0] == '#')
		return;
	scan_close(scan, indent);
	key = str_cut(text, ':', &rest);
	if (key.n == text.n || (rest.n > 0 && !is_blank(rest.p[0])))
		return;
	rest = str_trim(rest);
	if (indent == 0) {
		scan->in_metadata =
			str_is(key, "metadata") && (rest.n == 0 || is_comment_at(rest, 0));
		scan->indent = 0;
		scan_add(scan, key, rest, 0);
	} else if (scan->in_metadata) {
		if (scan->indent == 0)
			scan->indent = indent;
		if (indent == scan->indent)
			scan_add(scan, key, rest, indent);
	}
}

void skill_keys_read(const struct prompt *prompt, struct skill_keys *keys)
{
	struct scan scan = {.keys = keys};
	struct str rest = str_of(prompt->extra), line;

	keys->n = 0;
	if (!str_is(str_of(prompt->format), "skill"))
		return;
	while (str_next_line(&rest, &line))
		scan_line(&scan, line);
}

void skill_keys_fini(struct skill_keys *keys)
{
	while (keys->n > 0)
		free(keys->keys[--keys->n].value);
}
