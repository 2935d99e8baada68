/*
 * A hub without its sockets: tenants, people of every role and what they ask, through
 * request_run() as a worker does it. For tests of the API that want many requests.
 */
#ifndef TESTS_HUB_WORLD_H
#define TESTS_HUB_WORLD_H

#include <jansson.h>

#include "core/clock.h"
#include "core/json.h"
#include "hub/credential.h"
#include "hub/routes.h"
#include "hub/streams.h"
#include "hub/workers.h"
#include "schema/schema.h"
#include "tests/hub.h"

struct world {
	struct hub hub;
	const char *url;
	json_t *document; /* the API's, which names every status that is given */
};

struct world_person {
	char tenant[ID_BYTES], id[ID_BYTES], token[SECRET_TOKEN_BYTES];
	enum role role;
};

struct world_request {
	enum http_method method;
	const char *path; /* with its query; decoded */
	const char *body; /* NULL: none */
	const char *token;
	const char *headers[HTTP_HEADERS];
};

struct world_answer {
	unsigned status;
	json_t *json; /* NULL: no body, or one that is no JSON */
	char *text;
};

/* The hub as hub_serve() has it, but with no thread and no port. */
static inline void world_begin(struct world *world, const char *url)
{
	struct err err;

	*world = (struct world){.url = url};
	world->document = json_loadb(schema_openapi[0].text, schema_openapi[0].len, 0, NULL);
	CHECK(world->document != NULL);
	world->hub.options = (struct hub_options){
		.database = url, .address = "127.0.0.1", .public_url = "", .workers = 0};
	json_door_init();
	CHECK(secret_init(&err) == 0);
	CHECK(workers_start(&world->hub.workers, &world->hub, &err) == 0);
	world->hub.streams = streams_new(&world->hub);
}

static inline void world_end(struct world *world)
{
	streams_free(world->hub.streams);
	workers_stop(world->hub.workers);
	json_decref(world->document);
}

/* ── asking ────────────────────────────────────────────────────────────── */

static inline const char *world_code(const struct world_answer *answer)
{
	const char *code = json_text(json_object_get(answer->json, "error"), "code");

	return code != NULL ? code : "";
}

static inline void world_answer_fini(struct world_answer *answer)
{
	json_decref(answer->json);
	free(answer->text);
}

/* "a=b&c=d" with a NUL behind each, as http.h has it. */
static inline struct str world_query(const char *path, struct buf *out)
{
	const char *at = strchr(path, '?');
	struct str rest = str_of(at != NULL ? at + 1 : ""), pair;

	while (rest.n > 0) {
		pair = str_cut(rest, '&', &rest);
		(void)buf_add(out, pair.p, pair.n);
		(void)buf_add_char(out, '\0');
	}
	return (struct str){buf_text(out), out->len};
}

/* A status of a route that the document does not name; 429, 500 and 503 it calls others. */
static inline void world_hold(
	const struct world *world, const struct world_request *request, unsigned status)
{
	static const char *const methods[] = {"get", "get", "post", "put", "patch", "delete"};
	struct str path = {request->path, strcspn(request->path, "?")}, words[2];
	unsigned allowed;
	const struct route *route = route_find(request->method, path, words, &allowed);
	const json_t *operation;
	char text[16];

	if (route == NULL || !str_starts(str_of(route->path), "/api/") || status == 405 ||
		status == 429 || status == 500 || status == 503)
		return;
	(void)snprintf(text, sizeof text, "%u", status);
	operation = json_object_get(
		json_object_get(json_object_get(world->document, "paths"), route->path),
		methods[request->method]);
	if (json_object_get(json_object_get(operation, "responses"), text) == NULL) {
		(void)fprintf(stderr, "%s gave %u, which its document does not name\n", route->name,
			status);
		exit(1);
	}
}

static inline void world_ask(struct world *world, struct hub_db *db,
	const struct world_request *request, struct world_answer *answer)
{
	struct http_exchange http = {.method = request->method};
	struct buf query = BUF_INIT(65536), bearer = BUF_INIT(65536);
	size_t i;

	buf_init(&http.fields, 8192);
	buf_init(&http.out, HTTP_ANSWER_MAX);
	http.path = (struct str){request->path, strcspn(request->path, "?")};
	http.query = world_query(request->path, &query);
	http.body = str_of(request->body != NULL ? request->body : "");
	for (i = 0; i < HTTP_HEADERS; i++)
		http.headers[i] = str_of(request->headers[i] != NULL ? request->headers[i] : "");
	if (http.headers[HTTP_CONTENT_TYPE].n == 0 && http.body.n > 0)
		http.headers[HTTP_CONTENT_TYPE] = STR("application/json");
	if (request->token != NULL) {
		(void)buf_add_format(&bearer, "Bearer %s", request->token);
		http.headers[HTTP_AUTHORIZATION] = (struct str){buf_text(&bearer), bearer.len};
	}
	request_run(&world->hub, db, &http);
	world_hold(world, request, http.status);
	free(http.data); /* of one that would wait for news: here none come */
	*answer = (struct world_answer){.status = http.status};
	answer->json = json_loadb(buf_text(&http.out), http.out.len, JSON_DECODE_ANY, NULL);
	answer->text = xstrdup(buf_text(&http.out));
	buf_fini(&query);
	buf_fini(&bearer);
	buf_fini(&http.fields);
	buf_fini(&http.out);
}

/* Ask, and look at nothing but the status. */
static inline unsigned world_status(
	struct world *world, struct hub_db *db, const struct world_request *request)
{
	struct world_answer answer;

	world_ask(world, db, request, &answer);
	world_answer_fini(&answer);
	return answer.status;
}

/* ── what is there ─────────────────────────────────────────────────────── */

/* One statement that must work, in a transaction of the tenant (PostgreSQL shows
 * nothing else). */
struct world_statement {
	const char *sql;
	const struct db_value *args;
	size_t n_args;
	db_row_fn *fn;
	void *data;
};

static inline int world_run_one(struct hub_db *db, void *data, struct err *err)
{
	const struct world_statement *one = data;

	return hub_db_run(db, one->sql, one->args, one->n_args, one->fn, one->data, err);
}

static inline void world_sql(struct hub_db *db, const char *tenant, const char *sql,
	const struct db_value *args, size_t n_args)
{
	struct world_statement one = {sql, args, n_args, NULL, NULL};
	struct err err = {.text = ""};

	if (hub_transaction(db, DB_WRITE, tenant, world_run_one, &one, &err) != 0) {
		(void)fprintf(stderr, "%s\n%s\n", sql, err.text);
		exit(1);
	}
}

static inline int world_take_number(
	void *data, const struct db_value *columns, size_t n, struct err *err)
{
	(void)n;
	(void)err;
	*(int64_t *)data = columns[0].kind == DB_NUMBER ? columns[0].number : -1;
	return 0;
}

/* The first column of the last row; 0 without one. */
static inline int64_t world_number(struct hub_db *db, const char *tenant, const char *sql,
	const struct db_value *args, size_t n_args)
{
	int64_t number = 0;
	struct world_statement one = {sql, args, n_args, world_take_number, &number};
	struct err err = {.text = ""};

	if (hub_transaction(db, DB_READ, tenant, world_run_one, &one, &err) != 0) {
		(void)fprintf(stderr, "%s\n%s\n", sql, err.text);
		exit(1);
	}
	return number;
}

static inline void world_tenant(struct hub_db *db, char tenant[ID_BYTES], const char *name)
{
	char epoch[ID_BYTES];

	id_new(tenant);
	id_new(epoch);
	world_sql(db, tenant,
		"INSERT INTO tenant (id, name, epoch, created_ms) VALUES ($1, $2, $3, 1)",
		DB_ARGS(db_string(tenant), db_string(name), db_string(epoch)));
}

/* Something to be known by. */
static inline void world_token(struct hub_db *db, const struct world_person *person,
	const char *kind, const char *scopes, int64_t expires_ms, char token[SECRET_TOKEN_BYTES])
{
	char hash[SHA256_HEX_BYTES], id[ID_BYTES];

	secret_token("pt_", token, hash);
	id_new(id);
	world_sql(db, person->tenant,
		"INSERT INTO credential (hash, id, tenant, user_id, kind, name, scopes, "
		"created_ms, "
		"expires_ms) VALUES ($1, $2, $3, $4, $5, 'test', $6, 1, $7)",
		DB_ARGS(db_string(hash), db_string(id), db_string(person->tenant),
			db_string(person->id), db_string(kind), db_string(scopes),
			db_number(expires_ms)));
}

#define WORLD_DAY_MS (24LL * 3600 * 1000)

static inline void world_person(struct hub_db *db, const char *tenant, enum role role,
	const char *name, struct world_person *person)
{
	*person = (struct world_person){.role = role};
	(void)snprintf(person->tenant, sizeof person->tenant, "%s", tenant);
	id_new(person->id);
	world_sql(db, tenant,
		"INSERT INTO person (tenant, id, email, name, role, created_ms, updated_ms) VALUES "
		"($1, $2, $3, $4, $5, 1, 1)",
		DB_ARGS(db_string(tenant), db_string(person->id), db_string(person->id),
			db_string(name), db_string(role_name(role))));
	world_token(db, person, "session",
		role == ROLE_ADMIN ? "read write sync admin" : "read write sync",
		clock_now_ms() + WORLD_DAY_MS, person->token);
}

static inline void world_team(
	struct hub_db *db, const char *tenant, const char *name, char team[ID_BYTES])
{
	id_new(team);
	world_sql(db, tenant,
		"INSERT INTO team (tenant, id, name, created_ms) VALUES ($1, $2, $3, 1)",
		DB_ARGS(db_string(tenant), db_string(team), db_string(name)));
}

static inline void world_join(struct hub_db *db, const char *team, const struct world_person *who)
{
	world_sql(db, who->tenant,
		"INSERT INTO member (tenant, team_id, user_id) VALUES ($1, $2, $3)",
		DB_ARGS(db_string(who->tenant), db_string(team), db_string(who->id)));
}

#endif
