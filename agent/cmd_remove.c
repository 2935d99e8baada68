/* promptd remove: take a prompt out of the library. */
#include "agent/lookup.h"

#include <string.h>

static int remove_run(struct call *call)
{
	struct prompt *prompt = NULL;
	struct store *store;
	struct err err;
	int result;

	if (strchr(call->words[0], '@') != NULL)
		return call_fail(call, COMMAND_USAGE,
			"versions are never removed, only whole prompts: %.200s", call->words[0]);
	result = lookup_prompt(call, call->words[0], true, &prompt);
	if (result != COMMAND_DONE)
		return result;
	result = call_store(call, true, &store);
	if (result == COMMAND_DONE && store_prompt_remove(store, str_of(prompt->id), &err) != 0)
		result = call_fail_err(call, &err);
	if (result == COMMAND_DONE && call->json) {
		call_answer(call, "removed", lookup_prompt_json(prompt));
	} else if (result == COMMAND_DONE) {
		output_print(call->out, "removed ");
		output_styled(call->out, OUTPUT_NAME, str_of(prompt->path));
		output_print(call->out, "\n");
	}
	prompt_free(prompt);
	return result;
}

static const struct command_example examples[] = {
	{"promptd remove drafts/old-idea", "its files, where it came from, stay"},
	{0},
};

const struct command command_remove = {
	.name = "remove",
	.summary = "take a prompt out of the library",
	.words = "NAME",
	.description = "Takes the prompt out of the library, not the file it came from. Importing "
		       "that file puts it back; what comes by itself, such as the starter "
		       "prompts, does not.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "removed (as of show, without messages)",
	.run = remove_run,
};
