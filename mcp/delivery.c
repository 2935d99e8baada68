/* A prompt on its way to a client; see delivery.h. */
#include "mcp/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "mcp/ask_inputs.h"
#include "mcp/server.h"
#include "store/partials.h"

#define MISSING_NAMED 20

void delivery_init(struct delivery *delivery, struct mcp_request *request, const char *surface)
{
	memset(delivery, 0, sizeof *delivery);
	delivery->request = request;
	delivery->surface = surface;
	delivery->started_us = clock_monotonic_us();
}

void delivery_fini(struct delivery *delivery)
{
	render_fini(&delivery->render);
	json_decref(delivery->args);
	prompt_cache_release(delivery->cached);
}

int delivery_find(struct delivery *delivery, struct str name, struct err *err)
{
	int outcome = prompt_cache_get(
		delivery->request->server->prompts, name, &delivery->want, &delivery->cached, err);

	if (outcome == STORE_OK)
		delivery->prompt = delivery->cached->prompt;
	return outcome;
}

int delivery_find_path(struct delivery *delivery, struct str path, struct err *err)
{
	int outcome = delivery_find(delivery, path, err);

	if (outcome == STORE_AMBIGUOUS)
		return STORE_NOT_FOUND;
	if (outcome != STORE_OK || str_is(path, delivery->prompt->path))
		return outcome;
	prompt_cache_release(delivery->cached);
	delivery->cached = NULL;
	delivery->prompt = NULL;
	return STORE_NOT_FOUND;
}

static int delivery_render(struct delivery *delivery, bool holes, struct err *err)
{
	struct store_partials partials = {
		.store = mcp_store(delivery->request), .want = delivery->want};
	struct render_options options = {
		.holes = holes, .partial = store_partial, .partial_data = &partials};
	int outcome;

	partials.want.version = 0;
	render_fini(&delivery->render);
	outcome = render_prompt(delivery->prompt, delivery->args, &options, &delivery->render, err);
	store_partials_fini(&partials);
	return outcome;
}

int delivery_fill(struct delivery *delivery, const json_t *given, struct err *err)
{
	enum ask_answer answer;
	const char *remark = NULL;
	int outcome;

	delivery->args = given != NULL ? json_copy((json_t *)(uintptr_t)given) : json_object();
	answer = ask_inputs_read(delivery->request, delivery->prompt, delivery->args);
	delivery->answered = answer == ASK_ACCEPTED;
	outcome = delivery_render(delivery, false, err);
	if (outcome == RENDER_MISSING && answer == ASK_DECLINED)
		return DELIVERY_DECLINED;
	if (outcome == RENDER_MISSING && answer == ASK_CANCELLED)
		return DELIVERY_CANCELLED;
	if (outcome < 0 && (answer != ASK_ACCEPTED || err->code != ERR_INVALID))
		return outcome;
	if (outcome == RENDER_DONE)
		return DELIVERY_DONE;
	if (answer == ASK_ACCEPTED)
		remark = outcome < 0 ? err->text : "a value was missing";
	if (ask_inputs_send(delivery->request, delivery->prompt, given, remark))
		return DELIVERY_ASKED;
	return outcome < 0 ? outcome : DELIVERY_MISSING;
}

int delivery_fill_holes(struct delivery *delivery, struct err *err)
{
	if (delivery->args == NULL)
		delivery->args = json_object();
	return delivery_render(delivery, true, err);
}

void delivery_text(const struct delivery *delivery, struct buf *out)
{
	static const char *const headings[] = {[PROMPT_USER] = "## User\n\n",
		[PROMPT_SYSTEM] = "## System\n\n",
		[PROMPT_ASSISTANT] = "## Assistant\n\n"};
	const struct render *render = &delivery->render;
	size_t start = out->len, i;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < render->n_messages; i++) {
			const struct prompt_message *message = &render->messages[i];

			if ((message->role == PROMPT_SYSTEM) != (pass == 0))
				continue;
			if (out->len > start)
				(void)buf_add_str(out, "\n\n");
			if (render->n_messages > 1)
				(void)buf_add_str(out, headings[message->role]);
			(void)buf_add_str(out, message->text);
		}
	}
}

void delivery_missing(const struct delivery *delivery, struct buf *out)
{
	const struct render *render = &delivery->render;
	size_t i;

	for (i = 0; i < render->n_missing && i < MISSING_NAMED; i++)
		(void)buf_add_format(out, "%s%s", i > 0 ? ", " : "", render->missing[i]);
	if (render->n_missing > MISSING_NAMED)
		(void)buf_add_format(out, " and %zu more", render->n_missing - MISSING_NAMED);
}

/* Values given now are offered again by completion/complete. */
static void remember_values(struct delivery *delivery)
{
	struct str prompt_id = str_of(delivery->prompt->id);
	const char *name;
	struct err err;
	json_t *value;

	json_object_foreach (delivery->args, name, value) {
		const struct prompt_input *input =
			prompt_input_find(delivery->prompt, str_of(name));
		struct str text = {json_string_value(value), json_string_length(value)};

		/* Losing one harms nobody. */
		if (json_is_string(value) && text.n > 0 && (input == NULL || !input->secret))
			(void)store_value_add(
				mcp_store(delivery->request), prompt_id, str_of(name), text, &err);
	}
}

void delivery_record(struct delivery *delivery)
{
	struct mcp_request *request = delivery->request;
	struct store *store = mcp_store(request);
	struct usage_event event;
	struct err err;

	mcp_usage_init(request, &event);
	event.prompt_id = str_of(delivery->prompt->id);
	event.digest = str_of(delivery->prompt->digest);
	event.source = str_of(delivery->prompt->source);
	event.version = delivery->prompt->version;
	event.surface = str_of(delivery->surface);
	event.action = json_object_size(delivery->args) > 0 ? STR("render") : STR("get");
	event.latency_us = clock_monotonic_us() - delivery->started_us;
	if (store_usage_add(store, &event, &err) != 0)
		request->server->lost = err; /* mcp_session_settle() tells */
	if (request->server->options.remember_values)
		remember_values(delivery);
}
