/*
 * From a prompt and values to the text that is pasted: rendered, newlines made one
 * kind, characters that act or do not show taken out, and for a terminal without
 * newlines at its end. Any thread, the store's.
 */
#ifndef DESKTOP_COMPOSE_H
#define DESKTOP_COMPOSE_H

#include <stdbool.h>

#include <jansson.h>

#include "core/buf.h"
#include "core/prompt.h"
#include "store/store.h"

#define COMPOSE_CARET_MAX 200
#define COMPOSE_SPANS_MAX 1024

/* What of the text comes from an input. */
struct compose_span {
	size_t from, n; /* bytes of the text */
	size_t input;	/* which of the prompt's */
	bool missing;	/* {{name}} stands there */
};

struct compose {
	struct buf text;
	size_t lines;		    /* 1 and up */
	unsigned caret;		    /* presses of Left back to {{cursor}}; 0: none, or too far */
	char *missing;		    /* the first required input without a value, or NULL */
	struct compose_span *spans; /* in order; only if they were asked for */
	size_t n_spans;
};

/* 0 done, COMPOSE_MISSING with missing set, or negative. Fini in every case. */
enum compose_outcome { COMPOSE_DONE = 0, COMPOSE_MISSING = 1 };
enum compose_flag {
	COMPOSE_TERMINAL = 1, /* it goes into one */
	COMPOSE_HOLES = 2,    /* leave what is missing as {{name}} (then it is DONE) */
	COMPOSE_SPANS = 4,    /* say what comes from where; COMPOSE_SPANS_MAX at most */
};
/* store may be NULL: then there are no partials. */
int compose_text(struct store *store, const struct prompt *prompt, const json_t *args,
	unsigned flags, struct compose *out, struct err *err);
void compose_fini(struct compose *compose);

/* What may be pasted of any text, appended to out. */
void compose_clean(struct str text, bool terminal, struct buf *out);
/* Presses of Left over a text: what a person sees as one character is one. */
unsigned compose_graphemes(struct str text);

#endif
