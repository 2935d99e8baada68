/*
 * Prompts as files: one parser and writer per format that people keep prompts
 * in. Knows nothing of the store: parsed prompts go to the caller's function.
 * Any thread; no state.
 */
#ifndef LIBRARY_LIBRARY_H
#define LIBRARY_LIBRARY_H

#include <stdbool.h>

#include <jansson.h>

#include "core/buf.h"
#include "core/prompt.h"

/* One thing to tell the person about one place in one file. */
struct library_note {
	struct str file;
	unsigned line; /* from 1; 0: the whole file */
	bool error;    /* else a warning: the prompt was taken all the same */
	bool info;     /* not even that: a file that holds no prompt, say */
	const char *text;
};

/* Which prompt has a path in the library. */
struct library_holder {
	struct buf origin; /* the file it came from; empty: none */
	char digest[SHA256_HEX_BYTES];
};

struct library_context; /* of a running import: what lies beside a file */

struct library_sink {
	void *data;
	/* A prompt as read, path set (collection and folders in front); borrowed.
	 * Negative stops the import. */
	int (*prompt)(void *data, const struct prompt *prompt, struct err *err);
	void (*note)(void *data, const struct library_note *note);
	/* Is there a prompt of this one's path and source in the library? If so, fill in
	 * which. NULL: nobody knows. */
	bool (*holder)(void *data, const struct prompt *prompt, struct library_holder *holder);
	/* This prompt is there already, the same from another file: nothing is to be
	 * put. With holder. */
	void (*same)(void *data, const struct prompt *prompt);
	/* The bytes of a file that is read, its path relative to what is imported, before
	 * any prompt of it. May be NULL. */
	void (*bytes)(void *data, const char *file, struct str bytes);
	/* How far: files done of files found. May be NULL. */
	void (*progress)(void *data, size_t done, size_t total);
	struct library_context *context; /* library_import()'s own business; else NULL */
};

/* A format: its name and what it can do. The table ends with a NULL name. */
struct library_format {
	const char *name;	 /* "prompt-md" */
	const char *description; /* one line for --help */
	/* Does this file look like one of mine? path has at least the last two folders
	 * above what is imported in front, text is the first 4 KiB. 0 no … 100
	 * certain; from 50 on it is taken unasked. */
	int (*recognise)(struct str path, struct str text);
	/* All prompts of one file (one, for most formats), each with its path made from
	 * path, which is relative to what is imported. Faults become notes. text is
	 * UTF-8 without \r\n and without characters that do not show. */
	int (*parse)(
		struct str path, struct str text, const struct library_sink *sink, struct err *err);
	/* The file for one prompt; NULL: this format is written whole (write_all). */
	int (*write)(const struct prompt *prompt, struct buf *out, struct err *err);
	/* Where, below the export folder, that file goes. Appended to path. A format
	 * writes what it can hold; library_export() tells what it cannot. */
	int (*place)(const struct prompt *prompt, struct buf *path, struct err *err);
	/* A second file of the same prompt (fabric's user.md): its path and text. 1:
	 * this prompt needs none. NULL: never. */
	int (*write_beside)(
		const struct prompt *prompt, struct buf *path, struct buf *out, struct err *err);
	/* For formats of many prompts in one file (csv, langfuse, espanso); beside
	 * write(): a file about all of them (fabric's descriptions). */
	int (*write_all)(
		const struct prompt *const *prompts, size_t n, struct buf *out, struct err *err);
	const char *whole_file; /* its name: "prompts.csv" */
};
extern const struct library_format *const library_formats[];
const struct library_format *library_format_find(struct str name);

#define LIBRARY_FILE_BYTES_MAX (4 * 1024 * 1024)

struct library_import {
	const struct library_format *format; /* NULL: recognise each file */
	struct str collection;		     /* empty: none */
	struct str source;		     /* empty: "local" */
	bool replace;			     /* of the library what has the same path */
	bool (*cancelled)(void);	     /* asked between files; may be NULL */
	/* Only these of its files are read, of those that are there. NULL: all. */
	bool (*wanted)(void *data, const char *file);
	void *wanted_data;
	/* What calls of one import tell each other (an object of the caller's, empty
	 * at first): no path is given twice, no file read twice. NULL: one call. */
	json_t *met;
};

/* library_import: there is no such file or folder, or it cannot be opened; err
 * says why without naming it, and nothing was done. */
#define LIBRARY_NO_PATH 1

/*
 * A file or a folder: regular files in sorted order, links inside not followed,
 * hidden folders passed by but for those that tools keep prompts in (.claude …).
 * A file over 4 MiB or not UTF-8 is an error note; one that holds no prompt an
 * info note. A second prompt of one path becomes "path-2"; so does one whose path the
 * library has from another file that is still there, unless `replace` is set; a file
 * keeps the path it has. Every such case is a note. Characters that do not
 * show are shown as <U+XXXX>, the prompt is flagged, and a note says so.
 * Counts in *seen what was looked at. 0 also when single files failed;
 * LIBRARY_NO_PATH.
 */
int library_import(const char *path, const struct library_import *options,
	const struct library_sink *sink, size_t *seen, struct err *err);

/* Files that are in no folder: a commit's, say. Links and the like are not among them. */
struct library_shelf {
	const char *name;   /* stands in front of their paths, in notes and origins */
	char *const *paths; /* relative, with '/' between their parts */
	size_t n;
	void *data;
	/* Append one of them to out. 0; positive: there is none; -1: more than out holds. */
	int (*read)(void *data, const char *path, struct buf *out);
};
/* The same as library_import() of a folder that holds these. */
int library_import_shelf(const struct library_shelf *shelf, const struct library_import *options,
	const struct library_sink *sink, size_t *seen, struct err *err);

/* Has the file one of the endings that some format has? Others are not even opened. */
bool library_may_be_prompt(const char *file);

struct library_export_result {
	size_t written, unchanged, refused, removed;
};

/*
 * Write prompts below dir (made when absent). Files are ours when they are listed
 * with their digest in dir/.promptd-export.json; a file that is not, or that was
 * changed since, is left alone, noted and counted as refused, and so is a link.
 * Each file is written to a temporary name, synced and renamed. Files of prompts no
 * longer exported stay. Every prompt is read back from what is to be written: one that
 * does not come back is refused (its format cannot hold it); a warning
 * says when text or inputs did not survive, an info note when something else did
 * not. result counts files; refused also prompts that could not be written.
 */
int library_export(const char *dir, const struct library_format *format,
	const struct prompt *const *prompts, size_t n, const struct library_sink *notes,
	struct library_export_result *result, struct err *err);

/* The same, and more of it: a folder that is kept in step. */
struct library_export_how {
	const char *marker; /* name of the list of our files; NULL: .promptd-export.json */
	bool dry_run;	    /* say what would be done: result counts it, nothing is written */
	bool own_folders;   /* a folder in dir in which no file is ours is left alone */
	bool prune;	    /* our files that are none of these prompts' go, if nobody changed
			     * them since, and so does a folder that is then empty */
};
int library_export_as(const char *dir, const struct library_format *format,
	const struct library_export_how *how, const struct prompt *const *prompts, size_t n,
	const struct library_sink *notes, struct library_export_result *result, struct err *err);

#endif
