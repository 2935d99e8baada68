/* A search as it was typed; see query.h. */
#include "store/query.h"

#include <string.h>

static bool query_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Up to the closing quote, or all of it; *rest is what follows. */
static struct str query_quoted(struct str text, struct str *rest)
{
	return str_cut((struct str){text.p + 1, text.n - 1}, '"', rest);
}

static struct str query_word(struct str text, struct str *rest)
{
	size_t n = 0;

	while (n < text.n && !query_is_blank(text.p[n]))
		n++;
	*rest = (struct str){text.p + n, text.n - n};
	return (struct str){text.p, n};
}

/* A value after tag: or in:, quoted or not. */
static struct str query_value(struct str text, size_t skip, struct str *rest)
{
	text = (struct str){text.p + skip, text.n - skip};
	if (text.n > 0 && text.p[0] == '"')
		return query_quoted(text, rest);
	return query_word(text, rest);
}

static void query_add(struct query *query, struct query_term term)
{
	if (term.text.n == 0 || query->n_terms == QUERY_TERMS_MAX)
		return;
	query->terms[query->n_terms++] = term;
	if (term.phrase || term.negated)
		query->plain = false;
}

/* tag:NAME, #NAME, in:NAME. False when the text begins with none of them. */
static bool query_group(struct query *query, struct str text, struct str *rest)
{
	size_t skip = str_starts(text, "tag:") ? 4 : str_starts(text, "#") ? 1 : 0;
	struct str value;

	if (skip > 0) {
		value = query_value(text, skip, rest);
		if (value.n > 0 && query->n_tags < QUERY_TAGS_MAX)
			query->tags[query->n_tags++] = value;
		return value.n > 0;
	}
	if (!str_starts(text, "in:"))
		return false;
	value = query_value(text, 3, rest);
	if (value.n > 0)
		query->collection = value;
	return value.n > 0;
}

static struct str query_next(struct query *query, struct str text)
{
	struct query_term term = {.phrase = false};
	struct str rest;

	query->prefix = false;
	if (query_group(query, text, &rest))
		return rest;
	if (text.p[0] == '-' && text.n > 1 && !query_is_blank(text.p[1])) {
		term.negated = true;
		text = (struct str){text.p + 1, text.n - 1};
	}
	if (text.p[0] == '"') {
		term.phrase = true;
		term.text = str_trim(query_quoted(text, &rest));
	} else {
		term.text = query_word(text, &rest);
		query->prefix = rest.n == 0 && !term.negated;
	}
	query_add(query, term);
	return rest;
}

void query_parse(struct query *query, struct str text)
{
	*query = (struct query){.plain = true};
	text = str_prefix(text, QUERY_TEXT_MAX);
	while (text.n > 0) {
		if (query_is_blank(text.p[0]))
			text = (struct str){text.p + 1, text.n - 1};
		else
			text = query_next(query, text);
	}
	/* A blank after the last word says that it is whole. */
	if (query->n_terms == 0)
		query->prefix = false;
}
