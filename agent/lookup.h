/*
 * What several commands do with a prompt: find the one that was named, tell it
 * as JSON, record that it was served.
 */
#ifndef AGENT_LOOKUP_H
#define AGENT_LOOKUP_H

#include "agent/command.h"
#include "core/buf.h"
#include "store/prompts.h"

/*
 * NAME or NAME@VERSION as it was typed. COMMAND_DONE and *out is yours, or the
 * exit to return: not found (with the nearest name), ambiguous (with the names).
 */
int lookup_prompt(struct call *call, const char *word, bool experimental, struct prompt **out);

/* New references. */
json_t *lookup_row_json(const struct store_row *row);
json_t *lookup_prompt_json(const struct prompt *prompt); /* without its messages */
json_t *lookup_time_json(int64_t time_ms);

/*
 * One usage row, committed when this returns: call it before the text is shown.
 * It says which version was served, never with what. When it cannot be written
 * the person is warned and served all the same. started_us: clock_monotonic_us().
 */
void lookup_record(struct call *call, const struct prompt *prompt, const char *surface,
	const char *action, int64_t started_us);

/* The texts of all messages of that role (NULL: of all) in one, an empty line
 * between them; one alone is its exact bytes. How many there were. */
size_t lookup_join(const struct prompt_message *messages, size_t n, const enum prompt_role *role,
	struct buf *out);
/* The role of `--role`, checked. COMMAND_DONE or the exit to return. */
int lookup_role(struct call *call, enum prompt_role *role, const enum prompt_role **chosen);

/* A number an option was given, min to max; `otherwise` when it was not given. */
int lookup_number(struct call *call, const char *option, int64_t min, int64_t max,
	int64_t otherwise, int64_t *number);

#endif
