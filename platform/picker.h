/*
 * The picker as a system shows it: what is on it, in plain data, and what comes back.
 * The system decides nothing: keys, typed text and clicks come as events
 * (platform.h), and what is to be shown next is given to it whole. Borrowed for the
 * call, UTF-8 checked before, offsets and lengths in bytes.
 */
#ifndef PLATFORM_PICKER_H
#define PLATFORM_PICKER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/str.h"

/* Rows that are seen at once; a list has more, and is shown around the selected one. */
#define PLATFORM_PICKER_ROWS 12

/* A part of a text that looks different. In order, apart from each other. */
enum platform_mark_kind {
	PLATFORM_MARK_MATCH,   /* letters that were searched for */
	PLATFORM_MARK_FILLED,  /* the value of a variable */
	PLATFORM_MARK_DEFAULT, /* its default */
	PLATFORM_MARK_MISSING, /* it has none yet: "{{name}}" */
};
struct platform_mark {
	enum platform_mark_kind kind;
	size_t from, n;
};
struct platform_text {
	struct str text;
	const struct platform_mark *marks;
	size_t n_marks;
};

/* A word on a row, by what it says to the person. */
enum platform_badge_kind {
	PLATFORM_BADGE_PLAIN,
	PLATFORM_BADGE_GOOD, /* approved */
	PLATFORM_BADGE_CARE, /* experimental, old */
	PLATFORM_BADGE_BAD,  /* withdrawn */
};
struct platform_badge {
	enum platform_badge_kind kind;
	struct str text;
};

struct platform_picker_row {
	struct platform_text title, path;
	struct str tags; /* joined by ',' */
	const struct platform_badge *badges;
	size_t n_badges;
	struct str group; /* a heading when it differs from the row's before; may be empty */
	bool favourite, faded;
};

enum platform_field_kind {
	PLATFORM_FIELD_LINE,
	PLATFORM_FIELD_AREA,   /* several lines */
	PLATFORM_FIELD_CHOICE, /* one of what `items` says */
	PLATFORM_FIELD_CHECK,  /* "true" or "false" */
	PLATFORM_FIELD_SECRET, /* a line, not to be shown */
};
struct platform_picker_field {
	enum platform_field_kind kind;
	struct str label, help, value, note, error; /* help, note, error: may be empty */
	size_t cursor;				    /* bytes of the value before it */
	bool required;
	bool tall; /* an area with room for some lines from the start */
};

enum platform_picker_page {
	PLATFORM_PICKER_LIST,	 /* search field, rows, preview */
	PLATFORM_PICKER_FORM,	 /* fields, preview */
	PLATFORM_PICKER_DETAILS, /* details, preview */
	PLATFORM_PICKER_CONFIRM, /* message, preview */
};

struct platform_detail {
	struct str label, text;
};

struct platform_picker {
	enum platform_picker_page page;
	struct str query;
	size_t cursor; /* bytes of the query before it */
	const struct platform_picker_row *rows;
	size_t n_rows, selected;
	struct str title, path; /* of the prompt: a heading where there is no search field */
	bool file;		/* it has one that can be opened */
	const struct platform_picker_field *fields;
	size_t n_fields, field; /* field: the one with the cursor */
	/* Under that field, to choose from; n_items 0: nothing. */
	const struct str *items;
	size_t n_items, item;
	const struct platform_detail *details;
	size_t n_details;
	struct platform_text preview;
	struct str preview_note; /* what of it is not shown; may be empty */
	struct str message;	 /* one line; may be empty */
	bool warns;		 /* the message says that something is wrong */
};

enum platform_colours { PLATFORM_COLOURS_AUTO, PLATFORM_COLOURS_LIGHT, PLATFORM_COLOURS_DARK };

struct platform_picker_options {
	/* Always a window with the focus, and not only where a screen reader or an input
	 * method needs one. */
	bool window;
	enum platform_colours colours; /* AUTO: as the desktop has them */
	const char *theme; /* a file of CSS over ours, for those who have it; NULL: none */
};

#endif
