/*
 * Does a value fit a JSON schema? The part of JSON Schema that tools use, with
 * words for the model that has to do better; see tools.h.
 */
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "mcp/tools.h"

#define PATH_MAX_BYTES 512

/* Where we are: names joined by dots, or empty at the top. */
struct place {
	char path[PATH_MAX_BYTES];
	struct err *err;
};

static bool fits(const json_t *schema, const json_t *value, struct place *place);

static const char *place_name(const struct place *place)
{
	return place->path[0] != '\0' ? place->path : "the value";
}

/* 5.0 is an integer too (JSON Schema 6.1.1), as far as a double keeps them exact. */
static bool integer_like(const json_t *value)
{
	double number = json_real_value(value), whole;

	if (json_is_integer(value))
		return true;
	if (!json_is_real(value) || number > 9007199254740992.0 || number < -9007199254740992.0)
		return false;
	whole = (double)(int64_t)number;
	return whole <= number && whole >= number;
}

static bool type_is(const char *type, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return strcmp(type, "object") == 0;
	case JSON_ARRAY:
		return strcmp(type, "array") == 0;
	case JSON_STRING:
		return strcmp(type, "string") == 0;
	case JSON_INTEGER:
	case JSON_REAL:
		return strcmp(type, "number") == 0 ||
		       (strcmp(type, "integer") == 0 && integer_like(value));
	case JSON_TRUE:
	case JSON_FALSE:
		return strcmp(type, "boolean") == 0;
	case JSON_NULL:
		return strcmp(type, "null") == 0;
	}
	return false;
}

static const char *type_words(const char *type)
{
	static const char *const words[][2] = {{"object", "an object"}, {"array", "a list"},
		{"string", "a string"}, {"number", "a number"}, {"integer", "a whole number"},
		{"boolean", "true or false"}, {"null", "null"}};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(type, words[i][0]) == 0)
			return words[i][1];
	return type;
}

static bool fits_type(const json_t *types, const json_t *value, struct place *place)
{
	struct buf words = BUF_INIT(256);
	const json_t *type;
	size_t i;

	if (types == NULL)
		return true;
	if (json_is_string(types)) {
		if (type_is(json_string_value(types), value))
			return true;
		(void)buf_add_str(&words, type_words(json_string_value(types)));
	}
	json_array_foreach (types, i, type) {
		if (type_is(json_string_value(type), value)) {
			buf_fini(&words);
			return true;
		}
		(void)buf_add_format(
			&words, "%s%s", i > 0 ? " or " : "", type_words(json_string_value(type)));
	}
	(void)err_set(
		place->err, ERR_INVALID, "%s must be %s", place_name(place), buf_text(&words));
	buf_fini(&words);
	return false;
}

static bool fits_enum(const json_t *schema, const json_t *value, struct place *place)
{
	const json_t *choices = json_object_get(schema, "enum"), *choice;
	const json_t *only = json_object_get(schema, "const");
	struct buf list = BUF_INIT(4096);
	size_t i;

	if (only != NULL && !json_equal(only, value)) {
		(void)json_write(only, &list);
	} else {
		json_array_foreach (choices, i, choice) {
			if (json_equal(choice, value)) {
				buf_fini(&list);
				return true;
			}
			(void)buf_add_str(&list, i > 0 ? ", " : "");
			(void)json_write(choice, &list);
		}
		if (choices == NULL)
			return true;
	}
	(void)err_set(place->err, ERR_INVALID, "%s must be %s%s", place_name(place),
		choices != NULL ? "one of " : "", buf_text(&list));
	buf_fini(&list);
	return false;
}

static bool fits_number(const json_t *schema, const json_t *value, struct place *place)
{
	const json_t *min = json_object_get(schema, "minimum");
	const json_t *max = json_object_get(schema, "maximum");
	double number = json_number_value(value);

	if (min != NULL && number < json_number_value(min)) {
		(void)err_set(place->err, ERR_INVALID, "%s must be at least %g", place_name(place),
			json_number_value(min));
		return false;
	}
	if (max != NULL && number > json_number_value(max)) {
		(void)err_set(place->err, ERR_INVALID, "%s must be at most %g", place_name(place),
			json_number_value(max));
		return false;
	}
	return true;
}

/* Characters, not bytes: those that do not continue another. */
static json_int_t characters(const json_t *value)
{
	const char *p = json_string_value(value);
	size_t n = json_string_length(value), i;
	json_int_t count = 0;

	for (i = 0; i < n; i++)
		count += ((unsigned char)p[i] & 0xC0) != 0x80;
	return count;
}

static bool fits_length(const json_t *schema, const char *least, const char *most,
	json_int_t length, const char *unit, struct place *place)
{
	const json_t *min = json_object_get(schema, least);
	const json_t *max = json_object_get(schema, most);

	if (min != NULL && length < json_integer_value(min)) {
		(void)err_set(place->err, ERR_INVALID,
			"%s must have at least %" JSON_INTEGER_FORMAT " %s", place_name(place),
			json_integer_value(min), unit);
		return false;
	}
	if (max != NULL && length > json_integer_value(max)) {
		(void)err_set(place->err, ERR_INVALID,
			"%s must have at most %" JSON_INTEGER_FORMAT " %s", place_name(place),
			json_integer_value(max), unit);
		return false;
	}
	return true;
}

/* One step down, and back up whatever comes of it. */
static bool fits_child(
	const json_t *schema, const char *name, const json_t *value, struct place *place)
{
	size_t len = strlen(place->path);
	char quote[RPC_QUOTE_BYTES];
	bool result;

	(void)snprintf(place->path + len, sizeof place->path - len, "%s%s", len > 0 ? "." : "",
		rpc_quote(str_of(name), quote)); /* cut when it is too long */
	result = fits(schema, value, place);
	place->path[len] = '\0';
	return result;
}

static bool fits_items(const json_t *schema, const json_t *value, struct place *place)
{
	const json_t *items = json_object_get(schema, "items"), *item;
	char name[24];
	size_t i;

	if (!fits_length(schema, "minItems", "maxItems", (json_int_t)json_array_size(value),
		    "items", place))
		return false;
	if (items == NULL)
		return true;
	json_array_foreach (value, i, item) {
		(void)snprintf(name, sizeof name, "%zu", i);
		if (!fits_child(items, name, item, place))
			return false;
	}
	return true;
}

static bool refuse_member(const json_t *properties, const char *name, struct place *place)
{
	struct buf known = BUF_INIT(4096);
	char quote[RPC_QUOTE_BYTES];
	const char *key;
	json_t *property;

	json_object_foreach ((json_t *)(uintptr_t)properties, key, property)
		(void)buf_add_format(&known, "%s%s", known.len > 0 ? ", " : "", key);
	(void)rpc_quote(str_of(name), quote);
	(void)err_set(place->err, ERR_INVALID, "%s has no \"%s\"; known: %s",
		place->path[0] != '\0' ? place->path : "this tool", quote,
		known.len > 0 ? buf_text(&known) : "nothing");
	buf_fini(&known);
	return false;
}

static bool fits_required(const json_t *schema, const json_t *value, struct place *place)
{
	const json_t *names = json_object_get(schema, "required"), *name;
	size_t i;

	json_array_foreach (names, i, name) {
		if (json_object_get(value, json_string_value(name)) != NULL)
			continue;
		(void)err_set(place->err, ERR_INVALID, "%s%s%s is required", place->path,
			place->path[0] != '\0' ? "." : "", json_string_value(name));
		return false;
	}
	return true;
}

static bool fits_members(const json_t *schema, const json_t *value, struct place *place)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *others = json_object_get(schema, "additionalProperties");
	const char *name;
	json_t *member;

	if (!fits_required(schema, value, place))
		return false;
	json_object_foreach ((json_t *)(uintptr_t)value, name, member) {
		const json_t *property = json_object_get(properties, name);

		if (property == NULL && json_is_false(others))
			return refuse_member(properties, name, place);
		if (property == NULL)
			property = others;
		if (json_is_object(property) && !fits_child(property, name, member, place))
			return false;
	}
	return true;
}

/* As deep as the schema, which is ours. */
static bool fits(const json_t *schema, const json_t *value, struct place *place)
{
	if (!fits_type(json_object_get(schema, "type"), value, place) ||
		!fits_enum(schema, value, place))
		return false;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return fits_members(schema, value, place);
	case JSON_ARRAY:
		return fits_items(schema, value, place);
	case JSON_STRING:
		return fits_length(
			schema, "minLength", "maxLength", characters(value), "characters", place);
	case JSON_INTEGER:
	case JSON_REAL:
		return fits_number(schema, value, place);
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return true;
}

bool mcp_schema_fits(const json_t *schema, const json_t *value, struct err *err)
{
	struct place place = {.path = "", .err = err};

	return fits(schema, value, &place);
}
