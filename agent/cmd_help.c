/* promptd help: about all commands, or one. */
#include "agent/help.h"

#include <stdlib.h>
#include <string.h>

#include "agent/commands.h"
#include "core/json.h"
#include "core/near.h"

#define PAGE_BYTES_MAX ((size_t)1024 * 1024)

static json_t *option_json(const struct command_option *option)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "name", json_string(option->name));
	if (option->letter != 0)
		(void)json_object_set_new(object, "letter", json_stringn(&option->letter, 1));
	if (option->value != NULL)
		(void)json_object_set_new(object, "value", json_string(option->value));
	(void)json_object_set_new(object, "help", json_string(option->help));
	return object;
}

static json_t *command_json(const struct command *command)
{
	json_t *object = json_object(), *options = json_array();
	const struct command_option *option = command->options;

	for (; option != NULL && option->name != NULL; option++)
		if (!option->hidden)
			(void)json_array_append_new(options, option_json(option));
	(void)json_object_set_new(object, "name", json_string(command->name));
	(void)json_object_set_new(object, "summary", json_string(command->summary));
	(void)json_object_set_new(object, "words", json_string(command->words));
	if (command->answer != NULL)
		(void)json_object_set_new(object, "answer", json_string(command->answer));
	(void)json_object_set_new(object, "options", options);
	return object;
}

static void answer(struct call *call, const struct command *only)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; command_table[i] != NULL; i++)
		if (only != NULL ? command_table[i] == only : !command_table[i]->hidden)
			(void)json_array_append_new(list, command_json(command_table[i]));
	call_answer(call, "commands", list);
}

/* What packages ship; see help.h. */
static int generate(struct call *call)
{
	struct buf text = BUF_INIT(PAGE_BYTES_MAX);
	const char *shell = call_value(call, "completion");
	int result = COMMAND_DONE;

	if (shell == NULL)
		help_man(&text);
	else if (help_completion(str_of(shell), &text) != 0)
		result = call_fail(
			call, COMMAND_USAGE, "--completion is bash, zsh or fish, not %.60s", shell);
	if (result == COMMAND_DONE && buf_failed(&text))
		result = call_fail(call, COMMAND_FAILED, "the page is too long");
	if (result == COMMAND_DONE)
		output_bytes(call->out, (struct str){buf_text(&text), text.len});
	buf_fini(&text);
	return result;
}

static int help_run(struct call *call)
{
	const struct command *command = NULL;

	if (call_flag(call, "man") || call_flag(call, "completion"))
		return generate(call);
	if (call->n_words > 0) {
		command = command_find(str_of(call->words[0]));
		if (command == NULL) {
			call_hint(call, "promptd help lists the commands");
			return call_fail(call, COMMAND_NOT_FOUND, "there is no command named %.60s",
				call->words[0]);
		}
	}
	if (call->json)
		answer(call, command);
	else if (command != NULL)
		help_command(call->out, command);
	else
		help_all(call->out);
	return COMMAND_DONE;
}

static const struct command_option options[] = {
	{"man", 0, NULL, "the man page, in mdoc", COMMAND_TEXT, NULL, true},
	{"completion", 0, "SHELL", "completions for bash, zsh or fish", COMMAND_CHOICE,
		"bash zsh fish", true},
	{0},
};

const struct command command_help = {
	.name = "help",
	.summary = "say what the commands do",
	.words = "[COMMAND]",
	.description = "Lists the commands, or says what one of them does and takes.",
	.words_max = 1,
	.kind = COMMAND_COMMAND,
	.options = options,
	.always = true,
	.answer = "commands (name, summary, words, answer, options (name, letter, value, help))",
	.run = help_run,
};
