/* Claude's $ARGUMENTS and $1; see arguments.h. */
#include "library/arguments.h"

#include <string.h>

#define ARGUMENTS_MAX 9

/* What the hint says about one argument. */
struct hint {
	struct str name;
	bool optional; /* in [ ] */
};

/* The words of a hint, brackets off. A word may hold blanks within brackets. */
static size_t hint_split(struct str text, struct hint *out)
{
	size_t n = 0;

	while ((text = str_trim(text)).n > 0 && n < ARGUMENTS_MAX) {
		char open = text.p[0], close = open == '[' ? ']' : open == '<' ? '>' : ' ';
		struct str word, rest;

		if (close != ' ') {
			text.p++;
			text.n--;
		}
		word = str_cut(text, close, &rest);
		out[n].name = str_trim(word);
		out[n].optional = open == '[';
		n += out[n].name.n > 0;
		text = rest;
	}
	return n;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A placeholder at the start of text: its length, or 0. *number is 0 for all. */
static size_t argument(struct str text, unsigned *number)
{
	static const char all[] = "$ARGUMENTS";
	size_t n = sizeof(all) - 1;

	if (str_starts(text, all)) {
		/* $ARGUMENTS[0] picks one of them; that is not understood here. */
		*number = 0;
		return text.n == n || (!is_word(text.p[n]) && text.p[n] != '[') ? n : 0;
	}
	if (text.n < 2 || text.p[0] != '$' || text.p[1] < '1' || text.p[1] > '9')
		return 0;
	if (text.n > 2 && (is_word(text.p[2]) || (text.n > 3 && strchr(".,", text.p[2]) != NULL &&
							 is_digit(text.p[3]))))
		return 0;
	*number = (unsigned)(text.p[1] - '0');
	return 2;
}

/* $1 … $n without a gap are arguments; "$5" alone is money. */
static unsigned count_arguments(struct str text)
{
	bool seen[ARGUMENTS_MAX + 1] = {false};
	unsigned number, n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '$' && argument((struct str){text.p + i, text.n - i}, &number) > 0)
			seen[number] = true;
	while (n < ARGUMENTS_MAX && seen[n + 1])
		n++;
	return n;
}

/* A hint's word is the input's name, or as near to it as a name can come. */
static void input_from_hint(struct prompt_input *input, const struct hint *hint)
{
	char name[PROMPT_NAME_MAX + 1];

	input_name_from(hint->name, name);
	prompt_set(&input->name, str_of(name));
	if (str_is(hint->name, name))
		prompt_set(&input->description, (struct str){NULL, 0});
	else
		prompt_set(&input->description, hint->name);
	input->required = !hint->optional;
}

static void describe(struct prompt_input *input, unsigned number, struct str text,
	const struct hint *hints, size_t n)
{
	char name[] = "arg0";

	if (number == 0 && n == 1) {
		input_from_hint(input, &hints[0]);
	} else if (number == 0) {
		prompt_set(&input->name, STR("arguments"));
		prompt_set(&input->description, n > 0 ? text : (struct str){NULL, 0});
		input->required = n == 0 || memchr(text.p, '[', text.n) == NULL;
	} else if (number <= n) {
		input_from_hint(input, &hints[number - 1]);
	} else {
		name[3] = (char)('0' + number);
		prompt_set(&input->name, str_of(name));
		prompt_set(&input->description, (struct str){NULL, 0});
	}
}

void arguments_convert(struct convert *convert, struct str text, struct str hint)
{
	struct hint hints[ARGUMENTS_MAX + 1];
	size_t n = hint_split(hint, hints), from = 0, i = 0;
	unsigned count = count_arguments(text), number;
	bool fresh;

	while (i < text.n) {
		struct str at = {text.p + i, text.n - i};
		size_t len = text.p[i] == '$' ? argument(at, &number) : 0;
		struct prompt_input *input;

		if (len == 0 || number > count) {
			i++;
			continue;
		}
		convert_text(convert, (struct str){text.p + from, i - from});
		at.n = len;
		input = convert_input(convert, at, at, &fresh);
		if (fresh)
			describe(input, number, hint, hints, n);
		i += len;
		from = i;
	}
	convert_text(convert, (struct str){text.p + from, text.n - from});
}

void arguments_hint(const struct prompt *prompt, struct buf *out)
{
	for (size_t i = 0; i < prompt->n_inputs && i < ARGUMENTS_MAX; i++) {
		const struct prompt_input *input = &prompt->inputs[i];
		struct str name = input_foreign_name(input);

		if (memchr(name.p, ']', name.n) != NULL || memchr(name.p, '>', name.n) != NULL ||
			memchr(name.p, '\n', name.n) != NULL)
			name = str_of(input->name);
		(void)buf_add_format(out, "%s%c%.*s%c", i > 0 ? " " : "",
			input->required ? '<' : '[', (int)name.n, name.p,
			input->required ? '>' : ']');
	}
}

struct arguments_out {
	const struct prompt *prompt;
	struct buf *text;
};

static void out_literal(void *data, struct str text)
{
	const struct arguments_out *out = data;

	(void)buf_add(out->text, text.p, text.n);
}

static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	const struct arguments_out *out = data;
	size_t number = (size_t)(input - out->prompt->inputs) + 1;

	(void)whole;
	(void)next;
	if (tag != TEMPLATE_TAG_NAME || number > ARGUMENTS_MAX)
		return false;
	if (out->prompt->n_inputs == 1)
		(void)buf_add_str(out->text, "$ARGUMENTS");
	else
		(void)buf_add_format(out->text, "$%zu", number);
	return true;
}

void arguments_write(const struct prompt *prompt, struct buf *out)
{
	struct arguments_out data = {prompt, out};
	struct convert_out walk = {&data, prompt, out_literal, out_tag};
	struct buf text = BUF_INIT(2 * PROMPT_TEXT_MAX);

	messages_join(prompt, &text);
	convert_walk((struct str){buf_text(&text), text.len}, &walk);
	buf_fini(&text);
}
