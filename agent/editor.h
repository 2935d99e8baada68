/*
 * A text in the person's own editor. It is in a file of its own in the state directory,
 * which stays until the caller says that the text is safe elsewhere: nothing that was
 * typed is lost. Ctrl-C in the editor is the editor's. Main thread.
 */
#ifndef AGENT_EDITOR_H
#define AGENT_EDITOR_H

#include "agent/command.h"
#include "core/buf.h"

/* $VISUAL, $EDITOR or vi gets `before`; `after` is what it leaves, also when it fails,
 * as far as that can be read. One process has a draft for every `nth`, which is written
 * anew. COMMAND_DONE, or the exit to return. */
int editor_edit(struct call *call, unsigned nth, struct str before, char draft[PLATFORM_PATH_MAX],
	struct buf *after);
/* The draft is no longer needed. */
void editor_forget(const char *draft);
/* It is, and the person is told where it is. */
void editor_keep(struct call *call, const char *draft);

#endif
