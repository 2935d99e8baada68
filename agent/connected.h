/*
 * Which assistants `promptd connect` was asked to connect: their names, for the
 * commands that only tell.
 */
#ifndef AGENT_CONNECTED_H
#define AGENT_CONNECTED_H

#include "core/buf.h"
#include "platform/platform.h"

/* Append "codex, claude", each once; nothing when there are none. */
void connected_names(const struct platform_dirs *dirs, struct buf *out);

#endif
