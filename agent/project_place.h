/*
 * The project that somebody works in, and where it keeps prompts: .prompts,
 * .github/prompts, .claude/commands and .agents/skills of the working directory and of
 * the folders above it, up to the repository's. Any thread; needs libc only.
 */
#ifndef AGENT_PROJECT_PLACE_H
#define AGENT_PROJECT_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/platform.h"

#define PROJECT_LEVELS_MAX 16
#define PROJECT_FOLDERS_MAX 64

struct project_place {
	char root[PLATFORM_PATH_MAX];
	char folders[PROJECT_FOLDERS_MAX][PLATFORM_PATH_MAX]; /* the nearest first */
	size_t n;
};

/*
 * False: it keeps none. The search never comes to `home` or above it, follows no link,
 * and ends at what another user owns. Without a repository (.git) only `here` counts.
 */
bool project_place_find(const char *home, const char *here, struct project_place *place);

#endif
