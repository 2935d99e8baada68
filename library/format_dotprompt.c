/*
 * dotprompt: Google's .prompt files, front matter with picoschema and a template
 * in Handlebars. Read strictly: these files have a linter, and its errors are
 * ours.
 */
#include <string.h>

#include "library/context.h"
#include "library/convert.h"
#include "library/formats.h"
#include "library/front_matter.h"
#include "library/handlebars.h"
#include "library/inputs.h"
#include "library/roles.h"

#define PARTIAL_DEPTH_MAX 5
#define PARTIAL_NAME_MAX 200
#define PARTIALS_MAX 64 /* looked into for one file */

static int dotprompt_recognise(struct str path, struct str text)
{
	(void)text;
	return str_ends(path, ".prompt") ? 95 : 0;
}

/* Partials are files beside the prompt. A cycle of them would never end. */
struct partials {
	struct reader *reader;
	struct library_context *context;
	struct str folder, self;
	size_t n; /* looked into so far */
};

static bool partial_reaches(struct partials *partials, struct str name, unsigned depth);

/* Does one of the partials in text lead back to the file we began with? */
static bool text_reaches(struct partials *partials, struct str text, unsigned depth)
{
	for (size_t i = 0; i + 3 < text.n; i++) {
		struct str rest = {text.p + i + 3, text.n - i - 3}, name;

		if (memcmp(text.p + i, "{{>", 3) != 0)
			continue;
		name = str_trim(str_cut(str_prefix(rest, PARTIAL_NAME_MAX), '}', &rest));
		if (partial_reaches(partials, name, depth + 1))
			return true;
	}
	return false;
}

/* Depth is bounded, and so is the number of files. */
static bool partial_reaches(struct partials *partials, struct str name, unsigned depth)
{
	struct buf path = BUF_INIT(16 * 1024), text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	bool reaches = str_equal(name, partials->self);

	if (reaches || depth > PARTIAL_DEPTH_MAX || ++partials->n > PARTIALS_MAX)
		return reaches;
	if (name.n == 0 || name.n >= PARTIAL_NAME_MAX || name.p[0] == '.' || name.p[0] == '/')
		return false;
	(void)buf_add_format(&path, "%.*s%s%.*s.prompt", (int)partials->folder.n,
		partials->folder.p, partials->folder.n > 0 ? "/" : "", (int)name.n, name.p);
	if (context_read(partials->context, buf_text(&path), &text) == 0)
		reaches = text_reaches(partials, (struct str){buf_text(&text), text.len}, depth);
	buf_fini(&path);
	buf_fini(&text);
	return reaches;
}

static void on_partial(void *data, struct str name, unsigned line)
{
	struct partials *partials = data;

	if (partials->context != NULL && partial_reaches(partials, name, 1))
		reader_note(partials->reader, line, NOTE_ERROR,
			"partial \"%.*s\" leads back to this file",
			(int)(name.n > 80 ? 80 : name.n), name.p);
}

/* A declared input that no text uses is worth a word where it is declared. */
static unsigned declared_at(const struct node *root, const char *name)
{
	const struct node *schema = node_find(node_find(root, "input"), "schema"), *child;

	if (node_find(schema, "properties") != NULL)
		schema = node_find(schema, "properties");
	for (child = schema != NULL ? schema->first : NULL; child != NULL; child = child->next)
		if (str_starts(child->key, name) &&
			(child->key.n == strlen(name) ||
				strchr("?(", child->key.p[strlen(name)]) != NULL))
			return child->key_line;
	return 0;
}

struct uses {
	const struct prompt *prompt;
	bool used[PROMPT_INPUTS_MAX];
};

static void uses_visit(void *data, enum template_tag tag, struct str name, size_t line)
{
	struct uses *uses = data;
	const struct prompt_input *input = prompt_input_find(uses->prompt, name);

	(void)tag;
	(void)line;
	if (input != NULL)
		uses->used[input - uses->prompt->inputs] = true;
}

/* text: as it was before conversion too, for {{#each items}} uses items. */
static void warn_unused(struct reader *reader, const struct node *root, const struct prompt *prompt,
	struct str converted, struct str text)
{
	struct uses uses = {.prompt = prompt};

	template_scan(converted, uses_visit, &uses);
	for (size_t i = 0; i < prompt->n_inputs; i++) {
		const char *name = prompt->inputs[i].name;
		unsigned line = declared_at(root, name);

		if (uses.used[i] || line == 0 || handlebars_mentions(text, str_of(name)))
			continue;
		reader_note(reader, line, NOTE_WARNING, "variable \"%s\" is declared but not used",
			name);
	}
}

static void add_messages(struct prompt *prompt, struct str body)
{
	enum prompt_role role = PROMPT_USER;
	struct role_part part;

	while (role_next(&body, &role, &part))
		if (str_trim(part.text).n > 0)
			(void)prompt_add_message(prompt, part.role, part.text);
}

static void read_body(struct reader *reader, struct library_context *context,
	const struct front_matter *front, const struct node *root, struct prompt *prompt)
{
	struct partials partials = {
		.reader = reader,
		.context = context,
		.folder = path_folders(reader->path),
		.self = path_stem(reader->path),
	};
	struct handlebars options = {
		.reader = reader,
		.prompt = prompt,
		.declare = node_find(node_find(root, "input"), "schema") == NULL,
		.first_line = front->body_line,
	};
	struct buf body = BUF_INIT(8 * LIBRARY_FILE_BYTES_MAX);

	handlebars_read(&options, front->body, &body, on_partial, &partials);
	warn_unused(reader, root, prompt, (struct str){buf_text(&body), body.len}, front->body);
	add_messages(prompt, (struct str){buf_text(&body), body.len});
	buf_fini(&body);
}

static int dotprompt_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {
		.path = path, .sink = sink, .format = "dotprompt", .drop = "prompts"};
	struct prompt *prompt = prompt_new();
	struct front_matter front;
	struct node_tree tree;

	front_matter_split(text, true, &front);
	if (front_matter_read(&reader, &front, FRONT_MATTER_STRICT, prompt, &tree) != 0) {
		prompt_free(prompt);
		return 0;
	}
	read_body(&reader, sink->context, &front, tree.root, prompt);
	node_tree_fini(&tree);
	if (reader.failed) {
		prompt_free(prompt);
		return 0;
	}
	return reader_emit(&reader, prompt, front.body_line, err);
}

/* Without a schema every name would be a variable; an empty one says: none. */
static void write_schema(const struct prompt *prompt, struct buf *out)
{
	if (prompt->n_inputs > 0)
		picoschema_write(prompt, out);
	else
		(void)buf_add_str(out, "input:\n  schema: {}\n");
}

static int dotprompt_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	bool alone = prompt->n_messages == 1 && prompt->messages[0].role == PROMPT_USER;

	(void)buf_add_str(out, "---\n");
	front_matter_write_keys(prompt, out);
	write_schema(prompt, out);
	front_matter_write_extra(prompt, NULL, out);
	(void)buf_add_str(out, "---\n");
	for (size_t i = 0; i < prompt->n_messages; i++) {
		enum prompt_role role = prompt->messages[i].role;

		if (!alone)
			(void)buf_add_format(out, "%s{{role \"%s\"}}\n", i > 0 ? "\n" : "",
				role == PROMPT_ASSISTANT ? "model" : prompt_role_name(role));
		handlebars_write(prompt, str_of(prompt->messages[i].text), out);
		(void)buf_add_char(out, '\n');
	}
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "the file would be too long") : 0;
}

static int dotprompt_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	(void)err;
	return place_with_ending(prompt, ".prompt", path);
}

const struct library_format format_dotprompt = {
	.name = "dotprompt",
	.description = "Google's .prompt files",
	.recognise = dotprompt_recognise,
	.parse = dotprompt_parse,
	.write = dotprompt_write,
	.place = dotprompt_place,
};
