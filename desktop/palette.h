/*
 * The picker without a screen: keys in, calls out, and at any time what is to be
 * shown. No I/O, no clock; what it needs to know it asks of the caller's functions,
 * and what a person chose it tells them. Stories in tests/keys/ say how it behaves.
 * One thread; but what reads the library may be done by another (calls.ask).
 *
 *   LIST ─Tab, Enter→ FORM (a prompt with inputs) ─Enter→ CONFIRM → sent, closed
 *     │  └── Enter (a prompt without) ────────────────────↗ (lines into a terminal)
 *     └─Ctrl+I→ DETAILS (from FORM too)          Escape: one step back, then closed
 *
 * palette.c keys and modes, palette_wait.c what is asked and waited for, palette_ask.c
 * questions and their answers, palette_rows.c the list, palette_form.c the form,
 * palette_preview.c the preview, palette_edit.c a text with a cursor,
 * palette_describe.c all of it as text; palette_library.h has the calls over a store,
 * palette_sources.h those over a platform.
 */
#ifndef DESKTOP_PALETTE_H
#define DESKTOP_PALETTE_H

#include <stdbool.h>

#include <jansson.h>

#include "core/buf.h"
#include "core/prompt.h"
#include "desktop/compose.h"
#include "desktop/palette_edit.h"
#include "store/prompts.h"

#define PALETTE_ROWS_MAX 50
#define PALETTE_QUERY_MAX 512
#define PALETTE_VALUE_MAX ((size_t)256 * 1024)
#define PALETTE_PAGE 10	     /* rows that PageDown goes */
#define PALETTE_MARKS_MAX 16 /* of a title or a path */
#define PALETTE_BADGES_MAX 8
#define PALETTE_OFFERS_MAX 10	 /* values used before, of one input */
#define PALETTE_PREVIEW_MAX 4000 /* characters */
#define PALETTE_SPANS_MAX 256	 /* of a preview */
#define PALETTE_DETAILS_MAX 16
#define PALETTE_AGE_S ((int64_t)24 * 3600) /* a source not looked at for so long is old */

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
	PALETTE_CTRL_LEFT, /* a word */
	PALETTE_CTRL_RIGHT,
	PALETTE_PAGE_UP,
	PALETTE_PAGE_DOWN,
	PALETTE_HOME,
	PALETTE_END,
	PALETTE_CTRL_HOME,
	PALETTE_CTRL_END,
	PALETTE_SPACE, /* as a text of one blank is */
	PALETTE_BACKSPACE,
	PALETTE_DELETE,
	PALETTE_CTRL_BACKSPACE, /* a word */
	PALETTE_CTRL_W,		/* likewise */
	PALETTE_CTRL_U,		/* empties the line */
	PALETTE_CTRL_V,		/* the clipboard, at the cursor */
	PALETTE_CTRL_DOWN,	/* what a field may be, or was before */
	PALETTE_CTRL_S,		/* favourite, and not any more */
	PALETTE_CTRL_E,		/* opens the file */
	PALETTE_CTRL_I,		/* details, and back */
	PALETTE_ESCAPE,
	PALETTE_KEYS,
};
/* "Enter", "Ctrl+Enter", …; false: no key of that name. */
bool palette_key_parse(struct str name, enum palette_key *key);
const char *palette_key_name(enum palette_key key);

enum palette_send { PALETTE_PASTE, PALETTE_COPY, PALETTE_KEEP };

/* How the person comes to see a row. */
enum palette_group {
	PALETTE_FOUND,	   /* by what was typed */
	PALETTE_FAVOURITE, /* the rest with nothing typed, in this order */
	PALETTE_RECENT,
	PALETTE_MOST_USED,
};

/* Bytes `from` to `from + n` of a text. */
struct palette_mark {
	unsigned from, n;
};
struct palette_marks {
	struct palette_mark marks[PALETTE_MARKS_MAX]; /* in order, apart from each other */
	unsigned n;
};

enum palette_badge_kind {
	PALETTE_APPROVED,
	PALETTE_EXPERIMENTAL, /* a draft, or of a channel other than production */
	PALETTE_WITHDRAWN,    /* deprecated: shown, and not sent */
	PALETTE_PERSONAL,
	PALETTE_TEAM,
	PALETTE_PROJECT,
	PALETTE_SOURCE, /* another place: its name */
	PALETTE_VERSION,
	PALETTE_AGE, /* how long its source was not looked at, when that is long */
};
struct palette_badge {
	enum palette_badge_kind kind;
	char text[48]; /* as one shows it: "team", "v3", "3 days old" */
};

struct palette_row {
	char *id, *path, *title, *tags; /* tags joined by ',' */
	struct palette_badge badges[PALETTE_BADGES_MAX];
	size_t n_badges;
	struct palette_marks title_marks, path_marks; /* what of them was typed */
	enum palette_group group;
	bool favourite;
	bool withdrawn;
};

/* What search() tells of a row beside the row itself. */
struct palette_found {
	enum palette_group group;
	bool favourite;
	int64_t age_s; /* since its source was looked at; -1: not known, or it has none */
	struct palette_marks title_marks, path_marks;
};
/* Non-zero: enough. */
typedef int palette_row_fn(
	void *rows, const struct store_row *row, const struct palette_found *found);
typedef int palette_value_fn(void *values, struct str value);

struct palette_detail {
	char label[24], text[256];
};

/* What came of asking for the selection or the clipboard. */
enum palette_source_outcome {
	PALETTE_SOURCE_TEXT,
	PALETTE_SOURCE_NONE,   /* there is no text */
	PALETTE_SOURCE_SECRET, /* a password manager put it there: not taken */
};

struct palette_question;
struct palette_answer;

/* Failures of these are told to the person in one line; what is shown stays. NULL
 * where it is said: then there is none of that. Those of the library (search, get,
 * compose, favourite, values, remember, details) are called by palette_answer_make(). */
struct palette_calls {
	void *data;
	/*
	 * Have palette_answer_make() called with it, where the library may be waited for,
	 * and palette_answer() here with what comes of it. The question is the callee's.
	 * One for looking (palette_asked_for_looking()) may be dropped for a newer one; all
	 * others come, one after the other. NULL: they are answered at once.
	 */
	void (*ask)(void *data, struct palette_question *question);
	/* Rows for what was typed, best first, fn for each; an empty text: favourites,
	 * then recents, then the most used. */
	int (*search)(void *data, struct str text, unsigned limit, palette_row_fn *fn, void *rows,
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

	/* Or NULL, all of these. */
	int (*favourite)(void *data, struct str prompt_id, bool on, struct err *err);
	/* Values that this input had before, newest first. */
	void (*values)(void *data, const struct prompt *prompt, const struct prompt_input *input,
		unsigned limit, palette_value_fn *fn, void *values);
	/* One was sent: to be offered again. Never of a secret one. */
	void (*remember)(void *data, const struct prompt *prompt, const struct prompt_input *input,
		struct str value);
	/* Ask for the selection or the clipboard as it was when the palette was called:
	 * palette_source() answers, now or later. */
	void (*source)(void *data, enum prompt_from from);
	/* At most `max` lines about a prompt. Returns how many. */
	size_t (*details)(void *data, const struct prompt *prompt, struct palette_detail *details,
		size_t max);
};

enum palette_mode {
	PALETTE_CLOSED,
	PALETTE_LIST,
	PALETTE_DETAILS,
	PALETTE_FORM,
	PALETTE_CONFIRM,
};

enum palette_field_kind {
	PALETTE_LINE,
	PALETTE_AREA, /* several lines */
	PALETTE_NUMBER,
	PALETTE_CHOICE,
	PALETTE_CHECK,	/* "true" or "false" */
	PALETTE_SECRET, /* a line, not to be shown */
};

/* Where the value of a field came from. */
enum palette_filled {
	PALETTE_EMPTY,
	PALETTE_DEFAULT,
	PALETTE_TYPED, /* or chosen */
	PALETTE_SELECTION,
	PALETTE_CLIPBOARD,
};

struct palette_field {
	enum palette_field_kind kind;
	struct palette_edit edit; /* its value */
	enum palette_filled filled;
	char error[128]; /* why the value does not do; empty: it does */
	char note[64];	 /* of a source: "from the selection, 12 characters"; or empty */
	bool waiting;	 /* for palette_source() */
	char *offers[PALETTE_OFFERS_MAX]; /* used before; a choice has its choices instead */
	size_t n_offers;
};

/* A list under the field: palette_drop_item() for each. */
struct palette_drop {
	bool open;
	size_t at, n;
};

enum palette_span_kind {
	PALETTE_SPAN_FILLED,
	PALETTE_SPAN_DEFAULT,
	PALETTE_SPAN_MISSING, /* "{{name}}" stands there */
};
struct palette_span {
	enum palette_span_kind kind;
	size_t from, n; /* bytes of the preview's text */
	size_t input;	/* which of the prompt's */
};
struct palette_preview {
	struct buf text;			      /* PALETTE_PREVIEW_MAX characters of it */
	struct palette_span spans[PALETTE_SPANS_MAX]; /* in order, apart from each other */
	size_t n_spans;
	size_t more; /* characters that are not shown */
	size_t lines;
};

struct palette {
	/* For looking. */
	enum palette_mode mode;
	struct palette_edit query;
	struct palette_row rows[PALETTE_ROWS_MAX];
	size_t n_rows, selected;
	struct prompt *prompt;	      /* the selected one; of the form, the details, … */
	struct palette_field *fields; /* of a form: one an input of the prompt */
	size_t field;		      /* that has the cursor */
	struct palette_drop drop;
	struct palette_preview preview; /* with what is missing left as {{name}} */
	struct palette_detail details[PALETTE_DETAILS_MAX];
	size_t n_details;
	char message[256]; /* one line for the person; empty: none */
	bool terminal;	   /* the text would go into one */
	/* Of palette*.c. */
	const struct palette_calls *calls;
	enum palette_mode back; /* where Escape leads from details and confirmation */
	enum palette_send how;	/* that waits for the confirmation */
	bool direct;		/* a hotkey led here: there is no list behind */
	bool pasting;		/* Ctrl+V waits for palette_source() */
	bool failed;		/* the last search did: the rows are of one before it */
	/* Of palette_wait.c: questions whose answers are waited for; 0: none. */
	uint64_t last_number, looking, choosing, marking;
	bool rows_due; /* looking is for rows: those that are shown are of another query */
	bool late;     /* it takes so long that one says so */
	bool replaying;
	struct palette_pressed *pressed; /* waits for an answer, in this order */
	size_t n_pressed;
};

void palette_init(struct palette *palette, const struct palette_calls *calls);
void palette_fini(struct palette *palette);

/* The hotkey: recents, and nothing typed. Open already: closes it. `terminal`: the
 * text would go into one. */
void palette_call(struct palette *palette, bool terminal);
/* The hotkey of one prompt: its form, or the paste as soon as it is there (then it is
 * CLOSED again, unless several lines would go into a terminal). A prompt that cannot be
 * had: the list, with a message. Open already: closes it. */
void palette_call_prompt(struct palette *palette, struct str name, bool terminal);
/* What was typed, one or more characters; what acts or does not show is left out. */
void palette_text(struct palette *palette, struct str text);
void palette_key(struct palette *palette, enum palette_key key);
/* The answer to calls.source(); of one that nobody waits for any more nothing is kept.
 * `text` is borrowed. */
void palette_source(struct palette *palette, enum prompt_from from,
	enum palette_source_outcome outcome, struct str text);
/* A row is gone to; a click on a row, which chooses it; on a field. Nothing when there is
 * none of that number. */
void palette_select(struct palette *palette, size_t row);
void palette_click(struct palette *palette, size_t row);
void palette_focus(struct palette *palette, size_t field);
/* The answer to a question of calls.ask(), which it takes; nothing comes of one to a
 * question that a newer one has replaced. */
void palette_answer(struct palette *palette, struct palette_answer *answer);
/* Is an answer waited for? Keys that need it are done when it is there; Escape needs
 * none. */
bool palette_waits(const struct palette *palette);
/* So long that a person begins to wonder: what is shown says it until the answer comes. */
void palette_late(struct palette *palette);
/* Close it without a choice (the screen was locked). */
void palette_close(struct palette *palette);

/* Line i of the list under the field. */
const char *palette_drop_item(const struct palette *palette, size_t i);

/* What is to be shown, as text: what stories compare. Appended to out. */
void palette_describe(const struct palette *palette, struct buf *out);

#endif
