/* The JSON door over jansson; see json.h. Writing is in json_write.c. */
#include "core/json.h"

#include <assert.h>
#include <string.h>

void json_door_init(void)
{
	/* 0: a seed from the system. Without it the first object of any thread
	 * would seed the hash, and a peer could guess it. */
	json_object_seed(0);
}

/* 1-based line and byte column of an offset. */
static void json_place(struct str text, size_t at, size_t *line, size_t *column)
{
	size_t i, start = 0;

	*line = 1;
	for (i = 0; i < at; i++) {
		if (text.p[i] == '\n') {
			++*line;
			start = i + 1;
		}
	}
	*column = at - start + 1;
}

static int json_fault_at(
	struct str text, size_t at, enum json_fault fault, const char *why, struct err *err)
{
	size_t line, column;

	json_place(text, at, &line, &column);
	(void)err_set(err, ERR_INVALID, "line %zu column %zu: %s", line, column, why);
	return (int)fault;
}

/*
 * The end of the string that begins after the quote before `i`: offset of its
 * closing quote, or text.n. memchr does the work (it beats a loop for names of
 * four letters, too); a quote after an odd number of backslashes is part of the
 * string. No backslash is counted twice.
 */
static size_t json_string_end(struct str text, size_t i)
{
	size_t start = i;

	while (i < text.n) {
		const char *quote = memchr(text.p + i, '"', text.n - i);
		size_t at, back;

		if (quote == NULL)
			return text.n;
		at = (size_t)(quote - text.p);
		for (back = at; back > start && text.p[back - 1] == '\\'; back--)
			;
		if ((at - back) % 2 == 0)
			return at;
		i = start = at + 1;
	}
	return text.n;
}

/* Offset of the bracket that opens one level too many, or text.n. A scan of
 * its own, because jansson recurses first and counts to 2048. */
static size_t json_too_deep(struct str text)
{
	size_t depth = 0, i;

	for (i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '"':
			i = json_string_end(text, i + 1);
			break;
		case '[':
		case '{':
			if (++depth > JSON_DEPTH_MAX)
				return i;
			break;
		case ']':
		case '}':
			if (depth > 0)
				depth--;
			break;
		default:
			break;
		}
	}
	return text.n;
}

/* jansson's own words quote the text; these do not. */
static int json_fault_of(const json_error_t *error, const char **why)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		*why = "a member name twice in one object";
		return JSON_FAULT_DUPLICATE;
	case json_error_null_byte_in_key:
		*why = "a NUL in a member name";
		return JSON_FAULT_DUPLICATE;
	case json_error_numeric_overflow:
		*why = "a number too large";
		return JSON_FAULT_NUMBER;
	case json_error_stack_overflow:
		*why = "too many levels";
		return JSON_FAULT_DEPTH;
	case json_error_invalid_utf8:
		*why = "not UTF-8";
		return JSON_FAULT_SYNTAX;
	case json_error_premature_end_of_input:
		*why = "the text ends too early";
		return JSON_FAULT_SYNTAX;
	case json_error_end_of_input_expected:
		*why = "something follows the value";
		return JSON_FAULT_SYNTAX;
	case json_error_out_of_memory:
		return -1;
	default:
		*why = "not JSON";
		return JSON_FAULT_SYNTAX;
	}
}

int json_door_parse(struct str text, json_t **out, struct err *err)
{
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY;
	const char *nul = text.n > 0 ? memchr(text.p, '\0', text.n) : NULL;
	const char *why = NULL;
	json_error_t error;
	json_t *json;
	size_t deep;
	int fault;

	if (text.n == 0)
		return json_fault_at(text, 0, JSON_FAULT_SYNTAX, "the text ends too early", err);
	/* jansson takes `123\0` for 123: a NUL ends its stream. */
	if (nul != NULL)
		return json_fault_at(
			text, (size_t)(nul - text.p), JSON_FAULT_SYNTAX, "a NUL byte", err);
	deep = json_too_deep(text);
	if (deep < text.n)
		return json_fault_at(text, deep, JSON_FAULT_DEPTH, "more than 64 levels", err);
	json = json_loadb(text.p, text.n, flags, &error);
	if (json != NULL) {
		*out = json;
		return 0;
	}
	fault = json_fault_of(&error, &why);
	if (fault < 0)
		return err_set(err, ERR_MEMORY, "out of memory");
	(void)err_set(err, ERR_INVALID, "line %d column %d: %s", error.line, error.column, why);
	return fault;
}

static size_t json_skip_blank(struct str text, size_t i)
{
	while (i < text.n &&
		(text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\n' || text.p[i] == '\r'))
		i++;
	return i;
}

/* From an opening bracket to behind its closing one; text.n + 1 if there is none. */
static size_t json_skip_brackets(struct str text, size_t i)
{
	size_t depth = 0;

	for (; i < text.n; i++) {
		switch (text.p[i]) {
		case '"':
			i = json_string_end(text, i + 1);
			break;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			if (--depth == 0)
				return i + 1;
			break;
		default:
			break;
		}
	}
	return text.n + 1;
}

static bool json_ends_scalar(char c)
{
	return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The offset behind the value at i; beyond text.n when it does not end. */
static size_t json_skip_value(struct str text, size_t i)
{
	if (i >= text.n)
		return text.n + 1;
	if (text.p[i] == '"')
		return json_string_end(text, i + 1) + 1;
	if (text.p[i] == '{' || text.p[i] == '[')
		return json_skip_brackets(text, i);
	while (i < text.n && !json_ends_scalar(text.p[i]))
		i++;
	/* The object itself must still be closed, so a scalar never ends the text. */
	return i < text.n ? i : text.n + 1;
}

static bool json_hex4(const char *p, size_t n, uint32_t *code)
{
	size_t i;

	*code = 0;
	if (n < 4)
		return false;
	for (i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = p[i] != '\0' ? strchr(digits, p[i]) : NULL;

		if (at == NULL)
			return false;
		*code = *code << 4 | ((uint32_t)(at - digits) & 15);
	}
	return true;
}

/*
 * Decode the escape whose backslash is at p into out (up to 4 bytes); *used is
 * its length. 0 when it is none. Half a surrogate pair is none either.
 */
static size_t json_unescape(const char *p, size_t n, char out[4], size_t *used)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint32_t code, low;

	if (n < 2 || p[1] == '\0')
		return 0;
	if (p[1] != 'u') {
		at = strchr(letters, p[1]);
		if (at == NULL)
			return 0;
		out[0] = meanings[at - letters];
		*used = 2;
		return 1;
	}
	if (!json_hex4(p + 2, n - 2, &code))
		return 0;
	*used = 6;
	if (code >= 0xD800 && code < 0xDC00 && n >= 12 && p[6] == '\\' && p[7] == 'u' &&
		json_hex4(p + 8, n - 8, &low) && low >= 0xDC00 && low < 0xE000) {
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		*used = 12;
	}
	return str_encode(code, out);
}

/* Is the inside of a JSON string, escapes and all, this name? */
static bool json_name_is(struct str raw, struct str name)
{
	size_t i = 0, j = 0;

	if (raw.n < name.n)
		return false;
	if (memchr(raw.p, '\\', raw.n) == NULL)
		return str_equal(raw, name);
	while (i < raw.n) {
		char bytes[4] = {raw.p[i]};
		size_t used = 1, len = 1;

		if (raw.p[i] == '\\')
			len = json_unescape(raw.p + i, raw.n - i, bytes, &used);
		if (len == 0 || len > name.n - j || memcmp(name.p + j, bytes, len) != 0)
			return false;
		i += used;
		j += len;
	}
	return j == name.n;
}

bool json_find_member(struct str text, const char *name, struct str *value)
{
	struct str wanted = str_of(name);
	size_t i = json_skip_blank(text, 0);

	if (i >= text.n || text.p[i] != '{')
		return false;
	for (;;) {
		size_t from, to, end;

		from = json_skip_blank(text, i + 1);
		if (from >= text.n || text.p[from] != '"')
			return false;
		to = json_string_end(text, ++from);
		i = json_skip_blank(text, to + 1);
		if (i >= text.n || text.p[i] != ':')
			return false;
		i = json_skip_blank(text, i + 1);
		end = json_skip_value(text, i);
		if (end > text.n || end == i)
			return false;
		if (json_name_is((struct str){text.p + from, to - from}, wanted)) {
			*value = (struct str){text.p + i, end - i};
			return true;
		}
		i = json_skip_blank(text, end);
		if (i >= text.n || text.p[i] != ',')
			return false;
	}
}

struct str json_str(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_string(value))
		return (struct str){NULL, 0};
	return (struct str){json_string_value(value), json_string_length(value)};
}

void json_copy_text(const json_t *object, const char *name, char *out, size_t size)
{
	struct str text = str_prefix(str_of(json_text(object, name)), size - 1);

	if (text.n > 0)
		memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

const char *json_text(const json_t *object, const char *name)
{
	struct str text = json_str(object, name);

	/* Cut at a NUL it would be another text: better none. */
	if (text.p == NULL || memchr(text.p, '\0', text.n) != NULL)
		return NULL;
	return text.p;
}

bool json_flag(const json_t *object, const char *name, bool otherwise)
{
	const json_t *value = json_object_get(object, name);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

json_t *json_from_str(struct str text)
{
	return json_stringn(text.p != NULL ? text.p : "", text.n);
}
