/*
 * Help, the man page and the shells' completions, all made from the table of
 * commands. The last two are checked in (docs/man, packaging/completions) and a
 * test compares.
 */
#ifndef AGENT_HELP_H
#define AGENT_HELP_H

#include "agent/command.h"
#include "core/buf.h"

void help_all(struct output *out);
void help_command(struct output *out, const struct command *command);

void help_man(struct buf *out);
/* shell: bash, zsh or fish. -1: no such shell. */
int help_completion(struct str shell, struct buf *out);

/* What promptd is, in one line. */
#define HELP_SUMMARY "your prompts, within reach of every assistant, editor and shell"

/* What --json and --help do, as every command has them. */
#define HELP_JSON "answer with one JSON object"
#define HELP_HELP "show this help"

/* The words a value can be, with blanks between, or NULL when they are not known
 * beforehand. Yours (free). */
char *help_choices(enum command_kind kind, const char *choices);

/* The exit statuses, with what each means, in order; ends with a NULL text. */
struct help_exit {
	enum command_exit exit;
	const char *text;
};
extern const struct help_exit help_exits[];

#endif
