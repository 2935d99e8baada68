/*
 * Templates: {{name}} is replaced when `name` is declared, and is literal text
 * when it is not (real prompts are full of braces). {{#flag}}…{{/flag}} and
 * {{^flag}}…{{/flag}} for booleans, {{> name}} for another prompt's text. One
 * pass: what a value holds is never looked at again. Any thread.
 *
 *   {{name}} {{ name }}        a value, inserted as it is: no escaping
 *   {{{name}}} {{&name}}       the same (mustache's ways to say "unescaped")
 *   {{#flag}}…{{/flag}}        the text, when flag is true
 *   {{^flag}}…{{/flag}}        the text, when flag is false or has no value
 *   {{> path/name}}            another prompt, rendered with the same values
 *
 * A section tag or partial alone on its line takes the whole line with it
 * (mustache's "standalone" rule), and what stood before a partial begins each of
 * its lines. A tag is one line: no break between its braces, blanks and tabs only
 * around the name. Sections nest 32 deep. Only a section over a declared name is a
 * section; {{#each …}} and the like stay literal, and so does a tag that is
 * not closed. Rules and cases: mustache's spec, interpolation, sections of
 * booleans and inverted; what lies outside is listed in tests/test_template.c.
 */
#ifndef CORE_TEMPLATE_H
#define CORE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/str.h"

#define TEMPLATE_OUTPUT_MAX (1024 * 1024)
#define TEMPLATE_PARTIAL_DEPTH 5

enum template_lookup {
	TEMPLATE_UNDECLARED, /* not a variable: literal text */
	TEMPLATE_VALUE,	     /* *value is set */
	TEMPLATE_MISSING,    /* declared, without a value; a hole */
	TEMPLATE_EMPTY,	     /* declared, optional, not given: renders as nothing */
};

struct template_value {
	struct str text; /* borrowed for the render */
	bool truth;	 /* what a section asks */
};

/* Where names and partials come from; the caller's functions. */
struct template_source {
	void *data;
	enum template_lookup (*lookup)(void *data, struct str name, struct template_value *value);
	/* Text of another prompt: *text is borrowed until the render ends. 0 found,
	 * 1 no such prompt (the tag stays literal), negative failed. NULL: no partials. */
	int (*partial)(void *data, struct str name, struct str *text, struct err *err);
	/* Called for every TEMPLATE_MISSING name found on the way (repeats possible). */
	void (*missing)(void *data, struct str name);
	/* Called for every value and every hole that was written, in order: bytes
	 * from … to of what the render appended. NULL: nobody wants to know. */
	void (*written)(
		void *data, struct str name, enum template_lookup found, size_t from, size_t to);
};

/*
 * Append the rendered text to out. Holes are left as they are written. Negative:
 * a section is not closed or closed out of order, partials form a cycle, go
 * deeper than TEMPLATE_PARTIAL_DEPTH or are too many (some 4,000, or 4 MiB of
 * their text), more than TEMPLATE_OUTPUT_MAX bytes; the message carries the line
 * ("line 3: …", or "partial 'x' line 3: …"), out holds rubbish.
 */
int template_render(
	struct str text, const struct template_source *source, struct buf *out, struct err *err);

/*
 * Walk over the tags without rendering: for the importers (which names occur?)
 * and for checks. Undeclared names are reported too.
 */
enum template_tag {
	TEMPLATE_TAG_NAME,
	TEMPLATE_TAG_SECTION,
	TEMPLATE_TAG_INVERTED,
	TEMPLATE_TAG_END,
	TEMPLATE_TAG_PARTIAL
};
typedef void template_visit(void *data, enum template_tag tag, struct str name, size_t line);
void template_scan(struct str text, template_visit *visit, void *data);

#endif
