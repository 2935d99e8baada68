/*
 * Other people's repositories as read-only sources of prompts. Each is kept as a bare
 * repository in the data directory, data/sources/NAME.git, and is never checked out:
 * prompts are read from its objects, within the limits of git.h, and stand in the store
 * with source "git:NAME". A folder that is no repository is read as it stands, with the
 * limits of files.h. What sources there are stands in data/sources.json. Main
 * thread.
 */
#ifndef AGENT_SOURCES_H
#define AGENT_SOURCES_H

#include "agent/command.h"
#include "library/git.h"

#define SOURCES_MAX 100
#define SOURCES_OBJECTS_MAX 500000
#define SOURCES_BYTES_MAX (256UL * 1024 * 1024)

/* [{name, url, path, commit, updated}]; the last two once it was fetched, a folder has
 * no commit. New. */
json_t *sources_read(struct call *call);
int sources_write(struct call *call, const json_t *sources, struct err *err);
/* Borrowed; NULL: none. */
json_t *sources_find(const json_t *sources, const char *name);

struct sources_update {
	size_t prompts;
	struct repo_tree_report passed_by;
	bool same; /* nothing new there */
};
/* Fetch one and take over what it holds; sets commit and updated in it. The exit. */
int sources_update(struct call *call, json_t *source, struct sources_update *update);
/* Its prompts and its repository go. The exit. */
int sources_forget(struct call *call, const char *name);

#endif
