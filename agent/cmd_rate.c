/* promptd rate: how a prompt did, as the person says it. */
#include "agent/lookup.h"

#include <string.h>

#include "core/json.h"
#include "core/text_filter.h"
#include "store/usage.h"

#define MODEL_MAX 64

/* A text option: UTF-8 and nothing in it that does not show. */
static int read_text(struct call *call, const char *option, size_t max, struct str *text)
{
	*text = str_of(call_value(call, option));
	if (!str_is_utf8(*text) || text_filter_find(*text) < text->n)
		return call_fail(
			call, COMMAND_USAGE, "--%s holds characters that do not show", option);
	if (text->n > max)
		return call_fail(call, COMMAND_USAGE, "--%s takes at most %zu bytes", option, max);
	return COMMAND_DONE;
}

static int read_options(struct call *call, struct execution *execution)
{
	const char *success = call_value(call, "success");
	int64_t rating;
	int result;

	if (!str_to_int(str_of(call->words[1]), 1, 5, &rating))
		return call_fail(call, COMMAND_USAGE, "a rating is a number from 1 to 5, not %.60s",
			call->words[1]);
	if (success != NULL && strcmp(success, "yes") != 0 && strcmp(success, "no") != 0)
		return call_fail(call, COMMAND_USAGE, "--success is yes or no, not %.60s", success);
	execution->rating = (int)rating;
	execution->success = success == NULL ? -1 : strcmp(success, "yes") == 0;
	result = read_text(call, "model", MODEL_MAX, &execution->model);
	if (result == COMMAND_DONE)
		result = read_text(call, "notes", 16UL * 1024, &execution->notes);
	return result;
}

static int record(struct call *call, const struct prompt *prompt, struct execution *execution)
{
	struct usage_event event = {
		.prompt_id = str_of(prompt->id),
		.digest = str_of(prompt->digest),
		.source = str_of(prompt->source),
		.version = prompt->version,
		.client_type = STR("cli"),
		.client_name = STR("promptd"),
		.client_version = STR(PROMPTD_VERSION),
		.surface = STR("rate"),
		.action = STR("rate"),
		.outcome = STR("ok"),
		.rating = execution->rating,
		.success = execution->success,
		.model = execution->model,
	};
	struct store *store;
	struct err err;
	int result = call_store(call, false, &store);

	if (result != COMMAND_DONE)
		return result;
	execution->prompt_id = str_of(prompt->id);
	execution->version = prompt->version;
	/* Both rows in the transaction that the event opens. */
	if (store_usage_add(store, &event, &err) != 0 ||
		store_execution_add(store, execution, &err) != 0 ||
		store_usage_commit(store, &err) != 0)
		return call_fail_err(call, &err);
	return COMMAND_DONE;
}

static void answer(struct call *call, const struct prompt *prompt, const struct execution *said)
{
	if (call->json) {
		call_answer_text(call, "name", str_of(prompt->path));
		call_answer_int(call, "version", prompt->version);
		call_answer_int(call, "rating", said->rating);
		call_answer(call, "success",
			said->success < 0 ? json_null() : json_boolean(said->success));
		return;
	}
	output_print(call->out, "rated ");
	output_styled(call->out, OUTPUT_NAME, str_of(prompt->path));
	output_print(
		call->out, ", version %lld: %d of 5\n", (long long)prompt->version, said->rating);
}

static int rate_run(struct call *call)
{
	struct execution execution = {0};
	struct prompt *prompt = NULL;
	int result = read_options(call, &execution);

	if (result == COMMAND_DONE)
		result = lookup_prompt(call, call->words[0], true, &prompt);
	if (result != COMMAND_DONE)
		return result;
	result = record(call, prompt, &execution);
	if (result == COMMAND_DONE)
		answer(call, prompt, &execution);
	prompt_free(prompt);
	return result;
}

static const struct command_option options[] = {
	{"success", 's', "YES", "did it do what it was for: yes or no", COMMAND_CHOICE, "yes no",
		false},
	{"model", 'm', "MODEL", "the model that followed it", COMMAND_TEXT, NULL, false},
	{"notes", 'n', "TEXT", "what to remember; stays on this machine", COMMAND_TEXT, NULL,
		false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd rate code-review 4", "the version in use"},
	{"promptd rate code-review@2 2 --success no --notes 'missed the race'",
		"an earlier one, and why"},
	{0},
};

const struct command command_rate = {
	.name = "rate",
	.summary = "say how well a prompt did",
	.words = "NAME[@VERSION] 1-5",
	.description = "Records a rating from 1 (bad) to 5 (good) of one version of a prompt. "
		       "Assistants record theirs with the tool record_prompt_result; `promptd "
		       "stats` counts both.",
	.words_min = 2,
	.words_max = 2,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "name, version, rating, success",
	.run = rate_run,
};
