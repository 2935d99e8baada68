/*
 * What the parsers of all formats share: the file being read, notes about it,
 * and the last steps of every prompt on its way to the caller. Any thread, one
 * reader a file.
 */
#ifndef LIBRARY_READER_H
#define LIBRARY_READER_H

#include "core/prompt.h"
#include "library/library.h"

struct reader {
	struct str path; /* relative to what is imported */
	const struct library_sink *sink;
	const char *format;
	const char *drop; /* folder name that follows a hidden one and means nothing */
	unsigned n_notes;
	bool failed; /* an error was noted */
};

/* More notes than this about one file are left out, which is said once. */
#define READER_NOTES_MAX 1000

/* What a note is: see struct library_note. */
enum note_level { NOTE_ERROR, NOTE_WARNING, NOTE_INFO };
void reader_note(struct reader *reader, unsigned line, enum note_level level, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* The file's name without its folders, and without its folders and `suffix`. */
struct str path_base(struct str path);
struct str path_stem(struct str path);
/* Its folders: "a/b" of "a/b/c.md", empty of "c.md". */
struct str path_folders(struct str path);

/*
 * Set prompt->path: the folders as slugs (hidden ones such as .claude left out,
 * and what follows a hidden one or nothing if it is `drop`, which may be NULL),
 * then the slug of name.
 */
void prompt_set_path(struct prompt *prompt, struct str folders, const char *drop, struct str name);

/*
 * Hand the prompt over; it is freed. Missing parts are filled in (path and title
 * from the file's name), texts lose blank lines at either end, a message without
 * text is left out, and characters that do not show are shown and noted. A
 * prompt that fails prompt_check() becomes an error at `line`. Negative: the
 * sink wants no more.
 */
int reader_emit(struct reader *reader, struct prompt *prompt, unsigned line, struct err *err);

/* A text without the blank lines before and the blanks and newlines after it. */
struct str text_body(struct str text);
/* The line (from 1) on which byte `at` of text stands, counted from first_line. */
unsigned text_line(struct str text, size_t at, unsigned first_line);

/* Does text hold a snippet that some client would execute: !`command` or !{command},
 * at the start of a line or behind a blank? */
bool text_is_executable(struct str text);

#endif
