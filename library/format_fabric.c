/*
 * fabric: a folder for each pattern, <name>/system.md and perhaps user.md, with
 * {{variables}} in them. Descriptions and tags lie apart, in the project's
 * scripts/pattern_descriptions, and are used when they are found near.
 */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/template.h"
#include "library/context.h"
#include "library/formats.h"
#include "library/front_matter.h"

static int fabric_recognise(struct str path, struct str text)
{
	struct str base = path_base(path);

	(void)text;
	if (str_is(base, "system.md"))
		return 95;
	return str_is(base, "user.md") && path_folders(path).n > 0 ? 80 : 0;
}

static bool is_variable(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '_' ||
			    (i > 0 && name.p[i] >= '0' && name.p[i] <= '9')))
			return false;
	return name.n > 0 && name.n <= PROMPT_NAME_MAX;
}

/*
 * Variables are not declared in a pattern. Where everything between double
 * braces is a plain name, these are its variables; a pattern that holds other
 * things there ("{{ page.title }}", "{{BaseURL}}") speaks about another
 * template language, and only {{input}} is its own.
 */
static bool speaks_of_templates(struct str text)
{
	struct str rest = text, inside;

	while (rest.n > 0) {
		const char *open = memchr(rest.p, '{', rest.n);

		if (open == NULL)
			return false;
		rest = (struct str){open, rest.n - (size_t)(open - rest.p)};
		if (!str_starts(rest, "{{")) {
			rest = (struct str){rest.p + 1, rest.n - 1};
			continue;
		}
		inside = (struct str){rest.p + 2, rest.n - 2};
		inside = str_cut(inside, '}', &rest);
		if (!is_variable(str_trim(inside)))
			return true;
	}
	return false;
}

struct declare {
	struct prompt *prompt;
	bool input_only;
};

static void declare_visit(void *data, enum template_tag tag, struct str name, size_t line)
{
	struct declare *declare = data;

	(void)line;
	if (tag != TEMPLATE_TAG_NAME || !is_variable(name) ||
		(declare->input_only && !str_is(name, "input")) ||
		prompt_input_find(declare->prompt, name) != NULL ||
		declare->prompt->n_inputs == PROMPT_INPUTS_MAX)
		return;
	prompt_add_input(declare->prompt, name)->required = true;
}

static void fabric_declare(struct prompt *prompt)
{
	struct declare declare = {.prompt = prompt};
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		declare.input_only |= speaks_of_templates(str_of(prompt->messages[i].text));
	for (i = 0; i < prompt->n_messages; i++)
		template_scan(str_of(prompt->messages[i].text), declare_visit, &declare);
}

/* The file of descriptions, looked for where fabric's own tree has it. */
static const json_t *descriptions_near(struct library_context *context, struct str patterns)
{
	static const char *const places[] = {"", "scripts/pattern_descriptions/",
		"../scripts/pattern_descriptions/", "../../scripts/pattern_descriptions/", NULL};
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct buf path = BUF_INIT(8192);
	json_t *found = NULL;
	size_t i;

	for (i = 0; places[i] != NULL && found == NULL; i++) {
		buf_clear(&path);
		buf_clear(&text);
		(void)buf_add(&path, patterns.p, patterns.n);
		(void)buf_add_format(&path, "%s%spattern_descriptions.json",
			patterns.n > 0 ? "/" : "", places[i]);
		if (context_read(context, buf_text(&path), &text) == 0 &&
			json_door_parse((struct str){buf_text(&text), text.len}, &found, NULL) != 0)
			found = NULL;
	}
	buf_fini(&path);
	buf_fini(&text);
	return context_keep(context, patterns, found);
}

/* What the file of descriptions says about pattern `name`, or NULL. */
static const json_t *description_of(
	struct library_context *context, struct str patterns, struct str name)
{
	const json_t *all = NULL, *entry;
	size_t i;

	if (!context_kept(context, patterns, &all))
		all = descriptions_near(context, patterns);
	json_array_foreach (json_object_get(all, "patterns"), i, entry)
		if (str_equal(json_str(entry, "patternName"), name))
			return entry;
	return NULL;
}

static void fabric_describe(struct prompt *prompt, const json_t *entry)
{
	const char *description = json_text(entry, "description");
	const json_t *tag;
	size_t i;

	if (description != NULL && description[0] != '\0')
		prompt_set(&prompt->description, str_of(description));
	json_array_foreach (json_object_get(entry, "tags"), i, tag) {
		char *slug;

		if (!json_is_string(tag))
			continue;
		slug = prompt_slug(str_of(json_string_value(tag)));
		prompt_add_tag(prompt, str_of(slug));
		free(slug);
	}
}

/* user.md beside system.md, as a second message. */
static void fabric_user(struct library_context *context, struct str folder, struct prompt *prompt)
{
	struct buf text = BUF_INIT(LIBRARY_FILE_BYTES_MAX);
	struct buf path = BUF_INIT(8192);

	(void)buf_add_format(
		&path, "%.*s%suser.md", (int)folder.n, folder.p, folder.n > 0 ? "/" : "");
	if (context_read(context, buf_text(&path), &text) == 0)
		(void)prompt_add_message(
			prompt, PROMPT_USER, (struct str){buf_text(&text), text.len});
	buf_fini(&path);
	buf_fini(&text);
}

static int fabric_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "fabric"};
	struct str folder = path_folders(path), name = path_base(folder), all;
	struct prompt *prompt;

	if (str_is(path_base(path), "user.md")) {
		reader_note(&reader, 0, NOTE_INFO, "belongs to the system.md beside it");
		return 0;
	}
	prompt = prompt_new();
	(void)prompt_add_message(prompt, PROMPT_SYSTEM, text);
	all = path_folders(folder);
	if (folder.n == 0 && sink->context != NULL) {
		/* The pattern's own folder was given. */
		name = path_base(sink->context->folder);
		all = STR("..");
	}
	if (sink->context != NULL) {
		fabric_user(sink->context, folder, prompt);
		fabric_describe(prompt, description_of(sink->context, all, name));
	}
	if (name.n == 0)
		name = STR("system");
	fabric_declare(prompt);
	prompt_set(&prompt->title, name);
	prompt_set_path(prompt, (struct str){NULL, 0}, NULL, name);
	return reader_emit(&reader, prompt, 1, err);
}

/* The first message of a role, or NULL. */
static const char *message_of(const struct prompt *prompt, enum prompt_role role)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		if (prompt->messages[i].role == role)
			return prompt->messages[i].text;
	return NULL;
}

static int fabric_write(const struct prompt *prompt, struct buf *out, struct err *err)
{
	const char *text = message_of(prompt, PROMPT_SYSTEM);

	if (text == NULL)
		text = message_of(prompt, PROMPT_USER);
	if (text == NULL)
		return err_set(err, ERR_INVALID, "a pattern needs text");
	return buf_add_format(out, "%s\n", text);
}

static int fabric_place(const struct prompt *prompt, struct buf *path, struct err *err)
{
	struct str name = prompt_name(prompt);

	(void)err;
	(void)buf_add(path, name.p, name.n);
	return buf_add_str(path, "/system.md");
}

/* user.md, where there are two messages. */
static int fabric_write_beside(
	const struct prompt *prompt, struct buf *path, struct buf *out, struct err *err)
{
	struct str name = prompt_name(prompt);

	(void)err;
	if (message_of(prompt, PROMPT_SYSTEM) == NULL || message_of(prompt, PROMPT_USER) == NULL)
		return 1;
	(void)buf_add_format(path, "%.*s/user.md", (int)name.n, name.p);
	return buf_add_format(out, "%s\n", message_of(prompt, PROMPT_USER));
}

static json_t *fabric_entry(const struct prompt *prompt)
{
	json_t *tags = json_array(), *entry = json_object();
	size_t i;

	for (i = 0; i < prompt->n_tags; i++) {
		char *upper = xstrdup(prompt->tags[i]), *c;

		for (c = upper; *c != '\0'; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		(void)json_array_append_new(tags, json_string(upper));
		free(upper);
	}
	(void)json_object_set_new(entry, "patternName", json_from_str(prompt_name(prompt)));
	(void)json_object_set_new(entry, "description",
		json_string(prompt->description != NULL ? prompt->description : ""));
	(void)json_object_set_new(entry, "tags", tags);
	return entry;
}

static int fabric_write_all(
	const struct prompt *const *prompts, size_t n, struct buf *out, struct err *err)
{
	json_t *list = json_array(), *root = json_object();
	int result;
	size_t i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list, fabric_entry(prompts[i]));
	(void)json_object_set_new(root, "patterns", list);
	result = json_write(root, out);
	(void)buf_add_char(out, '\n');
	json_decref(root);
	return result == 0 ? 0 : err_set(err, ERR_LIMIT, "too many patterns");
}

const struct library_format format_fabric = {
	.name = "fabric",
	.description = "fabric's pattern folders, <name>/system.md",
	.recognise = fabric_recognise,
	.parse = fabric_parse,
	.write = fabric_write,
	.place = fabric_place,
	.write_beside = fabric_write_beside,
	.write_all = fabric_write_all,
	.whole_file = "pattern_descriptions.json",
};
