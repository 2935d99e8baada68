/*
 * Names of skills for prompts that are published together: small letters, digits and
 * single hyphens, at most 64, no two the same (agentskills.io/specification). Any thread.
 */
#ifndef AGENT_PUBLISH_NAMES_H
#define AGENT_PUBLISH_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define PUBLISH_NAME_BYTES 65

/* The last part of each path; where two would have one name, as many parts before it as
 * tell them apart, joined; where that does not help, digits of the path's digest. */
void publish_names(const char *const *paths, size_t n, char (*names)[PUBLISH_NAME_BYTES]);
/* Is the name what the last part alone would be? */
bool publish_name_is_plain(const char *path, const char *name);

#endif
