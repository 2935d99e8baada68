/* Our own notation of inputs; see inputs.h. */
#include "library/inputs.h"

#include <stdlib.h>
#include <string.h>

static void input_type(struct reader *reader, const struct node *node, struct prompt_input *input)
{
	if (str_is(node->text, "enum") || str_is(node->text, "choice"))
		return; /* a string with choices */
	if (str_is(node->text, "secret") || str_is(node->text, "password"))
		input->secret = true;
	else if (str_is(node->text, "text"))
		input->multiline = true;
	if (input->secret || input->multiline)
		return; /* a string too */
	if (!prompt_type_parse(node->text, &input->type))
		reader_note(reader, node->line, NOTE_WARNING,
			"input \"%s\": no type \"%.40s\"; taken as string", input->name,
			node->text.p);
}

static void input_choices(const struct node *node, struct prompt_input *input)
{
	const struct node *child;

	for (child = node->first; child != NULL; child = child->next)
		if (child->kind == NODE_SCALAR)
			prompt_input_add_choice(input, child->text);
}

static void input_default(const struct node *node, struct prompt_input *input)
{
	bool flag;

	if (node_is_null(node))
		return;
	if (input->type == PROMPT_BOOLEAN && node_flag(node, &flag))
		prompt_set(&input->initial, flag ? STR("true") : STR("false"));
	else
		prompt_set(&input->initial, node->text);
}

/* Keys that say yes or no. */
static bool input_flag(const struct node *node, struct prompt_input *input)
{
	bool *flags[] = {&input->required, &input->secret, &input->secret, &input->multiline};
	static const char *const names[] = {"required", "secret", "password", "multiline"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(node->key, names[i]))
			return node_flag(node, flags[i]);
	return false;
}

/* One key of one declaration; false when it is not known. */
static bool input_key(struct reader *reader, const struct node *node, struct prompt_input *input)
{
	if (str_is(node->key, "name"))
		return true;
	if (str_is(node->key, "enum") || str_is(node->key, "choices") ||
		str_is(node->key, "options")) {
		input_choices(node, input);
		return node->kind == NODE_LIST;
	}
	if (node->kind != NODE_SCALAR)
		return false;
	if (str_is(node->key, "type"))
		input_type(reader, node, input);
	else if (str_is(node->key, "description"))
		prompt_set(&input->description, node->text);
	else if (str_is(node->key, "source"))
		return prompt_from_parse(node->text, &input->from);
	else
		return input_flag(node, input) ||
		       str_is(node->key, "default"); /* read last, when the type is known */
	return true;
}

static void input_read(struct reader *reader, const struct node *node, struct prompt_input *input)
{
	const struct node *child, *initial = node_find(node, "default");

	input->required = true;
	for (child = node->first; child != NULL; child = child->next)
		if (!input_key(reader, child, input))
			reader_note(reader, child->key_line, NOTE_WARNING,
				"input \"%s\": \"%.40s\" is not known here", input->name,
				child->key.p);
	if (initial != NULL && initial->kind == NODE_SCALAR)
		input_default(initial, input);
	if (input->initial != NULL)
		input->required = false;
}

/* Room for one more, with this name? */
static struct prompt_input *input_new(
	struct reader *reader, unsigned line, struct str name, struct prompt *prompt)
{
	if (!prompt_is_input_name(name)) {
		reader_note(reader, line, NOTE_ERROR, "not a legal name of an input: \"%.*s\"",
			(int)(name.n > 80 ? 80 : name.n), name.p);
		return NULL;
	}
	if (prompt_input_find(prompt, name) != NULL) {
		reader_note(reader, line, NOTE_ERROR, "input \"%.*s\" stands here twice",
			(int)name.n, name.p);
		return NULL;
	}
	if (prompt->n_inputs == PROMPT_INPUTS_MAX) {
		reader_note(reader, line, NOTE_ERROR, "more than %d inputs", PROMPT_INPUTS_MAX);
		return NULL;
	}
	return prompt_add_input(prompt, name);
}

static void inputs_entry(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	struct prompt_input *input;
	struct str name = node->key;

	if (node->key.n == 0 && node->kind == NODE_SCALAR)
		name = node->text; /* "- name" alone */
	else if (node->key.n == 0 && !node_text(node_find(node, "name"), &name)) {
		reader_note(reader, node->line, NOTE_ERROR, "an input without a name");
		return;
	}
	input = input_new(reader, node->line, name, prompt);
	if (input == NULL)
		return;
	input->required = true;
	if (node->kind == NODE_MAP)
		input_read(reader, node, input);
	else if (node->key.n > 0 && node->kind == NODE_SCALAR && !node_is_null(node))
		prompt_set(&input->description, node->text);
}

bool inputs_read(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	const struct node *child;

	if (node->kind == NODE_SCALAR)
		return node_is_null(node);
	for (child = node->first; child != NULL; child = child->next)
		inputs_entry(reader, child, prompt);
	return true;
}

void inputs_write(const struct prompt *prompt, struct buf *out)
{
	size_t i;

	if (prompt->n_inputs > 0)
		(void)buf_add_str(out, "inputs:\n");
	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		(void)buf_add_str(out, "  - name: ");
		yaml_add_word(out, str_of(input->name));
		(void)buf_add_char(out, '\n');
		if (input->type != PROMPT_STRING)
			(void)buf_add_format(out, "    type: %s\n", prompt_type_name(input->type));
		if (input->description != NULL)
			yaml_add_entry(out, 4, "description", str_of(input->description));
		if (input->n_choices > 0)
			yaml_add_words(out, 4, "enum", input->choices, input->n_choices);
		if (input->from != PROMPT_FROM_PERSON)
			(void)buf_add_format(
				out, "    source: %s\n", prompt_from_name(input->from));
		if (input->secret)
			(void)buf_add_str(out, "    secret: true\n");
		if (input->multiline)
			(void)buf_add_str(out, "    multiline: true\n");
		if (input->initial != NULL)
			yaml_add_entry(out, 4, "default", str_of(input->initial));
		else if (!input->required)
			(void)buf_add_str(out, "    required: false\n");
	}
}
