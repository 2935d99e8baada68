/*
 * Which prompts a search has looked at already. Of this room only.
 */
#ifndef STORE_SEEN_H
#define STORE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEEN_FIRST 256

/* Zero is an empty set. */
struct seen {
	int64_t first[SEEN_FIRST]; /* a hash table; 0 is no key */
	int64_t *slots;		   /* a bigger one; NULL: first */
	size_t size, n;
};

/* Add a key. 0 it is new, 1 it was there, -1 memory is out. */
int seen_add(struct seen *seen, int64_t key);
void seen_fini(struct seen *seen);

#endif
