/* What routes make answers of: members of the body, rows as JSON, pages; see
 * request.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/text_filter.h"
#include "hub/request.h"

#define LIMIT_MAX 200
#define LIMIT 50

int request_answer(struct request *request, unsigned status, json_t *answer)
{
	json_decref(request->answer); /* of a try that met another transaction */
	request->status = status;
	request->answer = answer;
	return 0;
}

static int refuse(struct request *request, unsigned status, const char *code, const char *message,
	json_t *details)
{
	json_decref(request->answer);
	request->status = status;
	request->answer = json_pack("{s:{s:s, s:s, s:o}}", "error", "code", code, "message",
		message, "details", details);
	return REQUEST_UNDO;
}

int request_refuse(
	struct request *request, unsigned status, const char *code, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return refuse(request, status, code, text, json_object());
}

int request_refuse_for_now(struct request *request, int64_t wait_ms)
{
	(void)atomic_fetch_add(&request->hub->limited, 1);
	request_field(request, "Retry-After", "%lld", (long long)((wait_ms + 999) / 1000));
	return request_refuse(request, 429, "too_many_requests", "wait before you ask again");
}

int request_refuse_field(struct request *request, const char *field, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return refuse(request, 422, "invalid", text, json_pack("{s:s}", "field", field));
}

void request_field(struct request *request, const char *name, const char *format, ...)
{
	struct buf *fields = &request->http->fields;
	va_list args;

	(void)buf_add_format(fields, "%s: ", name);
	va_start(args, format);
	(void)buf_add_vformat(fields, format, args);
	va_end(args);
	(void)buf_add_str(fields, "\r\n");
}

/* ── the body ──────────────────────────────────────────────────────────── */

int request_text(struct request *request, const char *name, size_t max, struct str *text)
{
	const json_t *value = json_object_get(request->body, name);
	struct str found;

	*text = (struct str){NULL, 0};
	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return request_refuse_field(request, name, "%s must be a text", name);
	found = (struct str){json_string_value(value), json_string_length(value)};
	if (found.n > max)
		return request_refuse_field(
			request, name, "%s is longer than %zu bytes", name, max);
	if (text_filter_find(found) < found.n)
		return request_refuse_field(
			request, name, "%s holds characters that do not show or that act", name);
	*text = found;
	return 0;
}

int request_required(struct request *request, const char *name, size_t max, struct str *text)
{
	int rc = request_text(request, name, max, text);

	if (rc == 0 && text->n == 0)
		return request_refuse_field(request, name, "%s is missing", name);
	return rc;
}

int request_number(
	struct request *request, const char *name, int64_t min, int64_t max, int64_t *number)
{
	const json_t *value = json_object_get(request->body, name);

	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
		json_integer_value(value) > max)
		return request_refuse_field(request, name,
			"%s must be a whole number from %lld to "
			"%lld",
			name, (long long)min, (long long)max);
	*number = json_integer_value(value);
	return 0;
}

/* ── rows ──────────────────────────────────────────────────────────────── */

struct rows {
	const char *shape;
	json_t *list;
};

static json_t *time_json(int64_t time_ms)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(time_ms, text);
	return json_string(text);
}

static json_t *lines_json(struct str text)
{
	json_t *list = json_array();
	struct str line;

	while (str_next_line(&text, &line))
		(void)json_array_append_new(list, json_from_str(line));
	return list;
}

static json_t *value_json(const struct db_value *value, char kind)
{
	if (kind == 'l')
		return lines_json(value->text);
	if (value->kind == DB_NULL)
		return json_null();
	if (kind == 't')
		return time_json(value->number);
	if (kind == 'b')
		return json_boolean(value->number != 0);
	if (kind == 'j')
		return json_loadb(value->text.p, value->text.n, JSON_DECODE_ANY, NULL);
	return value->kind == DB_NUMBER ? json_integer(value->number) : json_from_str(value->text);
}

static int on_row(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct rows *rows = data;
	struct str shape = str_of(rows->shape), word, kind;
	json_t *object = json_object();
	char name[64];
	size_t i;

	for (i = 0; i < n; i++) {
		word = str_cut(shape, ' ', &shape);
		word = str_cut(word, ':', &kind);
		(void)snprintf(name, sizeof name, "%.*s", (int)word.n, word.p);
		if (strcmp(name, "-") != 0)
			(void)json_object_set_new(
				object, name, value_json(&columns[i], kind.n > 0 ? *kind.p : '\0'));
	}
	if (json_array_append_new(rows->list, object) != 0)
		return err_set(err, ERR_MEMORY, "no memory for the answer");
	return 0;
}

int request_rows(struct request *request, const char *shape, const char *sql,
	const struct db_value *args, size_t n_args, json_t *list, struct err *err)
{
	struct rows rows = {shape, list};

	return hub_db_run(request->db, sql, args, n_args, on_row, &rows, err);
}

int request_row(struct request *request, const char *shape, const char *sql,
	const struct db_value *args, size_t n_args, json_t **object, struct err *err)
{
	json_t *list = json_array();
	int rc = request_rows(request, shape, sql, args, n_args, list, err);

	*object = NULL;
	if (rc == 0 && json_array_size(list) == 0)
		rc = DB_NONE;
	if (rc == 0)
		*object = json_incref(json_array_get(list, 0));
	json_decref(list);
	return rc;
}

int request_do(struct request *request, const char *sql, const struct db_value *args, size_t n_args,
	struct err *err)
{
	return hub_db_run(request->db, sql, args, n_args, NULL, NULL, err);
}

static int on_number(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	*(int64_t *)data = columns[0].number;
	return 0;
}

int request_count(struct request *request, const char *sql, const struct db_value *args,
	size_t n_args, int64_t *number, struct err *err)
{
	*number = 0;
	return hub_db_run(request->db, sql, args, n_args, on_number, number, err);
}

/* ── pages ─────────────────────────────────────────────────────────────── */

int request_page(struct request *request, int64_t *limit, struct str *cursor)
{
	struct str text;

	*limit = LIMIT;
	if (http_query_value(request->http->query, "limit", &text) &&
		!str_to_int(text, 1, LIMIT_MAX, limit))
		return request_refuse(
			request, 400, "bad_limit", "limit is a number from 1 to %d", LIMIT_MAX);
	if (http_query_value(request->http->query, "cursor", cursor) &&
		(cursor->n == 0 || cursor->n > 512))
		return request_refuse(request, 400, "bad_cursor", "this cursor is none of ours");
	if (cursor->p == NULL)
		*cursor = STR("");
	return 0;
}

static int answer_list(struct request *request, json_t *list, int64_t limit, const char *by)
{
	json_t *next = json_null();

	if (json_array_size(list) > (size_t)limit) {
		while (json_array_size(list) > (size_t)limit)
			(void)json_array_remove(list, json_array_size(list) - 1);
		next = json_incref(
			json_object_get(json_array_get(list, json_array_size(list) - 1), by));
	}
	return request_answer(request, 200, json_pack("{s:o, s:o}", "items", list, "next", next));
}

int request_list(struct request *request, int64_t limit, const char *by, const char *shape,
	const char *sql, const struct db_value *args, size_t n_args, struct err *err)
{
	json_t *list = json_array();
	int rc = request_rows(request, shape, sql, args, n_args, list, err);

	if (rc != 0) {
		json_decref(list);
		return rc;
	}
	return answer_list(request, list, limit, by);
}
