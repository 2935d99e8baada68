/*
 * Inside mcp/: what the file of an imported skill said of itself besides its name
 * and description, to be served again: license, compatibility and the map
 * metadata (agentskills.io/specification).
 *
 * allowed-tools is never among them: it would let a text that came from elsewhere
 * widen what a client may run without asking. Nor is a key that we do not know.
 * Values are texts of one line, as the specification has them; what is written in
 * another way (blocks, lists, nested maps) stays in the library and is not served: a
 * skill's entry and its file must say the same (SEP-2640, "Frontmatter"), and so they
 * do, for both are made of these keys. That files of skills stand in resources/list
 * too is asked for nowhere there: skills/list is where a host looks.
 */
#ifndef MCP_SKILL_KEYS_H
#define MCP_SKILL_KEYS_H

#include "core/prompt.h"

#define SKILL_KEYS_MAX 16
#define SKILL_KEYS_BYTES 4096 /* all values together */
#define SKILL_KEY_MAX 64

struct skill_key {
	struct str key; /* borrowed from the prompt */
	char *value;
	size_t indent;
	bool in_metadata;
};

struct skill_keys {
	struct skill_key keys[SKILL_KEYS_MAX]; /* no two the same */
	size_t n;
};

/* Of a prompt that was no SKILL.md there are none. The prompt must stay. */
void skill_keys_read(const struct prompt *prompt, struct skill_keys *keys);
void skill_keys_fini(struct skill_keys *keys);

#endif
