/*
 * Inside mcp/: the last few prompts as they were read, until the library changes.
 * The parts of a long prompt, the second try after a question, every letter of a
 * completion ask for the same one, and reading it costs more than all the rest.
 */
#ifndef MCP_PROMPT_CACHE_H
#define MCP_PROMPT_CACHE_H

#include "core/prompt.h"
#include "mcp/mcp.h"
#include "store/prompts.h"

#define PROMPT_CACHE_ENTRIES 16
#define PROMPT_CACHE_TEXT_MAX (64UL * 1024) /* longer ones are read each time */

/* A prompt that stays as long as somebody holds it. */
struct cached_prompt {
	struct prompt *prompt;
	unsigned holders;
};

struct prompt_cache;

struct prompt_cache *prompt_cache_new(struct store *store);
void prompt_cache_free(struct prompt_cache *cache);

/* What comes next was received later than what was asked for until now: whether
 * the library changed is looked at again. Requests that were received together
 * are answered from one look, which is a tenth of the work. */
void prompt_cache_settle(struct prompt_cache *cache);
/* As store_prompt_get(); *out is held until prompt_cache_release(). */
int prompt_cache_get(struct prompt_cache *cache, struct str name, const struct store_want *want,
	struct cached_prompt **out, struct err *err);
void prompt_cache_release(struct cached_prompt *cached); /* NULL is nothing */

#endif
