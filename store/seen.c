/* A set of keys; see seen.h. */
#include "store/seen.h"

#include <stdlib.h>

static int64_t *seen_place(int64_t *slots, size_t size, int64_t key)
{
	size_t at = (size_t)(((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (size - 1);

	while (slots[at] != 0 && slots[at] != key)
		at = (at + 1) & (size - 1);
	return &slots[at];
}

static int seen_grow(struct seen *seen)
{
	size_t size = 4 * seen->size, i;
	int64_t *slots = calloc(size, sizeof *slots);
	int64_t *old = seen->slots != NULL ? seen->slots : seen->first;

	if (slots == NULL)
		return -1;
	for (i = 0; i < seen->size; i++) {
		if (old[i] != 0)
			*seen_place(slots, size, old[i]) = old[i];
	}
	free(seen->slots);
	seen->slots = slots;
	seen->size = size;
	return 0;
}

int seen_add(struct seen *seen, int64_t key)
{
	int64_t *place;

	if (seen->size == 0)
		seen->size = SEEN_FIRST;
	if (2 * seen->n >= seen->size && seen_grow(seen) != 0)
		return -1;
	place = seen_place(seen->slots != NULL ? seen->slots : seen->first, seen->size, key);
	if (*place != 0)
		return 1;
	*place = key;
	seen->n++;
	return 0;
}

void seen_fini(struct seen *seen)
{
	free(seen->slots);
	seen->slots = NULL;
}
