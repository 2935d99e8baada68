/*
 * JSON out; see json.h. Not jansson's own writer, because it writes 0.1 as
 * 0.10000000000000001 and looks at every character of a text twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"

/* Trees of ours wrap what came through the door, at most this many levels. */
#define JSON_WRITE_DEPTH_MAX (2 * JSON_DEPTH_MAX)

struct json_writer {
	struct buf *out;
	bool sorted;
	int depth;
};

static int write_value(struct json_writer *writer, const json_t *json);

const char *json_real_text(double real, char out[JSON_REAL_BYTES])
{
	int digits;
	char *comma;

	for (digits = 15; digits <= 17; digits++) {
		(void)snprintf(out, JSON_REAL_BYTES, "%.*g", digits, real);
		/* Both heed the locale of this process, so they agree. */
		if (strtod(out, NULL) == real)
			break;
	}
	comma = strchr(out, ',');
	if (comma != NULL)
		*comma = '.';
	return out;
}

/* With a fraction or an exponent always, so that it is read back as a real. */
static int write_real(struct buf *out, double real)
{
	char text[JSON_REAL_BYTES];

	(void)buf_add_str(out, json_real_text(real, text));
	return strpbrk(text, ".e") != NULL ? 0 : buf_add_str(out, ".0");
}

static int write_array(struct json_writer *writer, const json_t *array)
{
	const json_t *value;
	size_t i;

	(void)buf_add_char(writer->out, '[');
	json_array_foreach (array, i, value) {
		if (i > 0)
			(void)buf_add_char(writer->out, ',');
		if (write_value(writer, value) != 0)
			return -1;
	}
	return buf_add_char(writer->out, ']');
}

/* An iterator of jansson's; it wants no const, but changes nothing. */
static int write_member(struct json_writer *writer, void *at)
{
	(void)buf_add_json_string(
		writer->out, json_object_iter_key(at), json_object_iter_key_len(at));
	(void)buf_add_char(writer->out, ':');
	return write_value(writer, json_object_iter_value(at));
}

static int compare_members(const void *a, const void *b)
{
	void *const *left = a, *const *right = b;

	return str_compare(
		(struct str){json_object_iter_key(*left), json_object_iter_key_len(*left)},
		(struct str){json_object_iter_key(*right), json_object_iter_key_len(*right)});
}

static int write_members(struct json_writer *writer, void **members, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)buf_add_char(writer->out, ',');
		if (write_member(writer, members[i]) != 0)
			return -1;
	}
	return 0;
}

static int write_sorted(struct json_writer *writer, json_t *object)
{
	size_t n = json_object_size(object), i = 0;
	void **members = malloc((n > 0 ? n : 1) * sizeof *members), *at;
	int result;

	if (members == NULL)
		return -1;
	for (at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
		members[i++] = at;
	qsort(members, n, sizeof *members, compare_members);
	result = write_members(writer, members, n);
	free(members);
	return result;
}

static int write_object(struct json_writer *writer, const json_t *json)
{
	json_t *object = (json_t *)(uintptr_t)json;
	bool first = true;
	void *at;

	(void)buf_add_char(writer->out, '{');
	if (writer->sorted) {
		if (write_sorted(writer, object) != 0)
			return -1;
		return buf_add_char(writer->out, '}');
	}
	for (at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
		if (!first)
			(void)buf_add_char(writer->out, ',');
		first = false;
		if (write_member(writer, at) != 0)
			return -1;
	}
	return buf_add_char(writer->out, '}');
}

static int write_nested(struct json_writer *writer, const json_t *json)
{
	int result;

	if (writer->depth == JSON_WRITE_DEPTH_MAX)
		return -1;
	writer->depth++;
	result = json_is_array(json) ? write_array(writer, json) : write_object(writer, json);
	writer->depth--;
	return result;
}

static int write_value(struct json_writer *writer, const json_t *json)
{
	struct buf *out = writer->out;

	if (json == NULL)
		return -1;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return write_nested(writer, json);
	case JSON_STRING:
		return buf_add_json_string(out, json_string_value(json), json_string_length(json));
	case JSON_INTEGER:
		return buf_add_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
	case JSON_REAL:
		return write_real(out, json_real_value(json));
	case JSON_TRUE:
		return buf_add_str(out, "true");
	case JSON_FALSE:
		return buf_add_str(out, "false");
	case JSON_NULL:
		return buf_add_str(out, "null");
	}
	return -1;
}

static int write_whole(const json_t *json, struct buf *out, bool sorted)
{
	struct json_writer writer = {.out = out, .sorted = sorted};

	if (write_value(&writer, json) == 0 && !buf_failed(out))
		return 0;
	/* Memory, or a tree too deep: half a text is no text. */
	out->failed = true;
	return -1;
}

int json_write(const json_t *json, struct buf *out)
{
	return write_whole(json, out, false);
}

int json_write_sorted(const json_t *json, struct buf *out)
{
	return write_whole(json, out, true);
}
