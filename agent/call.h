/*
 * The frame around a command's run function, for main.c: what a call is made of
 * before, and how its outcome is told after. Commands need command.h only.
 */
#ifndef AGENT_CALL_H
#define AGENT_CALL_H

#include "agent/command.h"
#include "core/buf.h"

/* Make Ctrl-C a question that call_cancelled() answers; ignore SIGPIPE. */
void call_catch_signals(void);

/* All empty; out and notes are borrowed. */
void call_init(struct call *call, struct output *out, struct output *notes);
/*
 * Tell the outcome: the message and the hint on stderr, or the whole answer as
 * one JSON object on stdout. Returns the exit status, which is another one when
 * stdout could not take it all (a reader that left early is no fault).
 */
int call_finish(struct call *call, int exit);
void call_fini(struct call *call);

/* The answer as call_finish() prints it; characters that act on a terminal are
 * \u escapes. 0, or -1 when memory is out. */
int call_json(const struct call *call, int exit, struct buf *text);

#endif
