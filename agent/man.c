/* The man page promptd(1) in mdoc(7), from the table of commands; see help.h. */
#include "agent/help.h"

#include <inttypes.h>
#include <string.h>

#include "agent/commands.h"
#include "agent/config.h"
#include "library/library.h"

#define DATE "November 21, 2026"

#define LINE_COLUMNS 78

/* One word: backslashes and hyphens as they are written, and a first character
 * that would make the line a request hidden. */
static void man_word(struct buf *out, struct str word, bool first)
{
	size_t i;

	if (first && (word.p[0] == '.' || word.p[0] == '\''))
		(void)buf_add_str(out, "\\&");
	for (i = 0; i < word.n; i++) {
		if (word.p[i] == '\\')
			(void)buf_add_str(out, "\\e");
		else if (word.p[i] == '-')
			(void)buf_add_str(out, "\\-");
		else
			(void)buf_add_char(out, word.p[i]);
	}
}

/* Our own sentences, each on lines of its own as mdoc wants them. */
static void man_text(struct buf *out, struct str text)
{
	size_t used = 0;
	bool ended = false;

	while (text.n > 0) {
		struct str word = str_cut(text, ' ', &text);

		if (word.n == 0)
			continue;
		if (used > 0 && (ended || used + 1 + word.n > LINE_COLUMNS)) {
			(void)buf_add_char(out, '\n');
			used = 0;
		}
		if (used > 0)
			(void)buf_add_char(out, ' ');
		man_word(out, word, used == 0);
		used += word.n + (used > 0);
		ended = word.p[word.n - 1] == '.';
	}
	(void)buf_add_char(out, '\n');
}

/* Spaces and all. */
static void man_literal(struct buf *out, struct str text)
{
	man_word(out, text, true);
	(void)buf_add_char(out, '\n');
}

static void man_paragraphs(struct buf *out, const char *text)
{
	struct str line, rest = str_of(text);
	bool literal = false, asis;

	while (str_next_line(&rest, &line)) {
		asis = str_starts(line, "  ");
		if (asis != literal)
			(void)buf_add_str(out, asis ? ".Bd -literal -compact\n" : ".Ed\n");
		literal = asis;
		if (line.n == 0)
			(void)buf_add_str(out, ".Pp\n");
		else if (asis)
			man_literal(out, line);
		else
			man_text(out, line);
	}
	if (literal)
		(void)buf_add_str(out, ".Ed\n");
}

static void man_words(struct buf *out, const char *words)
{
	struct str word, rest = str_of(words);

	while (rest.n > 0) {
		word = str_cut(rest, ' ', &rest);
		if (word.p[0] == '[' && word.p[word.n - 1] == ']')
			(void)buf_add_format(out, ".Op Ar %.*s\n", (int)word.n - 2, word.p + 1);
		else
			(void)buf_add_format(out, ".Ar %.*s\n", (int)word.n, word.p);
	}
}

static void man_option(
	struct buf *out, const char *name, char letter, const char *value, const char *help)
{
	(void)buf_add_str(out, ".It");
	if (letter != 0)
		(void)buf_add_format(out, " Fl %c ,", letter);
	(void)buf_add_format(out, " Fl \\-%s", name);
	if (value != NULL)
		(void)buf_add_format(out, " Ar %s", value);
	(void)buf_add_char(out, '\n');
	man_text(out, str_of(help));
}

static void man_options(struct buf *out, const struct command_option *option)
{
	(void)buf_add_str(out, ".Bl -tag -width indent\n");
	for (; option != NULL && option->name != NULL; option++)
		if (!option->hidden)
			man_option(out, option->name, option->letter, option->value, option->help);
	(void)buf_add_str(out, ".El\n");
}

static void man_command(struct buf *out, const struct command *command)
{
	bool options = command->options != NULL && !command->options[0].hidden;

	(void)buf_add_format(
		out, ".Ss %s\n.Nm\n.Ic %s\n.Op Ar OPTIONS\n", command->name, command->name);
	man_words(out, command->words);
	(void)buf_add_str(out, ".Pp\n");
	man_paragraphs(out, command->description);
	if (options)
		man_options(out, command->options);
	if (command->answer != NULL) {
		(void)buf_add_str(out, ".Pp\nWith\n.Fl \\-json :\n");
		man_text(out, str_of(command->answer));
	}
}

static void man_formats(struct buf *out)
{
	size_t i;

	(void)buf_add_str(out, ".Sh FORMATS\n.Bl -tag -width indent\n");
	for (i = 0; library_formats[i] != NULL; i++) {
		(void)buf_add_format(out, ".It Cm %s\n", library_formats[i]->name);
		man_text(out, str_of(library_formats[i]->description));
	}
	(void)buf_add_str(out, ".El\n");
}

static void man_choices(struct buf *out, const struct config_setting *setting)
{
	size_t i;

	(void)buf_add_format(out, ".It Ic %s No =", setting->name);
	for (i = 0; setting->choices[i] != NULL; i++)
		(void)buf_add_format(out, "%s %s", i > 0 ? " |" : "", setting->choices[i]);
	(void)buf_add_char(out, '\n');
}

static void man_settings(struct buf *out)
{
	const struct config_setting *setting;

	(void)buf_add_str(out, ".Sh CONFIGURATION\n"
			       "The file\n.Pa promptd.conf\n"
			       "holds one\n.Li name = value\na line;\n.Li #\nbegins a comment.\n"
			       "An unknown name or a bad value is an error that names the line.\n"
			       ".Bl -tag -width indent\n");
	for (setting = config_settings; setting->name != NULL; setting++) {
		if (setting->type == CONFIG_FLAG)
			(void)buf_add_format(out, ".It Ic %s No = yes | no\n", setting->name);
		else if (setting->type == CONFIG_CHOICE)
			man_choices(out, setting);
		else
			(void)buf_add_format(out, ".It Ic %s No = %" PRId64 " ... %" PRId64 "\n",
				setting->name, setting->min, setting->max);
		(void)buf_add_format(
			out, "%s (%s when not set)\n", setting->help, setting->initial);
	}
	(void)buf_add_str(out, ".El\n");
}

static void man_exits(struct buf *out)
{
	const struct help_exit *row;

	(void)buf_add_str(out,
		".Sh EXIT STATUS\n"
		"The word is\n.Dq status\nof every answer with\n.Fl \\-json ;\n"
		"when it is not\n.Dq done\nthere is\n.Dq error ,\na sentence, and often\n"
		".Dq hint ,\nwhat to do.\n"
		".Bl -column \"130\" \"agent_unreachable\" \"text\"\n");
	for (row = help_exits; row->text != NULL; row++)
		(void)buf_add_format(out, ".It %u Ta %s Ta %s\n", (unsigned)row->exit,
			command_exit_word(row->exit), row->text);
	(void)buf_add_str(out, ".El\n");
}

static void man_examples(struct buf *out)
{
	const struct command_example *example;
	size_t i;

	(void)buf_add_str(out, ".Sh EXAMPLES\n.Bl -tag -width indent\n");
	for (i = 0; command_table[i] != NULL; i++) {
		example = command_table[i]->hidden ? NULL : command_table[i]->examples;
		for (; example != NULL && example->line != NULL; example++) {
			(void)buf_add_str(out, ".It Li \"");
			/* In quotes a quote is written twice. */
			for (const char *p = example->line; *p != '\0'; p++)
				(void)buf_add_str(out, *p == '"'   ? "\"\""
						       : *p == '-' ? "\\-"
								   : (char[]){*p, '\0'});
			(void)buf_add_str(out, "\"\n");
			man_text(out, str_of(example->what));
		}
	}
	(void)buf_add_str(out, ".El\n");
}

static const char head[] =
	".\\\" Made from the table of commands: promptd help --man\n"
	".Dd " DATE "\n.Dt PROMPTD 1\n.Os\n"
	".Sh NAME\n.Nm promptd\n.Nd " HELP_SUMMARY "\n"
	".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar OPTIONS\n.Op Ar ...\n"
	".Nm\n.Fl \\-version | \\-help\n"
	".Sh DESCRIPTION\n.Nm\n"
	"keeps a library of prompts, read from the files people keep them in,\n"
	"and hands them to whatever needs one: assistants by\n.Xr promptd-mcp 1 ,\n"
	"the shell by the commands below.\n"
	"It works without a network and without a server.\n"
	".Pp\n"
	"Alone, without a command, it says where the library is and what to do next.\n"
	"Tables become tab-separated lines without a heading on a pipe;\n"
	"foreign text is escaped wherever it could act on a terminal.\n"
	".Sh COMMANDS\n"
	"Every command takes\n.Fl \\-json ,\nto answer with one JSON object, and\n"
	".Fl h , \\-help .\n";

static const char tail[] =
	".Sh ENVIRONMENT\n.Bl -tag -width indent\n"
	".It Ev PROMPTD_HOME\n"
	"An absolute path; data, configuration and runtime files of everything\n"
	"are kept below it, in\n.Pa data , config , state No and Pa run .\n"
	".It Ev PROMPTD_AUTOSTART\n"
	".Ic no\n"
	"keeps commands from starting the agent,\n"
	".Ic yes\n"
	"has them start it in a\n"
	".Ev PROMPTD_HOME\n"
	"too.\n"
	".It Ev XDG_DATA_HOME , XDG_CONFIG_HOME , XDG_STATE_HOME , XDG_RUNTIME_DIR\n"
	"Otherwise, where they are kept, in a folder\n.Pa promptd\n"
	"each; found by home directory and user id when they are not set.\n"
	".It Ev NO_COLOR\nWhen set and not empty, no colours.\n"
	".El\n"
	".Sh FILES\n.Bl -tag -width indent\n"
	".It Pa ~/.local/share/promptd/prompts.db\n"
	"The library.\nWhat is in it can be imported again.\n"
	".It Pa ~/.local/share/promptd/ledger.db\n"
	"What exists nowhere else: use, ratings, values given before.\n"
	".It Pa ~/.config/promptd/promptd.conf\nSettings.\n"
	".It Pa ~/.local/state/promptd/agent.log , agent.log.1\n"
	"What the agent wrote down; at most 1 MiB each.\n"
	".It Pa ~/.local/state/promptd/agent.lock , agent.error.json\n"
	"Held by the one agent as long as it runs; what went wrong there last.\n"
	".It Pa $XDG_RUNTIME_DIR/promptd/agent.sock , agent.json\n"
	"The agent's socket, and where all its ways in are, with the token of the websocket.\n"
	"Without that variable they are below\n.Pa /run/user ,\n"
	"else below\n.Pa ~/.local/state/promptd/run .\n"
	".It Pa ~/.config/systemd/user/promptd-agent.service , promptd-agent.socket\n"
	".It Pa ~/.config/autostart/promptd-agent.desktop\n"
	"How it is started at login, written by\n.Ic promptd setup .\n"
	".El\n";

void help_man(struct buf *out)
{
	size_t i;

	(void)buf_add_str(out, head);
	for (i = 0; command_table[i] != NULL; i++)
		if (!command_table[i]->hidden)
			man_command(out, command_table[i]);
	man_formats(out);
	man_settings(out);
	(void)buf_add_str(out, tail);
	man_exits(out);
	man_examples(out);
	(void)buf_add_str(out, ".Sh SEE ALSO\n.Xr promptd-mcp 1\n");
}
