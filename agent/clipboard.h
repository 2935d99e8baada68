/*
 * The clipboard of the person's desktop, for the command line: through wl-copy, xclip
 * or xsel, whichever is there. Main thread.
 */
#ifndef AGENT_CLIPBOARD_H
#define AGENT_CLIPBOARD_H

#include "core/err.h"
#include "core/str.h"

/* CLIPBOARD_NO_DISPLAY: nobody sits in front of this; CLIPBOARD_NO_PROGRAM: none of
 * the three is installed. Negative: it failed. The text lies there until something
 * else is copied or the desktop ends. */
enum clipboard_outcome { CLIPBOARD_NO_DISPLAY = 1, CLIPBOARD_NO_PROGRAM };
int clipboard_put(struct str text, struct err *err);

#endif
