/*
 * From a foreign notation of variables to our own, and back.
 *
 * In: a parser hands over, message by message, the runs of literal text and the
 * placeholders between them. Names are chosen at the end, when all literal text
 * is known: a placeholder never gets a name that stands in literal text as a
 * tag of ours, so what was literal stays literal. Out: a walk over the tags of
 * a text that name declared inputs. Any thread.
 */
#ifndef LIBRARY_CONVERT_H
#define LIBRARY_CONVERT_H

#include "core/template.h"
#include "library/reader.h"

struct convert {
	struct prompt *prompt;
	struct convert_piece *pieces;
	size_t n_pieces, size;
	struct convert_message *messages;
	size_t n_messages;
	size_t first;			    /* piece of the message being made */
	struct str keys[PROMPT_INPUTS_MAX]; /* by input: its foreign name; p NULL: not ours */
};

/* Inputs that prompt has already are declared: their tags in text stay tags. */
void convert_init(struct convert *convert, struct prompt *prompt);
/* Literal text, borrowed until convert_end(). */
void convert_text(struct convert *convert, struct str text);
/*
 * A placeholder: `original` as it is written, `key` its foreign name (both
 * borrowed until the end). The same key is the same input. Returns the input,
 * for type, default and so on, valid until the next call; *fresh says whether it
 * is new: then it is required, and described by key if its name had to differ.
 * NULL: too many; the placeholder stays as it is written.
 */
struct prompt_input *convert_input(
	struct convert *convert, struct str original, struct str key, bool *fresh);
/* The message ends here. */
void convert_message(struct convert *convert, enum prompt_role role);
/* Name the inputs and append the messages to the prompt. Frees the rest. */
void convert_end(struct convert *convert, struct reader *reader, unsigned line);

/* A legal name of an input from any text ("Mother Language" → Mother_Language);
 * at least PROMPT_NAME_MAX + 1 bytes of out. */
void input_name_from(struct str text, char out[PROMPT_NAME_MAX + 1]);

/* The foreign name that an input came with: what convert_input() was given. */
struct str input_foreign_name(const struct prompt_input *input);

/*
 * Outwards: for each tag of text, text before it goes to literal(), and it goes
 * to tag() when it names an input, else to literal() as well. What tag() does
 * not write (it returns false) is handed to literal().
 */
struct convert_out {
	void *data;
	const struct prompt *prompt;
	void (*literal)(void *data, struct str text);
	/* whole is the tag with its braces; next the character behind it or 0. */
	bool (*tag)(void *data, enum template_tag tag, const struct prompt_input *input,
		struct str whole, char next);
};
void convert_walk(struct str text, const struct convert_out *out);

/* For formats where every {{name}} is a variable: declare each plain name that is
 * a tag in any message and no input yet, as required text. */
void convert_declare_all(struct prompt *prompt);

/* All messages as one text, system first, for formats that hold but one. */
void messages_join(const struct prompt *prompt, struct buf *out);
/* The texts of one role, as one. */
void messages_join_role(const struct prompt *prompt, enum prompt_role role, struct buf *out);

#endif
