/*
 * Words and options of one command, read by its table with getopt_long().
 */
#ifndef AGENT_OPTIONS_H
#define AGENT_OPTIONS_H

#include "agent/command.h"

enum options_outcome { OPTIONS_RUN = 0, OPTIONS_HELP = 1 };

/*
 * argv[0] is the command's name; call->command is set. Fills words, values and
 * json; they point into argv, whose order may change. OPTIONS_HELP when --help
 * stands anywhere before `--`. Negative: not as the table has it; call->err and
 * call->hint say what and call->json whether to say it as JSON.
 */
int options_parse(struct call *call, int argc, char **argv);

#endif
