/* The hub's door; see door.h. */
#include "hub/door.h"

#include <stdio.h>

#include "core/leak.h"
#include "core/text_filter.h"

/* 422 with what and where. */
static int refuse_at(struct request *request, const char *code, const char *name, struct str text,
	size_t at, const char *kind, const char *told)
{
	json_t *details;
	size_t line, column;

	leak_place(text, at, &line, &column);
	(void)request_refuse(
		request, 422, code, "%s, line %zu, column %zu: %s", name, line, column, told);
	details = json_object_get(json_object_get(request->answer, "error"), "details");
	(void)json_object_update_new(
		details, json_pack("{s:s, s:s, s:I, s:I}", "field", name, "kind", kind, "line",
				 (json_int_t)line, "column", (json_int_t)column));
	return REQUEST_UNDO;
}

static int check_secret(
	struct request *request, struct door *door, const char *name, struct str text)
{
	struct leak leak;
	char told[160];

	if (!leak_find(text, &leak))
		return 0;
	if (door != NULL && json_is_true(json_object_get(request->body, "allow_secrets"))) {
		if (request->who.role != ROLE_ADMIN)
			return request_refuse(
				request, 403, "role", "only an admin lets in what looks secret");
		door->allowed = leak.kind;
		return 0;
	}
	(void)snprintf(told, sizeof told, "%s does not belong into what others read", leak.text);
	return refuse_at(request, "secret_found", name, text, leak.at, leak.kind, told);
}

int door_check(struct request *request, struct door *door, const char *name, struct str text)
{
	size_t at = text_filter_find(text);

	if (at < text.n)
		return refuse_at(request, "hidden_characters", name, text, at, "hidden_characters",
			"a character that does not show or that acts");
	return check_secret(request, door, name, text);
}

int door_text(struct request *request, const char *name, size_t max, struct str *text)
{
	int rc = request_text(request, name, max, text);

	return rc != 0 ? rc : check_secret(request, NULL, name, *text);
}

int door_required(struct request *request, const char *name, size_t max, struct str *text)
{
	int rc = request_required(request, name, max, text);

	return rc != 0 ? rc : check_secret(request, NULL, name, *text);
}

int door_audit(
	struct request *request, const struct door *door, const char *prompt_id, struct err *err)
{
	int rc;

	if (door->allowed == NULL)
		return 0;
	rc = request_do(request,
		"UPDATE prompt SET flags = CASE WHEN flags = '' THEN 'secret' WHEN ' ' || flags || "
		"' ' LIKE '% secret %' THEN flags ELSE flags || ' secret' END WHERE tenant = $1 "
		"AND id = $2",
		DB_ARGS(TENANT(request), db_string(prompt_id)), err);
	return rc != 0 ? rc
		       : request_audit(request, "content.allowed", str_of(prompt_id),
				 json_pack("{s:s}", "kind", door->allowed), err);
}
