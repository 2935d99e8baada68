/* What a prompt must be before it may be stored; see prompt.h. */
#include "core/prompt.h"

#include <stdlib.h>
#include <string.h>

#define PROMPT_NUMBER_MAX 64 /* bytes of a number as text */

/*
 * Outside ASCII, what is no letter, digit or mark: signs, blanks, controls,
 * private use. Whole blocks, so a few rare letters among them (² or ℓ) are
 * taken for signs; a path can do without them.
 */
static const struct {
	uint32_t first, last;
} prompt_signs[] = {
	{0x0080, 0x00A9},
	{0x00AB, 0x00B4},
	{0x00B6, 0x00B9},
	{0x00BB, 0x00BF},
	{0x00D7, 0x00D7},
	{0x00F7, 0x00F7},
	{0x00AD, 0x00AD},
	{0x034F, 0x034F},
	{0x061C, 0x061C},
	{0x115F, 0x1160},
	{0x1680, 0x1680},
	{0x17B4, 0x17B5},
	{0x180B, 0x180F},
	{0x2000, 0x20CF},
	{0x2100, 0x2BFF},
	{0x2E00, 0x2E7F},
	{0x2FF0, 0x3004},
	{0x3008, 0x3020},
	{0x3030, 0x3030},
	{0x303D, 0x303F},
	{0x3164, 0x3164},
	{0xD800, 0xF8FF},
	{0xFDD0, 0xFDEF},
	{0xFE00, 0xFE6F},
	{0xFEFF, 0xFEFF},
	{0xFF00, 0xFF0F},
	{0xFF1A, 0xFF20},
	{0xFF3B, 0xFF40},
	{0xFF5B, 0xFF65},
	{0xFFA0, 0xFFA0},
	{0xFFE0, 0xFFFF},
	{0x1BCA0, 0x1BCA3},
	{0x1D000, 0x1D3FF},
	{0x1F000, 0x1FAFF},
	{0xE0000, 0x10FFFF},
};

static bool prompt_is_path_char(uint32_t code)
{
	size_t i;

	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ||
		       code == '.' || code == '_' || code == '-';
	for (i = 0; i < sizeof prompt_signs / sizeof *prompt_signs; i++) {
		if (code >= prompt_signs[i].first && code <= prompt_signs[i].last)
			return false;
	}
	return (code & 0xFFFE) != 0xFFFE;
}

int prompt_check_path(struct str path, struct err *err)
{
	size_t i = 0, len;
	uint32_t code;
	char before = '/';

	if (path.n == 0)
		return err_set(err, ERR_INVALID, "path: empty");
	if (path.n > PROMPT_PATH_MAX)
		return err_set(err, ERR_INVALID, "path: longer than %d bytes", PROMPT_PATH_MAX);
	for (; i < path.n; i += len) {
		len = str_decode(path.p + i, path.n - i, &code);
		if (len == 0)
			return err_set(err, ERR_INVALID, "path: not UTF-8");
		if (before == '/' && (code == '/' || code == '.'))
			return err_set(
				err, ERR_INVALID, "path: a part is empty or begins with a dot");
		if (code != '/' && !prompt_is_path_char(code))
			return err_set(err, ERR_INVALID,
				"path: character U+%04X is not a letter, digit, '-', '_' or '.'",
				(unsigned)code);
		before = path.p[i];
	}
	if (before == '/')
		return err_set(err, ERR_INVALID, "path: ends with '/'");
	return 0;
}

char *prompt_slug(struct str text)
{
	char out[PROMPT_SLUG_MAX + 1];
	size_t i = 0, n = 0, len;
	bool gap = false;

	while (i < text.n && n < PROMPT_SLUG_MAX) {
		uint32_t code;

		len = str_decode(text.p + i, text.n - i, &code);
		i += len > 0 ? len : 1;
		if (len == 1 && code >= 'A' && code <= 'Z')
			code += 'a' - 'A';
		if (len == 0 || code == '-' || !prompt_is_path_char(code) ||
			(code == '.' && (n == 0 || gap))) {
			gap = true;
			continue;
		}
		if (n + len + 1 > PROMPT_SLUG_MAX)
			break;
		if (gap && n > 0)
			out[n++] = '-';
		gap = false;
		n += str_encode(code, out + n);
	}
	while (n > 0 && out[n - 1] == '.')
		n--;
	while (n > 0 && out[n - 1] == '-')
		n--;
	return n > 0 ? str_dup((struct str){out, n}) : xstrdup("prompt");
}

bool prompt_is_input_name(struct str name)
{
	size_t i;

	if (name.n == 0 || name.n > PROMPT_NAME_MAX)
		return false;
	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
			continue;
		if (i == 0 || !((c >= '0' && c <= '9') || c == '.' || c == '-'))
			return false;
	}
	return true;
}

/* Text of several lines: UTF-8, not too long. NULL is fine. */
static int prompt_check_text(const char *what, const char *text, size_t max, struct err *err)
{
	if (text == NULL)
		return 0;
	if (strlen(text) > max)
		return err_set(err, ERR_INVALID, "%s: longer than %zu bytes", what, max);
	if (!str_is_utf8(str_of(text)))
		return err_set(err, ERR_INVALID, "%s: not UTF-8", what);
	return 0;
}

/* Text of one line: no control characters either. */
static int prompt_check_line(const char *what, const char *text, size_t max, struct err *err)
{
	const char *p;

	if (prompt_check_text(what, text, max, err) != 0)
		return -1;
	for (p = text; p != NULL && *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			return err_set(err, ERR_INVALID, "%s: control character U+%04X", what,
				(unsigned)(unsigned char)*p);
	}
	return 0;
}

static int prompt_check_lines(const char *what, char *const *texts, size_t n, size_t count_max,
	size_t max, struct err *err)
{
	size_t i;

	if (n > count_max)
		return err_set(err, ERR_INVALID, "%s: more than %zu", what, count_max);
	for (i = 0; i < n; i++) {
		if (*texts[i] == '\0')
			return err_set(err, ERR_INVALID, "%s: an empty one", what);
		if (prompt_check_line(what, texts[i], max, err) != 0)
			return -1;
	}
	return 0;
}

bool prompt_type_fits(enum prompt_type type, struct str text)
{
	json_t *number;
	int64_t integer;

	switch (type) {
	case PROMPT_STRING:
		return true;
	case PROMPT_BOOLEAN:
		return str_is(text, "true") || str_is(text, "false");
	case PROMPT_INTEGER:
		return str_to_int(text, INT64_MIN, INT64_MAX, &integer);
	case PROMPT_NUMBER:
		break;
	}
	/* jansson knows the grammar, and does not mind the locale. It allows blanks
	 * around the number and stops at a NUL; then this is not all of it. */
	if (text.n == 0 || text.n > PROMPT_NUMBER_MAX || str_trim(text).n != text.n ||
		memchr(text.p, '\0', text.n) != NULL)
		return false;
	number = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
	if (!json_is_real(number)) {
		json_decref(number);
		return false;
	}
	json_decref(number);
	return true;
}

static int prompt_check_choices(const struct prompt_input *input, struct err *err)
{
	bool found = input->initial == NULL || input->n_choices == 0;
	size_t i, j;

	if (prompt_check_lines("choices", input->choices, input->n_choices, PROMPT_CHOICES_MAX,
		    PROMPT_TITLE_MAX, err) != 0)
		return -1;
	for (i = 0; i < input->n_choices; i++) {
		const char *choice = input->choices[i];

		if (!prompt_type_fits(input->type, str_of(choice)))
			return err_set(err, ERR_INVALID, "input '%s': choice '%s' is no %s",
				input->name, choice, prompt_type_name(input->type));
		for (j = 0; j < i; j++) {
			if (strcmp(choice, input->choices[j]) == 0)
				return err_set(err, ERR_INVALID, "input '%s': choice '%s' twice",
					input->name, choice);
		}
		found = found || strcmp(choice, input->initial) == 0;
	}
	if (!found)
		return err_set(err, ERR_INVALID, "input '%s': default '%.64s' is not a choice",
			input->name, input->initial);
	return 0;
}

static int prompt_check_input(const struct prompt_input *input, struct err *err)
{
	if (!prompt_is_input_name(str_of(input->name)))
		return err_set(err, ERR_INVALID, "inputs: not a legal name: '%.80s'", input->name);
	if (prompt_check_text(input->name, input->description, PROMPT_DESCRIPTION_MAX, err) != 0 ||
		prompt_check_text(input->name, input->initial, PROMPT_EXTRA_MAX, err) != 0)
		return -1;
	if (input->initial != NULL && !prompt_type_fits(input->type, str_of(input->initial)))
		return err_set(err, ERR_INVALID, "input '%s': default '%.64s' is no %s",
			input->name, input->initial, prompt_type_name(input->type));
	if (input->initial != NULL && input->required)
		return err_set(err, ERR_INVALID, "input '%s': required, but it has a default",
			input->name);
	return prompt_check_choices(input, err);
}

static int prompt_check_inputs(const struct prompt *prompt, struct err *err)
{
	size_t i;

	if (prompt->n_inputs > PROMPT_INPUTS_MAX)
		return err_set(err, ERR_INVALID, "inputs: more than %d", PROMPT_INPUTS_MAX);
	for (i = 0; i < prompt->n_inputs; i++) {
		const struct prompt_input *input = &prompt->inputs[i];

		if (prompt_check_input(input, err) != 0)
			return -1;
		if (prompt_input_find(prompt, str_of(input->name)) != input)
			return err_set(err, ERR_INVALID, "input '%s': twice", input->name);
	}
	return 0;
}

static int prompt_check_messages(const struct prompt *prompt, struct err *err)
{
	size_t i, left = PROMPT_TEXT_MAX;
	bool any = false;

	if (prompt->n_messages > PROMPT_MESSAGES_MAX)
		return err_set(err, ERR_INVALID, "messages: more than %d", PROMPT_MESSAGES_MAX);
	for (i = 0; i < prompt->n_messages; i++) {
		const char *text = prompt->messages[i].text;
		size_t len = strlen(text);

		if (len > left)
			return err_set(
				err, ERR_INVALID, "text: longer than %d bytes", PROMPT_TEXT_MAX);
		left -= len;
		if (!str_is_utf8((struct str){text, len}))
			return err_set(err, ERR_INVALID, "text: not UTF-8");
		any = any || str_trim((struct str){text, len}).n > 0;
	}
	return any ? 0 : err_set(err, ERR_INVALID, "text: empty");
}

static int prompt_check_words(const struct prompt *prompt, struct err *err)
{
	if (prompt_check_line("id", prompt->id, PROMPT_NAME_MAX, err) != 0 ||
		prompt_check_line("collection", prompt->collection, PROMPT_PATH_MAX, err) != 0 ||
		prompt_check_line("model", prompt->model, PROMPT_TITLE_MAX, err) != 0 ||
		prompt_check_line("source", prompt->source, PROMPT_DESCRIPTION_MAX, err) != 0 ||
		prompt_check_text("origin", prompt->origin, PROMPT_DESCRIPTION_MAX, err) != 0 ||
		prompt_check_line("format", prompt->format, PROMPT_NAME_MAX, err) != 0 ||
		prompt_check_line("channel", prompt->channel, PROMPT_NAME_MAX, err) != 0 ||
		prompt_check_text("front matter", prompt->extra, PROMPT_EXTRA_MAX, err) != 0)
		return -1;
	if (prompt->status != NULL && strcmp(prompt->status, "approved") != 0 &&
		strcmp(prompt->status, "draft") != 0 && strcmp(prompt->status, "deprecated") != 0)
		return err_set(err, ERR_INVALID,
			"status: '%.32s' is not approved, draft or "
			"deprecated",
			prompt->status);
	return 0;
}

int prompt_check(const struct prompt *prompt, struct err *err)
{
	if (prompt_check_path(str_of(prompt->path), err) != 0)
		return -1;
	if (str_trim(str_of(prompt->title)).n == 0)
		return err_set(err, ERR_INVALID, "title: empty");
	if (prompt_check_line("title", prompt->title, PROMPT_TITLE_MAX, err) != 0 ||
		prompt_check_text(
			"description", prompt->description, PROMPT_DESCRIPTION_MAX, err) != 0 ||
		prompt_check_messages(prompt, err) != 0 || prompt_check_inputs(prompt, err) != 0 ||
		prompt_check_lines("tags", prompt->tags, prompt->n_tags, PROMPT_TAGS_MAX,
			PROMPT_TAG_MAX, err) != 0 ||
		prompt_check_lines("aliases", prompt->aliases, prompt->n_aliases, PROMPT_TAGS_MAX,
			PROMPT_PATH_MAX, err) != 0)
		return -1;
	return prompt_check_words(prompt, err);
}
