/* The table entries of all formats; library.c puts them in order. */
#ifndef LIBRARY_FORMATS_H
#define LIBRARY_FORMATS_H

#include "library/library.h"

extern const struct library_format format_prompt_md;
extern const struct library_format format_fabric;
extern const struct library_format format_csv;
extern const struct library_format format_skill;
extern const struct library_format format_claude;
extern const struct library_format format_dotprompt;
extern const struct library_format format_gemini;
extern const struct library_format format_github;
extern const struct library_format format_llm;
extern const struct library_format format_espanso;
extern const struct library_format format_langfuse;

/* Path of a prompt below an export folder: its own path and an ending. */
int place_with_ending(const struct prompt *prompt, const char *ending, struct buf *path);

#endif
