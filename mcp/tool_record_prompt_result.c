/* record_prompt_result: how it went, for the ranking and the prompt's authors. */
#include "core/json.h"
#include "mcp/delivery.h"
#include "mcp/tools.h"

static int record_usage(
	const struct delivery *delivery, const struct execution *execution, struct err *err)
{
	struct usage_event event;

	mcp_usage_init(delivery->request, &event);
	event.prompt_id = execution->prompt_id;
	event.digest = str_of(delivery->prompt->digest);
	event.source = str_of(delivery->prompt->source);
	event.version = execution->version;
	event.surface = str_of(delivery->surface);
	event.action = STR("rate");
	event.rating = execution->rating;
	event.success = execution->success;
	event.model = execution->model;
	return store_usage_add(mcp_store(delivery->request), &event, err);
}

static void record_answer(struct mcp_request *request, const struct delivery *delivery)
{
	struct buf text = BUF_INIT(1024);

	(void)buf_add_format(&text, "Recorded for %s, version %lld. Thank you.",
		delivery->prompt->path, (long long)delivery->prompt->version);
	mcp_reply(request, mcp_tool_text((struct str){buf_text(&text), text.len}, false));
	buf_fini(&text);
}

static void record_found(
	struct mcp_request *request, const struct delivery *delivery, const json_t *arguments)
{
	const json_t *success = json_object_get(arguments, "success");
	struct execution execution = {
		.prompt_id = str_of(delivery->prompt->id),
		.version = delivery->prompt->version,
		.model = json_str(arguments, "model"),
		.notes = json_str(arguments, "notes"),
		.rating = (int)mcp_tool_int(arguments, "rating", 0),
		.success = success == NULL ? -1 : json_is_true(success),
	};
	struct err err;

	if (store_execution_add(mcp_store(request), &execution, &err) == 0 &&
		record_usage(delivery, &execution, &err) == 0)
		record_answer(request, delivery);
	else if (err.code == ERR_REFUSED)
		mcp_reply(request, mcp_tool_text(STR("What was used can only be read here: nothing "
						     "was recorded. That harms nothing else."),
					   true));
	else
		mcp_reply(request, mcp_tool_fault(&err));
}

static void record(struct mcp_request *request, const json_t *arguments)
{
	struct delivery delivery;

	if (json_object_get(arguments, "success") == NULL &&
		json_object_get(arguments, "rating") == NULL &&
		json_object_get(arguments, "notes") == NULL) {
		mcp_reply(request,
			mcp_tool_text(
				STR("Give at least one of success, rating and notes."), true));
		return;
	}
	delivery_init(&delivery, request, "tool");
	delivery.want.version = mcp_tool_int(arguments, "version", 0);
	delivery.want.experimental = true; /* whoever followed it was served it */
	if (delivery_find_or_tell(&delivery, json_str(arguments, "name")))
		record_found(request, &delivery, arguments);
	delivery_fini(&delivery);
}

const struct mcp_tool mcp_tool_record_prompt_result = {
	.name = "record_prompt_result", .call = record};
