/*
 * "Did you mean …?": the nearest of a few words to a mistyped one, by letters
 * inserted, left out, changed or swapped with a neighbour (Damerau 1964, the
 * restricted form). For messages, not for search. Any thread.
 */
#ifndef CORE_NEAR_H
#define CORE_NEAR_H

#include <stddef.h>

#include "core/str.h"

#define NEAR_BYTES_MAX 64

/* Begin with this; offer every word there is; read `best`. */
struct near {
	struct str typed;
	char best[256]; /* empty: nothing is near enough */
	size_t distance;
};
void near_init(struct near *near, struct str typed);
/* `shown` is what best becomes if word is the nearest so far. */
void near_offer(struct near *near, struct str word, struct str shown);

/* Over NEAR_BYTES_MAX bytes only equal texts are near. */
size_t near_distance(struct str a, struct str b);

#endif
