/* Answers prepared once; see cache.h. */
#include "mcp/cache.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	char *method, *cursor, *bytes;
	size_t len;
	enum mcp_revision revision;
	uint64_t data_version;
};

struct mcp_cache {
	struct entry entries[MCP_CACHE_ENTRIES]; /* oldest first */
	size_t n, total_bytes;
};

struct mcp_cache *mcp_cache_new(void)
{
	return calloc(1, sizeof(struct mcp_cache));
}

static void entry_remove(struct mcp_cache *cache, size_t i)
{
	struct entry *entry = &cache->entries[i];

	cache->total_bytes -= entry->len;
	free(entry->method);
	free(entry->cursor);
	free(entry->bytes);
	cache->n--;
	memmove(entry, entry + 1, (cache->n - i) * sizeof *entry);
}

void mcp_cache_free(struct mcp_cache *cache)
{
	if (cache == NULL)
		return;
	while (cache->n > 0)
		entry_remove(cache, cache->n - 1);
	free(cache);
}

static bool entry_is(const struct entry *entry, const char *method, enum mcp_revision revision,
	struct str cursor)
{
	return entry->revision == revision && strcmp(entry->method, method) == 0 &&
	       str_is(cursor, entry->cursor);
}

bool mcp_cache_get(struct mcp_cache *cache, const char *method, enum mcp_revision revision,
	struct str cursor, uint64_t data_version, struct str *bytes)
{
	size_t i;

	for (i = 0; i < cache->n; i++) {
		struct entry *entry = &cache->entries[i];

		if (!entry_is(entry, method, revision, cursor))
			continue;
		if (entry->data_version != data_version)
			return false;
		*bytes = (struct str){entry->bytes, entry->len};
		return true;
	}
	return false;
}

void mcp_cache_put(struct mcp_cache *cache, const char *method, enum mcp_revision revision,
	struct str cursor, uint64_t data_version, struct str bytes)
{
	size_t i;

	if (bytes.n > MCP_CACHE_BYTES / 4)
		return;
	for (i = cache->n; i-- > 0;)
		if (entry_is(&cache->entries[i], method, revision, cursor))
			entry_remove(cache, i);
	while (cache->n == MCP_CACHE_ENTRIES || cache->total_bytes + bytes.n > MCP_CACHE_BYTES)
		entry_remove(cache, 0);
	cache->entries[cache->n++] = (struct entry){
		.method = xstrdup(method),
		.cursor = str_dup(cursor),
		.bytes = str_dup(bytes),
		.len = bytes.n,
		.revision = revision,
		.data_version = data_version,
	};
	cache->total_bytes += bytes.n;
}
