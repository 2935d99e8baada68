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

/* These lead to a tenant, and are looked up before it is known. */
static bool leads_to_a_tenant(const char *table)
{
	static const char *const names[] = {"login", "credential", "invite", "device_login"};
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
		if (leads_to_a_tenant(tables.names[i]))
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
	HUB_RUN(the_second_wall_stands);
	return 0;
}
