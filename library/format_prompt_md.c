/*
 * prompt-md: Markdown with front matter. Our own format: whatever a prompt holds
 * can be written in it. Reads VS Code's .prompt.md as well, whose ${input:name:hint}
 * and ${selection} become inputs; its mode, agent and tools are kept as they are.
 */
#include <string.h>

#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"
#include "library/inputs.h"
#include "library/roles.h"

#define PLACEHOLDER_BYTES_MAX 400

static bool is_markdown(struct str path)
{
	return str_ends(path, ".md") || str_ends(path, ".markdown") || str_ends(path, ".mdc");
}

/* Files that lie beside prompts and are none. */
static bool is_about(struct str base)
{
	static const char *const names[] = {"README", "readme", "CHANGELOG", "LICENSE",
		"CONTRIBUTING", "SECURITY", "CODE_OF_CONDUCT", "AGENTS", "CLAUDE", "GEMINI",
		"ARCHITECTURE", NULL};
	size_t i;

	for (i = 0; names[i] != NULL; i++)
		if (str_starts(base, names[i]) && str_ends(base, ".md") &&
			base.n == strlen(names[i]) + 3)
			return true;
	return false;
}

/* How many keys in the first lines of front matter are those of a prompt? */
static int count_keys(struct str yaml)
{
	static const char *const keys[] = {"title:", "name:", "description:", "tags:", "inputs:",
		"input:", "model:", "mode:", "agent:", "tools:", "system:", "aliases:", NULL};
	struct str line;
	int found = 0;
	size_t i;

	while (str_next_line(&yaml, &line))
		for (i = 0; keys[i] != NULL; i++)
			found += str_starts(line, keys[i]);
	return found;
}

static bool is_in_prompts(struct str path)
{
	struct str folders = path_folders(path);

	while (folders.n > 0) {
		struct str part = str_cut(folders, '/', &folders);

		if (str_is(part, "prompts") || str_is(part, ".prompts"))
			return true;
	}
	return false;
}

static int prompt_md_recognise(struct str path, struct str text)
{
	struct front_matter front;

	if (!is_markdown(path))
		return 0;
	if (str_ends(path, ".prompt.md"))
		return 90;
	if (is_about(path_base(path)))
		return 5;
	front_matter_split(text, false, &front);
	if (front.present && count_keys(front.yaml) > 0)
		return 60;
	return is_in_prompts(path) ? 55 : 10;
}

/* "${input:name}", "${input:name:hint}", "${selection}": length of the whole, or 0. */
static size_t placeholder(struct str text, struct str *name, struct str *hint)
{
	struct str inside, rest;

	*hint = (struct str){NULL, 0};
	if (!str_starts(text, "${"))
		return 0;
	inside = str_prefix((struct str){text.p + 2, text.n - 2}, PLACEHOLDER_BYTES_MAX);
	inside = str_cut(inside, '}', &rest);
	if (rest.p == inside.p + inside.n || memchr(inside.p, '\n', inside.n) != NULL)
		return 0;
	if (str_is(inside, "selection") || str_is(inside, "selectedText")) {
		*name = inside;
	} else if (str_starts(inside, "input:")) {
		*name = str_cut((struct str){inside.p + 6, inside.n - 6}, ':', hint);
		if (name->n == 0)
			return 0;
	} else {
		return 0;
	}
	return inside.n + 3;
}

static void body_convert(struct convert *convert, struct str text)
{
	struct str name, hint;
	size_t from = 0, i = 0;

	while (i < text.n) {
		struct str at = {text.p + i, text.n - i};
		struct prompt_input *input;
		size_t len = text.p[i] == '$' ? placeholder(at, &name, &hint) : 0;
		bool fresh;

		if (len == 0) {
			i++;
			continue;
		}
		convert_text(convert, (struct str){text.p + from, i - from});
		input = convert_input(convert, (struct str){at.p, len}, name, &fresh);
		if (fresh && hint.n > 0)
			prompt_set(&input->description, hint);
		else if (fresh && !str_starts(at, "${input"))
			prompt_set(&input->description, STR("The selected text"));
		i += len;
		from = i;
	}
	convert_text(convert, (struct str){text.p + from, text.n - from});
}

static void body_read(
	struct reader *reader, const struct front_matter *front, struct prompt *prompt)
{
	enum prompt_role role = PROMPT_USER;
	struct str rest = front->body;
	struct convert convert;
	struct role_part part;

	convert_init(&convert, prompt);
	while (role_next(&rest, &role, &part)) {
		part.text = text_body(part.text);
		if (part.text.n == 0)
			continue;
		body_convert(&convert, part.text);
		convert_message(&convert, part.role);
	}
	convert_end(&convert, reader, front->body_line);
}

static int prompt_md_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {
		.path = path, .sink = sink, .format = "prompt-md", .drop = "prompts"};
	struct prompt *prompt = prompt_new();
	struct front_matter front;
	struct node_tree tree;

	front_matter_split(text, false, &front);
	if (front_matter_read(&reader, &front, FRONT_MATTER_LENIENT, prompt, &tree) != 0) {
		prompt_free(prompt);
		return 0;
	}
	node_tree_fini(&tree);
	body_read(&reader, &front, prompt);
	if (reader.failed) {
		prompt_free(prompt);
		return 0;
	}
	return reader_emit(&reader, prompt, front.body_line, err);
}

static bool has_system_and_body(const struct prompt *prompt)
{
	return prompt->n_messages == 2 && prompt->messages[0].role == PROMPT_SYSTEM &&
	       prompt->messages[1].role == PROMPT_USER;
}

static int prompt_md_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	(void)buf_add_str(out, "---\n");
	front_matter_write_keys(prompt, out);
	inputs_write(prompt, out);
	if (has_system_and_body(prompt))
		yaml_add_entry(out, 0, "system", str_of(prompt->messages[0].text));
	if (prompt->extra != NULL)
		(void)buf_add_str(out, prompt->extra);
	(void)buf_add_str(out, "---\n");
	if (has_system_and_body(prompt))
		(void)buf_add_format(out, "%s\n", prompt->messages[1].text);
	else if (prompt->n_messages == 1 && prompt->messages[0].role == PROMPT_USER)
		(void)buf_add_format(out, "%s\n", prompt->messages[0].text);
	else
		roles_write(prompt, out);
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int prompt_md_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	(void)err;
	return place_with_ending(prompt, ".prompt.md", path);
}

const struct library_format format_prompt_md = {
	.name = "prompt-md",
	.description = "Markdown with front matter, also VS Code's .prompt.md",
	.recognise = prompt_md_recognise,
	.parse = prompt_md_parse,
	.write = prompt_md_write,
	.place = prompt_md_place,
};
