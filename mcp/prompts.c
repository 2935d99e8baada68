/* prompts/list and prompts/get; see prompts.h. */
#include "mcp/prompts.h"

#include <string.h>

#include "core/json.h"
#include "mcp/delivery.h"
#include "mcp/listing.h"
#include "mcp/row_inputs.h"

/* ── prompts/list ──────────────────────────────────────────────────────── */

static void add_argument(struct buf *out, const struct row_input *input)
{
	(void)buf_add_format(
		out, "{\"name\":\"%.*s\",\"description\":\"", (int)input->name.n, input->name.p);
	row_input_describe(input, out);
	(void)buf_add_format(out, "\",\"required\":%s}", input->required ? "true" : "false");
}

/* Clients without titles get theirs in front of the description. */
static void add_description(struct buf *out, const struct store_row *row, bool titles)
{
	if (row->description.n == 0 && titles)
		return;
	(void)buf_add_str(out, ",\"description\":\"");
	if (!titles) {
		buf_add_json_inside(out, row->title);
		(void)buf_add_str(out, row->description.n > 0 ? ": " : "");
	}
	buf_add_json_inside(out, row->description);
	(void)buf_add_char(out, '"');
}

static void add_prompt(
	const struct mcp_request *request, const struct store_row *row, struct buf *out)
{
	bool titles = mcp_has_titles(request->revision);
	struct str rest = row->inputs;
	struct row_input input;
	const char *before = ",\"arguments\":[";

	(void)buf_add_str(out, "{\"name\":");
	(void)buf_add_json_string(out, row->path.p, row->path.n);
	if (titles) {
		(void)buf_add_str(out, ",\"title\":");
		(void)buf_add_json_string(out, row->title.p, row->title.n);
	}
	add_description(out, row, titles);
	while (row_input_next(&rest, &input)) {
		(void)buf_add_str(out, before);
		add_argument(out, &input);
		before = ",";
	}
	if (*before == ',' && before[1] == '\0')
		(void)buf_add_char(out, ']');
	if (titles)
		listing_provenance(out, row);
	(void)buf_add_char(out, '}');
}

void mcp_prompts_list(struct mcp_request *request)
{
	listing_reply(request, "prompts", add_prompt);
}

/* ── prompts/get ───────────────────────────────────────────────────────── */

static void add_message(struct buf *out, enum prompt_role role, const char *text)
{
	/* What a prompt calls its system text is the user's word all the same: no
	 * text from the library gets a standing above the user's. */
	(void)buf_add_format(out, "{\"role\":\"%s\",\"content\":{\"type\":\"text\",\"text\":",
		role == PROMPT_ASSISTANT ? "assistant" : "user");
	(void)buf_add_json_string(out, text, strlen(text));
	(void)buf_add_str(out, "}}");
}

static bool has_text(const char *text)
{
	return text[strspn(text, " \t\n")] != '\0';
}

/* Those with system text first, the others as they stand. Empty ones (a section
 * that was left out) are refused by models, so they are not sent. */
static void add_messages(struct buf *out, const struct render *render)
{
	const char *comma = "";
	size_t i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < render->n_messages; i++) {
			const struct prompt_message *message = &render->messages[i];

			if ((message->role == PROMPT_SYSTEM) != (pass == 0) ||
				!has_text(message->text))
				continue;
			(void)buf_add_str(out, comma);
			add_message(out, message->role, message->text);
			comma = ",";
		}
	}
	if (*comma == '\0')
		add_message(out, PROMPT_USER, "");
}

static void answer(struct delivery *delivery)
{
	const struct prompt *prompt = delivery->prompt;
	struct buf members = BUF_INIT(DELIVERY_JSON_MAX);
	const char *about = prompt->description != NULL ? prompt->description : prompt->title;

	(void)buf_add_str(&members, "\"description\":");
	(void)buf_add_json_string(&members, about, strlen(about));
	(void)buf_add_str(&members, ",\"messages\":[");
	add_messages(&members, &delivery->render);
	(void)buf_add_char(&members, ']');
	delivery_record(delivery);
	mcp_reply_members(delivery->request, &members, MCP_NOT_CACHEABLE);
	buf_fini(&members);
}

static json_t *missing_json(const struct delivery *delivery)
{
	json_t *names = json_array();
	size_t i;

	for (i = 0; i < delivery->render.n_missing; i++)
		json_array_append_new(names, json_string(delivery->render.missing[i]));
	return json_pack("{s:o}", "missing", names);
}

static void fail_missing(struct delivery *delivery, int outcome)
{
	struct buf names = BUF_INIT(4096);
	const char *why = "missing required arguments";

	if (outcome == DELIVERY_DECLINED)
		why = "the user declined to give";
	else if (outcome == DELIVERY_CANCELLED)
		why = "the user cancelled the question for";
	delivery_missing(delivery, &names);
	mcp_fail(delivery->request, RPC_INVALID_PARAMS, missing_json(delivery), "%s: %s", why,
		buf_text(&names));
	buf_fini(&names);
}

static bool arguments_are_legal(const json_t *arguments)
{
	const char *name;
	json_t *value;

	if (arguments == NULL)
		return true;
	json_object_foreach ((json_t *)(uintptr_t)arguments, name, value)
		if (!json_is_string(value))
			return false;
	return json_is_object(arguments);
}

static void get_found(struct delivery *delivery, const json_t *arguments)
{
	struct err err;
	int outcome = delivery_fill(delivery, arguments, &err);

	if (outcome < 0)
		mcp_fail_err(delivery->request, &err);
	else if (outcome == DELIVERY_DONE)
		answer(delivery);
	else if (outcome != DELIVERY_ASKED)
		fail_missing(delivery, outcome);
}

static void fail_unknown(struct mcp_request *request, struct str name, int outcome, struct err *err)
{
	char quote[RPC_QUOTE_BYTES];

	if (outcome < 0)
		mcp_fail_err(request, err);
	else if (outcome == STORE_AMBIGUOUS)
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"several prompts are called \"%s\": give the whole name",
			rpc_quote(name, quote));
	else
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "no prompt is called \"%s\"",
			rpc_quote(name, quote));
}

void mcp_prompts_get(struct mcp_request *request)
{
	const json_t *arguments = json_object_get(request->params, "arguments");
	struct str name = mcp_param(request, "name");
	struct delivery delivery;
	struct err err;
	int outcome;

	if (!json_is_string(json_object_get(request->params, "name"))) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "name must be a string");
		return;
	}
	if (!arguments_are_legal(arguments)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"arguments must be an object of strings");
		return;
	}
	delivery_init(&delivery, request, "prompt");
	outcome = delivery_find(&delivery, name, &err);
	if (outcome == STORE_OK)
		get_found(&delivery, arguments);
	else
		fail_unknown(request, name, outcome, &err);
	delivery_fini(&delivery);
}
