/* What two prompts differ in, in words; for telling what a format cannot hold. */
#ifndef LIBRARY_COMPARE_H
#define LIBRARY_COMPARE_H

#include "core/buf.h"
#include "core/prompt.h"

/* Append the names of what b lacks or has otherwise than a: "text, descriptions
 * of inputs, tags". True when the version (texts and inputs) is another one. */
bool prompt_compare(const struct prompt *a, const struct prompt *b, struct buf *out);

#endif
