/*
 * One assistant at work: what connect.c decides on and connect_ways.c carries out.
 * Shared by those two and nobody else; the contract of both is connect.h.
 */
#ifndef AGENT_CONNECT_WORK_H
#define AGENT_CONNECT_WORK_H

#include "agent/connect.h"
#include "agent/connect_target.h"

/* What one call works on. */
struct work {
	struct connect *c;
	const struct assistant *a;
	struct connect_result *result;
	struct target target;
	bool opened;
	char *program; /* its own; NULL: not found */
	json_t *entry; /* ours */
	json_t *known; /* what we wrote here before, of c->state; NULL: nothing */
};

/* Find the assistant and its file (path, or NULL: where it would be) without touching
 * anything. False: the result says why that is all. work_end() in both cases. */
void work_begin(struct work *w, struct connect *connect, const struct assistant *assistant,
	struct connect_result *result);
bool work_look(struct work *w, const char *path);
void work_end(struct work *w);

/* Our entry stands there as it should; ours, but perhaps an older one. */
bool work_there(const struct work *w);
bool work_still_ours(const struct work *w);
void work_snippet(struct work *w);
void work_say(struct connect_result *result, enum connect_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The folder's path as connect.json has it: "" for all projects. */
const char *work_project(const struct work *w);

/* The ways. Each fills the result and keeps or forgets in connect.json. */
bool way_is_harmless(const struct work *w); /* its own command, for what is in the file */
void way_command(struct work *w);
bool way_link(struct work *w); /* false: nobody here opens such links */
void way_file(struct work *w, enum connect_outcome outcome, const char *why);
void way_out_command(struct work *w);
void way_out_file(struct work *w, const char *why);
void way_forget(struct work *w, enum connect_outcome outcome, const char *message);

#endif
