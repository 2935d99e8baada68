/*
 * llm: templates of the llm command, YAML with prompt, system and defaults;
 * variables are Python's: $name, ${name}, and $$ for a dollar sign.
 */
#include <string.h>

#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"

static int llm_recognise(struct str path, struct str text)
{
	struct str line;
	bool found = false;

	if ((!str_ends(path, ".yaml") && !str_ends(path, ".yml")) ||
		str_ends(path, ".prompt.yml") || str_ends(path, ".prompt.yaml"))
		return 0;
	while (str_next_line(&text, &line)) {
		if (str_starts(line, "messages:") || str_starts(line, "matches:"))
			return 0;
		found |= str_starts(line, "prompt:") || str_starts(line, "system:");
	}
	return found ? 70 : 3;
}

static bool is_name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static size_t name_length(struct str text)
{
	size_t n = 0;

	while (n < text.n && n < PROMPT_NAME_MAX && is_name_char(text.p[n], n == 0))
		n++;
	return n;
}

/* At a '$': the placeholder's length, or 0; *name is empty for "$$". */
static size_t placeholder(struct str text, struct str *name)
{
	struct str rest = {text.p + 1, text.n - 1};
	size_t n;

	*name = (struct str){rest.p, 0};
	if (str_starts(rest, "$"))
		return 2;
	if (str_starts(rest, "{")) {
		rest = (struct str){rest.p + 1, rest.n - 1};
		n = name_length(rest);
		*name = (struct str){rest.p, n};
		return n > 0 && n < rest.n && rest.p[n] == '}' ? n + 3 : 0;
	}
	name->n = name_length(rest);
	return name->n > 0 ? name->n + 1 : 0;
}

static void text_convert(struct convert *convert, struct str text)
{
	size_t from = 0, i = 0;
	struct str name;
	bool fresh;

	while (i < text.n) {
		struct str at = {text.p + i, text.n - i};
		size_t len = text.p[i] == '$' ? placeholder(at, &name) : 0;

		if (len == 0) {
			i++;
			continue;
		}
		convert_text(convert, (struct str){text.p + from, i - from});
		at.n = len;
		if (name.n == 0)
			convert_text(convert, (struct str){at.p, 1});
		else
			(void)convert_input(convert, at, name, &fresh);
		i += len;
		from = i;
	}
	convert_text(convert, (struct str){text.p + from, text.n - from});
}

/* Before the texts are read: inputs keep the name of the default, so that the
 * placeholder of that name finds it. */
static void llm_defaults(
	struct reader *reader, const struct node *defaults, struct convert *convert)
{
	const struct node *node;
	struct prompt *prompt = convert->prompt;

	for (node = defaults != NULL ? defaults->first : NULL; node != NULL; node = node->next) {
		struct prompt_input *input = NULL;

		for (size_t i = 0; i < prompt->n_inputs; i++)
			if (convert->keys[i].p != NULL && str_equal(convert->keys[i], node->key))
				input = &prompt->inputs[i];
		if (input == NULL || node->kind != NODE_SCALAR) {
			reader_note(reader, node->key_line, NOTE_WARNING,
				"the default of \"%.60s\" is not used", node->key.p);
			continue;
		}
		prompt_set(&input->initial, node->text);
		input->required = false;
	}
}

static void llm_texts(struct reader *reader, const struct node *root, struct prompt *prompt)
{
	struct convert convert;
	struct str text;

	convert_init(&convert, prompt);
	if (node_text(node_find(root, "system"), &text)) {
		text_convert(&convert, text_body(text));
		convert_message(&convert, PROMPT_SYSTEM);
	}
	if (root->kind == NODE_SCALAR)
		text_convert(&convert, text_body(root->text));
	else if (node_text(node_find(root, "prompt"), &text))
		text_convert(&convert, text_body(text));
	convert_message(&convert, PROMPT_USER);
	llm_defaults(reader, node_find(root, "defaults"), &convert);
	convert_end(&convert, reader, 1);
}

static int llm_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	static const char *const skip[] = {"prompt", "system", "defaults", "name", NULL};
	struct reader reader = {.path = path, .sink = sink, .format = "llm", .drop = "templates"};
	struct prompt *prompt;
	struct node_tree tree;
	struct str name;

	if (reader_yaml(&reader, text, &tree) != 0)
		return 0;
	prompt = prompt_new();
	front_matter_apply(&reader, tree.root, text, 1, skip, prompt);
	if (node_text(node_find(tree.root, "name"), &name) && prompt->title == NULL)
		prompt_set(&prompt->title, name);
	llm_texts(&reader, tree.root, prompt);
	node_tree_fini(&tree);
	return reader_emit(&reader, prompt, 1, err);
}

struct llm_out {
	struct buf *text;
};

static void out_literal(void *data, struct str text)
{
	const struct llm_out *out = data;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '$')
			(void)buf_add_char(out->text, '$');
		(void)buf_add_char(out->text, text.p[i]);
	}
}

static void name_write(const char *name, struct buf *out)
{
	for (; *name != '\0'; name++)
		(void)buf_add_char(out, is_name_char(*name, false) ? *name : '_');
}

static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	const struct llm_out *out = data;
	bool braces = is_name_char(next, false);

	(void)whole;
	if (tag != TEMPLATE_TAG_NAME)
		return false;
	(void)buf_add_str(out->text, braces ? "${" : "$");
	name_write(input->name, out->text);
	if (braces)
		(void)buf_add_char(out->text, '}');
	return true;
}

static void write_role(
	const struct prompt *prompt, enum prompt_role role, const char *key, struct buf *out)
{
	struct buf joined = BUF_INIT(2 * PROMPT_TEXT_MAX), text = BUF_INIT(4 * PROMPT_TEXT_MAX);
	struct llm_out data = {&text};
	struct convert_out walk = {&data, prompt, out_literal, out_tag};

	messages_join_role(prompt, role, &joined);
	convert_walk((struct str){buf_text(&joined), joined.len}, &walk);
	if (text.len > 0)
		yaml_add_entry(out, 0, key, (struct str){buf_text(&text), text.len});
	buf_fini(&joined);
	buf_fini(&text);
}

static void write_defaults(const struct prompt *prompt, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < prompt->n_inputs; i++) {
		struct buf name = BUF_INIT(PROMPT_NAME_MAX);

		if (prompt->inputs[i].initial == NULL)
			continue;
		if (!any)
			(void)buf_add_str(out, "defaults:\n");
		any = true;
		name_write(prompt->inputs[i].name, &name);
		yaml_add_entry(out, 2, buf_text(&name), str_of(prompt->inputs[i].initial));
		buf_fini(&name);
	}
}

/* llm refuses keys that it does not know: only its own, or what came from it. */
static int llm_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	yaml_add_entry(out, 0, "name", str_of(prompt->title));
	if (prompt->model != NULL)
		yaml_add_entry(out, 0, "model", str_of(prompt->model));
	if (prompt->extra != NULL && prompt->format != NULL && strcmp(prompt->format, "llm") == 0)
		(void)buf_add_str(out, prompt->extra);
	write_role(prompt, PROMPT_SYSTEM, "system", out);
	write_role(prompt, PROMPT_USER, "prompt", out);
	write_defaults(prompt, out);
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int llm_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	struct str name = prompt_name(prompt);

	(void)err;
	(void)buf_add(path, name.p, name.n);
	return buf_add_str(path, ".yaml");
}

const struct library_format format_llm = {
	.name = "llm",
	.description = "Templates of the llm command, YAML with $variables",
	.recognise = llm_recognise,
	.parse = llm_parse,
	.write = llm_write,
	.place = llm_place,
};
