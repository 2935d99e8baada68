/* A prompt's text at the hub's door; see draft.h. */
#include "hub/draft.h"

#include <string.h>

#include "core/json.h"

#define MESSAGE_MAX 500
#define PARAMETERS_MAX 16384

static int add_message(
	struct request *request, struct draft *draft, enum prompt_role role, struct str text)
{
	int rc = door_check(request, &draft->door, "text", text);

	if (rc == 0)
		(void)prompt_add_message(draft->prompt, role, text);
	return rc;
}

/* What stands in inputs is shown to whoever fills them in. */
static int check_inputs(struct request *request, struct draft *draft)
{
	const struct prompt_input *input;
	size_t i, k;
	int rc = 0;

	for (i = 0; rc == 0 && i < draft->prompt->n_inputs; i++) {
		input = &draft->prompt->inputs[i];
		rc = door_check(request, &draft->door, "inputs", str_of(input->initial));
		if (rc == 0)
			rc = door_check(
				request, &draft->door, "inputs", str_of(input->description));
		for (k = 0; rc == 0 && k < input->n_choices; k++)
			rc = door_check(request, &draft->door, "inputs", str_of(input->choices[k]));
	}
	return rc;
}

static int read_messages(struct request *request, struct draft *draft)
{
	const json_t *list = json_object_get(request->body, "messages"), *item;
	enum prompt_role role;
	struct str text;
	size_t i;
	int rc = 0;

	if (list == NULL) {
		text = json_str(request->body, "system");
		if (text.n > 0)
			rc = add_message(request, draft, PROMPT_SYSTEM, text);
		text = json_str(request->body, "text");
		if (rc == 0 && text.n > 0)
			rc = add_message(request, draft, PROMPT_USER, text);
		return rc;
	}
	if (!json_is_array(list) || json_array_size(list) > PROMPT_MESSAGES_MAX)
		return request_refuse_field(request, "messages", "messages is a list of at most %d",
			PROMPT_MESSAGES_MAX);
	json_array_foreach (list, i, item) {
		if (!prompt_role_parse(json_str(item, "role"), &role))
			return request_refuse_field(
				request, "messages", "a role is user, system or assistant");
		rc = add_message(request, draft, role, json_str(item, "text"));
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int write_json(json_t *value, struct buf *out, struct err *err)
{
	int rc = json_write_sorted(value, out); /* as the digest has it */

	json_decref(value);
	return rc == 0 ? 0 : err_set(err, ERR_MEMORY, "no memory for a prompt");
}

int draft_read(struct request *request, const char *slug, const char *title, struct draft *draft,
	struct err *err)
{
	const json_t *inputs = json_object_get(request->body, "inputs");
	json_t *parameters = json_object_get(request->body, "parameters");
	int rc;

	*draft = (struct draft){.prompt = prompt_new()};
	buf_init(&draft->messages, PROMPT_TEXT_MAX * 2UL + 65536);
	buf_init(&draft->inputs, 4UL * 1024 * 1024);
	buf_init(&draft->parameters, PARAMETERS_MAX);
	if ((rc = door_text(request, "message", MESSAGE_MAX, &draft->message)) != 0 ||
		(rc = read_messages(request, draft)) != 0)
		return rc;
	prompt_set(&draft->prompt->path, str_of(slug));
	prompt_set(&draft->prompt->title, str_of(title));
	if (inputs != NULL && prompt_inputs_parse(draft->prompt, inputs, err) != 0)
		return request_refuse_field(request, "inputs", "%s", err->text);
	if ((rc = check_inputs(request, draft)) != 0)
		return rc;
	if (prompt_check(draft->prompt, err) != 0)
		return request_refuse(request, 422, "invalid", "%s", err->text);
	if (parameters != NULL && !json_is_object(parameters))
		return request_refuse_field(request, "parameters", "parameters is an object");
	if (parameters == NULL)
		(void)buf_add_str(&draft->parameters, "{}");
	else if (json_write_sorted(parameters, &draft->parameters) != 0)
		return request_refuse_field(request, "parameters",
			"parameters is larger than %d bytes", PARAMETERS_MAX);
	rc = door_check(request, &draft->door, "parameters",
		(struct str){buf_text(&draft->parameters), draft->parameters.len});
	if (rc != 0)
		return rc;
	if (prompt_digest(draft->prompt, draft->prompt->digest, err) != 0 ||
		write_json(prompt_messages_json(draft->prompt), &draft->messages, err) != 0)
		return -1;
	return write_json(prompt_inputs_json(draft->prompt), &draft->inputs, err);
}

void draft_fini(struct draft *draft)
{
	prompt_free(draft->prompt);
	buf_fini(&draft->messages);
	buf_fini(&draft->inputs);
	buf_fini(&draft->parameters);
}

static struct db_value text_of(const struct buf *buf)
{
	return db_text((struct str){buf_text(buf), buf->len});
}

int draft_insert(struct request *request, const struct draft *draft, const char *prompt_id,
	int64_t latest, int64_t *number, struct err *err)
{
	size_t size = draft->messages.len + draft->inputs.len;
	int rc;

	*number = latest + 1;
	rc = request_do(request,
		"INSERT INTO version (tenant, prompt_id, number, messages, inputs, parameters, "
		"digest, size_bytes, message, created_by, created_ms) VALUES ($1, $2, $3, $4, $5, "
		"$6, $7, $8, $9, $10, $11)",
		DB_ARGS(TENANT(request), db_string(prompt_id), db_number(*number),
			text_of(&draft->messages), text_of(&draft->inputs),
			text_of(&draft->parameters), db_string(draft->prompt->digest),
			db_number((int64_t)size), db_text_or_empty(draft->message), USER(request),
			db_number(request->now_ms)),
		err);
	if (rc != 0)
		return rc;
	rc = door_audit(request, &draft->door, prompt_id, err);
	if (rc != 0)
		return rc;
	return request_do(request,
		"UPDATE prompt SET latest = $3, is_template = $4, revision = revision + 1, "
		"updated_ms = $5 WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_string(prompt_id), db_number(*number),
			db_number(draft->prompt->n_inputs > 0 ? 1 : 0), db_number(request->now_ms)),
		err);
}
