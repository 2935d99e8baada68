/* Who asked lately; see principals.h. */
#include "hub/principals.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define SETS (PRINCIPALS_MAX / WAYS)

struct principals {
	pthread_mutex_t lock; /* over what follows */
	uint64_t clock;
	uint64_t used[SETS][WAYS]; /* when last; 0: never */
	struct known known[SETS][WAYS];
};

struct principals *principals_new(void)
{
	struct principals *principals = xcalloc(1, sizeof *principals);

	(void)pthread_mutex_init(&principals->lock, NULL); /* default kind: cannot fail here */
	return principals;
}

void principals_free(struct principals *principals)
{
	if (principals == NULL)
		return;
	(void)pthread_mutex_destroy(&principals->lock);
	free(principals);
}

/* The hash is of random bits already: any few of it will do. */
static size_t set_of(const char *hash)
{
	size_t set = 0, i;

	for (i = 0; i < 6; i++)
		set = set * 16 + (size_t)(hash[i] <= '9' ? hash[i] - '0' : hash[i] - 'a' + 10);
	return set % SETS;
}

void principals_keep(struct principals *principals, const struct known *known)
{
	size_t set = set_of(known->hash), way = 0, i;

	if (principals == NULL)
		return;
	(void)pthread_mutex_lock(&principals->lock);
	for (i = 0; i < WAYS; i++) {
		if (strcmp(principals->known[set][i].hash, known->hash) == 0) {
			way = i;
			break;
		}
		if (principals->used[set][i] < principals->used[set][way])
			way = i;
	}
	principals->known[set][way] = *known;
	principals->used[set][way] = ++principals->clock;
	(void)pthread_mutex_unlock(&principals->lock);
}

bool principals_find(struct principals *principals, const char *hash, struct known *known)
{
	size_t set = set_of(hash), i;

	if (principals == NULL)
		return false;
	(void)pthread_mutex_lock(&principals->lock);
	for (i = 0; i < WAYS && strcmp(principals->known[set][i].hash, hash) != 0; i++)
		;
	if (i < WAYS) {
		*known = principals->known[set][i];
		principals->used[set][i] = ++principals->clock;
	}
	(void)pthread_mutex_unlock(&principals->lock);
	return i < WAYS;
}
