/* Help and the man page promptd-hub(1), both from the table of commands; see
 * command.h. */
#include <string.h>

#include "hub/commands.h"

#define DATE "November 21, 2026"
#define COLUMNS 80
#define INDENT 28

/* The exits that there are, for people. */
static const struct {
	enum command_exit exit;
	const char *text;
} exits[] = {
	{COMMAND_DONE, "done"},
	{COMMAND_FAILED, "failed"},
	{COMMAND_USAGE, "wrong usage"},
	{COMMAND_NOT_FOUND, "no such person, key, file or hub"},
	{COMMAND_REFUSED, "refused by a rule of the hub"},
};

/* ── on the terminal ───────────────────────────────────────────────────── */

/* Words from column `indent` on; the first line begins at column `at`. */
static void wrap(struct buf *out, struct str text, size_t at, size_t indent)
{
	struct str word;
	bool first = true;

	while (text.n > 0) {
		word = str_cut(text, ' ', &text);
		if (word.n == 0)
			continue;
		if (!first && at + 1 + word.n > COLUMNS) {
			(void)buf_add_format(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			(void)buf_add_char(out, ' ');
			at++;
		}
		(void)buf_add(out, word.p, word.n);
		at += word.n;
		first = false;
	}
	(void)buf_add_char(out, '\n');
}

static void add_option(struct buf *out, const struct command_option *option)
{
	size_t before = out->len;

	(void)buf_add_format(out, "  --%s%s%s", option->name, option->value != NULL ? " " : "",
		option->value != NULL ? option->value : "");
	(void)buf_add_format(out, "%*s", (int)(INDENT - (out->len - before)), "");
	wrap(out, str_of(option->help), INDENT, INDENT);
}

static void add_options(struct buf *out, const struct command_option *option)
{
	for (; option != NULL && option->name != NULL; option++)
		add_option(out, option);
}

void help_all(struct buf *out)
{
	size_t i;

	(void)buf_add_str(out,
		"promptd-hub " PROMPTD_VERSION ": the central service of a team's prompts\n\n"
		"usage: promptd-hub COMMAND [OPTIONS] ...\n\ncommands\n");
	for (i = 0; command_table[i] != NULL; i++)
		(void)buf_add_format(
			out, "  %-20s%s\n", command_table[i]->name, command_table[i]->summary);
	(void)buf_add_str(out, "\nof every command\n");
	add_options(out, command_common);
	(void)buf_add_str(out, "\npromptd-hub COMMAND --help says more.\n");
}

void help_command(const struct command *command, struct buf *out)
{
	struct str line, rest = str_of(command->description);

	(void)buf_add_format(out, "promptd-hub %s: %s\n\nusage: promptd-hub %s [OPTIONS]%s%s\n\n",
		command->name, command->summary, command->name,
		command->words[0] != '\0' ? " " : "", command->words);
	while (str_next_line(&rest, &line))
		wrap(out, line, 0, 0);
	(void)buf_add_str(out, "\noptions\n");
	add_options(out, command->options);
	add_options(out, command_common);
	if (command->answer != NULL) {
		(void)buf_add_str(out, "\nmembers of the answer with --json, beside status\n  ");
		wrap(out, str_of(command->answer), 2, 2);
	}
	if (command->example != NULL)
		(void)buf_add_format(out, "\nexample\n  %s\n", command->example);
}

/* ── the man page ──────────────────────────────────────────────────────── */

/* Our own sentences, each on a line of its own as mdoc wants them. */
static void man_text(struct buf *out, struct str text)
{
	struct str word;
	bool first = true;
	size_t i;

	while (text.n > 0) {
		word = str_cut(text, ' ', &text);
		if (word.n == 0)
			continue;
		if (first && (word.p[0] == '.' || word.p[0] == '\''))
			(void)buf_add_str(out, "\\&");
		for (i = 0; i < word.n; i++)
			if (word.p[i] == '-')
				(void)buf_add_str(out, "\\-");
			else
				(void)buf_add_char(out, word.p[i]);
		first = word.p[word.n - 1] == '.';
		if (text.n > 0)
			(void)buf_add_char(out, first ? '\n' : ' ');
	}
	(void)buf_add_char(out, '\n');
}

/* A line to be typed: mdoc would take quotes as its own, and - as a hyphen. */
static void man_line(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] == '"')
			(void)buf_add_str(out, "\\(dq");
		else if (text.p[i] == '-')
			(void)buf_add_str(out, "\\-");
		else
			(void)buf_add_char(out, text.p[i]);
	(void)buf_add_char(out, '\n');
}

static void man_options(struct buf *out, const struct command_option *option)
{
	(void)buf_add_str(out, ".Bl -tag -width indent\n");
	for (; option->name != NULL; option++) {
		(void)buf_add_format(out, ".It Fl \\-%s%s%s\n", option->name,
			option->value != NULL ? " Ar " : "",
			option->value != NULL ? option->value : "");
		man_text(out, str_of(option->help));
	}
	(void)buf_add_str(out, ".El\n");
}

static void man_command(struct buf *out, const struct command *command)
{
	struct str line, rest = str_of(command->description);

	(void)buf_add_format(
		out, ".Ss %s\n.Nm\n.Ic %s\n.Op Ar OPTIONS\n", command->name, command->name);
	if (command->words[0] != '\0')
		(void)buf_add_format(out, ".Ar %s\n", command->words);
	(void)buf_add_str(out, ".Pp\n");
	while (str_next_line(&rest, &line))
		if (line.n == 0)
			(void)buf_add_str(out, ".Pp\n");
		else
			man_text(out, line);
	if (command->options != NULL)
		man_options(out, command->options);
	if (command->answer != NULL) {
		(void)buf_add_str(out, ".Pp\nWith\n.Fl \\-json :\n");
		man_text(out, str_of(command->answer));
	}
	if (command->example != NULL) {
		(void)buf_add_str(out, ".Pp\nFor example:\n.Dl ");
		man_line(out, str_of(command->example));
	}
}

static const char man_begin[] =
	".\\\" Made by promptd-hub --man; do not edit.\n"
	".Dd " DATE "\n.Dt PROMPTD-HUB 1\n.Os\n.Sh NAME\n.Nm promptd-hub\n"
	".Nd the central service of a team's prompts\n.Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n"
	".Op Ar OPTIONS\n.Ar ...\n.Sh DESCRIPTION\n.Nm\n"
	"keeps the prompts of a team: proposed, reviewed and approved by people, followed by\n"
	"their\n.Xr promptd 1 ,\nwhich tell it back what was used.\n"
	"It serves HTTP to this machine; a proxy in front speaks TLS.\n"
	"Its database is one file (SQLite), or PostgreSQL.\n.Pp\n"
	"Commands other than\n.Ic serve\n"
	"go to the database themselves, also while the hub serves: whoever may open it runs\n"
	"the hub.\nWhat they change stands in the audit log.\n.Sh COMMANDS\n"
	"Of every command:\n";

static const char man_around[] =
	".Sh ENVIRONMENT\n.Bl -tag -width indent\n"
	".It Ev PROMPTD_HUB_DATABASE\n.Fl \\-database ,\nwhere that is not given.\n"
	".It Ev PROMPTD_HUB_LISTEN , PROMPTD_HUB_PUBLIC_URL , PROMPTD_HUB_WORKERS ,\n"
	".It Ev PROMPTD_HUB_RATES , PROMPTD_HUB_TRUSTED_PROXY , PROMPTD_HUB_CONNECTIONS\n"
	"What\n.Ic serve\ntakes as options.\n"
	".It Ev PROMPTD_HUB_PLAIN_HTTP\n.Li yes\nis\n.Fl \\-plain\\-http .\n"
	".It Ev PROMPTD_HUB_ENV\nAnother file than\n.Pa /etc/promptd-hub.env .\n"
	".It Ev STATE_DIRECTORY\nWhere the database is, of a systemd unit.\n.El\n"
	".Sh FILES\n.Bl -tag -width indent\n"
	".It Pa /etc/promptd-hub.env\nLines\n.Li NAME=value\n"
	"of the variables above; the unit reads it, and so does a command of whoever may.\n"
	".It Pa /var/lib/promptd-hub/hub.db\nThe database of the service, and of commands of "
	"root.\n"
	".It Pa ~/.local/state/promptd-hub/hub.db\nThat of commands of anybody else.\n.El\n";

static const char man_end[] = ".Sh SEE ALSO\n.Xr promptd 1 ,\n"
			      ".Pa /usr/share/doc/promptd-hub/HUB.md\n";

void help_man(struct buf *out)
{
	size_t i;

	(void)buf_add_str(out, man_begin);
	man_options(out, command_common);
	for (i = 0; command_table[i] != NULL; i++)
		man_command(out, command_table[i]);
	(void)buf_add_str(out, man_around);
	(void)buf_add_str(out,
		".Sh EXIT STATUS\nThe word is\n.Dq status\nof every answer with\n.Fl \\-json ;\n"
		"when it is not\n.Dq done\nthere is\n.Dq error\nand often\n.Dq hint .\n"
		".Bl -column \"6\" \"not_found\" \"text\"\n");
	for (i = 0; i < sizeof exits / sizeof *exits; i++)
		(void)buf_add_format(out, ".It %u Ta %s Ta %s\n", (unsigned)exits[i].exit,
			command_exit_word(exits[i].exit), exits[i].text);
	(void)buf_add_str(out, ".El\n");
	(void)buf_add_str(out, man_end);
}
