/* completion/complete: values while somebody types; see completion.h. */
#include "mcp/completion.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"
#include "mcp/delivery.h"
#include "mcp/uri.h"

#define VALUES_MAX 100 /* the protocol's */
#define PATHS_COUNTED 200
#define USED_MAX 20 /* the store's: an input */

struct values {
	json_t *list;
	const json_t *context; /* values of the other arguments, or NULL */
	struct str prefix;
	size_t total;
	bool more; /* than were counted */
};

static bool starts_folded(struct str text, struct str prefix)
{
	return text.n >= prefix.n &&
	       (prefix.n == 0 || strncasecmp(text.p, prefix.p, prefix.n) == 0);
}

static bool holds(const json_t *list, struct str text)
{
	const json_t *value;
	size_t i;

	json_array_foreach (list, i, value)
		if (str_is(text, json_string_value(value)))
			return true;
	return false;
}

static void add_value(struct values *values, struct str text)
{
	if (!starts_folded(text, values->prefix) || holds(values->list, text))
		return;
	values->total++;
	if (json_array_size(values->list) < VALUES_MAX)
		json_array_append_new(values->list, json_from_str(text));
}

static int on_used(void *data, struct str value)
{
	add_value(data, value);
	return 0;
}

/* What another argument has already goes to the end: from and to are rarely the
 * same language. */
static void context_last(struct values *values)
{
	size_t i, n = json_array_size(values->list), at = 0;
	const char *name;
	json_t *given;

	for (i = 0; i < n; i++) {
		json_t *value = json_array_get(values->list, at);
		bool taken = false;

		json_object_foreach ((json_t *)(uintptr_t)values->context, name, given)
			taken = taken || json_equal(given, value);
		if (!taken) {
			at++;
			continue;
		}
		json_array_append(values->list, value);
		json_array_remove(values->list, at);
	}
}

static void answer(struct mcp_request *request, struct values *values)
{
	json_t *completion = json_pack("{s:O}", "values", values->list);
	size_t shown = json_array_size(values->list);

	if (!values->more)
		json_object_set_new(completion, "total", json_integer((json_int_t)values->total));
	json_object_set_new(
		completion, "hasMore", json_boolean(values->more || values->total > shown));
	mcp_reply(request, json_pack("{s:o}", "completion", completion));
}

/* ── an argument of a prompt ───────────────────────────────────────────── */

static void complete_input(struct mcp_request *request, const struct prompt *prompt,
	const struct prompt_input *input, struct values *values)
{
	struct err err;
	size_t i;

	for (i = 0; i < input->n_choices; i++)
		add_value(values, str_of(input->choices[i]));
	if (input->type == PROMPT_BOOLEAN) {
		add_value(values, STR("true"));
		add_value(values, STR("false"));
	}
	/* Choices are all there is; values used before are offered for the rest. */
	if (input->n_choices == 0 && input->type != PROMPT_BOOLEAN) {
		(void)store_value_list(mcp_store(request), str_of(prompt->id), str_of(input->name),
			values->prefix, USED_MAX, on_used, values, &err);
		if (input->initial != NULL)
			add_value(values, str_of(input->initial));
	}
	context_last(values);
	answer(request, values);
}

static void complete_prompt(struct mcp_request *request, const json_t *ref, struct values *values)
{
	struct str argument = json_str(json_object_get(request->params, "argument"), "name");
	const struct prompt_input *input;
	char quote[RPC_QUOTE_BYTES];
	struct delivery delivery;
	struct err err;
	int outcome;

	delivery_init(&delivery, request, "prompt");
	outcome = delivery_find(&delivery, json_str(ref, "name"), &err);
	input = outcome == STORE_OK ? prompt_input_find(delivery.prompt, argument) : NULL;
	if (outcome < 0)
		mcp_fail_err(request, &err);
	else if (outcome != STORE_OK)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "no prompt is called \"%s\"",
			rpc_quote(json_str(ref, "name"), quote));
	else if (input == NULL)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "%s has no argument \"%s\"",
			delivery.prompt->path, rpc_quote(argument, quote));
	else
		complete_input(request, delivery.prompt, input, values);
	delivery_fini(&delivery);
}

/* ── the path of a resource ────────────────────────────────────────────── */

static int on_path(void *data, const struct store_row *row)
{
	struct values *values = data;

	if (row->path.n < values->prefix.n ||
		memcmp(row->path.p, values->prefix.p, values->prefix.n) != 0)
		return 1;
	if (values->total == PATHS_COUNTED) {
		values->more = true;
		return 1;
	}
	add_value(values, row->path);
	return 0;
}

static void complete_path(struct mcp_request *request, struct values *values)
{
	const struct store_filter all = {.experimental = false};
	struct delivery delivery;
	struct err err;
	int outcome;

	/* The list begins behind the prefix; it may be a whole path itself. */
	delivery_init(&delivery, request, "resource");
	if (values->prefix.n > 0 && delivery_find_path(&delivery, values->prefix, &err) == STORE_OK)
		add_value(values, values->prefix);
	delivery_fini(&delivery);
	outcome = store_prompt_list(
		mcp_store(request), &all, values->prefix, PATHS_COUNTED + 1, on_path, values, &err);
	if (outcome != 0)
		mcp_fail_err(request, &err);
	else
		answer(request, values);
}

static void complete_resource(struct mcp_request *request, const json_t *ref, struct values *values)
{
	const char *uri = json_text(ref, "uri");
	const char *name = json_text(json_object_get(request->params, "argument"), "name");

	if (uri == NULL || strcmp(uri, URI_PROMPT_TEMPLATE) != 0)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "the template is " URI_PROMPT_TEMPLATE);
	else if (name == NULL || strcmp(name, "path") != 0)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "its variable is path");
	else
		complete_path(request, values);
}

static bool context_is_legal(const json_t *params, const json_t **arguments)
{
	const json_t *context = json_object_get(params, "context");
	const char *name;
	json_t *value;

	*arguments = json_object_get(context, "arguments");
	if (context != NULL && !json_is_object(context))
		return false;
	if (*arguments != NULL && !json_is_object(*arguments))
		return false;
	json_object_foreach ((json_t *)(uintptr_t)*arguments, name, value)
		if (!json_is_string(value))
			return false;
	return true;
}

void mcp_completion_complete(struct mcp_request *request)
{
	const json_t *ref = json_object_get(request->params, "ref");
	const json_t *argument = json_object_get(request->params, "argument");
	const char *type = json_text(ref, "type");
	struct values values = {.prefix = json_str(argument, "value")};

	if (!json_is_string(json_object_get(argument, "name")) ||
		!json_is_string(json_object_get(argument, "value"))) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"argument must have a name and a value, both strings");
		return;
	}
	if (!context_is_legal(request->params, &values.context)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"context.arguments must be an object of strings");
		return;
	}
	values.list = json_array();
	if (type != NULL && strcmp(type, "ref/prompt") == 0)
		complete_prompt(request, ref, &values);
	else if (type != NULL && strcmp(type, "ref/resource") == 0)
		complete_resource(request, ref, &values);
	else
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"ref.type must be ref/prompt or ref/resource");
	json_decref(values.list);
}
