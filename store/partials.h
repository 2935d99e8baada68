/*
 * What {{> name}} stands for: the text of another prompt of the library. Whoever
 * renders hands `store_partial` and a struct of these to render.h. One thread,
 * the store's.
 */
#ifndef STORE_PARTIALS_H
#define STORE_PARTIALS_H

#include "store/prompts.h"

struct store_partials {
	struct store *store;
	struct store_want want;
	/* Of partials.c: what was found, kept until fini. */
	struct prompt **prompts;
	size_t n;
};

/* As render_options.partial wants it; data is a struct store_partials. The first
 * user message of the prompt of that name, or else its first message. */
int store_partial(void *data, struct str name, struct str *text, struct err *err);
/* Once the render is over. */
void store_partials_fini(struct store_partials *partials);

#endif
