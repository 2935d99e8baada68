/*
 * A prompt with values: checks the arguments against the declared inputs, fills
 * in defaults, renders every message. Used by the command line, the sessions
 * and the picker, so that all say the same. Any thread.
 */
#ifndef CORE_RENDER_H
#define CORE_RENDER_H

#include "core/prompt.h"
#include "core/template.h"

struct render_options {
	bool holes; /* leave missing required inputs as visible {{name}} */
	/* Partials by name, as in template.h; NULL: none. */
	int (*partial)(void *data, struct str name, struct str *text, struct err *err);
	void *partial_data;
	/* Called for every place of an input, in order: bytes from … to of a message; a
	 * hole is one of an input without a value. NULL: nobody wants to know. */
	void (*place)(void *data, size_t message, size_t input, bool hole, size_t from, size_t to);
	void *place_data;
};

struct render {
	struct prompt_message *messages; /* same number and order as the prompt's */
	size_t n_messages;
	char **missing; /* required inputs without a value, in order of declaration */
	size_t n_missing;
};

enum render_outcome { RENDER_DONE = 0, RENDER_MISSING = 1 };

/*
 * args: a JSON object name → string, number, boolean (or NULL for none; a null
 * member is as good as none). Text is converted to the declared type ("5" for an
 * integer, "true"/"yes"/"1"/"on" for a boolean), a number or boolean for a text
 * is written as it came. Names that are not declared, wrong types (lists and
 * objects, and text that does not convert), NUL in a text and values outside an
 * enum are errors (ERR_INVALID, naming every such input and what is allowed; values
 * are not repeated, and of names that are not declared only the first). An empty text is a value.
 * All messages together stay under TEMPLATE_OUTPUT_MAX. In sections a boolean is itself; any other
 * input is true when its text is not empty. RENDER_MISSING without `holes`: nothing but missing is
 * set; with `holes`, missing is set beside the messages. Fini in every case.
 */
int render_prompt(const struct prompt *prompt, const json_t *args,
	const struct render_options *options, struct render *out, struct err *err);
void render_fini(struct render *render);

/* One value against its input, as the forms check while one types: the text to
 * insert, appended to out. */
int render_check_value(
	const struct prompt_input *input, const json_t *value, struct buf *out, struct err *err);

#endif
