/*
 * The templates of .prompt files (Handlebars) to ours and back. What has a
 * meaning here is converted: {{name}}, {{{name}}}, {{&name}}, {{#if flag}}…{{else}}…{{/if}}
 * and {{#unless flag}} over a declared boolean, {{> partial}}, comments (which go
 * away), \{{ (which becomes {{). Role markers are left for roles.h. Everything
 * else stays as it is written, with a warning. Any thread.
 */
#ifndef LIBRARY_HANDLEBARS_H
#define LIBRARY_HANDLEBARS_H

#include "library/reader.h"

struct handlebars {
	struct reader *reader;
	struct prompt *prompt; /* its inputs are those that are declared */
	bool declare;	       /* no schema: each plain name is an input */
	unsigned first_line;   /* of the text */
};

/*
 * Append text, converted, to out. Errors are noted with their line: a tag or a
 * block that is not closed, an end without a beginning, braces that close
 * nothing. Names of partials go to partial(), which may be NULL.
 */
void handlebars_read(const struct handlebars *options, struct str text, struct buf *out,
	void (*partial)(void *data, struct str name, unsigned line), void *data);

/* Does name stand in any tag of text, as an argument, say: {{#each name}}? */
bool handlebars_mentions(struct str text, struct str name);

/* Append text of prompt as Handlebars. */
void handlebars_write(const struct prompt *prompt, struct str text, struct buf *out);

#endif
