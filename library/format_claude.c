/*
 * claude: commands of Claude Code, .claude/commands/<folders>/<name>.md, with
 * $ARGUMENTS and $1 in their text. What it would execute (!`command`) or include
 * (@file) stays text.
 */
#include <string.h>

#include "library/arguments.h"
#include "library/formats.h"
#include "library/front_matter.h"

static bool holds(struct str text, const char *words)
{
	size_t n = strlen(words);

	for (size_t i = 0; i + n <= text.n; i++)
		if (memcmp(text.p + i, words, n) == 0)
			return true;
	return false;
}

static int claude_recognise(struct str path, struct str text)
{
	struct front_matter front;

	if (!str_ends(path, ".md") || str_ends(path, ".prompt.md"))
		return 0;
	if (holds(path, ".claude/commands/"))
		return 95;
	front_matter_split(text, false, &front);
	if (front.present &&
		(holds(front.yaml, "argument-hint:") || holds(front.yaml, "allowed-tools:")))
		return str_is(path_base(path), "SKILL.md") ? 20 : 75;
	return holds(text, "$ARGUMENTS") ? 70 : 5;
}

/* The hint as text, also where YAML takes it for a list: [file]. */
static void claude_hint(const struct node *root, struct buf *out)
{
	const struct node *hint = node_find(root, "argument-hint");

	if (hint == NULL)
		return;
	if (hint->kind == NODE_SCALAR)
		(void)buf_add(out, hint->text.p, hint->text.n);
	else if (hint->kind == NODE_LIST)
		yaml_add_node(out, hint);
}

/* In the tool's own tree the first folders say nothing. */
static struct str below_commands(struct str path)
{
	static const char marker[] = ".claude/commands/";
	size_t n = sizeof(marker) - 1;

	for (size_t i = 0; i + n <= path.n; i++)
		if (memcmp(path.p + i, marker, n) == 0 && (i == 0 || path.p[i - 1] == '/'))
			return (struct str){path.p + i + n, path.n - i - n};
	return path;
}

static int claude_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "claude", .drop = "commands"};
	struct prompt *prompt = prompt_new();
	struct buf hint = BUF_INIT(YAML_FRONT_MATTER_BYTES_MAX * 4);
	struct front_matter front;
	struct node_tree tree;
	struct convert convert;

	front_matter_split(text, false, &front);
	if (front_matter_read(&reader, &front, FRONT_MATTER_LENIENT, prompt, &tree) != 0) {
		prompt_free(prompt);
		return 0;
	}
	claude_hint(tree.root, &hint);
	convert_init(&convert, prompt);
	arguments_convert(&convert, text_body(front.body), (struct str){buf_text(&hint), hint.len});
	convert_message(&convert, PROMPT_USER);
	convert_end(&convert, &reader, front.body_line);
	buf_fini(&hint);
	node_tree_fini(&tree);
	path = below_commands(path);
	prompt_set_path(prompt, path_folders(path), reader.drop, path_stem(path));
	return reader_emit(&reader, prompt, front.body_line, err);
}

static bool has_hint(const struct prompt *prompt)
{
	return prompt->extra != NULL && holds(str_of(prompt->extra), "argument-hint:");
}

static int claude_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	struct buf hint = BUF_INIT(16 * 1024);

	(void)buf_add_str(out, "---\n");
	front_matter_write_keys(prompt, out);
	arguments_hint(prompt, &hint);
	if (hint.len > 0 && !has_hint(prompt))
		yaml_add_entry(out, 0, "argument-hint", (struct str){buf_text(&hint), hint.len});
	buf_fini(&hint);
	if (prompt->extra != NULL)
		(void)buf_add_str(out, prompt->extra);
	(void)buf_add_str(out, "---\n");
	arguments_write(prompt, out);
	(void)buf_add_char(out, '\n');
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int claude_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	(void)err;
	return place_with_ending(prompt, ".md", path);
}

const struct library_format format_claude = {
	.name = "claude",
	.description = "Claude Code's commands, .claude/commands",
	.recognise = claude_recognise,
	.parse = claude_parse,
	.write = claude_write,
	.place = claude_place,
};
