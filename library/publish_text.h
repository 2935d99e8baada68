/*
 * The text of a published skill: our variables in the assistant's notation, and back.
 * Of this room only.
 *
 * Claude Code (2.1.329) puts a value where it finds $name of a declared argument, unless
 * a letter, digit or _ follows; $ARGUMENTS and $ARGUMENTS[N] in any case; $N unless a
 * letter or _ follows. A name without a value becomes nothing, a number stays. "\$" before one of
 * those is a plain "$", but "\\$" is two backslashes and the value. ${CLAUDE_…} has no escape.
 */
#ifndef LIBRARY_PUBLISH_TEXT_H
#define LIBRARY_PUBLISH_TEXT_H

#include "core/buf.h"
#include "core/prompt.h"

#define PUBLISH_ARGUMENT_BYTES (PROMPT_NAME_MAX + 8)

/* The name of an input as an argument: letters, digits and _, no two the same. */
void publish_argument(const struct prompt *prompt, size_t input, char *name);

/* All messages with what is told of the inputs behind them. ERR_REFUSED: the assistant
 * would run or replace what is only text. */
int publish_text(const struct prompt *prompt, bool arguments, struct buf *out, struct err *err);

/* The other way: `prompt` has the inputs, `arguments` says which notation it is. */
void publish_text_back(
	const struct prompt *prompt, struct str text, bool arguments, struct buf *out);

#endif
