/* Inputs of a row without a tree; see row_inputs.h. */
#include "mcp/row_inputs.h"

#include <string.h>

#include "core/json.h"
#include "mcp/rpc.h"

#define CHOICES_SHOWN_BYTES 600

static struct str unquote(struct str json)
{
	if (json.n < 2 || json.p[0] != '"')
		return (struct str){NULL, 0};
	return (struct str){json.p + 1, json.n - 2};
}

static struct str member(struct str object, const char *name)
{
	struct str value;

	return json_find_member(object, name, &value) ? value : (struct str){NULL, 0};
}

/* The first or the next; no element is an array itself, so '[' is the beginning. */
static bool next_element(struct str *rest, struct str *element)
{
	if (rest->n > 0 && rest->p[0] == '[')
		*rest = (struct str){rest->p + 1, rest->n - 1};
	return rpc_next_element(rest, element);
}

bool row_input_next(struct str *rest, struct row_input *input)
{
	struct str object, initial;

	if (!next_element(rest, &object))
		return false;
	initial = member(object, "default");
	*input = (struct row_input){
		.name = unquote(member(object, "name")),
		.type = unquote(member(object, "type")),
		.description = unquote(member(object, "description")),
		.initial = unquote(initial),
		.choices = member(object, "enum"),
		.has_initial = initial.n > 0,
		.required = str_is(member(object, "required"), "true"),
	};
	return true;
}

bool row_choice_next(struct str *rest, struct str *choice)
{
	if (!next_element(rest, choice))
		return false;
	*choice = unquote(*choice);
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
