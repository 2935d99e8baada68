/*
 * The variables of Claude's commands: $ARGUMENTS, $1 … $9, with the names that
 * "argument-hint: <file> [depth]" gives them. Any thread.
 */
#ifndef LIBRARY_ARGUMENTS_H
#define LIBRARY_ARGUMENTS_H

#include "library/convert.h"

/* Hand text over with its placeholders; hint may be empty. */
void arguments_convert(struct convert *convert, struct str text, struct str hint);

/* "<file> [depth]" for the inputs of prompt. */
void arguments_hint(const struct prompt *prompt, struct buf *out);
/* The text of prompt with $ARGUMENTS (one input) or $1 … (several). */
void arguments_write(const struct prompt *prompt, struct buf *out);

#endif
