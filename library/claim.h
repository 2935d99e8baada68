/*
 * Which path a prompt of an import gets when others have its path: earlier ones
 * of the same import, and prompts in the library that came from other files. Of
 * this room only.
 */
#ifndef LIBRARY_CLAIM_H
#define LIBRARY_CLAIM_H

#include <jansson.h>

#include "library/reader.h"

struct claim {
	/* Paths of the import so far, each with the next number to try for another. */
	json_t *met;
	const struct library_sink *sink; /* the caller's: asked who holds a path */
	struct reader *reader;		 /* for notes */
	bool replace;			 /* what is in the library makes room */
};

/*
 * Let prompt->path be its own: as it is, or with "-2" and so on. True: the same
 * text is in the library already, from another file; prompt->path is its path,
 * and there is nothing to put. The prompt's origin must be set.
 */
bool claim_path(const struct claim *claim, struct prompt *prompt);

#endif
