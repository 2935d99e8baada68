/*
 * The picker without a screen: keys in, calls out, and at any time what is to be
 * shown. No I/O, no clock; what it needs to know it asks of the caller's functions,
 * and what a person chose it tells them. Stories in tests/keys/ say how it behaves.
 * One thread.
 *
 *   LIST ─Tab, Enter→ FORM (a prompt with inputs) ─Enter→ CONFIRM → sent, closed
 *     └──── Enter (a prompt without) ────────────────────↗ (lines into a terminal)
 */
#ifndef DESKTOP_PALETTE_H
#define DESKTOP_PALETTE_H

#include <stdbool.h>

#include <jansson.h>

#include "core/buf.h"
#include "core/prompt.h"
#include "desktop/compose.h"
#include "store/prompts.h"

#define PALETTE_ROWS_MAX 50
#define PALETTE_QUERY_MAX 512
#define PALETTE_VALUE_MAX ((size_t)256 * 1024)
#define PALETTE_PAGE 10 /* rows that PageDown goes */

enum palette_key {
	PALETTE_ENTER,	     /* paste */
	PALETTE_CTRL_ENTER,  /* copy only */
	PALETTE_ALT_ENTER,   /* paste, and keep it on the clipboard */
	PALETTE_SHIFT_ENTER, /* a newline in a text */
	PALETTE_TAB,
	PALETTE_SHIFT_TAB,
	PALETTE_UP,
	PALETTE_DOWN,
	PALETTE_LEFT,
	PALETTE_RIGHT,
	PALETTE_PAGE_UP,
	PALETTE_PAGE_DOWN,
	PALETTE_HOME,
	PALETTE_END,
	PALETTE_BACKSPACE,
	PALETTE_CTRL_U, /* empties the line */
	PALETTE_CTRL_E, /* opens the file */
	PALETTE_CTRL_I, /* details, and back */
	PALETTE_ESCAPE,
	PALETTE_KEYS,
};
/* "Enter", "Ctrl+Enter", …; false: no key of that name. */
bool palette_key_parse(struct str name, enum palette_key *key);

enum palette_send { PALETTE_PASTE, PALETTE_COPY, PALETTE_KEEP };

struct palette_calls {
	void *data;
	/* Rows for what was typed, best first, fn for each; an empty text: recents. */
	int (*search)(void *data, struct str text, unsigned limit, store_row_fn *fn, void *rows,
		struct err *err);
	/* STORE_OK and *out is the palette's; else err says why. */
	int (*get)(void *data, struct str path, struct prompt **out, struct err *err);
	/* As compose_text(). */
	int (*compose)(void *data, const struct prompt *prompt, const json_t *args, unsigned flags,
		struct compose *out, struct err *err);
	/* The choice is made; all borrowed. The palette is closed after. */
	void (*send)(void *data, const struct prompt *prompt, const json_t *args,
		const struct compose *compose, enum palette_send how);
	void (*open_file)(void *data, struct str path);
	void (*close)(void *data); /* hide it; nothing was chosen unless send() came before */
};

enum palette_mode {
	PALETTE_CLOSED,
	PALETTE_LIST,
	PALETTE_DETAILS,
	PALETTE_FORM,
	PALETTE_CONFIRM,
};

struct palette_row {
	char *path, *title, *tags;
	char badges[96]; /* "personal", "team experimental v3", … */
};

struct palette_field {
	struct buf value;
	char error[128]; /* why the value does not do; empty: it does */
	bool given;	 /* typed or chosen, not the default */
};

struct palette {
	/* For looking. */
	enum palette_mode mode;
	struct buf query;
	struct palette_row rows[PALETTE_ROWS_MAX];
	size_t n_rows, selected;
	struct prompt *prompt; /* of the form, the details, the confirmation */
	struct palette_field *fields;
	size_t field;
	struct compose preview; /* with what is missing left as {{name}} */
	char message[256];	/* one line for the person; empty: none */
	/* Of palette*.c. */
	const struct palette_calls *calls;
	bool terminal;
	enum palette_send how; /* that waits for the confirmation */
};

void palette_init(struct palette *palette, const struct palette_calls *calls);
void palette_fini(struct palette *palette);

/* The hotkey: recents, and nothing typed. Open already: closes it. `terminal`: the
 * text would go into one. */
void palette_call(struct palette *palette, bool terminal);
/* What was typed, one or more characters; what acts or does not show is left out. */
void palette_text(struct palette *palette, struct str text);
void palette_key(struct palette *palette, enum palette_key key);
/* Close it without a choice (the screen was locked). */
void palette_close(struct palette *palette);

/* What is to be shown, as text: what stories compare. Appended to out. */
void palette_describe(const struct palette *palette, struct buf *out);

/* palette_form.c, for palette.c. The form of palette->prompt; its values as JSON (a
 * new reference), NULL when one does not do, which is then told and gone to. */
void palette_form_open(struct palette *palette);
void palette_form_close(struct palette *palette);
void palette_form_text(struct palette *palette, struct str text);
bool palette_form_key(struct palette *palette, enum palette_key key);
json_t *palette_form_args(struct palette *palette);
void palette_form_preview(struct palette *palette);

#endif
