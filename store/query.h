/*
 * What somebody typed into a search, taken apart. The language is in search.h.
 * Any text is a query: what is not understood is a word. Any thread.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/str.h"

#define QUERY_TEXT_MAX 512 /* bytes looked at */
#define QUERY_TERMS_MAX 16
#define QUERY_TAGS_MAX 8

struct query_term {
	struct str text; /* without quotes and minus; not folded yet */
	bool phrase;	 /* its words next to each other */
	bool negated;
};

struct query {
	struct query_term terms[QUERY_TERMS_MAX];
	struct str tags[QUERY_TAGS_MAX];
	struct str collection; /* the last one counts */
	size_t n_terms, n_tags;
	bool plain;  /* words only: no phrase, nothing negated */
	bool prefix; /* the last term is a word that may still be growing */
};

/* All texts borrow from `text`. What is beyond the maxima is left out. */
void query_parse(struct query *query, struct str text);

#endif
