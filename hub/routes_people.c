/* People, invitations, teams. */
#include <stdio.h>
#include <string.h>

#include "hub/credential.h"
#include "hub/email.h"
#include "hub/etag.h"
#include "hub/routes_all.h"

#define NAME_MAX_BYTES 200
#define INVITE_MS (7LL * 24 * 3600 * 1000)

/* ── invitations ───────────────────────────────────────────────────────── */

int route_invite_create(struct request *request, struct err *err)
{
	char token[SECRET_TOKEN_BYTES], hash[SHA256_HEX_BYTES], email_text[EMAIL_MAX + 1] = "";
	struct str email, role_text, team;
	enum role role;
	int rc;

	if ((rc = request_text(request, "email", EMAIL_MAX, &email)) != 0 ||
		(rc = request_required(request, "role", 32, &role_text)) != 0 ||
		(rc = request_text(request, "team_id", ID_BYTES, &team)) != 0)
		return rc;
	if (!role_parse(role_text, &role))
		return request_refuse_field(request, "role",
			"role is one of admin, prompt_owner, contributor, consumer");
	if (email.n > 0 && !email_check(email))
		return request_refuse_field(request, "email", "this is no e-mail address");
	email_fold(email, email_text);
	secret_token("pi_", token, hash);
	rc = request_do(request,
		"INSERT INTO invite (hash, tenant, email, role, team_id, created_by, created_ms, "
		"expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		DB_ARGS(db_string(hash), TENANT(request),
			email.n > 0 ? db_string(email_text) : db_text((struct str){NULL, 0}),
			db_string(role_name(role)), db_text(team), USER(request),
			db_number(request->now_ms), db_number(request->now_ms + INVITE_MS)),
		err);
	if (rc == 0)
		rc = request_audit(request, "invite.create", email,
			json_pack("{s:s}", "role", role_name(role)), err);
	if (rc != 0)
		return rc;
	return request_answer(request, 201,
		json_pack("{s:s, s:I}", "invite", token, "expires_in",
			(json_int_t)(INVITE_MS / 1000)));
}

struct invite {
	struct request *request;
	bool found;
	char email[EMAIL_MAX + 1], role[16], team_id[ID_BYTES];
};

static int on_invite(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct invite *invite = data;
	struct principal *who = &invite->request->who;

	(void)n;
	(void)err;
	invite->found = true;
	(void)snprintf(
		who->tenant, sizeof who->tenant, "%.*s", (int)columns[0].text.n, columns[0].text.p);
	(void)snprintf(invite->email, sizeof invite->email, "%.*s", (int)columns[1].text.n,
		columns[1].kind == DB_TEXT ? columns[1].text.p : "");
	(void)snprintf(invite->role, sizeof invite->role, "%.*s", (int)columns[2].text.n,
		columns[2].text.p);
	(void)snprintf(invite->team_id, sizeof invite->team_id, "%.*s", (int)columns[3].text.n,
		columns[3].kind == DB_TEXT ? columns[3].text.p : "");
	return 0;
}

struct joining {
	struct invite *invite;
	const char *hash, *email, *name, *password;
};

static int join(struct hub_db *db, void *data, struct err *err)
{
	struct joining *joining = data;
	struct request *request = joining->invite->request;
	struct principal *who = &request->who;
	int rc = hub_db_run(db, "DELETE FROM invite WHERE hash = $1",
		DB_ARGS(db_string(joining->hash)), NULL, NULL, err);

	if (rc == 0 && hub_db_changes(db) == 0)
		return request_refuse(request, 404, "not_found", "this invitation is used");
	id_new(who->user_id);
	if (rc == 0)
		rc = request_do(request,
			"INSERT INTO person (tenant, id, email, name, role, created_ms, "
			"updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $6)",
			DB_ARGS(TENANT(request), USER(request), db_string(joining->email),
				db_string(joining->name), db_string(joining->invite->role),
				db_number(request->now_ms)),
			err);
	if (rc == 0)
		rc = request_do(request,
			"INSERT INTO login (email, tenant, user_id, password) VALUES ($1, $2, $3, "
			"$4)",
			DB_ARGS(db_string(joining->email), TENANT(request), USER(request),
				db_string(joining->password)),
			err);
	if (rc == 0 && joining->invite->team_id[0] != '\0')
		rc = request_do(request,
			"INSERT INTO member (tenant, team_id, user_id) VALUES ($1, $2, $3)",
			DB_ARGS(TENANT(request), db_string(joining->invite->team_id),
				USER(request)),
			err);
	if (rc == 0)
		rc = request_audit(request, "user.join", str_of(who->user_id), json_object(), err);
	return rc != 0 ? rc
		       : request_answer(request, 201,
				 json_pack("{s:s, s:s, s:s}", "id", who->user_id, "email",
					 joining->email, "role", joining->invite->role));
}

int route_register(struct request *request, struct err *err)
{
	struct invite invite = {.request = request};
	char hash[SHA256_HEX_BYTES], email_text[EMAIL_MAX + 1], password_hash[SECRET_HASH_BYTES];
	char name_text[NAME_MAX_BYTES + 1];
	struct joining joining = {&invite, hash, email_text, name_text, password_hash};
	struct str token, email, name, password;
	int rc;

	if ((rc = request_required(request, "invite", SECRET_TOKEN_BYTES, &token)) != 0 ||
		(rc = request_required(request, "email", EMAIL_MAX, &email)) != 0 ||
		(rc = request_required(request, "name", NAME_MAX_BYTES, &name)) != 0 ||
		(rc = request_required(request, "password", SECRET_PASSWORD_MAX, &password)) != 0)
		return rc;
	if (!email_check(email))
		return request_refuse_field(request, "email", "this is no e-mail address");
	secret_token_hash(token, hash);
	email_fold(email, email_text);
	(void)snprintf(name_text, sizeof name_text, "%.*s", (int)name.n, name.p);
	rc = hub_db_run(request->db,
		"SELECT tenant, email, role, team_id FROM invite WHERE hash = $1 AND expires_ms > "
		"$2",
		DB_ARGS(db_string(hash), db_number(request->now_ms)), on_invite, &invite, err);
	if (rc != 0)
		return rc;
	if (!invite.found || (invite.email[0] != '\0' && strcmp(invite.email, email_text) != 0))
		return request_refuse(request, 404, "not_found",
			"there is no such invitation, not any more, or it is somebody else's");
	if (secret_password_fits(password, err) != 0)
		return request_refuse_field(request, "password", "%s", err->text);
	if (secret_password_hash(password, password_hash, err) != 0)
		return -1;
	return hub_transaction(request->db, DB_WRITE, request->who.tenant, join, &joining, err);
}

/* ── people ────────────────────────────────────────────────────────────── */

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
			role_text.n > 0 ? db_string(role_name(role))
					: db_text((struct str){NULL, 0}),
			json_is_boolean(experimental)
				? db_number(json_is_true(experimental) ? 1 : 0)
				: (struct db_value){.kind = DB_NULL},
			json_is_boolean(active) ? db_number(json_is_true(active) ? 1 : 0)
						: (struct db_value){.kind = DB_NULL},
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

/* ── teams ─────────────────────────────────────────────────────────────── */

int route_team_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "id", "id name members created_at:t",
		"SELECT t.id, t.name, (SELECT count(*) FROM member m WHERE m.tenant = t.tenant AND "
		"m.team_id = t.id), t.created_ms FROM team t WHERE t.tenant = $1 AND t.id > $2 "
		"ORDER BY t.id LIMIT $3",
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1)), err);
}

int route_team_create(struct request *request, struct err *err)
{
	char id[ID_BYTES];
	struct str name;
	int rc = request_required(request, "name", NAME_MAX_BYTES, &name);

	if (rc != 0)
		return rc;
	id_new(id);
	rc = request_do(request,
		"INSERT INTO team (tenant, id, name, created_ms) VALUES ($1, $2, $3, $4)",
		DB_ARGS(TENANT(request), db_string(id), db_text(name), db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = request_audit(request, "team.create", str_of(id), json_object(), err);
	return rc != 0 ? rc
		       : request_answer(request, 201,
				 json_pack("{s:s, s:s%}", "id", id, "name", name.p, name.n));
}

/* Somebody's scope changes with it: their agent hears of it at its next question. A team
 * or a person that is not there, or is another tenant's, is none. */
static int member_change(
	struct request *request, const char *sql, const char *action, struct err *err)
{
	int64_t n = 0;
	int rc = request_count(request,
		"SELECT count(*) FROM team t JOIN person p ON p.tenant = t.tenant WHERE t.tenant = "
		"$1 AND t.id = $2 AND p.id = $3",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(request->words[1])),
		&n, err);

	if (rc == 0 && n == 0)
		return DB_NONE;
	if (rc == 0)
		rc = request_do(request, sql,
			DB_ARGS(TENANT(request), db_text(request->words[0]),
				db_text(request->words[1])),
			err);
	if (rc == 0)
		rc = request_audit(request, action, request->words[1],
			json_pack("{s:s%}", "team", request->words[0].p, request->words[0].n), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* Who is in more teams than a principal has room for could do nothing any more. */
int route_member_put(struct request *request, struct err *err)
{
	int64_t n;
	int rc = request_count(request,
		"SELECT count(*) FROM member WHERE tenant = $1 AND team_id <> $2 AND user_id = $3",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(request->words[1])),
		&n, err);

	if (rc != 0)
		return rc;
	if (n >= PRINCIPAL_TEAMS_MAX)
		return request_refuse(request, 409, "too_many_teams",
			"nobody is in more than %d teams", PRINCIPAL_TEAMS_MAX);
	return member_change(request,
		"INSERT INTO member (tenant, team_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO "
		"NOTHING",
		"team.join", err);
}

int route_member_delete(struct request *request, struct err *err)
{
	return member_change(request,
		"DELETE FROM member WHERE tenant = $1 AND team_id = $2 AND user_id = $3",
		"team.leave", err);
}
