/*
 * github: GitHub Models' .prompt.yml, a document with messages, roles and
 * {{variables}}, which are not declared: each is an input.
 */
#include <string.h>

#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"

static int github_recognise(struct str path, struct str text)
{
	struct str line;

	if (str_ends(path, ".prompt.yml") || str_ends(path, ".prompt.yaml"))
		return 95;
	if (!str_ends(path, ".yml") && !str_ends(path, ".yaml"))
		return 0;
	while (str_next_line(&text, &line))
		if (str_starts(line, "messages:"))
			return 60;
	return 2;
}

/* Not for front_matter_apply(). */
static const char *const own_keys[] = {"messages", NULL};

static void github_message(struct reader *reader, const struct node *node, struct prompt *prompt)
{
	struct str role_name = {NULL, 0}, text;
	enum prompt_role role;

	if (!node_text(node_find(node, "role"), &role_name) ||
		!prompt_role_parse(role_name, &role) ||
		!node_text(node_find(node, "content"), &text)) {
		reader_note(reader, node->line, NOTE_ERROR,
			"a message needs a role (system, user, assistant) and content");
		return;
	}
	(void)prompt_add_message(prompt, role, text);
}

static int github_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "github", .drop = "prompts"};
	const struct node *messages, *node;
	struct prompt *prompt;
	struct node_tree tree;

	if (reader_yaml(&reader, text, &tree) != 0)
		return 0;
	messages = node_find(tree.root, "messages");
	prompt = prompt_new();
	front_matter_apply(&reader, tree.root, text, 1, own_keys, prompt);
	if (messages == NULL || messages->kind != NODE_LIST)
		reader_note(&reader, messages != NULL ? messages->line : 1, NOTE_ERROR,
			"no list of messages");
	for (node = messages != NULL ? messages->first : NULL; node != NULL; node = node->next)
		github_message(&reader, node, prompt);
	node_tree_fini(&tree);
	convert_declare_all(prompt);
	if (reader.failed) {
		prompt_free(prompt);
		return 0;
	}
	return reader_emit(&reader, prompt, 1, err);
}

static int github_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	yaml_add_entry(out, 0, "name", str_of(prompt->title));
	if (prompt->description != NULL)
		yaml_add_entry(out, 0, "description", str_of(prompt->description));
	if (prompt->model != NULL)
		yaml_add_entry(out, 0, "model", str_of(prompt->model));
	front_matter_write_extra(prompt, own_keys, out);
	(void)buf_add_str(out, "messages:\n");
	for (size_t i = 0; i < prompt->n_messages; i++) {
		(void)buf_add_format(
			out, "  - role: %s\n", prompt_role_name(prompt->messages[i].role));
		yaml_add_entry(out, 4, "content", str_of(prompt->messages[i].text));
	}
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int github_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	(void)err;
	return place_with_ending(prompt, ".prompt.yml", path);
}

const struct library_format format_github = {
	.name = "github",
	.description = "GitHub Models' .prompt.yml",
	.recognise = github_recognise,
	.parse = github_parse,
	.write = github_write,
	.place = github_place,
};
