/*
 * Secrets that do not belong into a text that a team shares: access keys, tokens, private
 * keys. Known by the shapes that their makers gave them, each at the start of a word; a
 * value of no known shape only when it looks like chance and a name like "api_key" stands
 * before it. Precise rather than complete: it is there for what somebody pastes by
 * mistake, and what it refuses somebody has to believe. Placeholders and the examples of
 * manuals (AKIA…EXAMPLE, xxxx, your-key-here) are let through. Any thread.
 */
#ifndef CORE_LEAK_H
#define CORE_LEAK_H

#include <stdbool.h>

#include "core/str.h"

struct leak {
	const char *kind; /* "aws_access_key", "private_key", …; a literal */
	const char *text; /* the same for people: "an AWS access key" */
	size_t at, n;	  /* where it stands, in bytes; never to be repeated to anybody */
};

/* The first one. False: none, and *leak stays. Linear in the text. */
bool leak_find(struct str text, struct leak *leak);

/* Line and column of a byte, both from 1; a column is a character of UTF-8. */
void leak_place(struct str text, size_t at, size_t *line, size_t *column);

#endif
