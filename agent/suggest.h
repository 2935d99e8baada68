/*
 * What may stand after `promptd render NAME`, for the shells' completion.
 */
#ifndef AGENT_SUGGEST_H
#define AGENT_SUGGEST_H

#include "agent/command.h"
#include "core/prompt.h"

/*
 * Print, one a line: "key=" for every input that begins with `word`; or, when
 * word has a '=', the values of that input which begin with what follows it
 * (choices, true and false, values given before). With `pairs` as "key=value".
 */
void suggest_inputs(struct call *call, const struct prompt *prompt, struct str word, bool pairs);

#endif
