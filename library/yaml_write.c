/* Writing YAML values so that they read back as they are; see yaml.h. */
#include "library/yaml.h"

#include <string.h>
#include <strings.h>

static bool word_is_special(struct str text)
{
	static const char *const words[] = {
		"true", "false", "yes", "no", "on", "off", "null", "y", "n", NULL};
	size_t i;

	for (i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == text.n && strncasecmp(words[i], text.p, text.n) == 0)
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Characters that mean nothing in the middle of a plain value, here or in [ ]. */
static bool is_plain_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || strchr("_./()+-'!?;@%*=$^", c) != NULL;
}

/*
 * Plain only where no reader of YAML, of any version, can take it for anything
 * but text: begins with a letter, holds nothing that could mean something.
 */
static bool text_is_plain(struct str text, bool commas)
{
	size_t i;

	if (text.n == 0 || !is_letter(text.p[0]) || word_is_special(text))
		return false;
	for (i = 0; i < text.n; i++) {
		bool inside = i + 1 < text.n && text.p[i + 1] != ' ';

		if (text.p[i] == '\0')
			return false;
		if (is_plain_char(text.p[i]))
			continue;
		if (text.p[i] == ' ' && i + 1 < text.n)
			continue;
		if (text.p[i] == ',' && commas)
			continue;
		if (text.p[i] == ':' && commas && inside)
			continue;
		return false;
	}
	return true;
}

/* A character that stays as it is between double quotes and in a block. */
static bool is_printable(uint32_t code)
{
	return (code >= 0x20 && code <= 0x7E) ||
	       (code >= 0xA0 && code <= 0xD7FF && code != 0x2028 && code != 0x2029) ||
	       (code >= 0xE000 && code <= 0xFFFD && code != 0xFEFF) || code >= 0x10000;
}

static void add_escape(struct buf *out, uint32_t code)
{
	if (code == '"' || code == '\\')
		(void)buf_add_format(out, "\\%c", (char)code);
	else if (code == '\n')
		(void)buf_add_str(out, "\\n");
	else if (code == '\t')
		(void)buf_add_str(out, "\\t");
	else if (code < 0x100)
		(void)buf_add_format(out, "\\x%02X", (unsigned)code);
	else if (code < 0x10000)
		(void)buf_add_format(out, "\\u%04X", (unsigned)code);
	else
		(void)buf_add_format(out, "\\U%08X", (unsigned)code);
}

static void add_quoted(struct buf *out, struct str text)
{
	size_t i = 0;

	(void)buf_add_char(out, '"');
	while (i < text.n) {
		uint32_t code = 0xFFFD;
		size_t len = str_decode(text.p + i, text.n - i, &code);

		if (len == 0)
			len = 1;
		if (is_printable(code) && code != '"' && code != '\\')
			(void)buf_add(out, text.p + i, len);
		else
			add_escape(out, code);
		i += len;
	}
	(void)buf_add_char(out, '"');
}

/* A literal block holds lines of printable text; it cannot begin with an empty
 * line, nor can blanks alone end it (their number would be lost). */
static bool text_is_block(struct str text)
{
	size_t i = 0;

	if (text.n == 0 || text.p[0] == '\n' || memchr(text.p, '\n', text.n) == NULL)
		return false;
	if (strchr(" \t\n", text.p[text.n - 1]) != NULL &&
		(text.p[text.n - 1] != '\n' || (text.n > 1 && strchr(" \t\n", text.p[text.n - 2]))))
		return false;
	while (i < text.n) {
		uint32_t code;
		size_t len = str_decode(text.p + i, text.n - i, &code);

		if (len == 0 || (!is_printable(code) && code != '\n' && code != '\t'))
			return false;
		i += len;
	}
	return true;
}

static void add_block(struct buf *out, struct str text, unsigned indent)
{
	struct str line;

	(void)buf_add_char(out, '|');
	if (text.p[0] == ' ' || text.p[0] == '\t')
		(void)buf_add_char(out, '2');
	if (text.p[text.n - 1] != '\n')
		(void)buf_add_char(out, '-');
	while (str_next_line(&text, &line)) {
		(void)buf_add_char(out, '\n');
		if (line.n > 0)
			(void)buf_add_format(out, "%*s%.*s", (int)indent, "", (int)line.n, line.p);
	}
}

void yaml_add_text(struct buf *out, struct str text, unsigned indent)
{
	if (text_is_plain(text, true))
		(void)buf_add(out, text.p, text.n);
	else if (text_is_block(text))
		add_block(out, text, indent);
	else
		add_quoted(out, text);
}

void yaml_add_word(struct buf *out, struct str text)
{
	if (text_is_plain(text, false))
		(void)buf_add(out, text.p, text.n);
	else
		add_quoted(out, text);
}

void yaml_add_entry(struct buf *out, unsigned indent, const char *key, struct str text)
{
	(void)buf_add_format(out, "%*s", (int)indent, "");
	yaml_add_word(out, str_of(key));
	(void)buf_add_str(out, ": ");
	yaml_add_text(out, text, indent + 2);
	(void)buf_add_char(out, '\n');
}

void yaml_add_words(struct buf *out, unsigned indent, const char *key, char *const *words, size_t n)
{
	size_t i;

	(void)buf_add_format(out, "%*s%s: [", (int)indent, "", key);
	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)buf_add_str(out, ", ");
		yaml_add_word(out, str_of(words[i]));
	}
	(void)buf_add_str(out, "]\n");
}

/* Depth is the tree's: at most NODE_DEPTH_MAX. */
void yaml_add_node(struct buf *out, const struct node *node)
{
	const struct node *child;

	if (node->kind == NODE_SCALAR) {
		/* Numbers and flags keep their meaning for who reads them next. */
		if (!node->quoted && node->line == node->last_line && node->text.n > 0 &&
			strpbrk(node->text.p, ",[]{}#:\"'&*!|>%@`\n") == NULL)
			(void)buf_add(out, node->text.p, node->text.n);
		else if (node_is_null(node))
			(void)buf_add_str(out, "null");
		else
			add_quoted(out, node->text);
		return;
	}
	(void)buf_add_char(out, node->kind == NODE_MAP ? '{' : '[');
	for (child = node->first; child != NULL; child = child->next) {
		if (child != node->first)
			(void)buf_add_str(out, ", ");
		if (node->kind == NODE_MAP) {
			yaml_add_word(out, child->key);
			(void)buf_add_str(out, ": ");
		}
		yaml_add_node(out, child);
	}
	(void)buf_add_char(out, node->kind == NODE_MAP ? '}' : ']');
}
