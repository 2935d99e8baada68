/* suggest_prompt: a draft for the team's hub, kept here until the hub has it. */
#include <string.h>

#include "core/json.h"
#include "mcp/tools.h"
#include "store/proposal.h"

/* What nobody said about an input is what most are. */
static json_t *inputs_of(const json_t *arguments)
{
	const json_t *given = json_object_get(arguments, "inputs");
	json_t *inputs = given != NULL ? json_deep_copy(given) : json_array(), *input;
	size_t i;

	json_array_foreach (inputs, i, input)
		if (json_object_get(input, "type") == NULL)
			json_object_set_new(input, "type", json_string("string"));
	return inputs;
}

static int read_prompt(const json_t *arguments, struct prompt *prompt, struct err *err)
{
	struct str title = json_str(arguments, "title"), name = json_str(arguments, "name");
	struct str description = json_str(arguments, "description");
	json_t *inputs = inputs_of(arguments);
	int rc;

	prompt_set(&prompt->path, name);
	prompt_set(&prompt->title, title.n > 0 ? title : prompt_name(prompt));
	if (description.n > 0)
		prompt_set(&prompt->description, description);
	(void)prompt_add_message(prompt, PROMPT_USER, json_str(arguments, "text"));
	rc = prompt_inputs_parse(prompt, inputs, err);
	json_decref(inputs);
	return rc;
}

static void answer(
	struct mcp_request *request, const struct prompt *prompt, const char *of_id, const char *id)
{
	struct buf text = BUF_INIT(1024);

	(void)buf_add_format(&text,
		"%s %s is on its way to the team's hub, where a colleague reviews it; nobody else "
		"sees it before. `promptd propose --list` tells the user what became of it, and "
		"`promptd propose --withdraw %s` takes it back while it waits here.",
		of_id[0] != '\0' ? "A new version of" : "The new prompt", prompt->path, id);
	mcp_reply(request, mcp_tool_text((struct str){buf_text(&text), text.len}, false));
	buf_fini(&text);
}

static void suggest(struct mcp_request *request, const json_t *arguments)
{
	struct prompt *prompt = prompt_new();
	char of_id[ID_BYTES], id[ID_BYTES], digest[SHA256_HEX_BYTES];
	struct err err;

	if (read_prompt(arguments, prompt, &err) == 0 && prompt_check(prompt, &err) == 0 &&
		store_proposal_base(mcp_store(request), prompt->path, of_id, digest, &err) == 0 &&
		store_proposal_add(mcp_store(request), prompt, json_str(arguments, "reason"),
			str_of(of_id), id, &err) == 0)
		answer(request, prompt, of_id, id);
	else
		mcp_reply(request, mcp_tool_fault(&err));
	prompt_free(prompt);
}

const struct mcp_tool mcp_tool_suggest_prompt = {
	.name = "suggest_prompt", .call = suggest, .for_members = true};
