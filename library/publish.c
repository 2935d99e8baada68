/* Prompts as skills, and back; see publish.h. */
#include "library/publish.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "library/convert.h"
#include "library/formats.h"
#include "library/publish_text.h"
#include "library/yaml.h"

#define DESCRIPTION_BYTES 1024
#define FRONT_BYTES_MAX (60 * 1024)

/* --- out --- */

/* "arguments: [file, depth]" and the hint that the assistant shows. */
static void add_arguments(const struct prompt *prompt, struct buf *out)
{
	char *names[PROMPT_INPUTS_MAX];
	struct buf hint = BUF_INIT(FRONT_BYTES_MAX);
	size_t i;

	if (prompt->n_inputs == 0)
		return;
	for (i = 0; i < prompt->n_inputs; i++) {
		char name[PUBLISH_ARGUMENT_BYTES];
		bool required = prompt->inputs[i].required;

		publish_argument(prompt, i, name);
		names[i] = xstrdup(name);
		(void)buf_add_format(&hint, "%s%c%s%c", i > 0 ? " " : "", required ? '<' : '[',
			name, required ? '>' : ']');
	}
	yaml_add_entry(out, 0, "argument-hint", (struct str){buf_text(&hint), hint.len});
	yaml_add_words(out, 0, "arguments", names, prompt->n_inputs);
	for (i = 0; i < prompt->n_inputs; i++)
		free(names[i]);
	buf_fini(&hint);
}

static void add_fact(struct buf *out, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		yaml_add_entry(out, 2, key, str_of(value));
}

static void add_inputs(const struct prompt *prompt, struct buf *out)
{
	struct buf text = BUF_INIT(FRONT_BYTES_MAX);
	json_t *inputs = prompt->n_inputs > 0 ? prompt_inputs_json(prompt) : NULL;

	if (inputs != NULL && json_write(inputs, &text) == 0)
		add_fact(out, "promptd-inputs", buf_text(&text));
	json_decref(inputs);
	buf_fini(&text);
}

static void add_tags(const struct prompt *prompt, struct buf *out)
{
	struct buf text = BUF_INIT(FRONT_BYTES_MAX);

	for (size_t i = 0; i < prompt->n_tags; i++)
		(void)buf_add_format(&text, "%s%s", i > 0 ? ", " : "", prompt->tags[i]);
	add_fact(out, "promptd-tags", buf_text(&text));
	buf_fini(&text);
}

static const char notation_claude[] = "claude";

/* What is needed to find the way back. */
static void add_metadata(
	const struct prompt *prompt, enum publish_kind kind, struct str text, struct buf *out)
{
	char number[32], digest[SHA256_HEX_BYTES];

	(void)snprintf(number, sizeof number, "%lld", (long long)prompt->version);
	sha256_hex(text.p, text.n, digest);
	(void)buf_add_str(out, "metadata:\n");
	add_fact(out, "promptd-id", prompt->id);
	add_fact(out, "promptd-path", prompt->path);
	add_fact(out, "promptd-source", prompt->source);
	add_fact(out, "promptd-title", prompt->title);
	add_tags(prompt, out);
	add_fact(out, "promptd-collection", prompt->collection);
	add_fact(out, "promptd-version", number);
	add_fact(out, "promptd-sha256", prompt->digest);
	add_inputs(prompt, out);
	add_fact(out, "promptd-notation", kind == PUBLISH_CLAUDE ? notation_claude : "plain");
	add_fact(out, "promptd-text", digest);
}

static const char hidden_key[] = "disable-model-invocation: true\n";

struct prompt *publish_skill(const struct prompt *prompt, enum publish_kind kind, const char *name,
	bool hidden, struct err *err)
{
	const char *about = prompt->description != NULL ? prompt->description : prompt->title;
	struct buf text = BUF_INIT(2 * PROMPT_TEXT_MAX), front = BUF_INIT(FRONT_BYTES_MAX);
	struct prompt *skill = NULL;
	struct str body;

	if (publish_text(prompt, kind == PUBLISH_CLAUDE, &text, err) != 0) {
		buf_fini(&text);
		return NULL;
	}
	body = text_body((struct str){buf_text(&text), text.len});
	if (hidden)
		(void)buf_add_str(&front, hidden_key);
	if (kind == PUBLISH_CLAUDE)
		add_arguments(prompt, &front);
	add_metadata(prompt, kind, body, &front);
	if (buf_failed(&text) || buf_failed(&front) || body.n > PROMPT_TEXT_MAX) {
		(void)err_set(err, ERR_LIMIT, "too long for a skill");
	} else {
		skill = prompt_new();
		prompt_set(&skill->path, str_of(name));
		prompt_set(&skill->title, str_of(prompt->title));
		prompt_set(&skill->description, str_prefix(str_of(about), DESCRIPTION_BYTES));
		prompt_set(&skill->format, STR("skill"));
		prompt_set(&skill->extra, (struct str){buf_text(&front), front.len});
		(void)prompt_add_message(skill, PROMPT_USER, body);
	}
	buf_fini(&text);
	buf_fini(&front);
	return skill;
}

/* --- the formats --- */

static int publish_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	return format_skill.parse(path, text, sink, err);
}

static int publish_write(const struct prompt *skill, struct buf *out, struct err *err)
{
	return format_skill.write(skill, out, err);
}

static int publish_place(const struct prompt *skill, struct buf *path, struct err *err)
{
	return format_skill.place(skill, path, err);
}

static int publish_beside(
	const struct prompt *skill, struct buf *path, struct buf *out, struct err *err)
{
	(void)err;
	if (skill->extra == NULL || strncmp(skill->extra, hidden_key, sizeof hidden_key - 1) != 0)
		return 1;
	(void)buf_add_format(path, "%s/agents/openai.yaml", skill->path);
	(void)buf_add_str(out, "interface:\n");
	yaml_add_entry(out, 2, "display_name", str_of(skill->title));
	return buf_add_str(out, "policy:\n  allow_implicit_invocation: false\n");
}

const struct library_format publish_formats[2] = {
	[PUBLISH_AGENTS] = {.name = "skill",
		.description = "Skills that promptd keeps in step",
		.parse = publish_parse,
		.write = publish_write,
		.place = publish_place,
		.write_beside = publish_beside},
	[PUBLISH_CLAUDE] = {.name = "skill",
		.description = "Skills that promptd keeps in step",
		.parse = publish_parse,
		.write = publish_write,
		.place = publish_place},
};

/* --- back --- */

static bool fact(const struct node *metadata, const char *key, struct str *text)
{
	return node_text(node_find(metadata, key), text) && text->n > 0;
}

static void take_text(const struct node *metadata, const char *key, char **field)
{
	struct str text;

	if (fact(metadata, key, &text))
		prompt_set(field, text);
}

static void take_tags(const struct node *metadata, struct prompt *prompt)
{
	struct str rest;

	if (!fact(metadata, "promptd-tags", &rest))
		return;
	while (rest.n > 0) {
		struct str tag = str_trim(str_cut(rest, ',', &rest));

		if (tag.n > 0)
			prompt_add_tag(prompt, tag);
	}
}

static void take_inputs(const struct node *metadata, struct prompt *prompt)
{
	json_t *inputs = NULL;
	struct str text;

	if (fact(metadata, "promptd-inputs", &text) && json_door_parse(text, &inputs, NULL) == 0)
		(void)prompt_inputs_parse(prompt, inputs, NULL);
	json_decref(inputs);
}

/* What of the skill is its own, put back over what the import made of it. */
static struct prompt *take_back(const struct prompt *skill, const struct node *metadata)
{
	struct str notation = STR("");
	struct prompt *prompt = prompt_new();
	struct buf text = BUF_INIT(PROMPT_TEXT_MAX);

	take_text(metadata, "promptd-path", &prompt->path);
	prompt_set(&prompt->title, str_of(skill->title));
	take_text(metadata, "promptd-title", &prompt->title);
	take_text(metadata, "promptd-collection", &prompt->collection);
	take_tags(metadata, prompt);
	take_inputs(metadata, prompt);
	if (skill->description != NULL && strcmp(skill->description, prompt->title) != 0)
		prompt_set(&prompt->description, str_of(skill->description));
	prompt_set(&prompt->source, str_of(skill->source));
	prompt_set(&prompt->origin, str_of(skill->origin));
	prompt_set(&prompt->format, str_of(skill->format));
	prompt->flags = skill->flags;
	(void)fact(metadata, "promptd-notation", &notation);
	publish_text_back(
		prompt, str_of(skill->messages[0].text), str_is(notation, notation_claude), &text);
	(void)prompt_add_message(prompt, PROMPT_USER, (struct str){buf_text(&text), text.len});
	buf_fini(&text);
	return prompt;
}

bool published_read(const struct prompt *skill, struct published *published)
{
	const struct node *metadata;
	char digest[SHA256_HEX_BYTES];
	struct node_tree tree;
	struct str id, path, written;
	unsigned line;
	bool is = false;

	if (skill->format == NULL || strcmp(skill->format, "skill") != 0 || skill->extra == NULL ||
		skill->n_messages != 1 ||
		node_parse(str_of(skill->extra), 1, YAML_FRONT_MATTER_BYTES_MAX, &tree, &line,
			NULL) != 0)
		return false;
	metadata = node_find(tree.root, "metadata");
	if (fact(metadata, "promptd-id", &id) && fact(metadata, "promptd-path", &path) &&
		fact(metadata, "promptd-text", &written) && prompt_check_path(path, NULL) == 0) {
		const char *text = skill->messages[0].text;

		is = true;
		sha256_hex(text, strlen(text), digest);
		*published = (struct published){.prompt = take_back(skill, metadata),
			.id = str_dup(id),
			.edited = !str_is(written, digest)};
	}
	node_tree_fini(&tree);
	return is;
}

void published_fini(struct published *published)
{
	prompt_free(published->prompt);
	free(published->id);
}
