/* Between foreign variables and our own; see convert.h. */
#include "library/convert.h"

#include <stdlib.h>
#include <string.h>

struct convert_piece {
	struct str text; /* of a literal */
	int input;	 /* index, or -1: literal */
};

struct convert_message {
	enum prompt_role role;
	size_t first, n; /* pieces */
};

void convert_init(struct convert *convert, struct prompt *prompt)
{
	*convert = (struct convert){.prompt = prompt};
}

static void convert_add(struct convert *convert, struct str text, int input)
{
	if (convert->n_pieces == convert->size) {
		convert->size = convert->size > 0 ? 2 * convert->size : 16;
		convert->pieces =
			xrealloc(convert->pieces, convert->size * sizeof(*convert->pieces));
	}
	convert->pieces[convert->n_pieces++] = (struct convert_piece){text, input};
}

void convert_text(struct convert *convert, struct str text)
{
	if (text.n > 0)
		convert_add(convert, text, -1);
}

static bool is_name_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
		return true;
	return !first && ((c >= '0' && c <= '9') || c == '-' || c == '.');
}

void input_name_from(struct str text, char out[PROMPT_NAME_MAX + 1])
{
	size_t i, n = 0;
	bool gap = false;

	for (i = 0; i < text.n && n + 2 < PROMPT_NAME_MAX - 4; i++) {
		if (!is_name_char(text.p[i], false)) {
			gap = n > 0;
			continue;
		}
		if (gap || (n == 0 && !is_name_char(text.p[i], true)))
			out[n++] = '_';
		gap = false;
		out[n++] = text.p[i];
	}
	if (n == 0) {
		memcpy(out, "input", 5);
		n = 5;
	}
	out[n] = '\0';
}

struct str input_foreign_name(const struct prompt_input *input)
{
	char name[PROMPT_NAME_MAX + 1];
	size_t n = strlen(input->name), digits = 0;

	if (input->description == NULL)
		return str_of(input->name);
	input_name_from(str_of(input->description), name);
	if (strcmp(name, input->name) == 0)
		return str_of(input->description);
	/* Or with the number that a name gets when it is taken: "input_2". */
	while (digits < n && input->name[n - 1 - digits] >= '0' &&
		input->name[n - 1 - digits] <= '9')
		digits++;
	if (digits > 0 && n > digits + 1 && input->name[n - 1 - digits] == '_' &&
		strlen(name) == n - digits - 1 && strncmp(name, input->name, n - digits - 1) == 0)
		return str_of(input->description);
	return str_of(input->name);
}

static int convert_find(const struct convert *convert, struct str key)
{
	size_t i;

	for (i = 0; i < convert->prompt->n_inputs; i++)
		if (convert->keys[i].p != NULL && str_equal(convert->keys[i], key))
			return (int)i;
	return -1;
}

/* Free among the inputs, but for input `self`? */
static bool name_is_free(const struct prompt *prompt, struct str name, size_t self)
{
	size_t i;

	for (i = 0; i < prompt->n_inputs; i++)
		if (i != self && str_is(name, prompt->inputs[i].name))
			return false;
	return true;
}

struct prompt_input *convert_input(
	struct convert *convert, struct str original, struct str key, bool *fresh)
{
	struct prompt *prompt = convert->prompt;
	int found = convert_find(convert, key);
	struct prompt_input *input;
	char name[PROMPT_NAME_MAX + 1];

	*fresh = false;
	if (found >= 0) {
		convert_add(convert, original, found);
		return &prompt->inputs[found];
	}
	if (prompt->n_inputs >= PROMPT_INPUTS_MAX) {
		convert_text(convert, original);
		return NULL;
	}
	input_name_from(key, name);
	convert->keys[prompt->n_inputs] = key;
	convert_add(convert, original, (int)prompt->n_inputs);
	input = prompt_add_input(prompt, str_of(name));
	input->required = true;
	if (!str_is(key, name))
		prompt_set(&input->description, key);
	*fresh = true;
	return input;
}

void convert_message(struct convert *convert, enum prompt_role role)
{
	size_t n = convert->n_messages;

	convert->messages = xrealloc(convert->messages, (n + 1) * sizeof(*convert->messages));
	convert->messages[n] =
		(struct convert_message){role, convert->first, convert->n_pieces - convert->first};
	convert->n_messages++;
	convert->first = convert->n_pieces;
}

/* Names that stand in literal text as tags. */
struct names {
	struct str *at;
	size_t n, size;
};

static void names_visit(void *data, enum template_tag tag, struct str name, size_t line)
{
	struct names *names = data;

	(void)tag;
	(void)line;
	if (names->n == names->size) {
		names->size = names->size > 0 ? 2 * names->size : 16;
		names->at = xrealloc(names->at, names->size * sizeof(*names->at));
	}
	names->at[names->n++] = name;
}

static int names_compare(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool names_have(const struct names *names, struct str name)
{
	return names->n > 0 &&
	       bsearch(&name, names->at, names->n, sizeof(*names->at), names_compare) != NULL;
}

static void convert_rename(struct convert *convert, size_t i, const struct names *taken)
{
	struct prompt *prompt = convert->prompt;
	struct prompt_input *input = &prompt->inputs[i];
	char *base = xstrdup(input->name);
	unsigned number = 1;

	while (names_have(taken, str_of(input->name)) ||
		!name_is_free(prompt, str_of(input->name), i)) {
		struct buf name = BUF_INIT(PROMPT_NAME_MAX);

		(void)buf_add_format(&name, "%.*s_%u", PROMPT_NAME_MAX - 12, base, ++number);
		prompt_set(&input->name, (struct str){buf_text(&name), name.len});
		buf_fini(&name);
	}
	if (number > 1 && input->description == NULL)
		prompt_set(&input->description, convert->keys[i]);
	free(base);
}

static void convert_name_all(struct convert *convert)
{
	struct names taken = {0};
	size_t i;

	for (i = 0; i < convert->n_pieces; i++)
		if (convert->pieces[i].input < 0)
			template_scan(convert->pieces[i].text, names_visit, &taken);
	if (taken.n > 0)
		qsort(taken.at, taken.n, sizeof(*taken.at), names_compare);
	for (i = 0; i < convert->prompt->n_inputs; i++)
		if (convert->keys[i].p != NULL)
			convert_rename(convert, i, &taken);
	free(taken.at);
}

/* Does a brace stand on both sides of the placeholder? Then {{name}} would make
 * {{{name}}} of them, a tag that takes them along. */
static bool piece_is_embraced(
	const struct convert *convert, const struct convert_message *message, size_t i)
{
	const struct convert_piece *before, *after;

	if (i == message->first || i + 1 == message->first + message->n)
		return false;
	before = &convert->pieces[i - 1];
	after = &convert->pieces[i + 1];
	return before->input < 0 && str_ends(before->text, "{") && after->input < 0 &&
	       str_starts(after->text, "}");
}

static void message_end(struct convert *convert, const struct convert_message *message,
	struct reader *reader, unsigned line)
{
	struct buf text = BUF_INIT(8 * PROMPT_TEXT_MAX);

	for (size_t i = message->first; i < message->first + message->n; i++) {
		const struct convert_piece *piece = &convert->pieces[i];

		if (piece->input < 0)
			(void)buf_add(&text, piece->text.p, piece->text.n);
		else
			(void)buf_add_format(&text,
				piece_is_embraced(convert, message, i) ? "{{{%s}}}" : "{{%s}}",
				convert->prompt->inputs[piece->input].name);
	}
	if (buf_failed(&text))
		reader_note(reader, line, NOTE_ERROR, "the text is too long");
	else
		(void)prompt_add_message(
			convert->prompt, message->role, (struct str){buf_text(&text), text.len});
	buf_fini(&text);
}

void convert_end(struct convert *convert, struct reader *reader, unsigned line)
{
	size_t i;

	if (convert->first < convert->n_pieces)
		convert_message(convert, PROMPT_USER);
	convert_name_all(convert);
	for (i = 0; i < convert->n_messages; i++)
		message_end(convert, &convert->messages[i], reader, line);
	free(convert->pieces);
	free(convert->messages);
	convert_init(convert, convert->prompt);
}

/* A tag of a declared input, as convert_walk() finds it. */
struct walk {
	const struct convert_out *out;
	struct str text;
	size_t done; /* bytes handed over */
};

static bool is_gap(char c)
{
	return c == ' ' || c == '\t';
}

/* The whole of the tag that holds name: {{name}}, {{# name }}, {{{name}}}, … */
static struct str tag_around(struct str text, struct str name)
{
	size_t from = (size_t)(name.p - text.p), end = from + name.n;
	bool three;

	while (is_gap(text.p[from - 1]))
		from--;
	while (is_gap(text.p[end]))
		end++;
	/* Of "{{{name}}}" all is the tag, of "{{{name}}" the inner braces are. */
	three = from >= 3 && memcmp(text.p + from - 3, "{{{", 3) == 0 && end + 3 <= text.n &&
		memcmp(text.p + end, "}}}", 3) == 0;
	from -= text.p[from - 1] != '{' || three ? 3 : 2;
	end += three ? 3 : 2;
	return (struct str){text.p + from, end - from};
}

static void walk_visit(void *data, enum template_tag tag, struct str name, size_t line)
{
	struct walk *walk = data;
	const struct prompt_input *input = prompt_input_find(walk->out->prompt, name);
	const char *from = walk->text.p + walk->done;
	struct str whole;
	char next;

	(void)line;
	if (input == NULL || tag == TEMPLATE_TAG_PARTIAL)
		return;
	whole = tag_around(walk->text, name);
	walk->out->literal(walk->out->data, (struct str){from, (size_t)(whole.p - from)});
	walk->done = (size_t)(whole.p - walk->text.p) + whole.n;
	next = walk->done < walk->text.n ? walk->text.p[walk->done] : '\0';
	if (!walk->out->tag(walk->out->data, tag, input, whole, next))
		walk->out->literal(walk->out->data, whole);
}

void convert_walk(struct str text, const struct convert_out *out)
{
	struct walk walk = {.out = out, .text = text};

	template_scan(text, walk_visit, &walk);
	out->literal(out->data, (struct str){text.p + walk.done, text.n - walk.done});
}

static void declare_visit(void *data, enum template_tag tag, struct str name, size_t line)
{
	struct prompt *prompt = data;

	(void)line;
	if (tag == TEMPLATE_TAG_NAME && prompt_is_input_name(name) &&
		prompt_input_find(prompt, name) == NULL && prompt->n_inputs < PROMPT_INPUTS_MAX)
		prompt_add_input(prompt, name)->required = true;
}

void convert_declare_all(struct prompt *prompt)
{
	for (size_t i = 0; i < prompt->n_messages; i++)
		template_scan(str_of(prompt->messages[i].text), declare_visit, prompt);
}

void messages_join_role(const struct prompt *prompt, enum prompt_role role, struct buf *out)
{
	for (size_t i = 0; i < prompt->n_messages; i++)
		if (prompt->messages[i].role == role)
			(void)buf_add_format(
				out, "%s%s", out->len > 0 ? "\n\n" : "", prompt->messages[i].text);
}

void messages_join(const struct prompt *prompt, struct buf *out)
{
	for (size_t i = 0; i < prompt->n_messages; i++)
		(void)buf_add_format(out, "%s%s", i > 0 ? "\n\n" : "", prompt->messages[i].text);
}
