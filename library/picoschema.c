/* dotprompt's input.schema and input.default; see inputs.h. */
#include "library/inputs.h"

#include <stdlib.h>
#include <string.h>

/* A key as picoschema writes it: name, "?", "(kind, description)". */
struct pico_key {
	struct str name, kind, description;
	bool optional;
};

static void pico_key_parse(struct str key, struct pico_key *out)
{
	struct str inside;

	*out = (struct pico_key){.name = key};
	if (key.n > 0 && key.p[key.n - 1] == ')' && memchr(key.p, '(', key.n) != NULL) {
		out->name = str_trim(str_cut(key, '(', &inside));
		inside.n--;
		out->kind = str_trim(str_cut(inside, ',', &out->description));
		out->description = str_trim(out->description);
	}
	if (str_ends(out->name, "?")) {
		out->optional = true;
		out->name.n--;
	}
}

static void pico_type(
	struct reader *reader, unsigned line, struct str type, struct prompt_input *input)
{
	if (prompt_type_parse(type, &input->type) || str_is(type, "any"))
		return;
	reader_note(reader, line, NOTE_WARNING, "input \"%s\" is of type \"%.*s\"; taken as text",
		input->name, (int)(type.n > 40 ? 40 : type.n), type.p);
}

static void pico_choices(const struct node *list, struct prompt_input *input)
{
	const struct node *child;

	for (child = list != NULL ? list->first : NULL; child != NULL; child = child->next)
		if (child->kind == NODE_SCALAR && !node_is_null(child))
			prompt_input_add_choice(input, child->text);
}

/* JSON Schema of one property: {type: string, description: …, enum: […]}. */
static void pico_property(
	struct reader *reader, const struct node *node, struct prompt_input *input)
{
	const struct node *initial = node_find(node, "default"), *list = node_find(node, "enum");
	struct str text;

	if (node_text(node_find(node, "type"), &text))
		pico_type(reader, node->key_line, text, input);
	else if (list == NULL)
		pico_type(reader, node->key_line, STR("object"), input);
	if (node_text(node_find(node, "description"), &text))
		prompt_set(&input->description, text);
	pico_choices(list, input);
	if (initial != NULL && initial->kind == NODE_SCALAR)
		prompt_set(&input->initial, initial->text);
}

/* What stands behind the key: "type, description", a list of choices, or more. */
static void pico_value(struct reader *reader, const struct node *node, const struct pico_key *key,
	struct prompt_input *input)
{
	struct str description;

	if (key->description.n > 0)
		prompt_set(&input->description, key->description);
	if (str_is(key->kind, "enum")) {
		pico_choices(node, input);
	} else if (key->kind.n > 0) {
		pico_type(reader, node->key_line, key->kind, input); /* array, object */
	} else if (node->kind == NODE_SCALAR) {
		struct str type = str_trim(str_cut(node->text, ',', &description));

		pico_type(reader, node->line, type, input);
		description = str_trim(description);
		if (description.n > 0)
			prompt_set(&input->description, description);
	} else if (node->kind == NODE_MAP) {
		pico_property(reader, node, input);
	} else {
		pico_type(reader, node->line, STR("array"), input);
	}
}

static void pico_entry(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	struct prompt_input *input;
	struct pico_key key;

	pico_key_parse(node->key, &key);
	if (key.name.n == 0 || str_is(key.name, "*") || str_is(node->key, "(*)")) {
		reader_note(reader, node->key_line, NOTE_WARNING,
			"inputs of any name (*) are not taken; declare them");
		return;
	}
	if (!prompt_is_input_name(key.name) || prompt_input_find(prompt, key.name) != NULL ||
		prompt->n_inputs == PROMPT_INPUTS_MAX) {
		reader_note(reader, node->key_line, NOTE_ERROR,
			"input \"%.*s\": not a legal name, there already, or one too many",
			(int)(key.name.n > 80 ? 80 : key.name.n), key.name.p);
		return;
	}
	input = prompt_add_input(prompt, key.name);
	input->required = !key.optional;
	pico_value(reader, node, &key, input);
}

/* In JSON Schema everything not listed under "required" is optional. */
static void pico_required(const struct node *schema, struct prompt *prompt)
{
	const struct node *list = node_find(schema, "required"), *child;
	size_t i;

	if (list == NULL || list->kind != NODE_LIST)
		return;
	for (i = 0; i < prompt->n_inputs; i++) {
		prompt->inputs[i].required = false;
		for (child = list->first; child != NULL; child = child->next)
			if (str_is(child->text, prompt->inputs[i].name))
				prompt->inputs[i].required = true;
	}
}

static bool is_json_type(const struct node *node)
{
	static const char *const types[] = {
		"string", "number", "integer", "boolean", "object", "array", "null", NULL};
	struct str text;

	if (!node_text(node, &text))
		return false;
	for (size_t i = 0; types[i] != NULL; i++)
		if (str_is(text, types[i]))
			return true;
	return false;
}

static void pico_schema(struct reader *reader, const struct node *schema, struct prompt *prompt)
{
	const struct node *properties = node_find(schema, "properties"), *child;
	bool json_schema = properties != NULL && properties->kind == NODE_MAP;

	/* As dotprompt decides it: a "type" that is one of JSON Schema's makes it one. */
	if (schema->kind != NODE_MAP || (!json_schema && is_json_type(node_find(schema, "type")))) {
		if (!node_is_null(schema))
			reader_note(reader, schema->line, NOTE_WARNING,
				"an input without a name cannot be asked for");
		return;
	}
	for (child = json_schema ? properties->first : schema->first; child != NULL;
		child = child->next)
		pico_entry(reader, child, prompt);
	if (json_schema)
		pico_required(schema, prompt);
}

static void pico_default(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	struct prompt_input *input = NULL;
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++)
		if (str_is(node->key, prompt->inputs[i].name))
			input = &prompt->inputs[i];
	if (node->kind != NODE_SCALAR) {
		reader_note(reader, node->key_line, NOTE_WARNING,
			"the default of \"%.60s\" is not text", node->key.p);
		return;
	}
	if (input == NULL && prompt_is_input_name(node->key) &&
		prompt->n_inputs < PROMPT_INPUTS_MAX)
		input = prompt_add_input(prompt, node->key);
	if (input == NULL || node_is_null(node))
		return;
	prompt_set(&input->initial, node->text);
}

bool picoschema_read(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	const struct node *schema = node_find(node, "schema"),
			  *defaults = node_find(node, "default"), *child;
	size_t i;

	if (node->kind != NODE_MAP)
		return node_is_null(node);
	if (schema != NULL)
		pico_schema(reader, schema, prompt);
	if (defaults != NULL && defaults->kind == NODE_MAP)
		for (child = defaults->first; child != NULL; child = child->next)
			pico_default(reader, child, prompt);
	for (i = 0; i < prompt->n_inputs; i++)
		if (prompt->inputs[i].initial != NULL)
			prompt->inputs[i].required = false;
	return true;
}

static void pico_write_input(const struct prompt_input *input, struct buf *out)
{
	struct buf text = BUF_INIT(2 * PROMPT_DESCRIPTION_MAX);
	bool closed = input->n_choices > 0;

	(void)buf_add_format(&text, "%s%s", input->name, input->required ? "" : "?");
	if (closed)
		(void)buf_add_format(&text, "(enum%s%s)", input->description != NULL ? ", " : "",
			input->description != NULL ? input->description : "");
	(void)buf_add_str(out, "    ");
	yaml_add_word(out, (struct str){buf_text(&text), text.len});
	buf_clear(&text);
	if (closed) {
		size_t i;

		(void)buf_add_str(out, ": [");
		for (i = 0; i < input->n_choices; i++) {
			(void)buf_add_str(out, i > 0 ? ", " : "");
			yaml_add_word(out, str_of(input->choices[i]));
		}
		(void)buf_add_str(out, "]\n");
	} else {
		(void)buf_add_str(&text, prompt_type_name(input->type));
		if (input->description != NULL)
			(void)buf_add_format(&text, ", %s", input->description);
		(void)buf_add_str(out, ": ");
		yaml_add_text(out, (struct str){buf_text(&text), text.len}, 6);
		(void)buf_add_char(out, '\n');
	}
	buf_fini(&text);
}

void picoschema_write(const struct prompt *prompt, struct buf *out)
{
	bool defaults = false;
	size_t i;

	if (prompt->n_inputs == 0)
		return;
	(void)buf_add_str(out, "input:\n  schema:\n");
	for (i = 0; i < prompt->n_inputs; i++)
		pico_write_input(&prompt->inputs[i], out);
	for (i = 0; i < prompt->n_inputs; i++) {
		if (prompt->inputs[i].initial == NULL)
			continue;
		if (!defaults)
			(void)buf_add_str(out, "  default:\n");
		defaults = true;
		yaml_add_entry(out, 4, prompt->inputs[i].name, str_of(prompt->inputs[i].initial));
	}
}
