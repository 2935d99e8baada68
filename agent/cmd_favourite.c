/* promptd favourite: what the picker shows first. */
#include "agent/lookup.h"

#include "core/json.h"
#include "store/picks.h"

static int favourite_run(struct call *call)
{
	bool on = !call_flag(call, "remove");
	struct prompt *prompt = NULL;
	struct store *store;
	struct err err;
	int result = lookup_prompt(call, call->words[0], true, &prompt);

	if (result == COMMAND_DONE)
		result = call_store(call, false, &store);
	if (result == COMMAND_DONE && store_favourite_put(store, str_of(prompt->id), on, &err) != 0)
		result = call_fail_err(call, &err);
	if (result == COMMAND_DONE && call->json) {
		call_answer_text(call, "name", str_of(prompt->path));
		call_answer(call, "favourite", json_boolean(on));
	} else if (result == COMMAND_DONE) {
		output_styled(call->out, OUTPUT_NAME, str_of(prompt->path));
		output_print(call->out, on ? " is a favourite now\n" : " is no favourite now\n");
	}
	prompt_free(prompt);
	return result;
}

static const struct command_option options[] = {
	{"remove", 'r', NULL, "it is none any more", COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd favourite code-review", "first in the picker from now on"},
	{"promptd list --favourites", "those there are"},
	{0},
};

const struct command command_favourite = {
	.name = "favourite",
	.summary = "show a prompt first in the picker",
	.words = "NAME",
	.description = "Favourites come first when the picker opens and nothing is typed yet, in "
		       "the order in which they became some; Ctrl+S there does the same. A prompt "
		       "stays one when it is renamed.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "name, favourite",
	.run = favourite_run,
};
