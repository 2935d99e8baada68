/*
 * espanso: match files. Each match with a text is a prompt, its trigger an alias.
 * What the person is asked for (form fields, choices) and what is put in from
 * elsewhere (the clipboard) become inputs; dates, scripts and shells stay as they
 * are written.
 *
 *   matches:
 *     - trigger: ":review"
 *       label: Code review
 *       form: "Review this [[language]]: [[code]]"
 *       form_fields:
 *         language: {type: choice, values: [c, rust]}
 */
#include <string.h>

#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"

static int espanso_recognise(struct str path, struct str text)
{
	struct str line;

	if (!str_ends(path, ".yml") && !str_ends(path, ".yaml"))
		return 0;
	while (str_next_line(&text, &line))
		if (str_starts(line, "matches:"))
			return 85;
	return 1;
}

/* type, values and default of a field or choice. */
static void describe_field(const struct node *field, struct prompt_input *input)
{
	const struct node *values = node_find(field, "values"), *value;
	struct str text;

	if (node_text(node_find(field, "default"), &text))
		prompt_set(&input->initial, text);
	if (values != NULL && values->kind == NODE_SCALAR) {
		struct str rest = values->text, line;

		while (str_next_line(&rest, &line))
			if (str_trim(line).n > 0)
				prompt_input_add_choice(input, str_trim(line));
	}
	for (value = values != NULL ? values->first : NULL; value != NULL; value = value->next)
		if (node_text(value->kind == NODE_MAP ? node_find(value, "label") : value, &text))
			prompt_input_add_choice(input, text);
	input->required = input->initial == NULL;
}

/* Text with [[field]] in it. */
static void form_convert(struct convert *convert, struct str text, const struct node *fields)
{
	size_t from = 0, i = 0;

	while (i + 4 < text.n) {
		struct prompt_input *input;
		size_t end = i + 2;
		struct str name;
		bool fresh;

		if (text.p[i] != '[' || text.p[i + 1] != '[') {
			i++;
			continue;
		}
		while (end < text.n && end < i + 2 + PROMPT_NAME_MAX && text.p[end] != ']' &&
			text.p[end] != '[' && text.p[end] != '\n')
			end++;
		name = (struct str){text.p + i + 2, end - i - 2};
		if (name.n == 0 || end + 1 >= text.n || text.p[end] != ']' ||
			text.p[end + 1] != ']') {
			i++;
			continue;
		}
		convert_text(convert, (struct str){text.p + from, i - from});
		input = convert_input(convert, (struct str){text.p + i, end + 2 - i}, name, &fresh);
		if (fresh) {
			struct str key = input_foreign_name(input);
			const struct node *field;

			for (field = fields != NULL ? fields->first : NULL; field != NULL;
				field = field->next)
				if (str_equal(field->key, key))
					describe_field(field, input);
		}
		i = from = end + 2;
	}
	convert_text(convert, (struct str){text.p + from, text.n - from});
}

/* A variable that the person fills in, or something from outside. */
static struct prompt_input *declare(struct prompt *prompt, struct str name)
{
	struct prompt_input *input;

	if (!prompt_is_input_name(name) || prompt_input_find(prompt, name) != NULL ||
		prompt->n_inputs == PROMPT_INPUTS_MAX)
		return NULL;
	input = prompt_add_input(prompt, name);
	input->required = true;
	return input;
}

/* type: form, whose fields are used as {{form.field}}. */
static void declare_form(
	struct reader *reader, struct prompt *prompt, struct str form, const struct node *params)
{
	const struct node *fields = node_find(params, "fields"), *field;
	struct prompt *layout = prompt_new();
	struct convert convert;
	struct str text = {"", 0};

	(void)node_text(node_find(params, "layout"), &text);
	convert_init(&convert, layout);
	form_convert(&convert, text, fields);
	convert_end(&convert, reader, params != NULL ? params->line : 0);
	for (size_t i = 0; i < layout->n_inputs; i++) {
		struct buf name = BUF_INIT(1024);
		struct prompt_input *input;

		(void)buf_add_format(&name, "%.*s.%s", (int)form.n, form.p, layout->inputs[i].name);
		input = declare(prompt, (struct str){buf_text(&name), name.len});
		field = node_find(fields, layout->inputs[i].name);
		if (input != NULL && field != NULL)
			describe_field(field, input);
		buf_fini(&name);
	}
	prompt_free(layout);
}

static void read_variable(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	const struct node *params = node_find(node, "params");
	struct str name = {NULL, 0}, type = {NULL, 0}, text;
	struct prompt_input *input = NULL;

	(void)node_text(node_find(node, "name"), &name);
	(void)node_text(node_find(node, "type"), &type);
	if (str_is(type, "form")) {
		declare_form(reader, prompt, name, params);
	} else if (str_is(type, "choice")) {
		input = declare(prompt, name);
		if (input != NULL)
			describe_field(params, input);
	} else if (str_is(type, "clipboard")) {
		input = declare(prompt, name);
		if (input != NULL) {
			prompt_set(&input->description, STR("What is on the clipboard"));
			input->from = PROMPT_FROM_CLIPBOARD;
		}
	} else if (str_is(type, "echo")) {
		input = declare(prompt, name);
		if (input != NULL && node_text(node_find(params, "echo"), &text)) {
			prompt_set(&input->initial, text);
			input->required = false;
		}
	} else {
		reader_note(reader, node->line, NOTE_WARNING,
			"variable \"%.*s\" of type \"%.*s\" stays as it is written",
			(int)(name.n > 60 ? 60 : name.n), name.p, (int)(type.n > 40 ? 40 : type.n),
			type.p);
		if (str_is(type, "shell") || str_is(type, "script"))
			prompt->flags |= PROMPT_FLAG_EXECUTABLE;
	}
}

static void read_triggers(const struct node *match, struct prompt *prompt)
{
	const struct node *list = node_find(match, "triggers");
	struct str text;

	if (node_text(node_find(match, "trigger"), &text))
		prompt_add_alias(prompt, text);
	if (list != NULL)
		front_matter_add_words(list, prompt, prompt_add_alias);
}

/* The label, or the trigger without the sign before it. */
static void read_name(const struct node *match, struct prompt *prompt)
{
	struct str text = {NULL, 0};

	if (!node_text(node_find(match, "label"), &text) && prompt->n_aliases > 0)
		text = str_of(prompt->aliases[0]);
	prompt_set_path(prompt, (struct str){NULL, 0}, NULL, text);
	while (text.n > 1 && strchr(":;/!\\,.", text.p[0]) != NULL)
		text = (struct str){text.p + 1, text.n - 1};
	if (text.n > 0)
		prompt_set(&prompt->title, text);
}

static int read_match(struct reader *reader, const struct node *match, struct err *err)
{
	struct str text;
	const struct node *variable, *list;
	struct prompt *prompt;
	struct convert convert;
	bool form = node_text(node_find(match, "form"), &text);

	if (!form && !node_text(node_find(match, "replace"), &text) &&
		!node_text(node_find(match, "markdown"), &text)) {
		reader_note(reader, match->line, NOTE_INFO, "a match without text");
		return 0;
	}
	prompt = prompt_new();
	read_triggers(match, prompt);
	read_name(match, prompt);
	list = node_find(match, "vars");
	for (variable = list != NULL ? list->first : NULL; variable != NULL;
		variable = variable->next)
		read_variable(reader, variable, prompt);
	convert_init(&convert, prompt);
	if (form)
		form_convert(&convert, text_body(text), node_find(match, "form_fields"));
	else
		convert_text(&convert, text_body(text));
	convert_message(&convert, PROMPT_USER);
	convert_end(&convert, reader, match->line);
	return reader_emit(reader, prompt, match->line, err);
}

static int espanso_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "espanso"};
	const struct node *list, *match;
	struct node_tree tree;
	int result = 0;

	if (reader_yaml(&reader, text, &tree) != 0)
		return 0;
	list = node_find(tree.root, "matches");
	if (list == NULL || list->kind != NODE_LIST)
		reader_note(
			&reader, list != NULL ? list->line : 1, NOTE_ERROR, "no list of matches");
	for (match = list != NULL ? list->first : NULL; match != NULL && result == 0;
		match = match->next)
		result = read_match(&reader, match, err);
	node_tree_fini(&tree);
	return result;
}

static void out_literal(void *data, struct str text)
{
	struct buf *out = data;

	(void)buf_add(out, text.p, text.n);
}

static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	struct str name = input_foreign_name(input);
	struct buf *out = data;

	(void)whole;
	(void)next;
	if (tag != TEMPLATE_TAG_NAME)
		return false;
	if (input->from == PROMPT_FROM_CLIPBOARD)
		return buf_add_format(out, "{{%s}}", input->name) == 0;
	return buf_add_format(out, "[[%.*s]]", (int)name.n, name.p) == 0;
}

/* What is on the clipboard is a variable, and nothing more can be said of it. */
static void write_variables(const struct prompt *prompt, struct buf *out)
{
	const char *head = "    vars:\n";

	for (size_t i = 0; i < prompt->n_inputs; i++) {
		if (prompt->inputs[i].from != PROMPT_FROM_CLIPBOARD)
			continue;
		(void)buf_add_format(out, "%s      - name: ", head);
		yaml_add_word(out, str_of(prompt->inputs[i].name));
		(void)buf_add_str(out, "\n        type: clipboard\n");
		head = "";
	}
}

static bool has_field(const struct prompt_input *input)
{
	return input->from != PROMPT_FROM_CLIPBOARD &&
	       (input->n_choices > 0 || input->initial != NULL);
}

static void write_field(const struct prompt_input *input, struct buf *out)
{
	struct buf name = BUF_INIT(2 * PROMPT_DESCRIPTION_MAX);
	struct str key = input_foreign_name(input);

	if (!has_field(input))
		return;
	yaml_add_word(&name, key);
	(void)buf_add_format(out, "      %s:\n", buf_text(&name));
	if (input->n_choices > 0) {
		(void)buf_add_str(out, "        type: choice\n");
		yaml_add_words(out, 8, "values", input->choices, input->n_choices);
	}
	if (input->initial != NULL)
		yaml_add_entry(out, 8, "default", str_of(input->initial));
	buf_fini(&name);
}

static void write_triggers(const struct prompt *prompt, struct buf *out)
{
	struct str name = prompt_name(prompt);
	struct buf trigger = BUF_INIT(1024);

	if (prompt->n_aliases > 1) {
		yaml_add_words(out, 4, "triggers", prompt->aliases, prompt->n_aliases);
		return;
	}
	if (prompt->n_aliases == 1)
		(void)buf_add_str(&trigger, prompt->aliases[0]);
	else
		(void)buf_add_format(&trigger, ":%.*s", (int)name.n, name.p);
	yaml_add_entry(out, 4, "trigger", (struct str){buf_text(&trigger), trigger.len});
	buf_fini(&trigger);
}

static void write_match(const struct prompt *prompt, struct buf *out)
{
	struct buf joined = BUF_INIT(2 * PROMPT_TEXT_MAX), text = BUF_INIT(2 * PROMPT_TEXT_MAX);
	struct convert_out walk = {&text, prompt, out_literal, out_tag};
	bool fields = false;

	(void)buf_add_str(out, "  - label: ");
	yaml_add_text(out, str_of(prompt->title), 6);
	(void)buf_add_char(out, '\n');
	write_triggers(prompt, out);
	messages_join(prompt, &joined);
	convert_walk((struct str){buf_text(&joined), joined.len}, &walk);
	yaml_add_entry(out, 4, prompt->n_inputs > 0 ? "form" : "replace",
		(struct str){buf_text(&text), text.len});
	for (size_t i = 0; i < prompt->n_inputs; i++)
		fields |= has_field(&prompt->inputs[i]);
	if (fields)
		(void)buf_add_str(out, "    form_fields:\n");
	for (size_t i = 0; fields && i < prompt->n_inputs; i++)
		write_field(&prompt->inputs[i], out);
	write_variables(prompt, out);
	buf_fini(&joined);
	buf_fini(&text);
}

static int espanso_write_all(
	const struct prompt *const *prompts, size_t n, struct buf *out, struct err *err)
{
	(void)buf_add_str(out, "matches:\n");
	for (size_t i = 0; i < n; i++)
		write_match(prompts[i], out);
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "too many prompts for one file") : 0;
}

const struct library_format format_espanso = {
	.name = "espanso",
	.description = "espanso's match files",
	.recognise = espanso_recognise,
	.parse = espanso_parse,
	.write_all = espanso_write_all,
	.whole_file = "promptd.yml",
};
