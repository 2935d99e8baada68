/* Invitations: given, seen, taken back, and taken up by who joins. In lists one is known by
 * the beginning of its token's hash, which leads nobody to the token. */
#include <stdio.h>
#include <string.h>

#include "hub/email.h"
#include "hub/routes_all.h"
#include "hub/secret.h"

#define NAME_MAX_BYTES 200
#define INVITE_MS (7LL * 24 * 3600 * 1000)

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
			email.n > 0 ? db_string(email_text) : db_null(), db_string(role_name(role)),
			db_text(team), USER(request), db_number(request->now_ms),
			db_number(request->now_ms + INVITE_MS)),
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

int route_invite_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "id",
		"id email role team_id created_by created_at:t expires_at:t",
		"SELECT substr(hash, 1, 16), email, role, team_id, created_by, created_ms, "
		"expires_ms FROM invite WHERE tenant = $1 AND expires_ms > $2 AND substr(hash, 1, "
		"16) > $3 ORDER BY substr(hash, 1, 16) LIMIT $4",
		DB_ARGS(TENANT(request), db_number(request->now_ms), db_text(cursor),
			db_number(limit + 1)),
		err);
}

int route_invite_delete(struct request *request, struct err *err)
{
	int rc = request_do(request,
		"DELETE FROM invite WHERE tenant = $1 AND substr(hash, 1, 16) = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0])), err);

	if (rc == 0 && hub_db_changes(request->db) == 0)
		return DB_NONE;
	if (rc == 0)
		rc = request_audit(request, "invite.delete", request->words[0], json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* ── taken up ──────────────────────────────────────────────────────────── */

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
	db_copy(&columns[0], who->tenant, sizeof who->tenant);
	db_copy(&columns[1], invite->email, sizeof invite->email);
	db_copy(&columns[2], invite->role, sizeof invite->role);
	db_copy(&columns[3], invite->team_id, sizeof invite->team_id);
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
