/* Help on the terminal; see help.h. */
#include "agent/help.h"

#include <stdlib.h>
#include <string.h>

#include "agent/commands.h"
#include "library/library.h"

const struct help_exit help_exits[] = {
	{COMMAND_DONE, "done"},
	{COMMAND_FAILED, "failed"},
	{COMMAND_USAGE, "wrong usage"},
	{COMMAND_NOT_FOUND, "nothing found"},
	{COMMAND_AGENT_UNREACHABLE, "the agent cannot be reached"},
	{COMMAND_LOGIN_NEEDED, "a login is needed"},
	{COMMAND_REFUSED, "refused by policy or permissions"},
	{COMMAND_CANCELLED, "cancelled"},
	{COMMAND_DONE, NULL},
};

char *help_choices(enum command_kind kind, const char *choices)
{
	struct buf words = BUF_INIT(4096);
	size_t i;

	if (kind == COMMAND_FORMAT)
		for (i = 0; library_formats[i] != NULL; i++)
			(void)buf_add_format(
				&words, "%s%s", i > 0 ? " " : "", library_formats[i]->name);
	else if (kind == COMMAND_COMMAND)
		for (i = 0; command_table[i] != NULL; i++) {
			if (!command_table[i]->hidden)
				(void)buf_add_format(&words, "%s%s", words.len > 0 ? " " : "",
					command_table[i]->name);
		}
	else if (kind == COMMAND_CHOICE)
		(void)buf_add_str(&words, choices);
	else
		return NULL;
	return buf_take(&words);
}

static void heading(struct output *out, const char *text)
{
	output_styled(out, OUTPUT_BOLD, str_of(text));
	output_print(out, "\n");
}

void help_all(struct output *out)
{
	size_t i;

	output_print(out, "promptd " PROMPTD_VERSION ": " HELP_SUMMARY "\n\n");
	output_print(out, "usage: promptd COMMAND [OPTIONS] ...\n\n");
	heading(out, "commands");
	for (i = 0; command_table[i] != NULL; i++) {
		if (command_table[i]->hidden)
			continue;
		output_print(out, "  ");
		output_styled(out, OUTPUT_NAME, str_of(command_table[i]->name));
		output_print(out, "%*s%s\n", (int)(14 - strlen(command_table[i]->name)), "",
			command_table[i]->summary);
	}
	output_print(out, "\n");
	output_wrap(out, 0,
		"promptd help COMMAND, or COMMAND --help, says more. Every command takes --json. "
		"PROMPTD_HOME=DIR keeps everything below one folder; NO_COLOR=1 leaves colours "
		"out.");
}

#define HELP_INDENT 28
#define HELP_COLUMNS 80

/* Words from column HELP_INDENT on, as many lines as it takes. */
static void print_hanging(struct output *out, const char *help)
{
	struct str word, rest = str_of(help);
	size_t used = HELP_INDENT;

	while (rest.n > 0) {
		word = str_cut(rest, ' ', &rest);
		if (used > HELP_INDENT && used + 1 + word.n > HELP_COLUMNS) {
			output_print(out, "\n%*s", HELP_INDENT, "");
			used = HELP_INDENT;
		} else if (used > HELP_INDENT) {
			output_print(out, " ");
			used++;
		}
		output_text(out, word);
		used += word.n;
	}
	output_print(out, "\n");
}

static void print_option(
	struct output *out, const char *name, char letter, const char *value, const char *help)
{
	char left[64];

	(void)snprintf(left, sizeof left, "%c%c%s--%s%s%s", letter != 0 ? '-' : ' ',
		letter != 0 ? letter : ' ', letter != 0 ? ", " : "  ", name,
		value != NULL ? " " : "", value != NULL ? value : "");
	output_print(out, "  %-*s", HELP_INDENT - 2, left);
	print_hanging(out, help);
}

static void print_options(struct output *out, const struct command_option *option)
{
	heading(out, "options");
	for (; option != NULL && option->name != NULL; option++)
		if (!option->hidden)
			print_option(
				out, option->name, option->letter, option->value, option->help);
	print_option(out, "json", 0, NULL, HELP_JSON);
	print_option(out, "help", 'h', NULL, HELP_HELP);
}

static bool takes_format(const struct command *command)
{
	const struct command_option *option = command->options;

	for (; option != NULL && option->name != NULL; option++)
		if (option->kind == COMMAND_FORMAT)
			return true;
	return false;
}

static void print_formats(struct output *out)
{
	size_t i;

	output_print(out, "\n");
	heading(out, "formats");
	for (i = 0; library_formats[i] != NULL; i++)
		output_print(out, "  %-12s%s%s\n", library_formats[i]->name,
			library_formats[i]->description,
			library_formats[i]->write == NULL && library_formats[i]->write_all == NULL
				? " (import only)"
				: "");
}

static void print_examples(struct output *out, const struct command_example *example)
{
	if (example == NULL)
		return;
	output_print(out, "\n");
	heading(out, "examples");
	for (; example->line != NULL; example++) {
		output_print(out, "  ");
		output_styled(out, OUTPUT_NAME, str_of(example->line));
		output_print(out, "\n");
		output_wrap(out, 6, example->what);
	}
}

void help_command(struct output *out, const struct command *command)
{
	output_print(out, "promptd %s: %s\n\n", command->name, command->summary);
	output_print(out, "usage: promptd %s [OPTIONS]%s%s\n\n", command->name,
		command->words[0] != '\0' ? " " : "", command->words);
	output_wrap(out, 0, command->description);
	output_print(out, "\n");
	print_options(out, command->options);
	if (command->answer != NULL) {
		output_print(out, "\n");
		heading(out, "members of the answer with --json, beside status");
		output_wrap(out, 2, command->answer);
	}
	if (takes_format(command))
		print_formats(out);
	print_examples(out, command->examples);
}
