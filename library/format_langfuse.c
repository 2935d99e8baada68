/*
 * langfuse: prompts exported as JSON: one object, a list, or {"data": [...]}.
 *
 *   {"name": "team/review", "type": "text", "prompt": "Review {{code}}",
 *    "version": 3, "labels": ["production"], "tags": [], "config": {}}
 *
 * type "chat" has a list of {role, content}. Of several versions of a name the
 * one labelled production counts, else the newest. Every {{name}} is an input;
 * what a declaration can say beyond that stands in config.inputs, our own use of
 * a place that is free there.
 */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "library/convert.h"
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

static int langfuse_recognise(struct str path, struct str text)
{
	struct str base = path_base(path);

	if (!str_ends(path, ".json"))
		return 0;
	if (str_is(base, "package.json") || str_is(base, "pattern_descriptions.json"))
		return 0;
	if (!holds(text, "\"prompt\"") || !holds(text, "\"name\""))
		return 2;
	if (holds(text, "\"labels\"") || holds(text, "\"config\"") || holds(text, "\"type\""))
		return 75;
	return 30;
}

static bool has_label(const json_t *entry, const char *label)
{
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(entry, "labels"), i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), label) == 0)
			return true;
	return false;
}

/* Is a better than b to stand for the name? */
static bool is_better(const json_t *a, const json_t *b)
{
	bool live_a = has_label(a, "production"), live_b = has_label(b, "production");

	if (live_a != live_b)
		return live_a;
	return json_integer_value(json_object_get(a, "version")) >
	       json_integer_value(json_object_get(b, "version"));
}

/* The index of the entry that stands for each name. */
static json_t *choose_versions(const json_t *list)
{
	json_t *chosen = json_object();
	const json_t *entry;
	size_t i;

	json_array_foreach (list, i, entry) {
		const char *name = json_text(entry, "name");
		const json_t *best;

		if (name == NULL || json_object_get(entry, "prompt") == NULL)
			continue;
		best = json_object_get(chosen, name);
		if (best == NULL ||
			is_better(entry, json_array_get(list, (size_t)json_integer_value(best))))
			(void)json_object_set_new(chosen, name, json_integer((json_int_t)i));
	}
	return chosen;
}

static void read_messages(
	struct reader *reader, const char *name, const json_t *list, struct prompt *prompt)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		struct str role_name = json_str(item, "role"), content = json_str(item, "content");
		enum prompt_role role;

		if (!prompt_role_parse(role_name, &role) || content.p == NULL) {
			reader_note(reader, 0, NOTE_WARNING,
				"\"%.80s\": message %zu has no role or text that is known here; "
				"left out",
				name, i + 1);
			continue;
		}
		(void)prompt_add_message(prompt, role, content);
	}
}

/* True when they are declared. */
static bool read_inputs(
	struct reader *reader, const char *name, json_t *config, struct prompt *prompt)
{
	json_t *inputs = json_object_get(config, "inputs");
	struct err err = {0};

	if (!json_is_array(inputs))
		return false;
	if (prompt_inputs_parse(prompt, inputs, &err) != 0)
		reader_note(
			reader, 0, NOTE_WARNING, "\"%.80s\": config.inputs: %s", name, err.text);
	else
		(void)json_object_del(config, "inputs");
	return err.code == ERR_NONE;
}

/* As a line of YAML; JSON on one line is YAML. */
static void keep(const json_t *entry, const char *key, struct buf *extra)
{
	const json_t *value = json_object_get(entry, key);
	size_t before = extra->len;

	if (value == NULL || json_is_null(value) ||
		(json_is_object(value) && json_object_size(value) == 0) ||
		(json_is_array(value) && json_array_size(value) == 0))
		return;
	(void)buf_add_format(extra, "%s: ", key);
	if (json_write(value, extra) != 0)
		buf_truncate(extra, before);
	else
		(void)buf_add_char(extra, '\n');
}

static bool read_entry_rest(
	struct reader *reader, const char *name, json_t *entry, struct prompt *prompt)
{
	struct buf extra = BUF_INIT(2 * PROMPT_EXTRA_MAX);
	const json_t *tag;
	bool declared;
	size_t i;

	json_array_foreach (json_object_get(entry, "tags"), i, tag)
		if (json_is_string(tag) && json_string_length(tag) > 0)
			prompt_add_tag(prompt, str_of(json_string_value(tag)));
	declared = read_inputs(reader, name, json_object_get(entry, "config"), prompt);
	if (json_text(json_object_get(entry, "config"), "model") != NULL)
		prompt_set(&prompt->model, json_str(json_object_get(entry, "config"), "model"));
	keep(entry, "config", &extra);
	keep(entry, "labels", &extra);
	if (extra.len > 0)
		prompt_set(&prompt->extra, (struct str){buf_text(&extra), extra.len});
	buf_fini(&extra);
	return declared;
}

static int read_entry(struct reader *reader, json_t *entry, struct err *err)
{
	const char *name = json_text(entry, "name");
	const json_t *body = json_object_get(entry, "prompt");
	struct prompt *prompt = prompt_new();
	struct str path = str_of(name);
	bool declared;

	if (json_is_string(body))
		(void)prompt_add_message(prompt, PROMPT_USER, str_of(json_string_value(body)));
	else if (json_is_array(body))
		read_messages(reader, name, body, prompt);
	else
		reader_note(reader, 0, NOTE_WARNING, "\"%.80s\" has no text", name);
	prompt_set(&prompt->title, path_base(path));
	prompt_set_path(prompt, path_folders(path), NULL, path_base(path));
	declared = read_entry_rest(reader, name, entry, prompt);
	/* Where the inputs are declared, other braces are text. */
	if (!declared)
		convert_declare_all(prompt);
	return reader_emit(reader, prompt, 0, err);
}

/* The list of prompts in whatever was exported; borrowed, or NULL. */
static const json_t *find_list(json_t *root, json_t *single)
{
	if (json_is_array(root))
		return root;
	if (json_is_array(json_object_get(root, "data")))
		return json_object_get(root, "data");
	if (json_is_array(json_object_get(root, "prompts")))
		return json_object_get(root, "prompts");
	if (json_text(root, "name") == NULL)
		return NULL;
	(void)json_array_append(single, root);
	return single;
}

static unsigned line_of(const char *text)
{
	unsigned line = 0;

	if (strncmp(text, "line ", 5) == 0)
		for (text += 5; *text >= '0' && *text <= '9' && line < 100000000; text++)
			line = 10 * line + (unsigned)(*text - '0');
	return line;
}

static int read_list(struct reader *reader, const json_t *list, struct err *err)
{
	json_t *chosen = choose_versions(list), *entry;
	int result = 0;
	size_t i;

	json_array_foreach (list, i, entry) {
		const char *name = json_text(entry, "name");

		if (name == NULL || json_object_get(entry, "prompt") == NULL) {
			reader_note(
				reader, 0, NOTE_ERROR, "entry %zu has no name or prompt", i + 1);
			continue;
		}
		if ((size_t)json_integer_value(json_object_get(chosen, name)) != i)
			continue; /* another version of it counts */
		result = read_entry(reader, entry, err);
		if (result != 0)
			break;
	}
	json_decref(chosen);
	return result;
}

static int langfuse_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "langfuse"};
	json_t *root = NULL, *single;
	const json_t *list;
	struct err fault = {0};
	int result = 0;

	if (json_door_parse(text, &root, &fault) != 0) {
		reader_note(&reader, line_of(fault.text), NOTE_ERROR, "not JSON: %s", fault.text);
		return 0;
	}
	single = json_array();
	list = find_list(root, single);
	if (list == NULL)
		reader_note(&reader, 1, NOTE_ERROR, "no prompts with a name in it");
	else
		result = read_list(&reader, list, err);
	json_decref(single);
	json_decref(root);
	return result;
}

/* Plain enough for {{name}} alone to say it all? */
static bool inputs_are_plain(const struct prompt *prompt)
{
	struct prompt *bare = prompt_new();
	bool plain;

	for (size_t i = 0; i < prompt->n_messages; i++)
		(void)prompt_add_message(
			bare, prompt->messages[i].role, str_of(prompt->messages[i].text));
	convert_declare_all(bare);
	plain = bare->n_inputs == prompt->n_inputs;
	for (size_t i = 0; plain && i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		plain = input->type == PROMPT_STRING && input->required &&
			input->description == NULL && input->n_choices == 0 &&
			strcmp(input->name, bare->inputs[i].name) == 0;
	}
	prompt_free(bare);
	return plain;
}

/* Folders of the path, and the title where the path's last part comes from it. */
static json_t *name_json(const struct prompt *prompt)
{
	struct str folders = path_folders(str_of(prompt->path)), last = prompt_name(prompt);
	char *slug = prompt_slug(str_of(prompt->title));
	struct buf name = BUF_INIT(4096);
	json_t *json;

	if (str_is(last, slug) && strchr(prompt->title, '/') == NULL)
		last = str_of(prompt->title);
	(void)buf_add_format(&name, "%.*s%s%.*s", (int)folders.n, folders.p,
		folders.n > 0 ? "/" : "", (int)last.n, last.p);
	json = json_from_str((struct str){buf_text(&name), name.len});
	free(slug);
	buf_fini(&name);
	return json;
}

/* The value that keep() wrote under key; new reference or NULL. */
static json_t *kept(const struct prompt *prompt, const char *key)
{
	struct str rest = str_of(prompt->extra), line, value;
	json_t *json = NULL;

	while (str_next_line(&rest, &line))
		if (str_is(str_cut(line, ':', &value), key) &&
			json_door_parse(str_trim(value), &json, NULL) == 0)
			return json;
	return NULL;
}

static json_t *config_json(const struct prompt *prompt)
{
	json_t *config = kept(prompt, "config");

	if (!json_is_object(config)) {
		json_decref(config);
		config = json_object();
	}
	if (prompt->model != NULL)
		(void)json_object_set_new(config, "model", json_string(prompt->model));
	if (!inputs_are_plain(prompt))
		(void)json_object_set_new(config, "inputs", prompt_inputs_json(prompt));
	return config;
}

static json_t *body_json(const struct prompt *prompt)
{
	json_t *list;

	if (prompt->n_messages == 1 && prompt->messages[0].role == PROMPT_USER)
		return json_string(prompt->messages[0].text);
	list = json_array();
	for (size_t i = 0; i < prompt->n_messages; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s, s:s}", "role", prompt_role_name(prompt->messages[i].role),
				"content", prompt->messages[i].text));
	return list;
}

static json_t *entry_json(const struct prompt *prompt)
{
	json_t *entry = json_object(), *body = body_json(prompt), *tags = json_array(),
	       *labels = kept(prompt, "labels"), *none = json_array();

	for (size_t i = 0; i < prompt->n_tags; i++)
		(void)json_array_append_new(tags, json_string(prompt->tags[i]));
	(void)json_object_set_new(entry, "name", name_json(prompt));
	(void)json_object_set_new(
		entry, "type", json_string(json_is_string(body) ? "text" : "chat"));
	(void)json_object_set_new(entry, "prompt", body);
	(void)json_object_set(entry, "labels", json_is_array(labels) ? labels : none);
	(void)json_object_set_new(entry, "tags", tags);
	(void)json_object_set_new(entry, "config", config_json(prompt));
	json_decref(labels);
	json_decref(none);
	return entry;
}

static int langfuse_write_all(
	const struct prompt *const *prompts, size_t n, struct buf *out, struct err *err)
{
	json_t *list = json_array();
	int result;

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, entry_json(prompts[i]));
	result = json_write(list, out);
	(void)buf_add_char(out, '\n');
	json_decref(list);
	return result == 0 ? 0 : err_set(err, ERR_LIMIT, "too many prompts for one file");
}

const struct library_format format_langfuse = {
	.name = "langfuse",
	.description = "Langfuse's prompts as JSON",
	.recognise = langfuse_recognise,
	.parse = langfuse_parse,
	.write_all = langfuse_write_all,
	.whole_file = "langfuse-prompts.json",
};
