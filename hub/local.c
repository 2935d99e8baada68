/* Routes asked without HTTP; see local.h. */
#include "hub/local.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "hub/credential.h"
#include "hub/email.h"
#include "hub/routes.h"

#define SCOPES_ALL (SCOPE_READ | SCOPE_WRITE | SCOPE_SYNC | SCOPE_ADMIN)

struct found {
	char *id;
	bool found;
};

static int on_id(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct found *found = data;

	(void)n;
	(void)err;
	found->found = true;
	db_copy(&columns[0], found->id, ID_BYTES);
	return 0;
}

int local_tenant(struct hub_db *db, char tenant[ID_BYTES], struct err *err)
{
	struct found found = {tenant, false};
	int rc = hub_db_run(db, "SELECT id FROM tenant ORDER BY created_ms, id LIMIT 1", DB_NO_ARGS,
		on_id, &found, err);

	return rc != 0 ? -1 : found.found ? 0 : 1;
}

struct person {
	const struct local *local;
	char email[EMAIL_MAX + 1];
	struct found found;
};

static int find_person(struct hub_db *db, void *data, struct err *err)
{
	struct person *person = data;

	person->found.found = false;
	return hub_db_run(db, "SELECT id FROM person WHERE tenant = $1 AND email = $2",
		DB_ARGS(db_string(person->local->tenant), db_string(person->email)), on_id,
		&person->found, err);
}

int local_person(const struct local *local, const char *email, char id[ID_BYTES], struct err *err)
{
	struct person person = {.local = local, .found = {id, false}};
	int rc;

	email_fold(str_of(email), person.email);
	rc = hub_transaction(local->db, DB_READ, local->tenant, find_person, &person, err);
	if (rc != 0)
		return -1;
	if (person.found.found)
		return 0;
	(void)err_set(err, ERR_NOT_FOUND, "nobody here has the address %.200s", email);
	return 1;
}

/* ── asking ────────────────────────────────────────────────────────────── */

struct asking {
	const struct local *local;
	struct request *request;
};

static struct principal operator_of(const struct local *local)
{
	struct principal who = {.known = true,
		.local = true,
		.kind = "local",
		.role = ROLE_ADMIN,
		.scopes = SCOPES_ALL};

	(void)snprintf(who.tenant, sizeof who.tenant, "%s", local->tenant);
	(void)snprintf(who.user_id, sizeof who.user_id, "%s", local->user_id);
	return who;
}

static int run(struct hub_db *db, void *data, struct err *err)
{
	struct asking *asking = data;
	struct request *request = asking->request;
	struct principal *who = &request->who;
	int rc = 0;

	(void)db;
	json_decref(request->answer); /* of a try that met another transaction */
	request->answer = NULL;
	request->status = 0;
	*who = operator_of(asking->local);
	if (who->user_id[0] != '\0')
		rc = credential_load(request, err);
	if (rc != 0)
		return rc;
	if (!who->known)
		return request_refuse(request, 403, "inactive", "this account is switched off");
	if (request->route->may[who->role] == 0)
		return request_refuse(
			request, 403, "role", "the role %s may not do that", role_name(who->role));
	return request->route->run(request, err);
}

static int refused(const struct request *request, struct err *err)
{
	const json_t *error = json_object_get(request->answer, "error");
	const char *text = json_text(error, "message");
	enum err_code code = request->status == 404				? ERR_NOT_FOUND
			     : request->status == 403 || request->status == 409 ? ERR_REFUSED
			     : request->status >= 400 && request->status < 500	? ERR_INVALID
										: ERR_FAILED;

	return err_set(err, code, "%s", text != NULL ? text : "the hub could not do that");
}

static int ask(const struct local *local, enum http_method method, const char *path, json_t *body,
	bool within, json_t **answer, struct err *err)
{
	static struct hub hub; /* nobody is served by it */
	struct http_exchange http = {.method = method, .path = str_of(path)};
	struct request request = {.hub = &hub,
		.db = local->db,
		.http = &http,
		.body = body,
		.now_ms = clock_now_ms()};
	struct asking asking = {local, &request};
	unsigned allowed;
	int rc;

	http.headers[HTTP_IF_MATCH] = STR("*"); /* it is read in the same transaction */
	buf_init(&http.fields, 8192);
	buf_init(&http.out, HTTP_ANSWER_MAX);
	id_new(request.http->id);
	request.route = route_find(method, http.path, request.words, &allowed);
	if (request.route == NULL)
		return err_set(err, ERR_NOT_FOUND, "there is no route %s", path);
	if (within || (request.route->flags & ROUTE_SLOW) != 0)
		rc = run(local->db, &asking, err);
	else
		rc = hub_transaction(local->db, DB_WRITE, local->tenant, run, &asking, err);
	*answer = NULL;
	if (rc != 0 && rc != REQUEST_UNDO && rc != DB_AGAIN)
		request_refuse_outcome(&request, rc, err);
	if (rc != 0 && rc != DB_AGAIN) {
		(void)refused(&request, err);
		rc = within ? LOCAL_REFUSED : -1;
	} else if (rc == 0 && request.status >= 400) {
		rc = refused(&request, err);
	} else if (rc == 0) {
		*answer = json_incref(request.answer);
	}
	json_decref(request.answer);
	buf_fini(&http.fields);
	buf_fini(&http.out);
	return rc;
}

int local_ask(const struct local *local, enum http_method method, const char *path, json_t *body,
	json_t **answer, struct err *err)
{
	return ask(local, method, path, body, false, answer, err);
}

int local_ask_within(const struct local *local, enum http_method method, const char *path,
	json_t *body, json_t **answer, struct err *err)
{
	return ask(local, method, path, body, true, answer, err);
}

/* For what needs no more of a request. */
static struct request request_of(const struct local *local)
{
	return (struct request){
		.db = local->db, .who = operator_of(local), .now_ms = clock_now_ms()};
}

struct listing {
	struct request request;
	const char *shape, *sql;
	const struct db_value *args;
	size_t n_args;
	json_t *rows;
};

static int list(struct hub_db *db, void *data, struct err *err)
{
	struct listing *listing = data;

	(void)db;
	(void)json_array_clear(listing->rows); /* of a try that met another transaction */
	return request_rows(&listing->request, listing->shape, listing->sql, listing->args,
		listing->n_args, listing->rows, err);
}

int local_rows(const struct local *local, const char *shape, const char *sql,
	const struct db_value *args, size_t n_args, json_t **rows, struct err *err)
{
	struct listing listing = {request_of(local), shape, sql, args, n_args, json_array()};

	if (hub_transaction(local->db, DB_READ, local->tenant, list, &listing, err) != 0) {
		json_decref(listing.rows);
		return -1;
	}
	*rows = listing.rows;
	return 0;
}

int local_audit(const struct local *local, const char *action, const char *object, struct err *err)
{
	struct request request = request_of(local);

	return request_audit(&request, action, str_of(object), json_object(), err);
}
