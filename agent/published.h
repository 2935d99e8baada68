/*
 * A skill that promptd published, met by an import: which prompt of the library it is.
 * One thread, the store's.
 */
#ifndef AGENT_PUBLISHED_H
#define AGENT_PUBLISHED_H

#include "agent/command.h"
#include "core/prompt.h"
#include "store/store.h"

enum published_fate {
	PUBLISHED_NOT,	    /* no such skill, or one of nobody's here: import it as it is */
	PUBLISHED_SAME,	    /* the library has it as it was published, or newer: nothing to do */
	PUBLISHED_EDITED,   /* put *out: the next version of the prompt that it was */
	PUBLISHED_PERSONAL, /* the same of a personal one: to be committed, not put */
	PUBLISHED_NEW,	    /* put *out: it was published from another library */
};
/* store may be NULL. *out is new, and only set where it is to be put or committed. An
 * edited prompt of a source that is read only becomes a local one. */
enum published_fate published_look(
	struct store *store, const struct prompt *skill, struct prompt **out);
/* Commit the text of a PUBLISHED_PERSONAL to the prompt's file. The exit to return. */
int published_commit(struct call *call, const struct prompt *edited);

#endif
