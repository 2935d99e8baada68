/* Prompts as they were read; see prompt_cache.h. */
#include "mcp/prompt_cache.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	char *name; /* as it was asked for */
	struct store_want want;
	struct cached_prompt *cached;
};

struct prompt_cache {
	struct store *store;
	uint64_t data_version; /* of all entries */
	bool looked;	       /* at the version, since prompt_cache_settle() */
	struct entry entries[PROMPT_CACHE_ENTRIES];
	unsigned n, oldest;
};

struct prompt_cache *prompt_cache_new(struct store *store)
{
	struct prompt_cache *cache = xcalloc(1, sizeof *cache);

	cache->store = store;
	return cache;
}

static void entry_fini(struct entry *entry)
{
	free(entry->name);
	prompt_cache_release(entry->cached);
}

static void cache_clear(struct prompt_cache *cache)
{
	while (cache->n > 0)
		entry_fini(&cache->entries[--cache->n]);
	cache->oldest = 0;
}

void prompt_cache_free(struct prompt_cache *cache)
{
	if (cache == NULL)
		return;
	cache_clear(cache);
	free(cache);
}

static struct cached_prompt *cache_find(
	const struct prompt_cache *cache, struct str name, const struct store_want *want)
{
	unsigned i;

	for (i = 0; i < cache->n; i++) {
		const struct entry *entry = &cache->entries[i];

		if (str_is(name, entry->name) && entry->want.version == want->version &&
			entry->want.experimental == want->experimental)
			return entry->cached;
	}
	return NULL;
}

/* The oldest makes room. */
static void cache_keep(struct prompt_cache *cache, struct str name, const struct store_want *want,
	struct cached_prompt *cached)
{
	struct entry *entry;
	size_t bytes = 0, i;

	for (i = 0; i < cached->prompt->n_messages; i++)
		bytes += strlen(cached->prompt->messages[i].text);
	if (bytes > PROMPT_CACHE_TEXT_MAX)
		return;
	if (cache->n < PROMPT_CACHE_ENTRIES) {
		entry = &cache->entries[cache->n++];
	} else {
		entry = &cache->entries[cache->oldest];
		cache->oldest = (cache->oldest + 1) % PROMPT_CACHE_ENTRIES;
		entry_fini(entry);
	}
	cached->holders++;
	*entry = (struct entry){.name = str_dup(name), .want = *want, .cached = cached};
}

void prompt_cache_settle(struct prompt_cache *cache)
{
	cache->looked = false;
}

static void cache_look(struct prompt_cache *cache)
{
	uint64_t version = store_data_version(cache->store);

	if (version != cache->data_version)
		cache_clear(cache);
	cache->data_version = version;
	cache->looked = true;
}

int prompt_cache_get(struct prompt_cache *cache, struct str name, const struct store_want *want,
	struct cached_prompt **out, struct err *err)
{
	struct cached_prompt *cached;
	struct prompt *prompt;
	int outcome;

	if (!cache->looked)
		cache_look(cache);
	cached = cache_find(cache, name, want);
	if (cached != NULL) {
		cached->holders++;
		*out = cached;
		return STORE_OK;
	}
	outcome = store_prompt_get(cache->store, name, want, &prompt, err);
	if (outcome != STORE_OK)
		return outcome;
	cached = xcalloc(1, sizeof *cached);
	*cached = (struct cached_prompt){.prompt = prompt, .holders = 1};
	cache_keep(cache, name, want, cached);
	*out = cached;
	return STORE_OK;
}

void prompt_cache_release(struct cached_prompt *cached)
{
	if (cached == NULL || --cached->holders > 0)
		return;
	prompt_free(cached->prompt);
	free(cached);
}
