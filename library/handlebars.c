/*
 * Handlebars to our templates; see handlebars.h. First the text is cut into
 * pieces, then blocks find their ends, then all is written: a block can only be
 * converted when it is known whole.
 */
#include "library/handlebars.h"

#include <stdlib.h>
#include <string.h>

#include "library/convert.h"

#define BLOCK_DEPTH_MAX 64
#define TOLD_MAX 64 /* names that were warned about */

enum piece_kind {
	PIECE_TEXT,
	PIECE_ESCAPED, /* "\{{" */
	PIECE_COMMENT,
	PIECE_VALUE,   /* {{name}}, {{helper …}} */
	PIECE_OPEN,    /* {{#word …}} */
	PIECE_ELSE,    /* {{else}}, {{^}} */
	PIECE_CLOSE,   /* {{/word}} */
	PIECE_PARTIAL, /* {{> name}} */
	PIECE_ROLE,    /* {{role "x"}} */
};

struct piece {
	enum piece_kind kind;
	struct str whole; /* with its braces */
	struct str word;  /* helper, block or name */
	struct str rest;  /* what follows the word, trimmed */
	unsigned line;
	size_t partner;		      /* CLOSE, ELSE: its OPEN; OPEN: its CLOSE */
	size_t n_else;		      /* of an OPEN */
	bool trim_before, trim_after; /* {{~ and ~}} */
	bool converted;		      /* an OPEN that becomes a section */
	bool broken;		      /* an OPEN that is not closed; an error already */
	bool inverted;		      /* {{#unless}} */
};

struct pieces {
	const struct handlebars *options;
	struct piece *at;
	size_t n, size;
	struct str told[TOLD_MAX];
	size_t n_told;
	bool no_dashes; /* further on there is no --}} */
	bool no_close;	/* nor any }} */
	bool no_fit;	/* nor a comment's end that fits */
};

static struct piece *piece_add(
	struct pieces *pieces, enum piece_kind kind, struct str whole, unsigned line)
{
	if (pieces->n == pieces->size) {
		pieces->size = pieces->size > 0 ? 2 * pieces->size : 32;
		pieces->at = xrealloc(pieces->at, pieces->size * sizeof(*pieces->at));
	}
	pieces->at[pieces->n] = (struct piece){.kind = kind, .whole = whole, .line = line};
	return &pieces->at[pieces->n++];
}

/* Once per name; false when it was said already. */
static bool is_news(struct pieces *pieces, struct str name)
{
	for (size_t i = 0; i < pieces->n_told; i++)
		if (str_equal(pieces->told[i], name))
			return false;
	if (pieces->n_told == TOLD_MAX)
		return false;
	pieces->told[pieces->n_told++] = name;
	return true;
}

static struct str skip(struct str text, size_t n)
{
	return (struct str){text.p + n, text.n - n};
}

static size_t find(struct str text, size_t from, const char *words)
{
	size_t n = strlen(words);

	for (; from + n <= text.n; from++)
		if (memcmp(text.p + from, words, n) == 0)
			return from;
	return text.n;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* The kind of a tag by what stands between its braces. */
static void piece_classify(struct piece *piece, struct str inside)
{
	piece->trim_before = str_starts(inside, "~");
	if (piece->trim_before)
		inside = skip(inside, 1);
	piece->trim_after = str_ends(inside, "~");
	inside.n -= piece->trim_after;
	inside = str_trim(inside);
	piece->kind = PIECE_VALUE;
	if (str_starts(inside, "#"))
		piece->kind = PIECE_OPEN;
	else if (str_starts(inside, "/"))
		piece->kind = PIECE_CLOSE;
	else if (str_starts(inside, ">"))
		piece->kind = PIECE_PARTIAL;
	else if (str_is(inside, "^") || str_is(inside, "else"))
		piece->kind = PIECE_ELSE;
	if ((piece->kind != PIECE_VALUE && piece->kind != PIECE_ELSE) || str_starts(inside, "&"))
		inside = str_trim(skip(inside, 1));
	piece->word = (struct str){inside.p, 0};
	while (piece->word.n < inside.n && !is_blank(inside.p[piece->word.n]))
		piece->word.n++;
	piece->rest = str_trim(skip(inside, piece->word.n));
	if (piece->kind == PIECE_VALUE && str_is(piece->word, "else"))
		piece->kind = PIECE_ELSE; /* {{else if …}} */
	if (str_is(piece->word, "role") && piece->kind == PIECE_VALUE)
		piece->kind = PIECE_ROLE;
}

/*
 * Where the comment at `from` ends. Handlebars ends it at the first "}}"; where it
 * holds whole tags ("{{! use {{> name}} here }}") its author meant the one that
 * fits, which is taken when there is one. Once a search has come to the end of
 * the text in vain it is not made again.
 */
static size_t comment_end(struct pieces *pieces, struct str text, size_t from)
{
	size_t i = from + 2, depth = 1, first = 0;

	if (str_starts(skip(text, from), "{{!--")) {
		i = pieces->no_dashes ? text.n : find(text, from, "--}}");
		pieces->no_dashes = i == text.n;
		return i == text.n ? 0 : i + 4;
	}
	for (; !pieces->no_close && i + 1 < text.n; i++) {
		if (memcmp(text.p + i, "{{", 2) == 0) {
			depth++;
			i++;
		} else if (memcmp(text.p + i, "}}", 2) == 0) {
			first = first > 0 ? first : i + 2;
			if (--depth == 0 || pieces->no_fit)
				return i + 2;
			i++;
		}
	}
	pieces->no_fit = true;
	pieces->no_close = first == 0;
	return first;
}

/* The tag at `from`: where it ends, or 0 when it meets another tag or the end of
 * the text before. */
static size_t tag_end(struct pieces *pieces, struct str text, size_t from, size_t *open)
{
	size_t end;

	*open = 2;
	if (str_starts(skip(text, from), "{{!"))
		return comment_end(pieces, text, from);
	if (str_starts(skip(text, from), "{{{"))
		*open = 3;
	for (end = from + *open; end + *open <= text.n; end++) {
		if (memcmp(text.p + end, "{{", 2) == 0)
			return 0;
		if (memcmp(text.p + end, "}}}", *open) == 0)
			return end + *open;
	}
	return 0;
}

/* Text runs up to here; braces in it may close what braces in it have opened. */
struct run {
	size_t from;
	unsigned line;
	size_t depth; /* open braces of plain text */
};

static void run_end(struct pieces *pieces, struct run *run, struct str text, size_t end)
{
	struct str part = {text.p + run->from, end - run->from};

	for (size_t i = 0; i < part.n; i++) {
		run->line += part.p[i] == '\n';
		if (part.p[i] == '{')
			run->depth++;
		else if (part.p[i] == '}' && run->depth > 0)
			run->depth--;
		else if (part.p[i] == '}' && i + 1 < part.n && part.p[i + 1] == '}') {
			reader_note(pieces->options->reader, run->line, NOTE_ERROR,
				"a closing '}}' without an opening '{{'");
			i++;
		}
	}
	if (part.n > 0)
		(void)piece_add(pieces, PIECE_TEXT, part, run->line);
	run->from = end;
}

/* The next tag from *at on: where it ends, 0 when it is not closed; *at is text.n
 * when there is none. Braces too many in front of it are text. */
static size_t next_tag(struct pieces *pieces, struct str text, size_t *at, size_t *open)
{
	size_t end;

	*at = find(text, *at, "{{");
	if (*at == text.n)
		return 0;
	while (str_starts(skip(text, *at), "{{{{"))
		++*at;
	end = tag_end(pieces, text, *at, open);
	if (end > 0 || *open == 2)
		return end;
	end = tag_end(pieces, text, *at + 1, open);
	*at += end > 0;
	return end;
}

static void pieces_cut(struct pieces *pieces, struct str text)
{
	struct run run = {.line = pieces->options->first_line};
	size_t at = 0, open, end;

	while ((end = next_tag(pieces, text, &at, &open)), at < text.n) {
		bool escaped = at > run.from && text.p[at - 1] == '\\';
		struct piece *piece;

		run_end(pieces, &run, text, escaped ? at - 1 : at);
		if (escaped)
			end = at + 2;
		if (end == 0) {
			reader_note(pieces->options->reader, run.line, NOTE_ERROR,
				"a tag '{{' is not closed");
			run.from = at = at + 2;
			continue;
		}
		piece = piece_add(pieces, escaped ? PIECE_ESCAPED : PIECE_COMMENT,
			(struct str){text.p + at, end - at}, run.line);
		if (escaped)
			run.depth += 2;
		else if (text.p[at + 2] != '!')
			piece_classify(
				piece, (struct str){text.p + at + open, end - at - 2 * open});
		for (; at < end; at++)
			run.line += text.p[at] == '\n';
		run.from = end;
	}
	run_end(pieces, &run, text, text.n);
}

static const struct prompt_input *declared(const struct pieces *pieces, struct str name)
{
	return prompt_input_find(pieces->options->prompt, name);
}

static bool is_helper(struct str word)
{
	static const char *const helpers[] = {"this", "history", "media", "json", "section",
		"lookup", "log", "ifEquals", "unlessEquals", NULL};

	for (size_t i = 0; helpers[i] != NULL; i++)
		if (str_is(word, helpers[i]))
			return true;
	return false;
}

static bool is_plain(const struct piece *piece)
{
	return piece->kind == PIECE_VALUE && piece->rest.n == 0 &&
	       prompt_is_input_name(piece->word);
}

static struct prompt_input *declare(const struct pieces *pieces, struct str name)
{
	struct prompt *prompt = pieces->options->prompt;

	if (!pieces->options->declare || declared(pieces, name) != NULL || is_helper(name) ||
		!prompt_is_input_name(name) || prompt->n_inputs >= PROMPT_INPUTS_MAX)
		return NULL;
	return prompt_add_input(prompt, name);
}

/* Without a schema: names are required text, and what is only ever asked for in
 * {{#if name}} is a boolean. */
static void pieces_declare(const struct pieces *pieces)
{
	struct prompt_input *input;

	for (size_t i = 0; i < pieces->n; i++)
		if (is_plain(&pieces->at[i])) {
			input = declare(pieces, pieces->at[i].word);
			if (input != NULL)
				input->required = true;
		}
	for (size_t i = 0; i < pieces->n; i++) {
		const struct piece *piece = &pieces->at[i];

		if (piece->kind != PIECE_OPEN ||
			(!str_is(piece->word, "if") && !str_is(piece->word, "unless")))
			continue;
		input = declare(pieces, piece->rest);
		if (input != NULL)
			input->type = PROMPT_BOOLEAN;
	}
}

/* {{#if flag}} over a declared boolean, with at most one plain {{else}}? */
static bool is_section(const struct pieces *pieces, const struct piece *open)
{
	const struct prompt_input *input = declared(pieces, open->rest);

	return (str_is(open->word, "if") || str_is(open->word, "unless")) && input != NULL &&
	       input->type == PROMPT_BOOLEAN && open->n_else <= 1;
}

static void close_block(struct pieces *pieces, size_t i, size_t *stack, size_t *depth)
{
	struct piece *piece = &pieces->at[i], *open;

	if (*depth == 0 || !str_equal(pieces->at[stack[*depth - 1]].word, piece->word)) {
		reader_note(pieces->options->reader, piece->line, NOTE_ERROR,
			"'{{/%.*s}}' closes nothing that is open here",
			(int)(piece->word.n > 40 ? 40 : piece->word.n), piece->word.p);
		piece->partner = i;
		return;
	}
	open = &pieces->at[stack[--*depth]];
	open->partner = i;
	piece->partner = (size_t)(open - pieces->at);
	open->converted = is_section(pieces, open);
	open->inverted = str_is(open->word, "unless");
}

static void else_in_block(struct pieces *pieces, size_t i, const size_t *stack, size_t depth)
{
	struct piece *piece = &pieces->at[i];

	piece->partner = depth > 0 ? stack[depth - 1] : i;
	if (depth == 0)
		reader_note(pieces->options->reader, piece->line, NOTE_ERROR,
			"'{{else}}' stands in no block");
	else /* "else if" counts twice: such a chain has no counterpart here */
		pieces->at[piece->partner].n_else += piece->rest.n > 0 ? 2 : 1;
}

static void pieces_pair(struct pieces *pieces)
{
	size_t stack[BLOCK_DEPTH_MAX], depth = 0;

	for (size_t i = 0; i < pieces->n; i++) {
		struct piece *piece = &pieces->at[i];

		if (piece->kind == PIECE_OPEN && depth == BLOCK_DEPTH_MAX) {
			reader_note(pieces->options->reader, piece->line, NOTE_ERROR,
				"blocks nested too deep");
			return;
		}
		if (piece->kind == PIECE_OPEN)
			stack[depth++] = i;
		else if (piece->kind == PIECE_CLOSE)
			close_block(pieces, i, stack, &depth);
		else if (piece->kind == PIECE_ELSE)
			else_in_block(pieces, i, stack, depth);
	}
	while (depth > 0) {
		struct piece *open = &pieces->at[stack[--depth]];

		open->broken = true;
		reader_note(pieces->options->reader, open->line, NOTE_ERROR,
			"block '{{#%.*s}}' is not closed",
			(int)(open->word.n > 40 ? 40 : open->word.n), open->word.p);
	}
}

static void literal(struct pieces *pieces, const struct piece *piece, struct buf *out)
{
	if (is_news(pieces, piece->word))
		reader_note(pieces->options->reader, piece->line, NOTE_WARNING,
			"'{{%s%.*s}}' has no counterpart here and stays as it is written",
			piece->kind == PIECE_OPEN ? "#" : "",
			(int)(piece->word.n > 40 ? 40 : piece->word.n), piece->word.p);
	(void)buf_add(out, piece->whole.p, piece->whole.n);
}

static void add_tag(struct buf *out, const char *sign, struct str name)
{
	(void)buf_add_format(out, "{{%s%.*s}}", sign, (int)name.n, name.p);
}

static void write_value(struct pieces *pieces, const struct piece *piece, struct buf *out)
{
	if (is_plain(piece) && declared(pieces, piece->word) != NULL) {
		if (piece->trim_before || piece->trim_after)
			add_tag(out, "", piece->word);
		else
			(void)buf_add(out, piece->whole.p, piece->whole.n);
	} else if (is_plain(piece) && !is_helper(piece->word)) {
		if (is_news(pieces, piece->word))
			reader_note(pieces->options->reader, piece->line, NOTE_WARNING,
				"variable \"%.*s\" is used but not declared; it stays text",
				(int)piece->word.n, piece->word.p);
		(void)buf_add(out, piece->whole.p, piece->whole.n);
	} else {
		literal(pieces, piece, out);
	}
}

static void write_block(struct pieces *pieces, const struct piece *piece, struct buf *out)
{
	const struct piece *open = piece->kind == PIECE_OPEN ? piece : &pieces->at[piece->partner];
	bool inverted = open->inverted;

	if (open->kind != PIECE_OPEN || !open->converted) {
		if (piece->kind == PIECE_OPEN && !piece->broken && !str_is(piece->word, "role"))
			literal(pieces, piece, out);
		else
			(void)buf_add(out, piece->whole.p, piece->whole.n);
		return;
	}
	if (piece->kind == PIECE_ELSE || piece->kind == PIECE_CLOSE)
		add_tag(out, "/", open->rest);
	if (piece->kind == PIECE_ELSE)
		inverted = !inverted;
	if (piece->kind != PIECE_CLOSE)
		add_tag(out, inverted ? "^" : "#", open->rest);
}

/* A comment alone on its line takes the line with it. */
static void drop_line(struct pieces *pieces, size_t i, const struct buf *out)
{
	struct piece *next = &pieces->at[i + 1];

	if (i + 1 < pieces->n && next->kind == PIECE_TEXT && str_starts(next->whole, "\n") &&
		(out->len == 0 || out->data[out->len - 1] == '\n'))
		next->whole = skip(next->whole, 1);
}

static void piece_write(struct pieces *pieces, const struct piece *piece, struct buf *out)
{
	switch (piece->kind) {
	case PIECE_COMMENT:
		drop_line(pieces, (size_t)(piece - pieces->at), out);
		break;
	case PIECE_TEXT:
	case PIECE_ESCAPED:
	case PIECE_ROLE:
		(void)buf_add(out, piece->whole.p, piece->whole.n);
		break;
	case PIECE_PARTIAL:
		if (piece->rest.n > 0)
			literal(pieces, piece, out);
		else
			(void)buf_add(out, piece->whole.p, piece->whole.n);
		break;
	case PIECE_VALUE:
		write_value(pieces, piece, out);
		break;
	case PIECE_OPEN:
	case PIECE_ELSE:
	case PIECE_CLOSE:
		write_block(pieces, piece, out);
		break;
	}
}

/* Does the piece mean something here? Only then do its tildes. */
static bool is_understood(const struct pieces *pieces, const struct piece *piece)
{
	const struct piece *open = &pieces->at[piece->partner];

	switch (piece->kind) {
	case PIECE_VALUE:
		return is_plain(piece) && declared(pieces, piece->word) != NULL;
	case PIECE_OPEN:
		return piece->converted;
	case PIECE_ELSE:
	case PIECE_CLOSE:
		return open->kind == PIECE_OPEN && open->converted;
	default:
		return false;
	}
}

static void trim_around(struct pieces *pieces, size_t i, struct buf *out)
{
	const struct piece *piece = &pieces->at[i];
	struct piece *next = piece + 1 < pieces->at + pieces->n ? &pieces->at[i + 1] : NULL;

	if (!is_understood(pieces, piece))
		return;
	while (piece->trim_before && out->len > 0 && is_blank(out->data[out->len - 1]))
		buf_truncate(out, out->len - 1);
	while (piece->trim_after && next != NULL && next->kind == PIECE_TEXT && next->whole.n > 0 &&
		is_blank(next->whole.p[0]))
		next->whole = skip(next->whole, 1);
}

void handlebars_read(const struct handlebars *options, struct str text, struct buf *out,
	void (*partial)(void *data, struct str name, unsigned line), void *data)
{
	struct pieces pieces = {.options = options};

	pieces_cut(&pieces, text);
	pieces_declare(&pieces);
	pieces_pair(&pieces);
	for (size_t i = 0; i < pieces.n; i++) {
		trim_around(&pieces, i, out);
		piece_write(&pieces, &pieces.at[i], out);
		if (partial != NULL && pieces.at[i].kind == PIECE_PARTIAL)
			partial(data, pieces.at[i].word, pieces.at[i].line);
	}
	free(pieces.at);
}

bool handlebars_mentions(struct str text, struct str name)
{
	size_t at = 0, end;

	while ((at = find(text, at, "{{")) < text.n) {
		end = find(text, at, "}}");
		for (; at + name.n <= end && at + name.n < text.n; at++) {
			char before = at > 0 ? text.p[at - 1] : ' ', after = text.p[at + name.n];

			if (memcmp(text.p + at, name.p, name.n) == 0 && !is_word(before) &&
				!is_word(after))
				return true;
		}
		at = end;
	}
	return false;
}

/* Outwards: sections become #if and #unless, and their ends remember which. */
struct write {
	struct buf *out;
	bool inverted[BLOCK_DEPTH_MAX];
	size_t depth;
};

static void out_literal(void *data, struct str text)
{
	const struct write *write = data;
	size_t from = 0, at;

	while ((at = find(text, from, "{{")) < text.n) {
		(void)buf_add(write->out, text.p + from, at - from);
		/* A partial and a role keep their meaning; other tags are text. */
		if (!str_starts(skip(text, at), "{{>") && !str_starts(skip(text, at), "{{ >"))
			(void)buf_add_char(write->out, '\\');
		(void)buf_add_str(write->out, "{{");
		from = at + 2;
	}
	(void)buf_add(write->out, text.p + from, text.n - from);
}

static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	struct write *write = data;
	bool inverted = tag == TEMPLATE_TAG_INVERTED;

	(void)next;
	switch (tag) {
	case TEMPLATE_TAG_NAME:
		return buf_add(write->out, whole.p, whole.n) == 0;
	case TEMPLATE_TAG_SECTION:
	case TEMPLATE_TAG_INVERTED:
		if (write->depth < BLOCK_DEPTH_MAX)
			write->inverted[write->depth] = inverted;
		write->depth++;
		return buf_add_format(write->out, "{{#%s %s}}", inverted ? "unless" : "if",
			       input->name) == 0;
	case TEMPLATE_TAG_END:
		if (write->depth > 0)
			write->depth--;
		inverted = write->depth < BLOCK_DEPTH_MAX && write->inverted[write->depth];
		return buf_add_format(write->out, "{{/%s}}", inverted ? "unless" : "if") == 0;
	case TEMPLATE_TAG_PARTIAL:
		break;
	}
	return false;
}

void handlebars_write(const struct prompt *prompt, struct str text, struct buf *out)
{
	struct write write = {.out = out};
	struct convert_out walk = {&write, prompt, out_literal, out_tag};

	convert_walk(text, &walk);
}
