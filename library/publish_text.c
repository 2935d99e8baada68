/* Texts of published skills; see publish_text.h. */
#include "library/publish_text.h"

#include <stdio.h>
#include <string.h>

#include "library/convert.h"
#include "library/reader.h"

/* What begins the part that is not the prompt's: the last of these in a text. */
static const char heading[] = "\n\n## Inputs of this prompt\n\n";

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- names --- */

static void plain_name(const struct prompt_input *input, char *name)
{
	size_t i;

	(void)snprintf(name, PUBLISH_ARGUMENT_BYTES, "%.*s", PROMPT_NAME_MAX, input->name);
	for (i = 0; name[i] != '\0'; i++)
		if (!is_word(name[i]))
			name[i] = '_';
	/* The assistant's own. */
	if (strncmp(name, "ARGUMENTS", 9) == 0)
		memcpy(name, "arguments", 9);
}

void publish_argument(const struct prompt *prompt, size_t input, char *name)
{
	char other[PUBLISH_ARGUMENT_BYTES];
	unsigned same = 0;
	size_t i, len;

	plain_name(&prompt->inputs[input], name);
	for (i = 0; i < input; i++) {
		plain_name(&prompt->inputs[i], other);
		same += strcmp(name, other) == 0;
	}
	/* Two underscores: no name that was not changed for it ends so. */
	len = strlen(name);
	if (same > 0)
		(void)snprintf(name + len, PUBLISH_ARGUMENT_BYTES - len, "__%u", same + 1);
}

/* Bytes of the argument's name at the beginning of text; 0: none has it. */
static size_t argument_at(const struct prompt *prompt, struct str text, size_t *input)
{
	char name[PUBLISH_ARGUMENT_BYTES];
	size_t i, n;

	for (i = 0; i < prompt->n_inputs; i++) {
		publish_argument(prompt, i, name);
		n = strlen(name);
		if (text.n >= n && memcmp(text.p, name, n) == 0 &&
			(text.n == n || !is_word(text.p[n]))) {
			*input = i;
			return n;
		}
	}
	return 0;
}

/* Would the assistant replace the "$" at the beginning of text? */
static bool is_replaced(const struct prompt *prompt, struct str text)
{
	struct str rest = {text.p + 1, text.n - 1};
	size_t n = 0, input;

	if (rest.n >= 9 && memcmp(rest.p, "ARGUMENTS", 9) == 0)
		return true;
	while (n < rest.n && is_digit(rest.p[n]))
		n++;
	if (n > 0)
		return n == rest.n || !is_word(rest.p[n]);
	return argument_at(prompt, rest, &input) > 0;
}

/* --- out --- */

struct out {
	const struct prompt *prompt;
	struct buf *text;
	bool lost; /* something cannot be said */
};

/* Literal text: what the assistant would take for a variable gets a backslash. */
static void out_literal(void *data, struct str text)
{
	struct out *out = data;

	for (size_t i = 0; i < text.n; i++) {
		struct str at = {text.p + i, text.n - i};
		bool behind = out->text->len > 0 && out->text->data[out->text->len - 1] == '\\';

		if (text.p[i] == '$' && is_replaced(out->prompt, at)) {
			out->lost |= behind;
			(void)buf_add_char(out->text, '\\');
		}
		out->lost |= at.n > 9 && memcmp(at.p, "${CLAUDE_", 9) == 0;
		(void)buf_add_char(out->text, text.p[i]);
	}
}

static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	struct out *out = data;
	size_t number = (size_t)(input - out->prompt->inputs);
	char name[PUBLISH_ARGUMENT_BYTES];

	(void)whole;
	/* Sections stay: the model is told what they mean. A backslash before a
	 * variable would be taken for ours: the braces stay too. */
	if (tag != TEMPLATE_TAG_NAME ||
		(out->text->len > 0 && out->text->data[out->text->len - 1] == '\\'))
		return false;
	publish_argument(out->prompt, number, name);
	if (is_word(next))
		(void)buf_add_format(out->text, "$ARGUMENTS[%zu]", number);
	else
		(void)buf_add_format(out->text, "$%s", name);
	return true;
}

static bool has_sections(const struct prompt *prompt)
{
	for (size_t i = 0; i < prompt->n_inputs; i++)
		if (prompt->inputs[i].type == PROMPT_BOOLEAN)
			return true;
	return false;
}

static void add_inputs(const struct prompt *prompt, bool arguments, struct buf *out)
{
	size_t i;

	if (prompt->n_inputs == 0)
		return;
	(void)buf_add_str(out, heading);
	(void)buf_add_str(out,
		arguments ? "Where a value is empty or missing, take its default; ask the user for "
			    "a required "
			    "one that is missing. "
			  : "Put the user's values where {{name}} stands above; where they gave "
			    "none, take the default, or ask for a required one. ");
	if (has_sections(prompt))
		(void)buf_add_str(out, "A part from {{#name}} to {{/name}} counts if that is true, "
				       "one from {{^name}} if it is not. ");
	(void)buf_add_str(out, "\n\n");
	for (i = 0; i < prompt->n_inputs; i++) {
		char name[PUBLISH_ARGUMENT_BYTES];

		prompt_input_tell(&prompt->inputs[i], out);
		publish_argument(prompt, i, name);
		if (arguments)
			(void)buf_add_format(out, "  value: $%s\n", name);
	}
}

/* Commands in a text, which Claude Code runs before the model sees it. */
static bool has_commands(const struct prompt *prompt, struct str text)
{
	size_t i;

	if ((prompt->flags & PROMPT_FLAG_EXECUTABLE) != 0 || text_is_executable(text))
		return true;
	for (i = 0; i + 4 <= text.n; i++)
		if (memcmp(text.p + i, "```!", 4) == 0)
			return true;
	return false;
}

int publish_text(const struct prompt *prompt, bool arguments, struct buf *out, struct err *err)
{
	struct buf text = BUF_INIT(2 * PROMPT_TEXT_MAX);
	struct out data = {.prompt = prompt, .text = out};
	struct convert_out walk = {&data, prompt, out_literal, out_tag};
	struct str joined;

	messages_join(prompt, &text);
	joined = text_body((struct str){buf_text(&text), text.len});
	if (arguments && has_commands(prompt, joined))
		(void)err_set(
			err, ERR_REFUSED, "it holds a command (!`…`) that Claude Code would run");
	else if (arguments)
		convert_walk(joined, &walk);
	else
		(void)buf_add(out, joined.p, joined.n);
	if (arguments && data.lost)
		(void)err_set(err, ERR_REFUSED, "it holds text that Claude Code would replace");
	buf_fini(&text);
	if (data.lost || (arguments && out->len == 0))
		return -1;
	add_inputs(prompt, arguments, out);
	return 0;
}

/* --- back --- */

static struct str without_inputs(struct str text)
{
	size_t n = sizeof heading - 1;

	for (size_t i = text.n; i-- > 0;)
		if (text.n - i >= n && memcmp(text.p + i, heading, n) == 0)
			return (struct str){text.p, i};
	return text;
}

/* Bytes of the "$…" that stands for an input. */
static size_t back_input(const struct prompt *prompt, struct str at, size_t *input)
{
	static const char numbered[] = "ARGUMENTS[";
	size_t i = 1 + sizeof numbered - 1,
	       n = argument_at(prompt, (struct str){at.p + 1, at.n - 1}, input);

	if (n > 0)
		return n + 1;
	if (at.n <= i || memcmp(at.p + 1, numbered, sizeof numbered - 1) != 0)
		return 0;
	for (*input = 0; i < at.n && is_digit(at.p[i]) && *input < PROMPT_INPUTS_MAX; i++)
		*input = *input * 10 + (size_t)(at.p[i] - '0');
	return i < at.n && at.p[i] == ']' && *input < prompt->n_inputs ? i + 1 : 0;
}

void publish_text_back(
	const struct prompt *prompt, struct str text, bool arguments, struct buf *out)
{
	size_t i, n, input;

	text = without_inputs(text);
	if (!arguments) {
		(void)buf_add(out, text.p, text.n);
		return;
	}
	for (i = 0; i < text.n; i++) {
		struct str at = {text.p + i, text.n - i};

		if (at.n > 1 && at.p[0] == '\\' && at.p[1] == '$' &&
			is_replaced(prompt, (struct str){at.p + 1, at.n - 1})) {
			(void)buf_add_char(out, '$');
			i++;
		} else if (at.p[0] == '$' && (n = back_input(prompt, at, &input)) > 0) {
			(void)buf_add_format(out, "{{%s}}", prompt->inputs[input].name);
			i += n - 1;
		} else {
			(void)buf_add_char(out, at.p[0]);
		}
	}
}
