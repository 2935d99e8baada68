/*
 * Which assistants `promptd connect` connected: their names, for the commands
 * that only tell.
 */
#ifndef AGENT_CONNECTED_H
#define AGENT_CONNECTED_H

#include <jansson.h>

#include "core/buf.h"
#include "platform/platform.h"

/* An array of names, each once, in the order they came. New. Empty too when it
 * cannot be read: doctor says why. */
json_t *connected_list(const struct platform_dirs *dirs);
/* Append "codex, claude". */
void connected_text(const json_t *names, struct buf *out);

#endif
