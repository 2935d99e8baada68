/*
 * csv: one prompt a row, columns by their names in the first row. Known: act (or
 * title), prompt, for_devs and type (become tags), description, tags, system;
 * others (contributor) are kept. Variables in the text, as prompts.chat has them:
 * ${Name} and ${Name:default}.
 */
#include <stdlib.h>
#include <string.h>

#include "library/convert.h"
#include "library/csv.h"
#include "library/formats.h"
#include "library/front_matter.h"

#define VARIABLE_BYTES_MAX 600
#define TAG_FOR_DEVS "for-devs"

enum column {
	COLUMN_TITLE,
	COLUMN_PROMPT,
	COLUMN_SYSTEM,
	COLUMN_DESCRIPTION,
	COLUMN_TAGS,
	COLUMN_FOR_DEVS,
	COLUMN_TYPE,
	COLUMN_COLLECTION,
	COLUMN_OTHER
};

static const struct {
	const char *name;
	enum column column;
} csv_columns[] = {
	{"act", COLUMN_TITLE},
	{"title", COLUMN_TITLE},
	{"name", COLUMN_TITLE},
	{"prompt", COLUMN_PROMPT},
	{"content", COLUMN_PROMPT},
	{"text", COLUMN_PROMPT},
	{"system", COLUMN_SYSTEM},
	{"description", COLUMN_DESCRIPTION},
	{"tags", COLUMN_TAGS},
	{"for_devs", COLUMN_FOR_DEVS},
	{"type", COLUMN_TYPE},
	{"collection", COLUMN_COLLECTION},
	{NULL, COLUMN_OTHER},
};

/* What the first row says. */
struct header {
	enum column columns[CSV_FIELDS_MAX];
	char *names[CSV_FIELDS_MAX];
	size_t n;
};

static enum column column_of(struct str name)
{
	size_t i;

	for (i = 0; csv_columns[i].name != NULL; i++)
		if (str_is(name, csv_columns[i].name))
			break;
	return csv_columns[i].column;
}

static void header_init(struct header *header, const struct csv *csv)
{
	*header = (struct header){.n = csv->n};
	for (size_t i = 0; i < csv->n; i++) {
		header->names[i] = str_dup(str_trim(csv_field(csv, i)));
		header->columns[i] = column_of(str_of(header->names[i]));
	}
}

static void header_fini(struct header *header)
{
	for (size_t i = 0; i < header->n; i++)
		free(header->names[i]);
}

static bool header_has(const struct header *header, enum column column)
{
	for (size_t i = 0; i < header->n; i++)
		if (header->columns[i] == column)
			return true;
	return false;
}

static int csv_recognise(struct str path, struct str text)
{
	struct csv csv;
	bool title = false, prompt = false;

	if (!str_ends(path, ".csv"))
		return 0;
	csv_init(&csv, text);
	if (csv_next(&csv, NULL) == CSV_RECORD) {
		for (size_t i = 0; i < csv.n; i++) {
			title |= column_of(str_trim(csv_field(&csv, i))) == COLUMN_TITLE;
			prompt |= column_of(str_trim(csv_field(&csv, i))) == COLUMN_PROMPT;
		}
	}
	csv_fini(&csv);
	return title && prompt ? 90 : 5;
}

/* Letters of any script, digits, blanks and the signs that stand in names: what
 * is no such name ("Date.now()", "{ secrets.X }") is code and stays. */
static bool is_variable_name(struct str name)
{
	size_t i;

	if (name.n == 0 || name.n > PROMPT_NAME_MAX || name.p[0] == ' ' ||
		(name.p[0] >= '0' && name.p[0] <= '9'))
		return false;
	for (i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			      (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;

		if (!letter && strchr(" _-'/", c) == NULL)
			return false;
	}
	return true;
}

/* "${name}" or "${name:default}" at the start of text: its length, or 0. */
static size_t variable(struct str text, struct str *name, struct str *initial)
{
	size_t i, max = text.n < VARIABLE_BYTES_MAX ? text.n : VARIABLE_BYTES_MAX;
	struct str inside;

	if (!str_starts(text, "${"))
		return 0;
	for (i = 2; i < max && text.p[i] != '}'; i++)
		if (text.p[i] == '{' || text.p[i] == '\n')
			return 0;
	if (i == max)
		return 0;
	inside = (struct str){text.p + 2, i - 2};
	*name = str_trim(str_cut(inside, ':', initial));
	*initial = str_trim(*initial);
	return is_variable_name(*name) ? i + 1 : 0;
}

/* The first default of a name counts; a second one is worth a word. */
static void variable_default(struct reader *reader, unsigned line, struct prompt_input *input,
	struct str initial, bool *told)
{
	if (initial.n == 0)
		return;
	if (input->initial == NULL) {
		prompt_set(&input->initial, initial);
		input->required = false;
	} else if (!str_is(initial, input->initial) && !*told) {
		reader_note(reader, line, NOTE_WARNING,
			"variable \"%s\" has several defaults; the first one counts", input->name);
		*told = true;
	}
}

static void text_convert(
	struct reader *reader, unsigned line, struct convert *convert, struct str text)
{
	struct str name, initial;
	size_t from = 0, i = 0;
	bool fresh, told = false;

	while (i < text.n) {
		struct str at = {text.p + i, text.n - i};
		struct prompt_input *input;
		size_t len = text.p[i] == '$' ? variable(at, &name, &initial) : 0;

		if (len == 0) {
			i++;
			continue;
		}
		convert_text(convert, (struct str){text.p + from, i - from});
		input = convert_input(convert, (struct str){at.p, len}, name, &fresh);
		if (input != NULL)
			variable_default(reader, line, input, initial, &told);
		i += len;
		from = i;
	}
	convert_text(convert, (struct str){text.p + from, text.n - from});
}

static void add_words(struct prompt *prompt, struct str words)
{
	while (words.n > 0) {
		struct str word = str_trim(str_cut(words, ',', &words));

		if (word.n > 0)
			prompt_add_tag(prompt, word);
	}
}

static void add_slug_tag(struct prompt *prompt, struct str text)
{
	char *slug = prompt_slug(text);

	prompt_add_tag(prompt, str_of(slug));
	free(slug);
}

/* A row being read: the texts wait for each other, for they share variables. */
struct row {
	struct prompt *prompt;
	struct str texts[2]; /* system, prompt */
	struct buf extra;
};

static void row_field(struct row *row, enum column column, const char *name, struct str field)
{
	if (field.n == 0)
		return;
	switch (column) {
	case COLUMN_TITLE:
		prompt_set(&row->prompt->title, field);
		break;
	case COLUMN_SYSTEM:
		row->texts[0] = field;
		break;
	case COLUMN_PROMPT:
		row->texts[1] = field;
		break;
	case COLUMN_DESCRIPTION:
		prompt_set(&row->prompt->description, field);
		break;
	case COLUMN_COLLECTION:
		prompt_set(&row->prompt->collection, field);
		break;
	case COLUMN_TAGS:
		add_words(row->prompt, field);
		break;
	case COLUMN_FOR_DEVS:
		if (str_is(field, "TRUE") || str_is(field, "true") || str_is(field, "1"))
			prompt_add_tag(row->prompt, STR(TAG_FOR_DEVS));
		break;
	case COLUMN_TYPE:
		add_slug_tag(row->prompt, field);
		break;
	case COLUMN_OTHER:
		if (name[0] != '\0')
			yaml_add_entry(&row->extra, 0, name, field);
		break;
	}
}

static int row_read(
	struct reader *reader, const struct header *header, const struct csv *csv, struct err *err)
{
	struct row row = {.prompt = prompt_new(), .extra = BUF_INIT(2 * PROMPT_EXTRA_MAX)};
	struct convert convert;
	unsigned line = csv->record_line;

	for (size_t i = 0; i < header->n; i++)
		row_field(&row, header->columns[i], header->names[i], csv_field(csv, i));
	if (row.extra.len > 0)
		prompt_set(&row.prompt->extra, (struct str){buf_text(&row.extra), row.extra.len});
	buf_fini(&row.extra);
	convert_init(&convert, row.prompt);
	for (int i = 0; i < 2; i++) {
		if (row.texts[i].n == 0)
			continue;
		text_convert(reader, line, &convert, text_body(row.texts[i]));
		convert_message(&convert, i == 0 ? PROMPT_SYSTEM : PROMPT_USER);
	}
	convert_end(&convert, reader, line);
	if (row.prompt->title == NULL) {
		reader_note(reader, line, NOTE_ERROR, "a prompt without a name");
		prompt_free(row.prompt);
		return 0;
	}
	prompt_set_path(row.prompt, (struct str){NULL, 0}, NULL, str_of(row.prompt->title));
	return reader_emit(reader, row.prompt, line, err);
}

static int rows_read(
	struct reader *reader, struct csv *csv, const struct header *header, struct err *err)
{
	struct err fault;
	int result;

	while ((result = csv_next(csv, &fault)) != CSV_END) {
		if (result < 0)
			return err_set(err, fault.code, "%s", fault.text);
		if (result == CSV_BAD) {
			reader_note(reader, csv->record_line, NOTE_ERROR, "%s", fault.text);
			continue;
		}
		if (csv->n != header->n) {
			reader_note(reader, csv->record_line, NOTE_ERROR,
				"%zu fields where the first row has %zu", csv->n, header->n);
			continue;
		}
		if (row_read(reader, header, csv, err) != 0)
			return -1;
	}
	return 0;
}

static int csv_parse(
	struct str path, struct str text, const struct library_sink *sink, struct err *err)
{
	struct reader reader = {.path = path, .sink = sink, .format = "csv"};
	struct header header = {0};
	struct err fault = {0};
	struct csv csv;
	int result;

	csv_init(&csv, text);
	result = csv_next(&csv, &fault);
	if (result == CSV_RECORD)
		header_init(&header, &csv);
	if (result != CSV_RECORD)
		reader_note(&reader, 1, NOTE_ERROR, "%s", result == CSV_END ? "empty" : fault.text);
	else if (!header_has(&header, COLUMN_TITLE) || !header_has(&header, COLUMN_PROMPT))
		reader_note(&reader, csv.record_line, NOTE_ERROR,
			"the first row must name the columns \"act\" (or \"title\") and "
			"\"prompt\"");
	result = reader.failed ? 0 : rows_read(&reader, &csv, &header, err);
	header_fini(&header);
	csv_fini(&csv);
	return result;
}

/* Outwards. */
struct csv_out {
	struct buf *text;
};

static void out_literal(void *data, struct str text)
{
	struct csv_out *out = data;

	(void)buf_add(out->text, text.p, text.n);
}

static bool out_tag(void *data, enum template_tag tag, const struct prompt_input *input,
	struct str whole, char next)
{
	struct csv_out *out = data;
	struct str name = input_foreign_name(input);

	(void)whole;
	(void)next;
	if (tag != TEMPLATE_TAG_NAME)
		return false;
	(void)buf_add_format(out->text, "${%.*s", (int)name.n, name.p);
	if (input->initial != NULL)
		(void)buf_add_format(out->text, ":%s", input->initial);
	(void)buf_add_char(out->text, '}');
	return true;
}

static void add_text(const struct prompt *prompt, enum prompt_role role, struct buf *out)
{
	struct buf text = BUF_INIT(4 * PROMPT_TEXT_MAX);
	struct csv_out data = {&text};
	struct convert_out walk = {&data, prompt, out_literal, out_tag};
	size_t i;

	for (i = 0; i < prompt->n_messages; i++) {
		if (prompt->messages[i].role != role)
			continue;
		if (text.len > 0)
			(void)buf_add_str(&text, "\n\n");
		convert_walk(str_of(prompt->messages[i].text), &walk);
	}
	csv_add(out, (struct str){buf_text(&text), text.len});
	buf_fini(&text);
}

static bool is_type_tag(const char *tag)
{
	return strcmp(tag, "text") == 0 || strcmp(tag, "structured") == 0 ||
	       strcmp(tag, "image") == 0 || strcmp(tag, "video") == 0 || strcmp(tag, "audio") == 0;
}

static const char *type_of(const struct prompt *prompt)
{
	for (size_t i = 0; i < prompt->n_tags; i++)
		if (is_type_tag(prompt->tags[i]))
			return prompt->tags[i];
	return NULL;
}

static bool has_tag(const struct prompt *prompt, const char *tag)
{
	for (size_t i = 0; i < prompt->n_tags; i++)
		if (strcmp(prompt->tags[i], tag) == 0)
			return true;
	return false;
}

/* Tags that have no column of their own. */
static void add_tags(const struct prompt *prompt, struct buf *out)
{
	struct buf words = BUF_INIT((size_t)PROMPT_TAGS_MAX * (PROMPT_TAG_MAX + 2));
	const char *type = type_of(prompt);

	for (size_t i = 0; i < prompt->n_tags; i++) {
		const char *tag = prompt->tags[i];

		if (tag == type || strcmp(tag, TAG_FOR_DEVS) == 0)
			continue;
		(void)buf_add_format(&words, "%s%s", words.len > 0 ? "," : "", tag);
	}
	csv_add(out, (struct str){buf_text(&words), words.len});
	buf_fini(&words);
}

static void add_contributor(const struct prompt *prompt, struct buf *out)
{
	struct node_tree tree = {0};
	struct str text;
	unsigned line;

	if (prompt->extra == NULL ||
		node_parse(str_of(prompt->extra), 1, PROMPT_EXTRA_MAX, &tree, &line, NULL) != 0)
		return;
	if (node_text(node_find(tree.root, "contributor"), &text))
		csv_add(out, text);
	node_tree_fini(&tree);
}

static void add_row(const struct prompt *prompt, struct buf *out)
{
	const char *type = type_of(prompt);

	csv_add(out, str_of(prompt->title));
	(void)buf_add_char(out, ',');
	add_text(prompt, PROMPT_USER, out);
	(void)buf_add_str(out, has_tag(prompt, TAG_FOR_DEVS) ? ",TRUE," : ",FALSE,");
	for (; type != NULL && *type != '\0'; type++)
		(void)buf_add_char(out, (char)(*type - 'a' + 'A'));
	(void)buf_add_char(out, ',');
	add_contributor(prompt, out);
	(void)buf_add_char(out, ',');
	csv_add(out, str_of(prompt->description));
	(void)buf_add_char(out, ',');
	add_tags(prompt, out);
	(void)buf_add_char(out, ',');
	add_text(prompt, PROMPT_SYSTEM, out);
	(void)buf_add_char(out, ',');
	csv_add(out, str_of(prompt->collection));
	(void)buf_add_char(out, '\n');
}

static int csv_write_all(
	const struct prompt *const *prompts, size_t n, struct buf *out, struct err *err)
{
	(void)buf_add_str(
		out, "act,prompt,for_devs,type,contributor,description,tags,system,collection\n");
	for (size_t i = 0; i < n; i++)
		add_row(prompts[i], out);
	return buf_failed(out) ? err_set(err, ERR_LIMIT, "too many prompts for one file") : 0;
}

const struct library_format format_csv = {
	.name = "csv",
	.description = "CSV with columns act,prompt,… as prompts.chat has it",
	.recognise = csv_recognise,
	.parse = csv_parse,
	.write_all = csv_write_all,
	.whole_file = "prompts.csv",
};
