/*
 * What the palette asks of the library, and what comes back. A question becomes an
 * answer by palette_answer_make(), on whichever thread has the library, and that one
 * goes to palette_answer(), on the palette's. Both are whole by themselves: nothing in
 * them is shared with the palette or with another question.
 */
#ifndef DESKTOP_PALETTE_ASK_H
#define DESKTOP_PALETTE_ASK_H

#include "desktop/palette.h"

enum palette_asked {
	PALETTE_ASK_ROWS,      /* rows for `text`; and of the one of `path`, or the first: LOOK */
	PALETTE_ASK_LOOK,      /* the prompt of `path`, and its preview */
	PALETTE_ASK_PREVIEW,   /* of `prompt` with `args` */
	PALETTE_ASK_TAKE,      /* LOOK, and what its form or its paste needs; `path` is a name */
	PALETTE_ASK_DETAILS,   /* of `prompt` */
	PALETTE_ASK_SEND,      /* may `prompt` still be sent, and what with `args`? */
	PALETTE_ASK_FAVOURITE, /* `on`, of the id in `text` */
	PALETTE_ASK_REMEMBER,  /* the values in `args` were sent: no answer is waited for */
};
/* A newer one takes the place of these: nobody waits for the older. */
static inline bool palette_asked_for_looking(enum palette_asked what)
{
	return what <= PALETTE_ASK_PREVIEW;
}

struct palette_question {
	enum palette_asked what;
	uint64_t number; /* counted up */
	char *text, *path;
	struct prompt *prompt;
	json_t *args;
	unsigned flags; /* of compose_text(): of what is shown, and of what is sent */
	unsigned send_flags;
	bool on;	      /* a favourite */
	bool confirmed;	      /* several lines may be sent */
	enum palette_key key; /* that chose it */
};
void palette_question_free(struct palette_question *question);

struct palette_rows {
	struct palette_row rows[PALETTE_ROWS_MAX];
	size_t n;
};

struct palette_composed {
	int outcome; /* of compose_text() */
	struct compose compose;
	struct err err;
};

struct palette_offers {
	char *texts[PALETTE_OFFERS_MAX];
	size_t n;
};

struct palette_answer {
	struct palette_question *question;
	int result; /* 0, or else err says why */
	struct err err;
	struct palette_rows *rows;
	size_t at; /* the row that is selected */
	struct prompt *prompt;
	struct palette_composed *preview, *sent; /* NULL: was not asked for */
	struct palette_offers *offers;		 /* one an input of the prompt */
	size_t n_offers;
	struct palette_detail details[PALETTE_DETAILS_MAX];
	size_t n_details;
};
/* Takes the question. On the thread of the calls' library. */
struct palette_answer *palette_answer_make(
	const struct palette_calls *calls, struct palette_question *question);
void palette_answer_free(struct palette_answer *answer);

#endif
