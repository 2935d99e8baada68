/*
 * Files of lines that people write: `#` begins a comment, blank lines say nothing.
 */
#ifndef CORE_LINES_H
#define CORE_LINES_H

#include "core/err.h"
#include "core/str.h"

/* A line without its comment and without blanks around it, never empty. Non-zero:
 * it is not understood, and err says why. */
typedef int lines_fn(void *data, struct str line, unsigned number, struct err *err);

/* Each line of text until one fails; err then begins with "FILE:NUMBER: ".
 * ERR_INVALID when text is not UTF-8. */
int lines_parse(const char *file, struct str text, lines_fn *fn, void *data, struct err *err);

#endif
