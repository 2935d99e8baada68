/*
 * gemini: commands of Gemini CLI, .gemini/commands/<folders>/<name>.toml, with
 * description and prompt, and {{args}} in it. What it would execute (!{command})
 * or include (@{file}) stays text.
 */
#include <stdlib.h>
#include <string.h>

#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"
#include "library/toml.h"

#define ARGS "args"

static int gemini_recognise(struct str path, struct str text)
{
	struct str line;

	if (!str_ends(path, ".toml"))
		return 0;
	while (str_next_line(&text, &line)) {
		struct str rest, key = str_trim(str_cut(line, '=', &rest));

		if (str_is(key, "prompt"))
			return 80;
		if (str_starts(line, "["))
			break; /* keys of a table are not ours */
	}
	return 2;
}

/* What is neither description nor prompt, as YAML. */
static void gemini_extra(const struct node *root, struct prompt *prompt)
{
	struct buf extra = BUF_INIT(2 * YAML_DOCUMENT_BYTES_MAX);
	const struct node *node;

	for (node = root->first; node != NULL; node = node->next) {
		if (str_is(node->key, "description") || str_is(node->key, "prompt"))
			continue;
		yaml_add_word(&extra, node->key);
		(void)buf_add_str(&extra, ": ");
		yaml_add_node(&extra, node);
		(void)buf_add_char(&extra, '\n');
	}
	if (extra.len > 0)
		prompt_set(&prompt->extra, (struct str){buf_text(&extra), extra.len});
	buf_fini(&extra);
}

static void gemini_flag(struct prompt *prompt)
{
	for (size_t i = 0; i < prompt->n_messages; i++)
		if (strstr(prompt->messages[i].text, "!{") != NULL)
			prompt->flags |= PROMPT_FLAG_EXECUTABLE;
}

static void gemini_args(struct prompt *prompt)
{
	struct prompt *all = prompt_copy(prompt);

	convert_declare_all(all);
	if (prompt_input_find(all, STR(ARGS)) != NULL)
		prompt_add_input(prompt, STR(ARGS))->required = true;
	prompt_free(all);
}

static int gemini_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "gemini", .drop = "commands"};
	struct prompt *prompt;
	struct node_tree tree;
	struct err fault = {0};
	struct str value;
	unsigned line;

	if (toml_parse(text, &tree, &line, &fault) != 0) {
		reader_note(&reader, line, NOTE_ERROR, "%s", fault.text);
		return 0;
	}
	prompt = prompt_new();
	if (node_text(node_find(tree.root, "description"), &value))
		prompt_set(&prompt->description, value);
	if (node_text(node_find(tree.root, "prompt"), &value))
		(void)prompt_add_message(prompt, PROMPT_USER, value);
	else
		reader_note(&reader, 1, NOTE_ERROR, "no \"prompt\" in it");
	gemini_extra(tree.root, prompt);
	line = prompt->n_messages > 0 ? node_find(tree.root, "prompt")->key_line : 1;
	node_tree_fini(&tree);
	gemini_args(prompt);
	gemini_flag(prompt);
	if (reader.failed) {
		prompt_free(prompt);
		return 0;
	}
	return reader_emit(&reader, prompt, line, err);
}

struct gemini_out {
	const struct prompt *prompt;
	struct buf *text;
};

static void out_literal(void *data, struct str text)
{
	const struct gemini_out *out = data;

	(void)buf_add(out->text, text.p, text.n);
}

/* A single input is what the person types behind the command. */
static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	const struct gemini_out *out = data;

	(void)input;
	(void)whole;
	(void)next;
	if (tag != TEMPLATE_TAG_NAME || out->prompt->n_inputs != 1)
		return false;
	return buf_add_str(out->text, "{{" ARGS "}}") == 0;
}

static int gemini_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	struct buf joined = BUF_INIT(2 * PROMPT_TEXT_MAX), text = BUF_INIT(2 * PROMPT_TEXT_MAX);
	struct gemini_out data = {prompt, &text};
	struct convert_out walk = {&data, prompt, out_literal, out_tag};

	if (prompt->description != NULL) {
		(void)buf_add_str(out, "description = ");
		toml_add_string(out, str_of(prompt->description));
		(void)buf_add_char(out, '\n');
	}
	messages_join(prompt, &joined);
	convert_walk((struct str){buf_text(&joined), joined.len}, &walk);
	(void)buf_add_str(out, "prompt = ");
	toml_add_string(out, (struct str){buf_text(&text), text.len});
	(void)buf_add_char(out, '\n');
	buf_fini(&joined);
	buf_fini(&text);
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int gemini_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	(void)err;
	return place_with_ending(prompt, ".toml", path);
}

const struct library_format format_gemini = {
	.name = "gemini",
	.description = "Gemini CLI's commands, TOML",
	.recognise = gemini_recognise,
	.parse = gemini_parse,
	.write = gemini_write,
	.place = gemini_place,
};
