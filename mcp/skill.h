/*
 * Inside mcp/: a prompt as an Agent Skill (agentskills.io/specification), served
 * by the extension io.modelcontextprotocol/skills (SEP-2640).
 *
 * The skill of team/area/code-review is skill://team/area/code-review/SKILL.md,
 * its name the last part. Where that part is no legal name of a skill (a '.', a
 * letter outside ASCII) a folder with a legal one is put below:
 * skill://team/c_style/c-style/SKILL.md.
 */
#ifndef MCP_SKILL_H
#define MCP_SKILL_H

#include "mcp/delivery.h"

#define SKILL_FILE "/SKILL.md"
#define SKILL_NAME_BYTES 65
#define SKILL_DESCRIPTION_BYTES 1024
#define SKILL_PATH_MAX (PROMPT_PATH_MAX + SKILL_NAME_BYTES)

/* The folder of the prompt's skill, and its name. */
void skill_folder(struct str path, struct buf *folder);
void skill_name(struct str path, char out[SKILL_NAME_BYTES]);

/*
 * The prompt whose skill lives in that folder into delivery->prompt. 0,
 * STORE_NOT_FOUND, negative. A folder that two could have belongs to the prompt
 * of that very path; the other has no skill.
 */
int skill_find(struct delivery *delivery, struct str folder, struct err *err);

/* The folder in the URI of a SKILL.md, decoded into path, which *folder borrows. */
bool skill_uri_read(struct str uri, struct buf *path, struct str *folder);

/* Its description, or its title where it has none; borrowed. */
struct str skill_description(const struct prompt *prompt);
/* Append the bytes of SKILL.md; the same for the same library. Negative: the
 * prompt cannot be rendered. */
int skill_write(struct delivery *delivery, struct buf *out, struct err *err);
/* Append the front matter as JSON, as the file has it. */
void skill_front_matter(const struct delivery *delivery, struct buf *out);

#endif
