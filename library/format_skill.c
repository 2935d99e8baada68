/*
 * skill: agent skills, <name>/SKILL.md with name and description in front. The
 * other files of a skill's folder are not prompts and are left where they are.
 */
#include <string.h>

#include "library/context.h"
#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"

static int skill_recognise(struct str path, struct str text)
{
	(void)text;
	return str_is(path_base(path), "SKILL.md") ? 97 : 0;
}

static int skill_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "skill", .drop = "skills"};
	struct prompt *prompt = prompt_new();
	struct str folder = path_folders(path), name = path_base(folder);
	struct front_matter front;
	struct node_tree tree;

	front_matter_split(text, false, &front);
	if (!front.present) {
		reader_note(&reader, 1, NOTE_ERROR, "a skill begins with front matter");
		prompt_free(prompt);
		return 0;
	}
	if (front_matter_read(&reader, &front, FRONT_MATTER_LENIENT, prompt, &tree) != 0) {
		prompt_free(prompt);
		return 0;
	}
	if (folder.n == 0 && sink->context != NULL)
		name = path_base(sink->context->folder);
	(void)node_text(node_find(tree.root, "name"), &name);
	if (prompt->title == NULL)
		prompt_set(&prompt->title, name.n > 0 ? name : STR("skill"));
	prompt_set_path(
		prompt, path_folders(folder), reader.drop, name.n > 0 ? name : STR("skill"));
	(void)prompt_add_message(prompt, PROMPT_USER, front.body);
	node_tree_fini(&tree);
	return reader_emit(&reader, prompt, front.body_line, err);
}

/* Names of skills: letters, digits and single dashes, at most 64 of them. */
static void skill_name(const struct prompt *prompt, struct buf *out)
{
	struct str name = str_prefix(prompt_name(prompt), 64);

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool sign = c == '.' || c == '_';

		(void)buf_add_char(out, sign ? '-' : c);
	}
}

/* The keys that a validator of skills lets pass, and what came with them. */
static int skill_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	struct buf name = BUF_INIT(256);
	const char *about = prompt->description != NULL ? prompt->description : prompt->title;

	skill_name(prompt, &name);
	(void)buf_add_str(out, "---\n");
	yaml_add_entry(out, 0, "name", (struct str){buf_text(&name), name.len});
	yaml_add_entry(out, 0, "description", str_of(about));
	buf_fini(&name);
	if (prompt->extra != NULL && prompt->format != NULL && strcmp(prompt->format, "skill") == 0)
		(void)buf_add_str(out, prompt->extra);
	(void)buf_add_str(out, "---\n");
	messages_join(prompt, out);
	(void)buf_add_char(out, '\n');
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int skill_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	(void)err;
	skill_name(prompt, path);
	return buf_add_str(path, "/SKILL.md");
}

const struct library_format format_skill = {
	.name = "skill",
	.description = "Agent skills, <name>/SKILL.md",
	.recognise = skill_recognise,
	.parse = skill_parse,
	.write = skill_write,
	.place = skill_place,
};
