/* Inputs of a row without a tree; see row_inputs.h. */
#include "mcp/row_inputs.h"

#include <string.h>

#define CHOICES_SHOWN_BYTES 600

static struct str unquote(struct str json)
{
	if (json.n < 2 || json.p[0] != '"')
		return (struct str){NULL, 0};
	return (struct str){json.p + 1, json.n - 2};
}

/* How long the JSON string is that text begins with. */
static size_t string_len(struct str text)
{
	size_t n = 1;

	while (n < text.n && text.p[n] != '"')
		n += text.p[n] == '\\' ? 2 : 1;
	return n < text.n ? n + 1 : text.n;
}

/* How long the value is: what members of inputs have, no deeper than a list. */
static size_t value_len(struct str text)
{
	size_t n = 0;

	if (text.n > 0 && text.p[0] == '"')
		return string_len(text);
	if (text.n > 0 && text.p[0] == '[') {
		for (n = 1; n < text.n && text.p[n] != ']';)
			n += text.p[n] == '"' ? string_len((struct str){text.p + n, text.n - n})
					      : 1;
		return n < text.n ? n + 1 : text.n;
	}
	while (n < text.n && strchr(",]}", text.p[n]) == NULL)
		n++;
	return n;
}

static void advance(struct str *rest, size_t n)
{
	*rest = (struct str){rest->p + n, rest->n - n};
}

static void take_member(struct row_input *input, struct str key, struct str value)
{
	if (str_is(key, "name"))
		input->name = unquote(value);
	else if (str_is(key, "type"))
		input->type = unquote(value);
	else if (str_is(key, "description"))
		input->description = unquote(value);
	else if (str_is(key, "enum"))
		input->choices = value;
	else if (str_is(key, "required"))
		input->required = str_is(value, "true");
	else if (str_is(key, "default")) {
		input->initial = unquote(value);
		input->has_initial = true;
	}
}

/* The text is the store's own: compact, and well formed when it was read. */
bool row_input_next(struct str *rest, struct row_input *input)
{
	struct str key, value;

	while (rest->n > 0 && rest->p[0] != '{')
		advance(rest, 1);
	*input = (struct row_input){.required = false};
	if (rest->n == 0)
		return false;
	do {
		advance(rest, 1);
		key = (struct str){rest->p, string_len(*rest)};
		advance(rest, key.n);
		if (rest->n == 0)
			return false;
		advance(rest, 1);
		value = (struct str){rest->p, value_len(*rest)};
		advance(rest, value.n);
		take_member(input, unquote(key), value);
	} while (rest->n > 0 && rest->p[0] == ',');
	return true;
}

bool row_choice_next(struct str *rest, struct str *choice)
{
	struct str value;

	while (rest->n > 0 && rest->p[0] != '"')
		advance(rest, 1);
	if (rest->n == 0)
		return false;
	value = (struct str){rest->p, string_len(*rest)};
	advance(rest, value.n);
	*choice = unquote(value);
	return true;
}

static void add(struct buf *out, struct str text)
{
	(void)buf_add(out, text.p, text.n);
}

void row_input_describe(const struct row_input *input, struct buf *out)
{
	struct str rest = input->choices, choice;
	size_t start, n = 0;

	add(out, input->description);
	(void)buf_add_str(out, input->description.n > 0 ? " (" : "(");
	add(out, input->type);
	start = out->len;
	while (row_choice_next(&rest, &choice)) {
		if (out->len - start > CHOICES_SHOWN_BYTES) {
			(void)buf_add_str(out, ", ...");
			break;
		}
		(void)buf_add_str(out, n++ > 0 ? ", " : "; one of: ");
		add(out, choice);
	}
	if (input->has_initial) {
		(void)buf_add_str(out, "; default: ");
		add(out, input->initial.n > 0 ? input->initial : STR("empty"));
	}
	(void)buf_add_char(out, ')');
}

void buf_add_json_inside(struct buf *out, struct str text)
{
	size_t start = out->len;

	if (buf_add_json_string(out, text.p, text.n) != 0)
		return;
	memmove(out->data + start, out->data + start + 1, out->len - start - 2);
	buf_truncate(out, out->len - 2);
}
