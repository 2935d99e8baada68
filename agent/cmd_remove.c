/* promptd remove: take a prompt out of the library. */
#include <string.h>

#include "agent/lookup.h"
#include "agent/personal.h"

/* A personal one is a file: that goes as well, in one commit. */
static int remove_personal(struct call *call, const char *name)
{
	struct personal_change change = {.verb = "remove"};
	struct personal personal;
	struct prompt *prompt = NULL;
	char file[REPO_PATH_MAX + 1];
	struct err err;
	int result = personal_open(call, &personal);

	if (result == COMMAND_DONE)
		result = personal_find(&personal, name, &prompt, file);
	if (result == COMMAND_DONE) {
		change.title = prompt->title;
		change.from = file;
		if (personal_commit(&personal, &change, &err) != 0)
			result = call_fail_err(call, &err);
	}
	prompt_free(prompt);
	personal_close(&personal);
	return result;
}

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
	if (result == COMMAND_DONE && strncmp(prompt->source, "git:", 4) == 0) {
		call_hint(
			call, "promptd source remove %s takes all of it away", prompt->source + 4);
		result = call_fail(call, COMMAND_REFUSED,
			"%s comes from %s, which is others' and would put it back", prompt->path,
			prompt->source);
	} else if (result == COMMAND_DONE && strcmp(prompt->source, STORE_HUB) == 0) {
		result = call_fail(call, COMMAND_REFUSED,
			"%s is the team's: it goes when the hub withdraws it", prompt->path);
	} else if (result == COMMAND_DONE && strcmp(prompt->source, PERSONAL_SOURCE) == 0)
		result = remove_personal(call, call->words[0]);
	else if (result == COMMAND_DONE &&
		 store_prompt_remove(store, str_of(prompt->id), &err) != 0)
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
	.description = "Takes the prompt out of the library, not the file it came from; only a "
		       "personal prompt's file goes too, in one commit. Importing "
		       "that file puts it back; what comes by itself, such as the starter "
		       "prompts, does not.",
	.words_min = 1,
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.examples = examples,
	.answer = "removed (as of show, without messages)",
	.run = remove_run,
};
