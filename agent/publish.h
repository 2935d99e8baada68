/*
 * Collections kept in step as skills, for assistants that read files. What is published
 * where is remembered in publish.json beside the library; which files are ours, by the
 * list in each folder (library/publish.h, library_export_as()). One thread.
 */
#ifndef AGENT_PUBLISH_H
#define AGENT_PUBLISH_H

#include "agent/command.h"
#include "library/publish.h"

/* Every skill stands in the list that the assistant reads or shows at each start. */
#define PUBLISH_MAX 15
#define PUBLISH_MAX_MAX 500
#define PUBLISH_TARGETS_MAX 100

/* Who reads which folder. */
struct publish_client {
	const char *name, *title; /* as schema/assistants has them */
	enum publish_kind kind;
	bool hides; /* can a skill be hidden from its model? */
};
extern const struct publish_client publish_clients[]; /* ends with a NULL name */
const struct publish_client *publish_client_find(struct str name);

/* The folder of that kind below home or a project. Negative: too long a path. */
int publish_folder(
	const char *base, enum publish_kind kind, char folder[PLATFORM_PATH_MAX], struct err *err);

/*
 * [{folder, kind, clients, collection, max, visible, project}]: an entry each folder.
 * New; publish_lock() first, unless one only looks.
 */
json_t *publish_read(struct call *call);
int publish_write(struct call *call, const json_t *targets, struct err *err);
json_t *publish_find(const json_t *targets, const char *folder); /* borrowed; NULL: none */
/* One process publishes at a time; -1: err says why not. Close it at the end. */
int publish_lock(struct call *call, struct err *err);

enum publish_mode {
	PUBLISH_DO,
	PUBLISH_LOOK,	/* say what would be done */
	PUBLISH_REMOVE, /* take away what is ours */
};
struct publish_result {
	struct library_export_result files;
	size_t chosen, left_out; /* prompts of the collection; too many of them */
	size_t skills, unfit;	 /* published; those that this assistant must not get */
	json_t *notes;		 /* [{file, message}] of what was left alone */
};
/* Do so with one target. The exit; publish_result_fini() in any case. */
int publish_run(struct call *call, const json_t *target, enum publish_mode mode,
	struct publish_result *result);
void publish_result_fini(struct publish_result *result);

#endif
