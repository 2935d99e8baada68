/*
 * Completions of the shells, from the table of commands; see help.h.
 *
 * Names of prompts, tags and collections come from promptd itself while one
 * types (--names BEGINNING, --complete WORD). They are foreign text: bash gets
 * them quoted and never through `compgen -W`, which would expand them.
 */
#include "agent/help.h"

#include <stdlib.h>
#include <string.h>

#include "agent/commands.h"

#define FIRST "# Made from the table of commands: promptd help --completion "

/* The command that prints what may stand there, one a line; NULL: nothing asks. */
static const char *names_of(enum command_kind kind)
{
	switch (kind) {
	case COMMAND_PROMPT:
		return "promptd list --names";
	case COMMAND_TAG:
		return "promptd tags --names";
	case COMMAND_COLLECTION:
		return "promptd collections --names";
	default:
		return NULL;
	}
}

/* --- bash ------------------------------------------------------------------- */

/* The statement that fills COMPREPLY with what fits. */
static void bash_reply(struct buf *out, enum command_kind kind, const char *choices)
{
	char *words = help_choices(kind, choices);
	const char *names = names_of(kind);

	if (words != NULL)
		(void)buf_add_format(out, "COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n", words);
	else if (names != NULL)
		(void)buf_add_format(out, "_promptd_names %s \"$cur\"\n", names);
	else if (kind == COMMAND_FILES || kind == COMMAND_FOLDER)
		(void)buf_add_format(
			out, "_promptd_files -%c\n", kind == COMMAND_FILES ? 'f' : 'd');
	else
		(void)buf_add_str(out, ":\n");
	free(words);
}

static bool takes_values(const struct command_option *option)
{
	for (; option != NULL && option->name != NULL; option++)
		if (!option->hidden && option->value != NULL)
			return true;
	return false;
}

static void bash_values(struct buf *out, const struct command_option *option)
{
	(void)buf_add_str(out, "\t\tcase $prev in\n");
	for (; option->name != NULL; option++) {
		if (option->hidden || option->value == NULL)
			continue;
		(void)buf_add_format(out, "\t\t--%s", option->name);
		if (option->letter != 0)
			(void)buf_add_format(out, " | -%c", option->letter);
		(void)buf_add_str(out, ")\n\t\t\t");
		bash_reply(out, option->kind, option->choices);
		(void)buf_add_str(out, "\t\t\treturn\n\t\t\t;;\n");
	}
	(void)buf_add_str(out, "\t\tesac\n");
}

static void bash_command(struct buf *out, const struct command *command)
{
	const struct command_option *option = command->options;

	(void)buf_add_format(out, "\t%s)\n", command->name);
	if (takes_values(option))
		bash_values(out, option);
	(void)buf_add_str(out, "\t\tif [[ $cur == -* ]]; then\n"
			       "\t\t\tCOMPREPLY=($(compgen -W \"");
	for (; option != NULL && option->name != NULL; option++)
		if (!option->hidden)
			(void)buf_add_format(out, "--%s ", option->name);
	(void)buf_add_str(out, "--json --help\" -- \"$cur\"))\n\t\telse\n\t\t\t");
	if (strcmp(command->name, "render") == 0)
		(void)buf_add_str(out, "_promptd_render\n");
	else
		bash_reply(out, command->kind, command->choices);
	(void)buf_add_str(out, "\t\tfi\n\t\t;;\n");
}

static const char bash_head[] =
	FIRST "bash\n"
	      "\n"
	      "# Lines of a command as completions, quoted for the command line.\n"
	      "_promptd_names() {\n"
	      "\tlocal line\n"
	      "\twhile IFS= read -r line; do\n"
	      "\t\tCOMPREPLY+=(\"$(printf %q \"$line\")\")\n"
	      "\tdone < <(\"$@\" 2>/dev/null)\n"
	      "}\n"
	      "\n"
	      "_promptd_files() {\n"
	      "\tlocal line\n"
	      "\tcompopt -o filenames 2>/dev/null\n"
	      "\twhile IFS= read -r line; do\n"
	      "\t\tCOMPREPLY+=(\"$line\")\n"
	      "\tdone < <(compgen \"$1\" -- \"$cur\")\n"
	      "}\n"
	      "\n"
	      "# KEY=VALUE of the prompt that stands before. Bash takes = for a word of its own.\n"
	      "_promptd_render() {\n"
	      "\tlocal word=$cur\n"
	      "\tif [[ $COMP_CWORD -eq 2 ]]; then\n"
	      "\t\t_promptd_names promptd list --names \"$cur\"\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tif [[ $cur == = ]]; then\n"
	      "\t\tword=$prev= cur=\n"
	      "\telif [[ $prev == = ]]; then\n"
	      "\t\tword=${COMP_WORDS[COMP_CWORD-2]}=$cur\n"
	      "\telse\n"
	      "\t\tcompopt -o nospace 2>/dev/null\n"
	      "\tfi\n"
	      "\t_promptd_names promptd render \"${COMP_WORDS[2]}\" --complete \"$word\"\n"
	      "}\n"
	      "\n"
	      "_promptd() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tCOMPREPLY=()\n"
	      "\t# --option=value: bash takes = for a word of its own.\n"
	      "\tif [[ $cur == = && $prev == --* ]]; then\n"
	      "\t\tcur=\n"
	      "\telif [[ $prev == = && ${COMP_WORDS[COMP_CWORD-2]} == --* ]]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\tfi\n"
	      "\tif [[ $COMP_CWORD -eq 1 ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"";

static void bash(struct buf *out)
{
	char *commands = help_choices(COMMAND_COMMAND, NULL);
	size_t i;

	(void)buf_add_format(out,
		"%s%s --help --version\" -- \"$cur\"))\n\t\treturn\n\tfi\n"
		"\tcase ${COMP_WORDS[1]} in\n",
		bash_head, commands);
	for (i = 0; command_table[i] != NULL; i++)
		if (!command_table[i]->hidden)
			bash_command(out, command_table[i]);
	(void)buf_add_str(out, "\tesac\n}\n\ncomplete -F _promptd promptd\n");
	free(commands);
}

/* --- zsh -------------------------------------------------------------------- */

/* Inside 'single quotes' of an _arguments line: [] and : mean something there. */
static void zsh_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			(void)buf_add_str(out, "'\\''");
		else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
			(void)buf_add_format(out, "\\%c", *text);
		else
			(void)buf_add_char(out, *text);
	}
}

/* ":what:how to complete it" */
static void zsh_action(
	struct buf *out, const char *what, enum command_kind kind, const char *choices)
{
	char *words = help_choices(kind, choices);
	const char *names = names_of(kind);

	(void)buf_add_char(out, ':');
	zsh_text(out, what);
	if (words != NULL)
		(void)buf_add_format(out, ":(%s)", words);
	else if (names != NULL)
		(void)buf_add_format(out, ":{_promptd_names %s}", names);
	else if (kind == COMMAND_FILES)
		(void)buf_add_str(out, ":_files");
	else if (kind == COMMAND_FOLDER)
		(void)buf_add_str(out, ":_files -/");
	else
		(void)buf_add_str(out, ": ");
	free(words);
}

static void zsh_option(struct buf *out, const struct command_option *option)
{
	if (option->letter != 0)
		(void)buf_add_format(out, " \\\n\t\t\t'(-%c --%s)'{-%c,--%s%s}'[", option->letter,
			option->name, option->letter, option->name,
			option->value != NULL ? "=" : "");
	else
		(void)buf_add_format(
			out, " \\\n\t\t\t'--%s%s[", option->name, option->value != NULL ? "=" : "");
	zsh_text(out, option->help);
	(void)buf_add_char(out, ']');
	if (option->value != NULL)
		zsh_action(out, option->value, option->kind, option->choices);
	(void)buf_add_char(out, '\'');
}

static void zsh_command(struct buf *out, const struct command *command)
{
	const struct command_option *option = command->options;

	(void)buf_add_format(out, "\t%s)\n\t\t_arguments", command->name);
	for (; option != NULL && option->name != NULL; option++)
		if (!option->hidden)
			zsh_option(out, option);
	(void)buf_add_str(out, " \\\n\t\t\t'--json[" HELP_JSON "]' \\\n"
			       "\t\t\t'(-h --help)'{-h,--help}'[" HELP_HELP "]'");
	if (command->words_max > 0) {
		(void)buf_add_format(out, " \\\n\t\t\t'%s", command->words_max == 1 ? "1" : "*");
		if (strcmp(command->name, "render") == 0)
			(void)buf_add_str(out, ":KEY=VALUE:_promptd_render");
		else
			zsh_action(out, command->words, command->kind, command->choices);
		(void)buf_add_char(out, '\'');
	}
	(void)buf_add_str(out, "\n\t\t;;\n");
}

static const char zsh_head[] =
	"#compdef promptd\n" FIRST "zsh\n"
	"\n"
	"_promptd_names() {\n"
	"\tlocal -a names\n"
	"\tnames=(${(f)\"$(\"$@\" \"$PREFIX\" 2>/dev/null)\"})\n"
	"\tcompadd -a -- names\n"
	"}\n"
	"\n"
	"_promptd_render() {\n"
	"\tlocal -a pairs\n"
	"\tif (( CURRENT == 2 )); then\n"
	"\t\t_promptd_names promptd list --names\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tpairs=(${(f)\"$(promptd render \"$words[2]\" --pairs --complete \"$PREFIX\" "
	"2>/dev/null)\"})\n"
	"\tcompadd -S '' -a -- pairs\n"
	"}\n"
	"\n"
	"_promptd() {\n"
	"\tlocal -a commands\n"
	"\tif (( CURRENT == 2 )); then\n"
	"\t\tcommands=(\n";

static void zsh(struct buf *out)
{
	size_t i;

	(void)buf_add_str(out, zsh_head);
	for (i = 0; command_table[i] != NULL; i++) {
		if (command_table[i]->hidden)
			continue;
		(void)buf_add_format(out, "\t\t\t'%s:", command_table[i]->name);
		zsh_text(out, command_table[i]->summary);
		(void)buf_add_str(out, "'\n");
	}
	(void)buf_add_str(out, "\t\t)\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
			       "\tshift words\n\t(( CURRENT-- ))\n\tcase $words[1] in\n");
	for (i = 0; command_table[i] != NULL; i++)
		if (!command_table[i]->hidden)
			zsh_command(out, command_table[i]);
	(void)buf_add_str(out, "\tesac\n}\n\n_promptd \"$@\"\n");
}

/* --- fish ------------------------------------------------------------------- */

static void fish_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		(void)(*text == '\'' || *text == '\\' ? buf_add_format(out, "\\%c", *text)
						      : buf_add_char(out, *text));
}

static void fish_values(struct buf *out, enum command_kind kind, const char *choices)
{
	char *words = help_choices(kind, choices);
	const char *names = names_of(kind);

	if (words != NULL)
		(void)buf_add_format(out, " -x -a '%s'", words);
	else if (names != NULL)
		(void)buf_add_format(out, " -x -a '(%s %s 2>/dev/null)'", names,
			kind == COMMAND_PROMPT ? "(commandline -ct)" : "\"\"");
	else if (kind == COMMAND_FOLDER)
		(void)buf_add_str(out, " -x -a '(__fish_complete_directories)'");
	else
		(void)buf_add_str(out, kind == COMMAND_FILES ? " -r -F" : " -x");
	free(words);
}

static void fish_command(struct buf *out, const struct command *command)
{
	const struct command_option *option = command->options;

	(void)buf_add_format(
		out, "complete -c promptd -n __fish_use_subcommand -a %s -d '", command->name);
	fish_text(out, command->summary);
	(void)buf_add_str(out, "'\n");
	for (; option != NULL && option->name != NULL; option++) {
		if (option->hidden)
			continue;
		(void)buf_add_format(out,
			"complete -c promptd -n '__fish_seen_subcommand_from %s' -l %s",
			command->name, option->name);
		if (option->letter != 0)
			(void)buf_add_format(out, " -s %c", option->letter);
		if (option->value != NULL)
			fish_values(out, option->kind, option->choices);
		(void)buf_add_str(out, " -d '");
		fish_text(out, option->help);
		(void)buf_add_str(out, "'\n");
	}
	if (command->words_max == 0 || command->kind == COMMAND_TEXT)
		return;
	(void)buf_add_format(
		out, "complete -c promptd -n '__fish_seen_subcommand_from %s'", command->name);
	if (strcmp(command->name, "render") == 0)
		(void)buf_add_str(out, " -x -a '(__promptd_render)'");
	else
		fish_values(out, command->kind, command->choices);
	(void)buf_add_char(out, '\n');
}

static const char fish_head[] =
	FIRST "fish\n"
	      "\n"
	      "function __promptd_render\n"
	      "\tset -l words (commandline -opc)\n"
	      "\tif test (count $words) -eq 2\n"
	      "\t\tpromptd list --names (commandline -ct) 2>/dev/null\n"
	      "\telse\n"
	      "\t\tpromptd render $words[3] --pairs --complete (commandline -ct) 2>/dev/null\n"
	      "\tend\n"
	      "end\n"
	      "\n"
	      "complete -c promptd -f\n"
	      "complete -c promptd -n __fish_use_subcommand -l version -d 'print the version'\n"
	      "complete -c promptd -l help -s h -d '" HELP_HELP "'\n"
	      "complete -c promptd -l json -d '" HELP_JSON "'\n";

static void fish(struct buf *out)
{
	size_t i;

	(void)buf_add_str(out, fish_head);
	for (i = 0; command_table[i] != NULL; i++)
		if (!command_table[i]->hidden)
			fish_command(out, command_table[i]);
}

int help_completion(struct str shell, struct buf *out)
{
	if (str_is(shell, "bash"))
		bash(out);
	else if (str_is(shell, "zsh"))
		zsh(out);
	else if (str_is(shell, "fish"))
		fish(out);
	else
		return -1;
	return 0;
}
