/* The TOML reader, by recursive descent without much to descend; see toml.h. */
#include "library/toml.h"

#include <string.h>

#define TOML_ARRAY_DEPTH 8
#define TOML_KEYS_MAX 4096 /* of one table: they are compared with each other */

struct toml {
	struct str rest;
	unsigned line;
	struct node_tree *tree;
	struct node *table; /* what keys go into now */
	struct err *err;
};

static int toml_fault(struct toml *toml, const char *why)
{
	return err_set(toml->err, ERR_INVALID, "not TOML: %s", why);
}

static void toml_skip(struct toml *toml, size_t n)
{
	for (size_t i = 0; i < n; i++)
		toml->line += toml->rest.p[i] == '\n';
	toml->rest.p += n;
	toml->rest.n -= n;
}

static char toml_peek(const struct toml *toml)
{
	return toml->rest.n > 0 ? toml->rest.p[0] : '\0';
}

static void skip_blanks(struct toml *toml)
{
	while (toml_peek(toml) == ' ' || toml_peek(toml) == '\t')
		toml_skip(toml, 1);
}

static void skip_comment(struct toml *toml)
{
	skip_blanks(toml);
	if (toml_peek(toml) == '#')
		while (toml->rest.n > 0 && toml_peek(toml) != '\n')
			toml_skip(toml, 1);
}

/* Blanks, comments and newlines. */
static void skip_lines(struct toml *toml)
{
	skip_comment(toml);
	while (toml_peek(toml) == '\n') {
		toml_skip(toml, 1);
		skip_comment(toml);
	}
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* \uXXXX and \UXXXXXXXX, behind the letter. */
static int toml_unicode(struct toml *toml, size_t digits, struct buf *out)
{
	uint32_t code = 0;
	char bytes[4];
	size_t n;

	if (toml->rest.n < digits)
		return toml_fault(toml, "a \\u without its digits");
	for (size_t i = 0; i < digits; i++) {
		static const char hex[] = "0123456789abcdef";
		char c = toml->rest.p[i];
		const char *at = c != '\0' ? strchr(hex, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

		if (at == NULL)
			return toml_fault(toml, "a \\u without its digits");
		code = code << 4 | (uint32_t)(at - hex);
	}
	n = code == 0 ? 0 : str_encode(code, bytes);
	if (n == 0)
		return toml_fault(toml, "a \\u that is no character");
	toml_skip(toml, digits);
	return buf_add(out, bytes, n);
}

/* Behind a backslash. */
static int toml_escape(struct toml *toml, bool several, struct buf *out)
{
	static const char letters[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
	char c = toml_peek(toml);
	const char *at = c != '\0' ? strchr(letters, c) : NULL;
	struct str ahead = toml->rest;

	if (at != NULL) {
		toml_skip(toml, 1);
		return buf_add_char(out, bytes[at - letters]);
	}
	if (c == 'u' || c == 'U') {
		toml_skip(toml, 1);
		return toml_unicode(toml, c == 'u' ? 4 : 8, out);
	}
	/* At the end of a line: this newline and all blanks behind it go away. */
	while (several && ahead.n > 0 && (ahead.p[0] == ' ' || ahead.p[0] == '\t'))
		ahead = (struct str){ahead.p + 1, ahead.n - 1};
	if (!several || ahead.n == 0 || ahead.p[0] != '\n')
		return toml_fault(toml, "an unknown escape");
	while (toml->rest.n > 0 && strchr(" \t\n", toml_peek(toml)) != NULL)
		toml_skip(toml, 1);
	return 0;
}

/* Does the closing quote, or three of them, stand here? Of """" and """"" the
 * first ones belong to the text. */
static bool toml_closes(const struct toml *toml, char quote, bool several)
{
	const char *p = toml->rest.p;

	if (!several)
		return p[0] == quote;
	return toml->rest.n >= 3 && p[0] == quote && p[1] == quote && p[2] == quote &&
	       (toml->rest.n == 3 || p[3] != quote);
}

static int toml_string(struct toml *toml, struct buf *out)
{
	char quote = toml_peek(toml);
	bool several = toml->rest.n >= 3 && toml->rest.p[1] == quote && toml->rest.p[2] == quote;

	toml_skip(toml, several ? 3 : 1);
	if (several && toml_peek(toml) == '\n')
		toml_skip(toml, 1);
	while (toml->rest.n > 0 && !toml_closes(toml, quote, several)) {
		char c = toml_peek(toml);

		if (c == '\n' && !several)
			return toml_fault(toml, "a string is not closed on its line");
		if (c == '\0')
			return toml_fault(toml, "a NUL character");
		toml_skip(toml, 1);
		if (c == '\\' && quote == '"') {
			if (toml_escape(toml, several, out) != 0)
				return -1;
			continue;
		}
		if (buf_add_char(out, c) != 0)
			return toml_fault(toml, "too long");
	}
	if (toml->rest.n == 0)
		return toml_fault(toml, "a string is not closed");
	toml_skip(toml, several ? 3 : 1);
	return 0;
}

static int toml_string_node(struct toml *toml, struct node **out)
{
	struct buf text = BUF_INIT(2 * YAML_DOCUMENT_BYTES_MAX);
	unsigned line = toml->line;
	int result = toml_string(toml, &text);

	if (result == 0) {
		*out = node_new(toml->tree, NODE_SCALAR, line);
		(*out)->quoted = true;
		(*out)->text = node_copy(toml->tree, (struct str){buf_text(&text), text.len});
	}
	buf_fini(&text);
	return result;
}

/* true, 12, 1.5e3, 2026-01-01T00:00:00Z: kept as they are written. */
static int toml_word_node(struct toml *toml, struct node **out)
{
	struct str word = {toml->rest.p, 0};

	while (word.n < toml->rest.n && word.n < 64 &&
		(is_bare(word.p[word.n]) || strchr("+.:", word.p[word.n]) != NULL) &&
		word.p[word.n] != '\0')
		word.n++;
	if (word.n == 0)
		return toml_fault(toml, "no value");
	if (!str_is(word, "true") && !str_is(word, "false") && !str_is(word, "inf") &&
		!str_is(word, "nan") && strchr("+-0123456789", word.p[0]) == NULL)
		return toml_fault(toml, "text without quotes");
	*out = node_new(toml->tree, NODE_SCALAR, toml->line);
	(*out)->text = node_copy(toml->tree, word);
	toml_skip(toml, word.n);
	return 0;
}

static int toml_value(struct toml *toml, unsigned depth, struct node **out);

static int toml_array(struct toml *toml, unsigned depth, struct node **out)
{
	struct node *list = node_new(toml->tree, NODE_LIST, toml->line), *item;

	if (depth == TOML_ARRAY_DEPTH)
		return toml_fault(toml, "nested too deep");
	toml_skip(toml, 1);
	for (;;) {
		skip_lines(toml);
		if (toml_peek(toml) == ']')
			break;
		if (toml_value(toml, depth + 1, &item) != 0)
			return -1;
		node_add(list, item);
		skip_lines(toml);
		if (toml_peek(toml) == ',')
			toml_skip(toml, 1);
		else if (toml_peek(toml) != ']')
			return toml_fault(toml, "an array is not closed");
	}
	toml_skip(toml, 1);
	*out = list;
	return 0;
}

/* Depth is bounded by TOML_ARRAY_DEPTH. */
static int toml_value(struct toml *toml, unsigned depth, struct node **out)
{
	char c = toml_peek(toml);

	if (c == '"' || c == '\'')
		return toml_string_node(toml, out);
	if (c == '[')
		return toml_array(toml, depth, out);
	if (c == '{')
		return err_set(toml->err, ERR_REFUSED, "inline tables are not taken");
	return toml_word_node(toml, out);
}

/* One part of a key: bare or in quotes. */
static int toml_key_part(struct toml *toml, struct str *key)
{
	struct str bare = {toml->rest.p, 0};
	struct node *node;

	if (toml_peek(toml) == '"' || toml_peek(toml) == '\'') {
		if (toml_string_node(toml, &node) != 0)
			return -1;
		*key = node->text;
		return 0;
	}
	while (bare.n < toml->rest.n && is_bare(bare.p[bare.n]))
		bare.n++;
	if (bare.n == 0)
		return toml_fault(toml, "no key where one must be");
	*key = node_copy(toml->tree, bare);
	toml_skip(toml, bare.n);
	return 0;
}

static struct node *child_of(const struct node *table, struct str key)
{
	struct node *child;

	for (child = table->first; child != NULL; child = child->next)
		if (str_equal(child->key, key))
			return child;
	return NULL;
}

static int toml_put(
	struct toml *toml, struct node *table, struct str key, unsigned line, struct node *value)
{
	if (child_of(table, key) != NULL) {
		toml->line = line;
		return err_set(
			toml->err, ERR_INVALID, "not TOML: \"%.60s\" stands here twice", key.p);
	}
	if (table->n_children == TOML_KEYS_MAX)
		return toml_fault(toml, "too many keys");
	value->key = key;
	value->key_line = line;
	node_add(table, value);
	return 0;
}

/* a.b.c: all but the last are tables, made where they are not. */
static int toml_key(struct toml *toml, struct node **table, struct str *key, unsigned *depth)
{
	for (*depth = 0;; ++*depth) {
		struct node *next;

		skip_blanks(toml);
		if (toml_key_part(toml, key) != 0)
			return -1;
		skip_blanks(toml);
		if (toml_peek(toml) != '.')
			return 0;
		if (*depth == TOML_ARRAY_DEPTH)
			return toml_fault(toml, "nested too deep");
		toml_skip(toml, 1);
		next = child_of(*table, *key);
		if (next == NULL) {
			next = node_new(toml->tree, NODE_MAP, toml->line);
			if (toml_put(toml, *table, *key, toml->line, next) != 0)
				return -1;
		}
		if (next->kind != NODE_MAP)
			return toml_fault(toml, "a value where a table must be");
		*table = next;
	}
}

static int toml_header(struct toml *toml)
{
	struct node *table = toml->tree->root, *next;
	struct str key;
	unsigned depth;

	toml_skip(toml, 1);
	if (toml_peek(toml) == '[')
		return err_set(toml->err, ERR_REFUSED, "arrays of tables are not taken");
	if (toml_key(toml, &table, &key, &depth) != 0)
		return -1;
	if (toml_peek(toml) != ']')
		return toml_fault(toml, "a [table] is not closed");
	toml_skip(toml, 1);
	next = child_of(table, key);
	if (next == NULL) {
		next = node_new(toml->tree, NODE_MAP, toml->line);
		if (toml_put(toml, table, key, toml->line, next) != 0)
			return -1;
	}
	if (next->kind != NODE_MAP)
		return toml_fault(toml, "a value where a table must be");
	toml->table = next;
	return 0;
}

static int toml_entry(struct toml *toml)
{
	struct node *table = toml->table, *value;
	unsigned line = toml->line, depth;
	struct str key;

	if (toml_key(toml, &table, &key, &depth) != 0)
		return -1;
	if (toml_peek(toml) != '=')
		return toml_fault(toml, "no '=' behind the key");
	toml_skip(toml, 1);
	skip_blanks(toml);
	if (toml_value(toml, 0, &value) != 0)
		return -1;
	return toml_put(toml, table, key, line, value);
}

static int toml_run(struct toml *toml)
{
	for (skip_lines(toml); toml->rest.n > 0; skip_lines(toml)) {
		int result = toml_peek(toml) == '[' ? toml_header(toml) : toml_entry(toml);

		if (result != 0)
			return -1;
		skip_comment(toml);
		if (toml->rest.n > 0 && toml_peek(toml) != '\n')
			return toml_fault(toml, "more behind the value");
	}
	return 0;
}

int toml_parse(struct str text, struct node_tree *tree, unsigned *line, struct err *err)
{
	struct node_tree fresh = {0};
	struct toml toml = {.rest = text, .line = 1, .tree = &fresh, .err = err};

	*line = 0;
	if (text.n > YAML_DOCUMENT_BYTES_MAX)
		return err_set(
			err, ERR_LIMIT, "more than %d KiB of TOML", YAML_DOCUMENT_BYTES_MAX / 1024);
	fresh.root = node_new(&fresh, NODE_MAP, 1);
	toml.table = fresh.root;
	if (toml_run(&toml) != 0) {
		*line = toml.line;
		node_tree_fini(&fresh);
		return -1;
	}
	*tree = fresh;
	return 0;
}

static void add_escaped(struct buf *out, char c)
{
	unsigned char u = (unsigned char)c;

	if (c == '\\' || c == '"')
		(void)buf_add_format(out, "\\%c", c);
	else if (c == '\t' || (u >= 0x20 && u != 0x7F))
		(void)buf_add_char(out, c);
	else
		(void)buf_add_format(out, "\\u%04X", (unsigned)u);
}

void toml_add_string(struct buf *out, struct str text)
{
	bool several = text.n > 0 && memchr(text.p, '\n', text.n) != NULL;

	(void)buf_add_str(out, several ? "\"\"\"\n" : "\"");
	for (size_t i = 0; i < text.n; i++) {
		/* Of quotes in a row, one in three need not be escaped; none is simpler. */
		bool plain =
			several &&
			(text.p[i] == '\n' || (text.p[i] == '"' && i > 0 && text.p[i - 1] != '"' &&
						      i + 1 < text.n && text.p[i + 1] != '"'));

		if (plain)
			(void)buf_add_char(out, text.p[i]);
		else
			add_escaped(out, text.p[i]);
	}
	(void)buf_add_str(out, several ? "\"\"\"" : "\"");
}
