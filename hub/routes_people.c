/* People, as admins see and change them. */
#include "hub/etag.h"
#include "hub/routes_all.h"

#define PERSON_SHAPE "id email name role experimental:b active:b created_at:t"
#define PERSON_COLUMNS "id, email, name, role, experimental, active, created_ms"

int route_user_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "id", PERSON_SHAPE,
		"SELECT " PERSON_COLUMNS " FROM person WHERE tenant = $1 AND id > $2 ORDER BY id "
		"LIMIT $3",
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1)), err);
}

static int user_find(struct request *request, json_t **person, struct err *err)
{
	return request_row(request, PERSON_SHAPE,
		"SELECT " PERSON_COLUMNS " FROM person WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0])), person, err);
}

int route_user_get(struct request *request, struct err *err)
{
	json_t *person;
	int rc = user_find(request, &person, err);

	return rc != 0 ? rc : etag_answer(request, 200, person);
}

/* Still as who asks has seen them, if they say what that was? */
static int user_match(struct request *request, struct err *err)
{
	json_t *person;
	int rc = user_find(request, &person, err);

	if (rc != 0)
		return rc;
	rc = etag_match(request, person, ETAG_MAY);
	json_decref(person);
	return rc;
}

/* Somebody must be left who can let people in. */
static int keep_an_admin(struct request *request, struct err *err)
{
	int64_t n;
	int rc = request_count(request,
		"SELECT count(*) FROM person WHERE tenant = $1 AND role = 'admin' AND active = 1",
		DB_ARGS(TENANT(request)), &n, err);

	if (rc == 0 && n == 0)
		return request_refuse(request, 409, "last_admin", "one admin has to stay");
	return rc;
}

static json_t *user_changes(const struct request *request)
{
	json_t *changes = request_changed(request, "role experimental active");
	json_t *role = json_object_get(request->body, "role");

	if (json_is_string(role)) /* one of four by now */
		(void)json_object_set(changes, "role", role);
	return changes;
}

/* Their tokens, and the invitations that they gave: whoever is let go leaves no door open. */
static int shut_out(struct request *request, struct err *err)
{
	const struct db_value who[] = {TENANT(request), db_text(request->words[0])};
	int rc = request_do(
		request, "DELETE FROM credential WHERE tenant = $1 AND user_id = $2", who, 2, err);

	return rc != 0 ? rc
		       : request_do(request,
				 "DELETE FROM invite WHERE tenant = $1 AND created_by = $2", who, 2,
				 err);
}

/* Role, experimental, active; all tokens of somebody who is not active go. */
int route_user_patch(struct request *request, struct err *err)
{
	const json_t *experimental = json_object_get(request->body, "experimental");
	const json_t *active = json_object_get(request->body, "active");
	struct str role_text;
	enum role role = ROLE_CONSUMER;
	int rc;

	if ((rc = user_match(request, err)) != 0 ||
		(rc = request_text(request, "role", 32, &role_text)) != 0)
		return rc;
	if (role_text.n > 0 && !role_parse(role_text, &role))
		return request_refuse_field(request, "role",
			"role is one of admin, prompt_owner, contributor, consumer");
	rc = request_do(request,
		"UPDATE person SET role = coalesce($3, role), experimental = coalesce($4, "
		"experimental), active = coalesce($5, active), updated_ms = $6 WHERE tenant = $1 "
		"AND id = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0]),
			role_text.n > 0 ? db_string(role_name(role)) : db_null(),
			json_is_boolean(experimental)
				? db_number(json_is_true(experimental) ? 1 : 0)
				: db_null(),
			json_is_boolean(active) ? db_number(json_is_true(active) ? 1 : 0)
						: db_null(),
			db_number(request->now_ms)),
		err);
	if (rc == 0 && hub_db_changes(request->db) == 0)
		return DB_NONE;
	if (rc == 0)
		rc = keep_an_admin(request, err);
	if (rc == 0 && json_is_false(active))
		rc = shut_out(request, err);
	if (rc == 0)
		rc = request_audit(
			request, "user.change", request->words[0], user_changes(request), err);
	return rc != 0 ? rc : route_user_get(request, err);
}

/* Let go: nothing of theirs is deleted, but they and their tokens may no more. */
int route_user_delete(struct request *request, struct err *err)
{
	(void)json_object_clear(request->body); /* nothing else changes with it */
	(void)json_object_set_new(request->body, "active", json_false());
	return route_user_patch(request, err);
}

/* Everywhere they are signed in, keys and devices with it. */
int route_user_sessions_delete(struct request *request, struct err *err)
{
	int rc = request_do(request, "DELETE FROM credential WHERE tenant = $1 AND user_id = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0])), err);

	if (rc == 0 && hub_db_changes(request->db) == 0)
		return DB_NONE;
	if (rc == 0)
		rc = request_audit(request, "user.sign_out", request->words[0], json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}
