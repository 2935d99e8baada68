/* One's own account: name, password, and where one is signed in. */
#include <stdio.h>
#include <string.h>

#include "hub/credential.h"
#include "hub/routes_all.h"

#define NAME_MAX_BYTES 200

/* The name; role, team and the rest are not one's own to change. */
int route_me_patch(struct request *request, struct err *err)
{
	struct str name;
	int rc = request_required(request, "name", NAME_MAX_BYTES, &name);

	if (rc != 0)
		return rc;
	rc = request_do(request,
		"UPDATE person SET name = $3, updated_ms = $4 WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), USER(request), db_text(name), db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = request_audit(
			request, "user.rename", str_of(request->who.user_id), json_object(), err);
	return rc != 0 ? rc : route_me(request, err);
}

/* All that one is signed in by, but for what asks and what that is renewed by. */
static int sign_out_elsewhere(struct request *request, struct err *err)
{
	return request_do(request,
		"DELETE FROM credential WHERE tenant = $1 AND user_id = $2 AND kind <> 'key' AND "
		"id <> $3 AND coalesce(family, '') <> coalesce((SELECT family FROM credential "
		"WHERE tenant = $1 AND id = $3), '-')",
		DB_ARGS(TENANT(request), USER(request), db_string(request->who.credential_id)),
		err);
}

/* ── the password ──────────────────────────────────────────────────────── */

struct change {
	struct request *request;
	char old[SECRET_HASH_BYTES], hash[SECRET_HASH_BYTES];
	bool found;
};

static int on_password(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct change *change = data;

	(void)n;
	(void)err;
	change->found = columns[0].kind == DB_TEXT;
	if (change->found)
		db_copy(&columns[0], change->old, sizeof change->old);
	return 0;
}

/* The new one, and everywhere else one has to sign in anew. API keys stay. */
static int change_in_transaction(struct hub_db *db, void *data, struct err *err)
{
	struct change *change = data;
	struct request *request = change->request;
	int rc = credential_load(request, err);

	if (rc != 0)
		return rc;
	if (!request->who.known)
		return request_refuse(request, 401, "unauthenticated", "sign in again");
	rc = hub_db_run(db,
		"UPDATE login SET password = $3 WHERE tenant = $1 AND user_id = $2 AND password = "
		"$4",
		DB_ARGS(TENANT(request), USER(request), db_string(change->hash),
			db_string(change->old)),
		NULL, NULL, err);
	if (rc == 0 && hub_db_changes(db) == 0)
		return request_refuse(
			request, 409, "changed", "the password was changed meanwhile");
	if (rc == 0)
		rc = sign_out_elsewhere(request, err);
	if (rc == 0)
		rc = request_audit(
			request, "user.password", str_of(request->who.user_id), json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

static int wrong_password(struct hub_db *db, void *data, struct err *err)
{
	struct request *request = data;

	(void)db;
	return request_audit(
		request, "password.failed", str_of(request->who.user_id), json_object(), err);
}

int route_me_password(struct request *request, struct err *err)
{
	struct change change = {.request = request};
	struct str old, new;
	int rc;

	if ((rc = request_required(request, "current", SECRET_PASSWORD_MAX, &old)) != 0 ||
		(rc = request_required(request, "password", SECRET_PASSWORD_MAX, &new)) != 0)
		return rc;
	if (secret_password_fits(new, err) != 0)
		return request_refuse_field(request, "password", "%s", err->text);
	rc = hub_db_run(request->db,
		"SELECT password FROM login WHERE tenant = $1 AND user_id = $2",
		DB_ARGS(TENANT(request), USER(request)), on_password, &change, err);
	if (rc == 0)
		rc = secret_password_check(old, change.found ? change.old : NULL, err);
	if (rc < 0)
		return rc;
	if (rc > 0) {
		(void)atomic_fetch_add(&request->hub->login_failures, 1);
		rc = hub_transaction(
			request->db, DB_WRITE, request->who.tenant, wrong_password, request, err);
		return rc != 0 ? rc
			       : request_refuse(request, 403, "password",
					 "this is not the current password");
	}
	if (secret_password_hash(new, change.hash, err) != 0)
		return -1;
	return hub_transaction(
		request->db, DB_WRITE, request->who.tenant, change_in_transaction, &change, err);
}

/* ── where one is signed in ────────────────────────────────────────────── */

int route_session_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "id",
		"id kind name created_at:t expires_at:t current:b",
		"SELECT id, kind, name, created_ms, expires_ms, CASE WHEN id = $6 THEN 1 ELSE 0 "
		"END FROM credential WHERE tenant = $1 AND user_id = $2 AND kind IN ('session', "
		"'device') AND expires_ms > $3 AND id > $4 ORDER BY id LIMIT $5",
		DB_ARGS(TENANT(request), USER(request), db_number(request->now_ms), db_text(cursor),
			db_number(limit + 1), db_string(request->who.credential_id)),
		err);
}

/* It, and what it could be renewed by. */
int route_session_delete(struct request *request, struct err *err)
{
	int rc = credential_revoke(request, str_of(request->who.user_id), request->words[0], err);

	if (rc == 0)
		rc = request_audit(
			request, "session.delete", request->words[0], json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* All of one's own but the one that asks; API keys stay. */
int route_session_delete_all(struct request *request, struct err *err)
{
	int rc = sign_out_elsewhere(request, err);

	if (rc == 0)
		rc = request_audit(request, "session.delete_all", str_of(request->who.user_id),
			json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}
