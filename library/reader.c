/* What the parsers of all formats share; see reader.h. */
#include "library/reader.h"

#include <stdlib.h>
#include <string.h>

#include "core/text_filter.h"

#define NOTE_TEXT_BYTES 1024
#define COMMAND_BYTES_MAX 256 /* looked through for its end */

/* Texts cut to a width may end within a character. */
static void text_mend(struct buf *text)
{
	uint32_t code;

	for (size_t i = 0, len; i < text->len; i += len) {
		len = str_decode(text->data + i, text->len - i, &code);
		if (len > 0)
			continue;
		text->data[i] = '?';
		len = 1;
	}
}

void reader_note(
	struct reader *reader, unsigned line, enum note_level level, const char *format, ...)
{
	struct library_note note = {.file = reader->path, .line = line};
	struct buf text = BUF_INIT(NOTE_TEXT_BYTES);
	va_list args;

	note.error = level == NOTE_ERROR;
	note.info = level == NOTE_INFO;
	reader->failed |= note.error;
	if (reader->sink->note == NULL || ++reader->n_notes > READER_NOTES_MAX + 1)
		return;
	if (reader->n_notes > READER_NOTES_MAX)
		format = "more notes about this file are left out";
	va_start(args, format);
	if (buf_add_vformat(&text, format, args) != 0) {
		buf_clear(&text);
		(void)buf_add_str(&text, "(too long to say)");
	}
	va_end(args);
	text_mend(&text);
	note.text = buf_text(&text);
	reader->sink->note(reader->sink->data, &note);
	buf_fini(&text);
}

struct str path_folders(struct str path)
{
	size_t n = path.n;

	while (n > 0 && path.p[n - 1] != '/')
		n--;
	return (struct str){path.p, n > 0 ? n - 1 : 0};
}

struct str path_base(struct str path)
{
	struct str folders = path_folders(path);
	size_t skip = folders.n > 0 || (path.n > 0 && path.p[0] == '/') ? folders.n + 1 : 0;

	return (struct str){path.p + skip, path.n - skip};
}

struct str path_stem(struct str path)
{
	static const char *const endings[] = {".prompt.md", ".prompt.yml", ".prompt.yaml",
		".chatmode.md", ".prompt", ".markdown", ".mdc", ".md", ".txt", ".toml", ".yaml",
		".yml", ".json", ".csv", NULL};
	struct str base = path_base(path);
	size_t i;

	for (i = 0; endings[i] != NULL; i++) {
		if (str_ends(base, endings[i]) && base.n > strlen(endings[i])) {
			base.n -= strlen(endings[i]);
			break;
		}
	}
	return base;
}

static void path_add_slug(struct buf *path, struct str part)
{
	char *slug = prompt_slug(part);

	if (path->len > 0)
		(void)buf_add_char(path, '/');
	(void)buf_add_str(path, slug);
	free(slug);
}

void prompt_set_path(struct prompt *prompt, struct str folders, const char *drop, struct str name)
{
	struct buf path = BUF_INIT(64 * 1024);
	bool hidden_before = true; /* nothing before it: the start of a tool's tree */

	while (folders.n > 0) {
		struct str part = str_cut(folders, '/', &folders);
		bool hidden = part.n == 0 || part.p[0] == '.';

		if (!hidden && !(hidden_before && drop != NULL && str_is(part, drop)))
			path_add_slug(&path, part);
		hidden_before = hidden;
	}
	path_add_slug(&path, name);
	prompt_set(&prompt->path, (struct str){buf_text(&path), path.len});
	buf_fini(&path);
}

struct str text_body(struct str text)
{
	size_t i, from = 0;

	while (text.n > 0 && strchr(" \t\n\r", text.p[text.n - 1]) != NULL)
		text.n--;
	for (i = 0; i < text.n && strchr(" \t\n\r", text.p[i]) != NULL; i++)
		if (text.p[i] == '\n')
			from = i + 1;
	return (struct str){text.p + from, text.n - from};
}

unsigned text_line(struct str text, size_t at, unsigned first_line)
{
	size_t i;

	for (i = 0; i < at && i < text.n; i++)
		first_line += text.p[i] == '\n';
	return first_line;
}

/* Show what does not show; true when there was something. */
static bool field_show(char **field)
{
	struct str text = str_of(*field);
	struct buf shown = BUF_INIT(8 * PROMPT_TEXT_MAX);
	bool found = text.n > 0 && text_filter_find(text) < text.n;

	if (!found)
		return false;
	(void)text_filter_show(text, &shown);
	prompt_set(field, (struct str){buf_text(&shown), shown.len});
	buf_fini(&shown);
	return true;
}

static bool input_show(struct prompt_input *input)
{
	bool found = field_show(&input->description);
	size_t i;

	found |= field_show(&input->initial);
	for (i = 0; i < input->n_choices; i++)
		found |= field_show(&input->choices[i]);
	return found;
}

static bool prompt_show(struct prompt *prompt)
{
	bool found = field_show(&prompt->title);
	size_t i;

	found |= field_show(&prompt->description);
	found |= field_show(&prompt->collection);
	found |= field_show(&prompt->model);
	found |= field_show(&prompt->extra);
	for (i = 0; i < prompt->n_messages; i++)
		found |= field_show(&prompt->messages[i].text);
	for (i = 0; i < prompt->n_inputs; i++)
		found |= input_show(&prompt->inputs[i]);
	for (i = 0; i < prompt->n_tags; i++)
		found |= field_show(&prompt->tags[i]);
	for (i = 0; i < prompt->n_aliases; i++)
		found |= field_show(&prompt->aliases[i]);
	return found;
}

static void message_trim(struct prompt_message *message)
{
	struct str text = text_body(str_of(message->text));
	char *trimmed = str_dup(text);

	free(message->text);
	message->text = trimmed;
}

static void messages_trim(struct prompt *prompt)
{
	size_t i, kept = 0;

	for (i = 0; i < prompt->n_messages; i++) {
		message_trim(&prompt->messages[i]);
		if (prompt->messages[i].text[0] == '\0')
			free(prompt->messages[i].text);
		else
			prompt->messages[kept++] = prompt->messages[i];
	}
	prompt->n_messages = kept;
}

/* Titles and descriptions are lines, not pages: newlines become blanks. */
static void field_one_line(char **field)
{
	char *c;

	if (*field == NULL)
		return;
	for (c = *field; *c != '\0'; c++)
		if (*c == '\n' || *c == '\t' || *c == '\r')
			*c = ' ';
	prompt_set(field, str_trim(str_of(*field)));
}

/* Cut what is longer than it may be; the prompt is worth more than its end. */
static void field_cut(
	struct reader *reader, unsigned line, const char *what, char **field, size_t max)
{
	struct str text = str_of(*field);

	if (text.n <= max)
		return;
	reader_note(reader, line, NOTE_WARNING, "the %s is cut to %zu bytes", what, max);
	prompt_set(field, str_prefix(text, max));
}

static void prompt_fit(struct reader *reader, struct prompt *prompt, unsigned line)
{
	field_cut(reader, line, "title", &prompt->title, PROMPT_TITLE_MAX);
	field_cut(reader, line, "description", &prompt->description, PROMPT_DESCRIPTION_MAX);
	if (prompt->extra != NULL && strlen(prompt->extra) > PROMPT_EXTRA_MAX) {
		reader_note(reader, line, NOTE_WARNING,
			"keys that are not known here are not kept: more than %d KiB",
			PROMPT_EXTRA_MAX / 1024);
		prompt_set(&prompt->extra, (struct str){NULL, 0});
	}
}

static void prompt_complete(struct reader *reader, struct prompt *prompt)
{
	struct str stem = path_stem(reader->path);

	messages_trim(prompt);
	field_one_line(&prompt->title);
	if (prompt->title == NULL || prompt->title[0] == '\0')
		prompt_set(&prompt->title, stem);
	if (prompt->path == NULL)
		prompt_set_path(prompt, path_folders(reader->path), reader->drop, stem);
	if (prompt->description != NULL)
		prompt_set(&prompt->description, str_trim(str_of(prompt->description)));
	if (prompt->description != NULL && prompt->description[0] == '\0') {
		free(prompt->description);
		prompt->description = NULL;
	}
	if (prompt->format == NULL)
		prompt_set(&prompt->format, str_of(reader->format));
}

bool text_is_executable(struct str text)
{
	size_t i;

	for (i = 0; i + 2 < text.n; i++) {
		char open = text.p[i + 1];
		const char *end;
		struct str rest, after;

		if (text.p[i] != '!' || (open != '`' && open != '{'))
			continue;
		if (i > 0 && strchr(" \t\n", text.p[i - 1]) == NULL)
			continue;
		rest = (struct str){text.p + i + 2, text.n - i - 2};
		if (rest.n > COMMAND_BYTES_MAX)
			rest.n = COMMAND_BYTES_MAX;
		rest = str_cut(rest, '\n', &after);
		end = rest.n > 0 ? memchr(rest.p, open == '`' ? '`' : '}', rest.n) : NULL;
		if (end != NULL && end > rest.p)
			return true;
	}
	return false;
}

static void prompt_flag_executable(struct reader *reader, struct prompt *prompt, unsigned line)
{
	size_t i;

	for (i = 0; i < prompt->n_messages; i++) {
		if (!text_is_executable(str_of(prompt->messages[i].text)))
			continue;
		prompt->flags |= PROMPT_FLAG_EXECUTABLE;
		reader_note(reader, line, NOTE_WARNING,
			"holds a command (!`…` or !{…}) that some clients execute; here it is "
			"text");
		return;
	}
}

int reader_emit(struct reader *reader, struct prompt *prompt, unsigned line, struct err *err)
{
	struct err fault = {0};
	int result = 0;

	prompt_complete(reader, prompt);
	if (prompt_show(prompt))
		prompt->flags |= PROMPT_FLAG_HIDDEN;
	prompt_fit(reader, prompt, line);
	prompt_flag_executable(reader, prompt, line);
	if (prompt->n_messages == 0)
		reader_note(reader, line, NOTE_ERROR, "no text");
	else if (prompt_check(prompt, &fault) != 0)
		reader_note(reader, line, NOTE_ERROR, "%s", fault.text);
	else
		result = reader->sink->prompt(reader->sink->data, prompt, err);
	prompt_free(prompt);
	return result;
}
