/*
 * What the table of routes cannot say of who sees what: unapproved and deleted prompts,
 * names that look like others, secrets that are shown once, and the database's own wall
 * between tenants.
 */
#include "tests/hub_scene.h"

static void consumers_see_nothing_unapproved(struct hub_db *db, const char *url)
{
	static const char *const ways[] = {"/api/v1/prompts", "/api/v1/prompts?channel=staging",
		"/api/v1/prompts?channel=experimental", "/api/v1/prompts?status=draft",
		"/api/v1/sync"};
	struct scene scene;
	struct world_answer answer;
	char id[ID_BYTES], digest[SHA256_HEX_BYTES], path[256];
	size_t i;

	scene_begin(&scene, db, url);
	prompt_make(&scene, GLOBAL, ROLE_CONSUMER, id, digest);
	world_sql(db, scene.here.tenant,
		"UPDATE channel SET name = 'staging', number = 3 WHERE tenant = $1",
		DB_ARGS(db_string(scene.here.tenant)));
	for (i = 0; i < sizeof ways / sizeof *ways; i++) {
		CHECK(ask_as(&scene, ROLE_CONSUMER, HTTP_GET, ways[i], NULL, &answer) == 200);
		CHECK(strstr(answer.text, "global/") == NULL);
		world_answer_fini(&answer);
		CHECK(ask_as(&scene, ROLE_CONTRIBUTOR, HTTP_GET, ways[0], NULL, &answer) == 200);
		CHECK(strstr(answer.text, "global/") != NULL);
		world_answer_fini(&answer);
	}
	for (i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s%s", id,
			i == 0	 ? ""
			: i == 1 ? "/versions"
				 : "/versions/3");
		CHECK(ask_as(&scene, ROLE_CONSUMER, HTTP_GET, path, NULL, &answer) == 404);
		world_answer_fini(&answer);
	}
	(void)snprintf(path, sizeof path, "/api/v1/blobs/sha256-%s", digest);
	CHECK(ask_as(&scene, ROLE_CONSUMER, HTTP_GET, path, NULL, &answer) == 404);
	world_answer_fini(&answer);
	world_end(&scene.world);
}

/* Not even by an admin, who still sees it and may purge it. */
static void a_deleted_prompt_stays_deleted(struct hub_db *db, const char *url)
{
	static const struct {
		enum http_method method;
		const char *rest, *body;
	} ways[] = {
		{HTTP_PATCH, "", "{\"title\":\"T\"}"},
		{HTTP_DELETE, "", NULL},
		{HTTP_POST, "/activate", "{\"channel\":\"production\",\"version\":1}"},
		{HTTP_POST, "/deprecate", "{}"},
		{HTTP_POST, "/versions", "{\"text\":\"t\"}"},
		{HTTP_POST, "/versions/3/submit", "{}"},
		{HTTP_POST, "/versions/2/approve", "{}"},
		{HTTP_POST, "/versions/2/reject", "{}"},
	};
	struct scene scene;
	struct world_answer answer;
	char id[ID_BYTES], digest[SHA256_HEX_BYTES], path[256];
	size_t i;

	scene_begin(&scene, db, url);
	prompt_make(&scene, GLOBAL, ROLE_ADMIN, id, digest);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", id);
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_DELETE, path, NULL, &answer) == 204);
	world_answer_fini(&answer);
	for (i = 0; i < sizeof ways / sizeof *ways; i++) {
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s%s", id, ways[i].rest);
		CHECK(ask_as(&scene, ROLE_ADMIN, ways[i].method, path, ways[i].body, &answer) ==
			409);
		CHECK_STR(world_code(&answer), "deleted");
		world_answer_fini(&answer);
	}
	CHECK(ask_as(&scene, ROLE_CONSUMER, HTTP_GET, "/api/v1/sync", NULL, &answer) == 200);
	CHECK(strstr(answer.text, "\"put\"") == NULL);
	world_answer_fini(&answer);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", id);
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_GET, path, NULL, &answer) == 200);
	world_answer_fini(&answer);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/purge", id);
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_POST, path, "{}", &answer) == 204);
	world_answer_fini(&answer);
	world_end(&scene.world);
}

/* A slug may look like the id of another prompt; the id is what is meant. */
static void an_id_is_no_slug(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	char ids[2][ID_BYTES], digest[SHA256_HEX_BYTES], path[256];
	size_t i;

	scene_begin(&scene, db, url);
	for (i = 0; i < 2; i++)
		prompt_make(&scene, GLOBAL, ROLE_ADMIN, ids[i], digest);
	for (i = 0; i < 2; i++) {
		world_sql(db, scene.here.tenant,
			"UPDATE prompt SET slug = $3 WHERE tenant = $1 AND id = $2",
			DB_ARGS(db_string(scene.here.tenant), db_string(ids[i]),
				db_string(ids[1 - i])));
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", ids[i]);
		CHECK(ask_as(&scene, ROLE_CONSUMER, HTTP_GET, path, NULL, &answer) == 200);
		CHECK_STR(json_text(answer.json, "id"), ids[i]);
		world_answer_fini(&answer);
	}
	world_end(&scene.world);
}

/* ── secrets ───────────────────────────────────────────────────────────── */

/* A key is shown once: nothing in the database holds it, whatever was asked for. */
static void a_key_is_kept_nowhere(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	struct world_request request = {.method = HTTP_POST,
		.path = "/api/v1/keys",
		.body = "{\"name\":\"k\",\"scopes\":\"read\"}",
		.headers = {[HTTP_IDEMPOTENCY_KEY] = "once"}};
	char like[128];

	scene_begin(&scene, db, url);
	request.token = scene.here.people[ROLE_ADMIN].token;
	world_ask(&scene.world, db, &request, &answer);
	CHECK(answer.status == 201);
	(void)snprintf(like, sizeof like, "%%%s%%", json_text(answer.json, "key"));
	world_answer_fini(&answer);
	CHECK(world_number(db, scene.here.tenant,
		      "SELECT count(*) FROM idempotency WHERE tenant = $1 AND answer LIKE $2",
		      DB_ARGS(db_string(scene.here.tenant), db_string(like))) == 0);
	CHECK(world_number(db, scene.here.tenant,
		      "SELECT count(*) FROM audit WHERE tenant = $1 AND details LIKE $2",
		      DB_ARGS(db_string(scene.here.tenant), db_string(like))) == 0);
	world_end(&scene.world);
}

/* Signed in by a code, as the device `name`; the scopes of its first and of its next
 * token. */
static void device_scopes(struct scene *scene, const char *name, char scopes[2][64])
{
	struct world_answer answer, me;
	char body[256], code[16], token[SECRET_TOKEN_BYTES];
	struct world_request ask = {.method = HTTP_GET, .path = "/api/v1/me", .token = token};
	int i;

	(void)snprintf(body, sizeof body, "{\"device_name\":\"%s\"}", name);
	CHECK(ask_as(scene, ROLE_ADMIN, HTTP_POST, "/api/v1/auth/device", body, &answer) == 200);
	(void)snprintf(code, sizeof code, "%s", json_text(answer.json, "user_code"));
	(void)snprintf(body, sizeof body, "{\"device_code\":\"%s\"}",
		json_text(answer.json, "device_code"));
	world_answer_fini(&answer);
	(void)snprintf(token, sizeof token, "{\"user_code\":\"%s\"}", code);
	CHECK(ask_as(scene, ROLE_ADMIN, HTTP_POST, "/api/v1/auth/device/approve", token, &answer) ==
		204);
	world_answer_fini(&answer);
	CHECK(ask_as(scene, ROLE_ADMIN, HTTP_POST, "/api/v1/auth/device/token", body, &answer) ==
		200);
	for (i = 0; i < 2; i++) {
		(void)snprintf(token, sizeof token, "%s", json_text(answer.json, "access_token"));
		world_ask(&scene->world, scene->db, &ask, &me);
		CHECK(me.status == 200);
		(void)snprintf(scopes[i], 64, "%s", json_text(me.json, "scopes"));
		world_answer_fini(&me);
		(void)snprintf(body, sizeof body, "{\"refresh_token\":\"%s\"}",
			json_text(answer.json, "refresh_token"));
		world_answer_fini(&answer);
		if (i == 0)
			CHECK(ask_as(scene, ROLE_ADMIN, HTTP_POST, "/api/v1/auth/refresh", body,
				      &answer) == 200);
	}
}

/* Whatever a device calls itself, its tokens never do more than the first one. */
static void a_device_grows_no_rights(struct hub_db *db, const char *url)
{
	static const char *const names[] = {"laptop", "session", "key", "refresh"};
	struct scene scene;
	char scopes[2][64];
	size_t i;

	scene_begin(&scene, db, url);
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		device_scopes(&scene, names[i], scopes);
		CHECK_STR(scopes[0], "read write sync");
		CHECK_STR(scopes[1], scopes[0]);
	}
	world_end(&scene.world);
}

/* Nor is a key that does less traded for a device's. */
static void a_key_lets_no_device_in(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	char token[SECRET_TOKEN_BYTES];
	struct world_request request = {.method = HTTP_POST,
		.path = "/api/v1/auth/device/approve",
		.body = "{\"user_code\":\"ABCD-EFGH\"}",
		.token = token};

	scene_begin(&scene, db, url);
	world_token(db, &scene.here.people[ROLE_ADMIN], "key", "write", 9000000000000, token);
	world_ask(&scene.world, db, &request, &answer);
	CHECK(answer.status == 403);
	CHECK_STR(world_code(&answer), "scope");
	world_answer_fini(&answer);
	world_end(&scene.world);
}

/* ── what is purged is gone ────────────────────────────────────────────── */

#define MARK "zebra-crossing-at-night"

static void a_purged_text_is_nowhere(struct hub_db *db, const char *url)
{
	static const char *const looks[] = {
		"SELECT count(*) FROM version WHERE tenant = $1 AND messages LIKE $2",
		"SELECT count(*) FROM prompt WHERE tenant = $1 AND (title LIKE $2 OR description "
		"LIKE $2)",
		"SELECT count(*) FROM transition WHERE tenant = $1 AND comment LIKE $2",
		"SELECT count(*) FROM idempotency WHERE tenant = $1 AND answer LIKE $2",
		"SELECT count(*) FROM audit WHERE tenant = $1 AND details LIKE $2"};
	struct scene scene;
	struct world_answer answer;
	struct world_request request = {.method = HTTP_POST,
		.path = "/api/v1/prompts",
		.body = "{\"slug\":\"p/q\",\"title\":\"" MARK "\",\"text\":\"" MARK "\"}",
		.headers = {[HTTP_IDEMPOTENCY_KEY] = "once"}};
	char path[128], id[ID_BYTES];
	int64_t there = 0;
	size_t i, k;

	scene_begin(&scene, db, url);
	request.token = scene.here.people[ROLE_ADMIN].token;
	world_ask(&scene.world, db, &request, &answer);
	CHECK(answer.status == 201);
	(void)snprintf(id, sizeof id, "%s", json_text(answer.json, "id"));
	world_answer_fini(&answer);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", id);
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_PATCH, path, "{\"description\":\"" MARK "\"}",
		      &answer) == 200);
	world_answer_fini(&answer);
	for (k = 0; k < 2; k++) {
		for (i = 0; i < sizeof looks / sizeof *looks; i++)
			there += world_number(db, scene.here.tenant, looks[i],
				DB_ARGS(db_string(scene.here.tenant), db_string("%" MARK "%")));
		CHECK((there > 2) == (k == 0));
		there = 0;
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/purge", id);
		CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_POST, path, "{}", &answer) ==
			(k == 0 ? 204 : 404));
		world_answer_fini(&answer);
	}
	world_end(&scene.world);
}

/* An index of many pages: small ones stay flat. */
static void fill_index(struct scene *scene)
{
	struct world_answer answer;
	char body[600], id[5][ID_BYTES];
	int i, k;

	for (i = 0; i < 400; i++) {
		for (k = 0; k < 5; k++)
			id_new(id[k]);
		(void)snprintf(body, sizeof body,
			"{\"slug\":\"k/%s\",\"title\":\"%s %s %s %s\",\"text\":\"t\"}", id[0],
			id[1], id[2], id[3], id[4]);
		CHECK(ask_as(scene, ROLE_ADMIN, HTTP_POST, "/api/v1/prompts", body, &answer) ==
			201);
		world_answer_fini(&answer);
	}
}

/* Each leaves something behind in the search's index; after a thousand of them it was
 * taken for damaged, and nothing could be written. */
static void many_purges_leave_a_hub_that_works(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	char path[128], kept[128];
	int i;

	if (strcmp(hub_db_driver(db), "sqlite") != 0)
		return;
	scene_begin(&scene, db, url);
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_POST, "/api/v1/prompts",
		      "{\"slug\":\"k/ept\",\"title\":\"T\",\"text\":\"t\"}", &answer) == 201);
	(void)snprintf(kept, sizeof kept, "/api/v1/prompts/%s", json_text(answer.json, "id"));
	world_answer_fini(&answer);
	fill_index(&scene);
	for (i = 0; i < 1100; i++) {
		/* Something to be put together with. */
		CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_PATCH, kept, "{\"title\":\"T\"}", &answer) ==
			200);
		world_answer_fini(&answer);
		CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_POST, "/api/v1/prompts",
			      "{\"slug\":\"p/q\",\"title\":\"T\",\"text\":\"t\"}", &answer) == 201);
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/purge",
			json_text(answer.json, "id"));
		world_answer_fini(&answer);
		CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_POST, path, "{}", &answer) == 204);
		world_answer_fini(&answer);
	}
	world_end(&scene.world);
}

/* ── texts that are none ───────────────────────────────────────────────── */

/* Bytes that PostgreSQL takes for no text, and bodies larger than the audit log takes:
 * refused, or done, and never a failure inside. */
static void odd_bytes_are_refused(struct hub_db *db, const char *url)
{
	static const struct world_request odd[] = {
		{.method = HTTP_GET, .path = "/api/v1/prompts/a\xff"},
		{.method = HTTP_GET, .path = "/api/v1/prompts?tag=\xff"},
		{.method = HTTP_GET, .path = "/api/v1/prompts?cursor=\xc0\x80"},
		{.method = HTTP_GET, .path = "/api/v1/\xed\xa0\x80"},
		{.method = HTTP_POST, .path = "/api/v1/keys/\xfe", .body = "{}"},
		{.method = HTTP_POST,
			.path = "/api/v1/prompts",
			.body = "{\"slug\":\"a/b\",\"title\":\"T\",\"text\":\"t\"}",
			.headers = {[HTTP_IDEMPOTENCY_KEY] = "k\xff"}},
		{.method = HTTP_POST,
			.path = "/api/v1/prompts",
			.body = "{\"slug\":\"a/"
				"b\",\"title\":\"T\",\"text\":\"t\",\"tags\":[\"a\\u0000\"]}"},
		{.method = HTTP_POST,
			.path = "/api/v1/prompts",
			.body = "{\"slug\":\"a/b\",\"title\":\"T\",\"text\":\"a\\u0000b\"}"},
		{.method = HTTP_POST,
			.path = "/api/v1/usage:batch",
			.body = "{\"event_id\":\"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e\","
				"\"occurred_at\":\"2026-11-21T08:15:30Z\",\"prompt_id\":"
				"\"p\\u0000\","
				"\"version\":1,\"client_type\":\"mcp\",\"client_name\":\"\\u0000\","
				"\"action\":\"get\",\"outcome\":\"ok\"}\n"},
	};
	struct scene scene;
	struct world_request request;
	struct world_answer answer;
	size_t i;

	scene_begin(&scene, db, url);
	for (i = 0; i < sizeof odd / sizeof *odd; i++) {
		request = odd[i];
		request.token = scene.here.people[ROLE_ADMIN].token;
		world_ask(&scene.world, db, &request, &answer);
		if (answer.status >= 500 || answer.status == 201)
			(void)fprintf(stderr, "%zu: %u %s\n", i, answer.status, answer.text);
		CHECK(answer.status < 500 && answer.status != 201);
		world_answer_fini(&answer);
	}
	world_end(&scene.world);
}

static void a_large_change_is_written_down(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	struct buf body = BUF_INIT(65536);
	char id[ID_BYTES], digest[SHA256_HEX_BYTES], path[128];
	int i;

	scene_begin(&scene, db, url);
	prompt_make(&scene, GLOBAL, ROLE_ADMIN, id, digest);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", id);
	(void)buf_add_str(&body, "{\"title\":\"T\",\"x\":\"");
	for (i = 0; i < 30000; i++)
		(void)buf_add_char(&body, 'x');
	(void)buf_add_str(&body, "\"}");
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_PATCH, path, buf_text(&body), &answer) == 200);
	world_answer_fini(&answer);
	buf_fini(&body);
	world_end(&scene.world);
}

/* ── the second wall ───────────────────────────────────────────────────── */

struct tables {
	char names[64][64];
	size_t n;
};

static int on_table(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct tables *tables = data;

	(void)n;
	(void)err;
	CHECK(tables->n < 64);
	(void)snprintf(
		tables->names[tables->n++], 64, "%.*s", (int)columns[0].text.n, columns[0].text.p);
	return 0;
}

/* These lead to a tenant, and are looked up before it is known; `access` is one number
 * for each, read for all of them at once; `search` only says which rows of `prompt` to
 * look at (0005 says why it has none). */
static bool has_no_wall(const char *table)
{
	static const char *const names[] = {
		"login", "credential", "invite", "device_login", "access", "search"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], table) == 0)
			return true;
	return false;
}

/* PostgreSQL: in a transaction of another tenant no table shows a row of this one, and
 * none takes one. */
static void the_second_wall_stands(struct hub_db *db, const char *url)
{
	struct tables tables = {.n = 0};
	struct scene scene;
	struct err err;
	char sql[256], id[ID_BYTES], digest[SHA256_HEX_BYTES];
	size_t i, filled = 0;

	if (strcmp(hub_db_driver(db), "postgresql") != 0)
		return;
	scene_begin(&scene, db, url);
	prompt_make(&scene, GLOBAL, ROLE_ADMIN, id, digest);
	CHECK(hub_db_run(db,
		      "SELECT table_name FROM information_schema.columns WHERE column_name = "
		      "'tenant' AND table_schema = 'public'",
		      DB_NO_ARGS, on_table, &tables, &err) == 0);
	CHECK(tables.n >= 20);
	for (i = 0; i < tables.n; i++) {
		if (has_no_wall(tables.names[i]))
			continue;
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE tenant = $1",
			tables.names[i]);
		filled += world_number(db, scene.here.tenant, sql,
				  DB_ARGS(db_string(scene.here.tenant))) > 0;
		if (world_number(db, scene.there.tenant, sql,
			    DB_ARGS(db_string(scene.here.tenant))) != 0 ||
			world_number(db, "", sql, DB_ARGS(db_string(scene.here.tenant))) != 0) {
			(void)fprintf(stderr, "%s has no wall\n", tables.names[i]);
			exit(1);
		}
		(void)snprintf(sql, sizeof sql,
			"SELECT count(*) FROM pg_class WHERE oid = '%s'::regclass AND "
			"relrowsecurity AND relforcerowsecurity",
			tables.names[i]);
		if (world_number(db, "", sql, DB_NO_ARGS) != 1)
			(void)fprintf(stderr, "%s has no row security\n", tables.names[i]);
		CHECK(world_number(db, "", sql, DB_NO_ARGS) == 1);
	}
	CHECK(filled >= 8); /* there was something to be seen */
	world_end(&scene.world);
}

int main(void)
{
	char socket[256];

	if (!hub_postgres(socket, sizeof socket))
		(void)printf("skipped: PostgreSQL's half (it is not running)\n");
	HUB_RUN(consumers_see_nothing_unapproved);
	HUB_RUN(a_deleted_prompt_stays_deleted);
	HUB_RUN(an_id_is_no_slug);
	HUB_RUN(a_key_is_kept_nowhere);
	HUB_RUN(a_device_grows_no_rights);
	HUB_RUN(a_key_lets_no_device_in);
	HUB_RUN(a_purged_text_is_nowhere);
	HUB_RUN(many_purges_leave_a_hub_that_works);
	HUB_RUN(odd_bytes_are_refused);
	HUB_RUN(a_large_change_is_written_down);
	HUB_RUN(the_second_wall_stands);
	return 0;
}
