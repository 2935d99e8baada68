/* Signing in and out, and what one carries: sessions, API keys, the device login of
 * RFC 8628. */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "hub/credential.h"
#include "hub/email.h"
#include "hub/limits.h"
#include "hub/routes_all.h"

#define NAME_MAX_BYTES 200
#define DEVICE_CODE_MS (10LL * 60 * 1000)
#define DEVICE_INTERVAL_S 5

/* ── by password ───────────────────────────────────────────────────────── */

struct login {
	struct request *request;
	char password[SECRET_HASH_BYTES];
	bool found;
};

static int on_login(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct login *login = data;
	struct principal *who = &login->request->who;

	(void)n;
	(void)err;
	login->found = columns[2].kind == DB_TEXT;
	db_copy(&columns[0], who->tenant, sizeof who->tenant);
	db_copy(&columns[1], who->user_id, sizeof who->user_id);
	if (login->found)
		db_copy(&columns[2], login->password, sizeof login->password);
	return 0;
}

static int refuse_login(struct request *request)
{
	(void)atomic_fetch_add(&request->hub->login_failures, 1);
	return request_refuse(request, 401, "login_failed", "e-mail or password is wrong");
}

#define DEVICE_SCOPES (SCOPE_READ | SCOPE_SYNC | SCOPE_WRITE)

/* Both tokens of a client: a short one, and one to get the next by. */
static int give_tokens(struct request *request, const char *kind, const char *name, unsigned scopes,
	const char *family, json_t *answer, struct err *err)
{
	char token[SECRET_TOKEN_BYTES], refresh[SECRET_TOKEN_BYTES], id[ID_BYTES];
	int64_t lives = strcmp(kind, "device") == 0 ? CREDENTIAL_DEVICE_MS : CREDENTIAL_SESSION_MS;
	struct credential made = {kind, request->who.tenant, request->who.user_id, name, family,
		scopes & credential_scopes_of(request->who.role), lives};
	char new_family[ID_BYTES];
	int rc;

	if (family == NULL) {
		id_new(new_family);
		made.family = new_family;
	}
	rc = credential_make(request, &made, token, id, err);
	made.kind = "refresh";
	made.lives_ms = CREDENTIAL_REFRESH_MS;
	if (rc == 0)
		rc = credential_make(request, &made, refresh, id, err);
	if (rc == 0)
		(void)json_object_update_new(
			answer, json_pack("{s:s, s:s, s:I, s:s}", "access_token", token,
					"token_type", "Bearer", "expires_in",
					(json_int_t)(lives / 1000), "refresh_token", refresh));
	return rc;
}

static int session_begin(struct hub_db *db, void *data, struct err *err)
{
	struct request *request = data;
	json_t *answer = json_object();
	int rc;

	(void)db;
	rc = credential_load(request, err);
	if (rc == 0 && !request->who.known) {
		json_decref(answer);
		return refuse_login(request);
	}
	if (rc == 0)
		rc = give_tokens(request, "session", "session",
			credential_scopes_of(request->who.role), NULL, answer, err);
	if (rc == 0)
		rc = request_audit(
			request, "login", str_of(request->who.user_id), json_object(), err);
	if (rc != 0) {
		json_decref(answer);
		return rc;
	}
	return request_answer(request, 200, answer);
}

/* A failed one is counted and written down, whether the account is there or not. */
static int login_failed(struct hub_db *db, void *data, struct err *err)
{
	struct request *request = data;

	(void)db;
	return request_audit(
		request, "login.failed", str_of(request->who.user_id), json_object(), err);
}

/* Who guesses is slowed down, by name and by place, whether the account is there or not.
 * Only failures count (`failed`). Not 0: refused. */
static int too_many_failures(struct request *request, const char *email, bool failed)
{
	struct limits *limits = request->hub->limits;
	struct str name = str_of(email), place = str_of(request->http->peer);
	struct buf both = BUF_INIT(EMAIL_MAX + 128);
	int64_t now_us = clock_monotonic_us(), wait_ms = 0, wait;
	size_t i;

	(void)buf_add_format(&both, "%s %s", email, request->http->peer);
	for (i = 0; i < 3; i++) {
		static const enum limit each[] = {
			LIMIT_FAILED_NAME, LIMIT_FAILED_ADDRESS, LIMIT_FAILED_PAIR};
		struct str whose[] = {name, place, {buf_text(&both), both.len}};

		wait = failed ? limits_take(limits, each[i], whose[i], now_us)
			      : limits_look(limits, each[i], whose[i], now_us);
		wait_ms = wait > wait_ms ? wait : wait_ms;
	}
	buf_fini(&both);
	return wait_ms > 0 && !failed ? request_refuse_for_now(request, wait_ms) : 0;
}

int route_login(struct request *request, struct err *err)
{
	struct login login = {.request = request};
	struct str email, password;
	char folded[EMAIL_MAX + 1];
	int rc;

	if ((rc = request_required(request, "email", EMAIL_MAX, &email)) != 0 ||
		(rc = request_required(request, "password", SECRET_PASSWORD_MAX, &password)) != 0)
		return rc;
	email_fold(email, folded);
	if ((rc = too_many_failures(request, folded, false)) != 0)
		return rc;
	rc = hub_db_run(request->db, "SELECT tenant, user_id, password FROM login WHERE email = $1",
		DB_ARGS(db_string(folded)), on_login, &login, err);
	if (rc != 0)
		return rc;
	rc = secret_password_check(password, login.found ? login.password : NULL, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return hub_transaction(
			request->db, DB_WRITE, request->who.tenant, session_begin, request, err);
	(void)too_many_failures(request, folded, true);
	if (request->who.tenant[0] != '\0' &&
		(rc = hub_transaction(request->db, DB_WRITE, request->who.tenant, login_failed,
			 request, err)) != 0)
		return rc;
	return refuse_login(request);
}

int route_logout(struct request *request, struct err *err)
{
	/* And what it could be renewed by. */
	int rc = request_do(request,
		"DELETE FROM credential WHERE tenant = $1 AND family = (SELECT family FROM "
		"credential WHERE id = $2)",
		DB_ARGS(TENANT(request), db_string(request->who.credential_id)), err);

	if (rc == 0)
		rc = request_do(request, "DELETE FROM credential WHERE tenant = $1 AND id = $2",
			DB_ARGS(TENANT(request), db_string(request->who.credential_id)), err);
	if (rc == 0)
		rc = request_audit(
			request, "logout", str_of(request->who.user_id), json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

int route_me(struct request *request, struct err *err)
{
	struct buf scopes = BUF_INIT(64);
	json_t *me, *teams = json_array();
	int rc = request_row(request, "id email name role experimental:b created_at:t",
		"SELECT id, email, name, role, experimental, created_ms FROM person WHERE tenant = "
		"$1 AND id = $2",
		DB_ARGS(TENANT(request), USER(request)), &me, err);

	if (rc == 0)
		rc = request_rows(request, "id name",
			"SELECT t.id, t.name FROM member m JOIN team t ON t.tenant = m.tenant AND "
			"t.id = m.team_id WHERE m.tenant = $1 AND m.user_id = $2 ORDER BY t.name",
			DB_ARGS(TENANT(request), USER(request)), teams, err);
	if (rc != 0) {
		json_decref(teams);
		json_decref(me);
		return rc;
	}
	credential_scopes_text(request->who.scopes, &scopes);
	(void)json_object_set_new(me, "teams", teams);
	(void)json_object_set_new(me, "scopes", json_string(buf_text(&scopes)));
	buf_fini(&scopes);
	return request_answer(request, 200, me);
}

/* ── the next token for an old one ─────────────────────────────────────── */

struct refresh {
	struct request *request;
	const char *hash;
	char family[ID_BYTES], name[NAME_MAX_BYTES + 1], kind[16];
	unsigned scopes; /* of the old one: the next has no more, whatever it is called */
	bool found, used;
};

static int on_refresh(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct refresh *refresh = data;
	struct principal *who = &refresh->request->who;

	(void)n;
	(void)err;
	refresh->found = true;
	db_copy(&columns[0], who->tenant, sizeof who->tenant);
	db_copy(&columns[1], who->user_id, sizeof who->user_id);
	db_copy(&columns[2], refresh->family, sizeof refresh->family);
	db_copy(&columns[3], refresh->name, sizeof refresh->name);
	refresh->used = columns[4].kind == DB_NUMBER;
	(void)credential_scopes_parse(columns[5].text, &refresh->scopes);
	return 0;
}

/* Used twice: it was stolen, by whoever came first or second. All of its family goes. It is
 * this very one that is used, not its family's next, which another request may have made
 * since it was looked for. */
static int refresh_in_transaction(struct hub_db *db, void *data, struct err *err)
{
	struct refresh *refresh = data;
	struct request *request = refresh->request;
	json_t *answer = json_object();
	int rc;

	rc = hub_db_run(db,
		"UPDATE credential SET used_ms = $3 WHERE tenant = $1 AND hash = $2 AND used_ms "
		"IS NULL",
		DB_ARGS(TENANT(request), db_string(refresh->hash), db_number(request->now_ms)),
		NULL, NULL, err);
	if (rc == 0 && hub_db_changes(db) == 0)
		refresh->used = true; /* another request was faster */
	if (rc == 0)
		rc = hub_db_run(db,
			"DELETE FROM credential WHERE tenant = $1 AND family = $2 AND (kind <> "
			"'refresh' OR $3 = 1)",
			DB_ARGS(TENANT(request), db_string(refresh->family),
				db_number(refresh->used ? 1 : 0)),
			NULL, NULL, err);
	if (rc == 0 && refresh->used) {
		rc = request_audit(
			request, "token.reused", str_of(refresh->family), json_object(), err);
		json_decref(answer);
		return rc;
	}
	if (rc == 0)
		rc = credential_load(request, err);
	if (rc == 0 && request->who.known)
		rc = give_tokens(request, refresh->kind, refresh->name, refresh->scopes,
			refresh->family, answer, err);
	if (rc != 0 || !request->who.known) {
		json_decref(answer);
		return rc;
	}
	return request_answer(request, 200, answer);
}

int route_refresh(struct request *request, struct err *err)
{
	char hash[SHA256_HEX_BYTES];
	struct refresh refresh = {.request = request, .hash = hash, .kind = "device"};
	struct str token;
	int rc;

	if ((rc = request_required(request, "refresh_token", SECRET_TOKEN_BYTES, &token)) != 0)
		return rc;
	secret_token_hash(token, hash);
	rc = hub_db_run(request->db,
		"SELECT tenant, user_id, family, name, used_ms, scopes FROM credential WHERE hash "
		"= $1 AND "
		"kind = 'refresh' AND expires_ms > $2",
		DB_ARGS(db_string(hash), db_number(request->now_ms)), on_refresh, &refresh, err);
	if (rc == 0 && refresh.found) {
		(void)snprintf(refresh.kind, sizeof refresh.kind, "%s",
			strcmp(refresh.name, "session") == 0 ? "session" : "device");
		rc = hub_transaction(request->db, DB_WRITE, request->who.tenant,
			refresh_in_transaction, &refresh, err);
	}
	if (rc != 0 || request->answer != NULL)
		return rc;
	return request_refuse(request, 401, "unauthenticated", "sign in again");
}

/* ── API keys ──────────────────────────────────────────────────────────── */

int route_key_list(struct request *request, struct err *err)
{
	return request_list(request, 200, "id", "id name kind scopes created_at:t expires_at:t",
		"SELECT id, name, kind, scopes, created_ms, expires_ms FROM credential WHERE "
		"tenant "
		"= $1 AND user_id = $2 AND kind IN ('key', 'device') AND expires_ms > $3 ORDER BY "
		"id LIMIT 200",
		DB_ARGS(TENANT(request), USER(request), db_number(request->now_ms)), err);
}

int route_key_create(struct request *request, struct err *err)
{
	struct credential made = {
		.kind = "key", .tenant = request->who.tenant, .user_id = request->who.user_id};
	char token[SECRET_TOKEN_BYTES], id[ID_BYTES], name_text[NAME_MAX_BYTES + 1];
	struct str name, scope;
	int64_t days = 365;
	int rc;

	if ((rc = request_required(request, "name", NAME_MAX_BYTES, &name)) != 0 ||
		(rc = request_required(request, "scopes", 64, &scope)) != 0 ||
		(rc = request_number(request, "expires_in_days", 1, 3650, &days)) != 0)
		return rc;
	if (!credential_scopes_parse(scope, &made.scopes))
		return request_refuse_field(
			request, "scopes", "scopes are words of: read write sync admin");
	if ((made.scopes & ~request->who.scopes) != 0)
		return request_refuse(request, 403, "scope", "nobody gives more than they have");
	(void)snprintf(name_text, sizeof name_text, "%.*s", (int)name.n, name.p);
	made.name = name_text;
	made.lives_ms = days * 24 * 3600 * 1000;
	rc = credential_make(request, &made, token, id, err);
	if (rc == 0)
		rc = request_audit(request, "key.create", str_of(id),
			json_pack("{s:s}", "name", name_text), err);
	if (rc != 0)
		return rc;
	return request_answer(request, 201,
		json_pack("{s:s, s:s, s:s}", "id", id, "name", name_text, "key", token));
}

/* A device's token goes with what it is renewed by. */
int route_key_delete(struct request *request, struct err *err)
{
	int rc = credential_revoke(request, str_of(request->who.user_id), request->words[0], err);

	if (rc == 0)
		rc = request_audit(request, "key.delete", request->words[0], json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* ── a device (RFC 8628) ───────────────────────────────────────────────── */

int route_device_code(struct request *request, struct err *err)
{
	char token[SECRET_TOKEN_BYTES], hash[SHA256_HEX_BYTES], code[10], link[600];
	struct str name;
	int rc;

	if ((rc = request_text(request, "device_name", NAME_MAX_BYTES, &name)) != 0)
		return rc;
	if (name.n == 0)
		name = STR("a device");
	secret_token("pv_", token, hash);
	secret_user_code(code);
	(void)request_do(request, "DELETE FROM device_login WHERE expires_ms < $1",
		DB_ARGS(db_number(request->now_ms)), err);
	rc = request_do(request,
		"INSERT INTO device_login (device_hash, user_code, device_name, asked_ms, "
		"expires_ms) VALUES ($1, $2, $3, $4, $5)",
		DB_ARGS(db_string(hash), db_string(code), db_text(name), db_number(request->now_ms),
			db_number(request->now_ms + DEVICE_CODE_MS)),
		err);
	if (rc != 0)
		return rc;
	(void)snprintf(link, sizeof link, "%s/device", request->hub->options.public_url);
	return request_answer(request, 200,
		json_pack("{s:s, s:s, s:s, s:I, s:i}", "device_code", token, "user_code", code,
			"verification_uri", link, "expires_in", (json_int_t)(DEVICE_CODE_MS / 1000),
			"interval", DEVICE_INTERVAL_S));
}

struct device {
	struct request *request;
	bool found, denied, approved;
	char name[NAME_MAX_BYTES + 1];
};

static int on_device(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct device *device = data;
	struct principal *who = &device->request->who;

	(void)n;
	(void)err;
	device->found = true;
	device->approved = columns[0].kind == DB_TEXT;
	device->denied = columns[2].number != 0;
	db_copy(&columns[0], who->tenant, sizeof who->tenant);
	db_copy(&columns[1], who->user_id, sizeof who->user_id);
	db_copy(&columns[3], device->name, sizeof device->name);
	return 0;
}

struct device_give {
	struct device *device;
	const char *hash;
};

/* Once: the row goes with it. */
static int device_give(struct hub_db *db, void *data, struct err *err)
{
	struct device_give *give = data;
	struct request *request = give->device->request;
	json_t *answer;
	int rc = hub_db_run(db, "DELETE FROM device_login WHERE device_hash = $1",
		DB_ARGS(db_string(give->hash)), NULL, NULL, err);

	if (rc != 0 || hub_db_changes(db) == 0)
		return rc;
	rc = credential_load(request, err);
	if (rc != 0 || !request->who.known)
		return rc;
	answer = json_object();
	rc = give_tokens(request, "device", give->device->name, DEVICE_SCOPES, NULL, answer, err);
	if (rc == 0)
		rc = request_audit(request, "device.login", str_of(request->who.user_id),
			json_pack("{s:s}", "device", give->device->name), err);
	if (rc != 0) {
		json_decref(answer);
		return rc;
	}
	return request_answer(request, 200, answer);
}

int route_device_token(struct request *request, struct err *err)
{
	struct device device = {.request = request};
	char hash[SHA256_HEX_BYTES];
	struct device_give give = {&device, hash};
	struct str token;
	int rc;

	if ((rc = request_required(request, "device_code", SECRET_TOKEN_BYTES, &token)) != 0)
		return rc;
	secret_token_hash(token, hash);
	rc = hub_db_run(request->db,
		"SELECT tenant, user_id, denied, device_name FROM device_login WHERE device_hash = "
		"$1 AND expires_ms > $2",
		DB_ARGS(db_string(hash), db_number(request->now_ms)), on_device, &device, err);
	if (rc != 0)
		return rc;
	if (!device.found)
		return request_refuse(request, 400, "expired_token", "begin again");
	if (device.denied)
		return request_refuse(request, 400, "access_denied", "this was refused");
	if (!device.approved)
		return request_refuse(
			request, 400, "authorization_pending", "nobody has approved it yet");
	rc = hub_transaction(request->db, DB_WRITE, request->who.tenant, device_give, &give, err);
	if (rc != 0 || request->answer != NULL)
		return rc;
	return request_refuse(request, 400, "expired_token", "begin again");
}

/* A signed-in person types the code that the device shows. */
int route_device_approve(struct request *request, struct err *err)
{
	struct str code;
	int rc;

	if ((rc = request_required(request, "user_code", 16, &code)) != 0)
		return rc;
	/* A device gets tokens of its own; a key that may do less is not traded for them. */
	if ((request->who.scopes & DEVICE_SCOPES) != DEVICE_SCOPES)
		return request_refuse(request, 403, "scope", "nobody gives more than they have");
	rc = request_do(request,
		json_is_true(json_object_get(request->body, "deny"))
			? "UPDATE device_login SET denied = 1 WHERE user_code = $1 AND expires_ms "
			  "> "
			  "$2 AND user_id IS NULL AND $3 <> $4"
			: "UPDATE device_login SET tenant = $3, user_id = $4 WHERE user_code = $1 "
			  "AND expires_ms > $2 AND user_id IS NULL AND denied = 0",
		DB_ARGS(db_text(code), db_number(request->now_ms), TENANT(request), USER(request)),
		err);
	if (rc == 0 && hub_db_changes(request->db) == 0)
		return request_refuse(
			request, 404, "not_found", "no device shows this code, or not any more");
	if (rc == 0)
		rc = request_audit(request, "device.approve", str_of(request->who.user_id),
			json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}
