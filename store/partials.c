/* The texts of other prompts, for templates; see partials.h. */
#include "store/partials.h"

#include <stdlib.h>

static const struct prompt *partial_known(const struct store_partials *partials, struct str name)
{
	size_t i;

	for (i = 0; i < partials->n; i++)
		if (str_is(name, partials->prompts[i]->path))
			return partials->prompts[i];
	return NULL;
}

static struct str partial_text(const struct prompt *prompt)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++)
		if (prompt->messages[i].role == PROMPT_USER)
			return str_of(prompt->messages[i].text);
	return str_of(prompt->messages[0].text);
}

int store_partial(void *data, struct str name, struct str *text, struct err *err)
{
	struct store_partials *partials = data;
	const struct prompt *known = partial_known(partials, name);
	struct prompt *prompt;
	int outcome;

	if (known == NULL) {
		outcome = store_prompt_get(partials->store, name, &partials->want, &prompt, err);
		if (outcome == STORE_NOT_FOUND)
			return 1;
		if (outcome != STORE_OK)
			return -1;
		partials->prompts =
			xrealloc(partials->prompts, (partials->n + 1) * sizeof *partials->prompts);
		partials->prompts[partials->n++] = prompt;
		known = prompt;
	}
	*text = partial_text(known);
	return 0;
}

void store_partials_fini(struct store_partials *partials)
{
	size_t i;

	for (i = 0; i < partials->n; i++)
		prompt_free(partials->prompts[i]);
	free(partials->prompts);
	partials->prompts = NULL;
	partials->n = 0;
}
