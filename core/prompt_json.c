/* Inputs and messages of a prompt as JSON and back, and the digest of both; see
 * prompt.h. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/prompt.h"

/* A MiB of text, each byte six at worst, and what stands around it. */
#define PROMPT_JSON_MAX (16 * 1024 * 1024)

static const char *const prompt_types[] = {"string", "number", "integer", "boolean"};
static const char *const prompt_froms[] = {"person", "selection", "clipboard"};
static const char *const prompt_roles[] = {"user", "system", "assistant"};

const char *prompt_type_name(enum prompt_type type)
{
	return prompt_types[type];
}

bool prompt_type_parse(struct str name, enum prompt_type *type)
{
	unsigned i;

	for (i = 0; i < sizeof prompt_types / sizeof *prompt_types; i++) {
		if (str_is(name, prompt_types[i])) {
			*type = (enum prompt_type)i;
			return true;
		}
	}
	return false;
}

const char *prompt_from_name(enum prompt_from from)
{
	return prompt_froms[from];
}

bool prompt_from_parse(struct str name, enum prompt_from *from)
{
	unsigned i;

	for (i = 0; i < sizeof prompt_froms / sizeof *prompt_froms; i++) {
		if (str_is(name, prompt_froms[i])) {
			*from = (enum prompt_from)i;
			return true;
		}
	}
	return false;
}

const char *prompt_role_name(enum prompt_role role)
{
	return prompt_roles[role];
}

bool prompt_role_parse(struct str name, enum prompt_role *role)
{
	unsigned i;

	for (i = 0; i < sizeof prompt_roles / sizeof *prompt_roles; i++) {
		if (str_is(name, prompt_roles[i])) {
			*role = (enum prompt_role)i;
			return true;
		}
	}
	return false;
}

/* Set unless text is NULL. 0, -1 when memory is out. */
static int prompt_json_set(json_t *object, const char *name, const char *text)
{
	return text == NULL ? 0 : json_object_set_new(object, name, json_string(text));
}

static json_t *prompt_choices_json(const struct prompt_input *input)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < input->n_choices; i++) {
		if (json_array_append_new(list, json_string(input->choices[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* What most inputs have not is left out: the digest of those stays what it was. */
static int prompt_input_json_rare(json_t *object, const struct prompt_input *input)
{
	if (input->from != PROMPT_FROM_PERSON &&
		prompt_json_set(object, "source", prompt_from_name(input->from)) != 0)
		return -1;
	if (input->secret && json_object_set_new(object, "secret", json_true()) != 0)
		return -1;
	return input->multiline ? json_object_set_new(object, "multiline", json_true()) : 0;
}

static json_t *prompt_input_json(const struct prompt_input *input)
{
	json_t *object = json_object();

	/* The default stays text: "1e3" read as a number would come back as
	 * 1000.0, and the digest of the version with it. */
	if (prompt_json_set(object, "name", input->name) != 0 ||
		prompt_json_set(object, "type", prompt_type_name(input->type)) != 0 ||
		prompt_json_set(object, "description", input->description) != 0 ||
		json_object_set_new(object, "required", json_boolean(input->required)) != 0 ||
		prompt_json_set(object, "default", input->initial) != 0 ||
		(input->n_choices > 0 &&
			json_object_set_new(object, "enum", prompt_choices_json(input)) != 0) ||
		prompt_input_json_rare(object, input) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *prompt_inputs_json(const struct prompt *prompt)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++) {
		if (json_array_append_new(list, prompt_input_json(&prompt->inputs[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *prompt_message_json(const struct prompt_message *message)
{
	json_t *object = json_object();

	if (prompt_json_set(object, "role", prompt_role_name(message->role)) != 0 ||
		prompt_json_set(object, "text", message->text) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *prompt_messages_json(const struct prompt *prompt)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < prompt->n_messages; i++) {
		if (json_array_append_new(list, prompt_message_json(&prompt->messages[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* A string member into *field. 1 when absent or null, negative: another type,
 * or a NUL in it. */
static int prompt_json_take(const json_t *object, const char *name, char **field, struct err *err)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL || json_is_null(value))
		return 1;
	if (json_text(object, name) == NULL)
		return err_set(err, ERR_INVALID, "'%s' is not text", name);
	prompt_set(field, json_str(object, name));
	return 0;
}

static int prompt_default_parse(struct prompt_input *input, const json_t *object, struct err *err)
{
	const json_t *value = json_object_get(object, "default");
	struct buf text = BUF_INIT(64);

	if (json_is_number(value) || json_is_boolean(value)) {
		if (json_write(value, &text) == 0)
			prompt_set(&input->initial, str_of(buf_text(&text)));
		buf_fini(&text);
		return 0;
	}
	return prompt_json_take(object, "default", &input->initial, err) < 0 ? -1 : 0;
}

static int prompt_choices_parse(struct prompt_input *input, const json_t *object, struct err *err)
{
	const json_t *list = json_object_get(object, "enum"), *value;
	size_t i;

	if (list == NULL || json_is_null(list))
		return 0;
	if (!json_is_array(list))
		return err_set(err, ERR_INVALID, "'enum' is not a list");
	json_array_foreach (list, i, value) {
		if (!json_is_string(value) ||
			strlen(json_string_value(value)) != json_string_length(value))
			return err_set(err, ERR_INVALID, "'enum' holds something else than text");
		prompt_input_add_choice(input, str_of(json_string_value(value)));
	}
	return 0;
}

static int prompt_input_parse(struct prompt *prompt, const json_t *object, struct err *err)
{
	struct prompt_input *input;
	const char *name = json_text(object, "name");
	const json_t *type = json_object_get(object, "type");
	const json_t *from = json_object_get(object, "source");

	if (name == NULL)
		return err_set(err, ERR_INVALID, "'name' is not text");
	input = prompt_add_input(prompt, str_of(name));
	if (type != NULL && !prompt_type_parse(json_str(object, "type"), &input->type))
		return err_set(err, ERR_INVALID, "'type' is unknown");
	if (from != NULL && !prompt_from_parse(json_str(object, "source"), &input->from))
		return err_set(err, ERR_INVALID, "'source' is unknown");
	input->secret = json_flag(object, "secret", false);
	input->multiline = json_flag(object, "multiline", false);
	if (prompt_json_take(object, "description", &input->description, err) < 0 ||
		prompt_default_parse(input, object, err) != 0 ||
		prompt_choices_parse(input, object, err) != 0)
		return -1;
	input->required = input->initial == NULL && json_flag(object, "required", false);
	return 0;
}

int prompt_inputs_parse(struct prompt *prompt, const json_t *json, struct err *err)
{
	struct prompt *read;
	struct prompt_input *inputs;
	const json_t *object;
	size_t i, n;

	if (!json_is_array(json))
		return err_set(err, ERR_INVALID, "inputs: not a list");
	read = prompt_new();
	json_array_foreach (json, i, object) {
		struct err why;

		if (prompt_input_parse(read, object, &why) != 0) {
			prompt_free(read);
			return err_set(err, why.code, "inputs[%zu]: %s", i, why.text);
		}
	}
	/* Change places, so that freeing `read` frees the old ones. */
	inputs = prompt->inputs;
	n = prompt->n_inputs;
	prompt->inputs = read->inputs;
	prompt->n_inputs = read->n_inputs;
	read->inputs = inputs;
	read->n_inputs = n;
	prompt_free(read);
	return 0;
}

int prompt_messages_parse(struct prompt *prompt, const json_t *json, struct err *err)
{
	struct prompt_message *messages = prompt->messages;
	size_t i, n = prompt->n_messages;
	const json_t *object;
	struct prompt *read;
	enum prompt_role role;

	if (!json_is_array(json) || json_array_size(json) > PROMPT_MESSAGES_MAX)
		return err_set(err, ERR_INVALID, "messages: not a list of at most %d",
			PROMPT_MESSAGES_MAX);
	read = prompt_new();
	json_array_foreach (json, i, object) {
		if (!prompt_role_parse(json_str(object, "role"), &role) ||
			json_text(object, "text") == NULL) {
			prompt_free(read);
			return err_set(err, ERR_INVALID,
				"messages[%zu]: 'role' is unknown or 'text' is not text", i);
		}
		(void)prompt_add_message(read, role, json_str(object, "text"));
	}
	prompt->messages = read->messages;
	prompt->n_messages = read->n_messages;
	read->messages = messages;
	read->n_messages = n;
	prompt_free(read);
	return 0;
}

int prompt_digest(const struct prompt *prompt, char out[SHA256_HEX_BYTES], struct err *err)
{
	struct buf text = BUF_INIT(PROMPT_JSON_MAX);
	json_t *version = json_object();
	int result = -1;

	if (json_object_set_new(version, "inputs", prompt_inputs_json(prompt)) != 0 ||
		json_object_set_new(version, "messages", prompt_messages_json(prompt)) != 0 ||
		json_write_sorted(version, &text) != 0) {
		(void)err_set(err, ERR_MEMORY, "no memory for the digest");
		goto out;
	}
	sha256_hex(text.data, text.len, out);
	result = 0;
out:
	json_decref(version);
	buf_fini(&text);
	return result;
}
