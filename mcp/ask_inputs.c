/* Asking a person for a prompt's inputs; see ask_inputs.h. */
#include "mcp/ask_inputs.h"

#include <string.h>

#include "core/json.h"

#define ASK_KEY "inputs"
#define ASK_MESSAGE_MAX 2048
#define ASK_NAMES 12 /* named in the message; the form has all */

/* Neither given nor one that must not be asked for: the specification forbids to ask
 * for secrets this way (elicitation, "Security Considerations"). */
static bool is_open(const struct prompt_input *input, const json_t *args)
{
	const json_t *value = json_object_get(args, input->name);

	return !input->secret && (value == NULL || json_is_null(value));
}

/* Is there something to be given that only the caller can give? */
static bool wants_secret(const struct prompt *prompt, const json_t *args)
{
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++)
		if (prompt->inputs[i].secret && prompt->inputs[i].required &&
			!json_is_string(json_object_get(args, prompt->inputs[i].name)))
			return true;
	return false;
}

enum ask_answer ask_inputs_read(
	const struct mcp_request *request, const struct prompt *prompt, json_t *args)
{
	const json_t *answer = json_object_get(request->answers, ASK_KEY);
	const json_t *content = json_object_get(answer, "content");
	const char *action = json_text(answer, "action");
	size_t i;

	if (action == NULL)
		return ASK_NONE;
	if (strcmp(action, "decline") == 0)
		return ASK_DECLINED;
	if (strcmp(action, "accept") != 0)
		return ASK_CANCELLED;
	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];
		json_t *value = json_object_get(content, input->name);

		if (value != NULL && !json_is_null(value) && is_open(input, args))
			json_object_set(args, input->name, value);
	}
	return ASK_ACCEPTED;
}

/* The default in the input's own type, or NULL. */
static json_t *initial_json(const struct prompt_input *input)
{
	json_t *value = NULL;
	struct err err;

	if (input->initial == NULL)
		return NULL;
	if (input->type == PROMPT_STRING)
		return json_string(input->initial);
	if (json_door_parse(str_of(input->initial), &value, &err) != 0)
		return NULL;
	return value;
}

static json_t *input_schema(const struct prompt_input *input)
{
	json_t *schema = json_pack("{s:s}", "type", prompt_type_name(input->type));
	json_t *choices, *initial = initial_json(input);
	size_t i;

	if (input->description != NULL)
		json_object_set_new(schema, "description", json_string(input->description));
	if (input->n_choices > 0) {
		choices = json_array();
		for (i = 0; i < input->n_choices; i++)
			json_array_append_new(choices, json_string(input->choices[i]));
		json_object_set_new(schema, "enum", choices);
	}
	if (initial != NULL)
		json_object_set_new(schema, "default", initial);
	return schema;
}

json_t *ask_inputs_schema(const struct prompt *prompt, const json_t *args)
{
	json_t *properties = json_object(), *required = json_array(), *schema;
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		if (!is_open(input, args))
			continue;
		json_object_set_new(properties, input->name, input_schema(input));
		if (input->required)
			json_array_append_new(required, json_string(input->name));
	}
	schema = json_pack("{s:s, s:o}", "type", "object", "properties", properties);
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	return schema;
}

static json_t *ask_message(const struct prompt *prompt, const json_t *args, const char *remark)
{
	struct str title = str_prefix(str_of(prompt->title), 120);
	struct buf text = BUF_INIT(ASK_MESSAGE_MAX);
	size_t i, named = 0;
	json_t *message;

	(void)buf_add_format(&text, "The prompt \"%.*s\" needs ", (int)title.n, title.p);
	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		if (!input->required || !is_open(input, args) || named == ASK_NAMES)
			continue;
		(void)buf_add_format(&text, "%s%s", named++ > 0 ? ", " : "", input->name);
	}
	(void)buf_add_str(&text, named == ASK_NAMES ? " and more." : ".");
	if (remark != NULL)
		(void)buf_add_format(&text, " Last time: %s.", remark);
	message = json_from_str((struct str){buf_text(&text), text.len});
	buf_fini(&text);
	return message;
}

bool ask_inputs_send(struct mcp_request *request, const struct prompt *prompt, const json_t *args,
	const char *remark)
{
	json_int_t tries = json_integer_value(json_object_get(request->state, "tries"));

	if (tries >= ASK_INPUTS_TRIES || !mcp_can_ask(request, "elicitation/create") ||
		wants_secret(prompt, args))
		return false;
	mcp_ask(request, ASK_KEY, "elicitation/create",
		json_pack("{s:o, s:o}", "message", ask_message(prompt, args, remark),
			"requestedSchema", ask_inputs_schema(prompt, args)));
	return mcp_ask_send(request, json_pack("{s:I}", "tries", tries + 1)) == MCP_ASK_SENT;
}
