/*
 * The hub's lists, its search and its tags at numbers, and what time takes away: answers
 * that were kept, words of what was purged.
 */
#include "hub/search.h"
#include "tests/hub_scene.h"

/* ── statements, counted ───────────────────────────────────────────────── */

static struct db_driver counting;
static const struct db_driver *counted;
static unsigned statements;

static int count_run(struct hub_db *db, const char *sql, const struct db_value *args, size_t n_args,
	db_row_fn *fn, void *data, struct err *err)
{
	statements++;
	return counted->run(db, sql, args, n_args, fn, data, err);
}

/* How many a question takes. */
static unsigned cost_of(struct scene *scene, const char *path, size_t *items)
{
	struct world_answer answer;

	counted = scene->db->driver;
	counting = *counted;
	counting.run = count_run;
	scene->db->driver = &counting;
	statements = 0;
	CHECK(ask_as(scene, ROLE_CONSUMER, HTTP_GET, path, NULL, &answer) == 200);
	scene->db->driver = counted;
	*items = json_array_size(json_object_get(answer.json, "items"));
	world_answer_fini(&answer);
	return statements;
}

static void make_many(struct scene *scene, size_t n)
{
	char id[ID_BYTES], digest[SHA256_HEX_BYTES];
	struct err err;

	while (n-- > 0)
		prompt_make(scene, GLOBAL, ROLE_CONSUMER, id, digest);
	CHECK(search_fill(scene->db, &err) == 0);
}

static void a_list_is_one_statement_however_long(struct hub_db *db, const char *url)
{
	static const char *const paths[] = {"/api/v1/prompts?limit=200",
		"/api/v1/prompts?limit=200&q=global", "/api/v1/templates?limit=200",
		"/api/v1/tags?limit=200"};
	unsigned few[4];
	struct scene scene;
	size_t i, items;

	scene_begin(&scene, db, url);
	make_many(&scene, 1);
	for (i = 0; i < 4; i++)
		few[i] = cost_of(&scene, paths[i], &items);
	make_many(&scene, 60);
	for (i = 0; i < 4; i++) {
		CHECK(cost_of(&scene, paths[i], &items) <= few[i]);
		CHECK(i >= 2 || items == 61);
	}
	world_end(&scene.world);
}

/* ── search ────────────────────────────────────────────────────────────── */

/* What others make meanwhile moves nobody's pages. */
static void pages_hold_still(struct hub_db *db, const char *url)
{
	char path[256] = "/api/v1/prompts?q=global&limit=7";
	struct scene scene;
	struct world_answer answer;
	const char *next;
	size_t seen = 0;

	scene_begin(&scene, db, url);
	make_many(&scene, 30);
	for (;;) {
		CHECK(ask_as(&scene, ROLE_CONSUMER, HTTP_GET, path, NULL, &answer) == 200);
		seen += json_array_size(json_object_get(answer.json, "items"));
		next = json_text(answer.json, "next");
		if (next != NULL)
			(void)snprintf(path, sizeof path,
				"/api/v1/prompts?q=global&limit=7&cursor=%s", next);
		world_answer_fini(&answer);
		if (next == NULL)
			break;
		make_many(&scene, 3); /* newer: before where the pages began */
	}
	CHECK(seen == 30);
	world_end(&scene.world);
}

static size_t found_by(struct scene *scene, enum role role, const char *words)
{
	struct world_answer answer;
	char path[256];
	size_t n;

	(void)snprintf(path, sizeof path, "/api/v1/prompts?limit=200&q=%s", words);
	CHECK(ask_as(scene, role, HTTP_GET, path, NULL, &answer) == 200);
	n = json_array_size(json_object_get(answer.json, "items"));
	world_answer_fini(&answer);
	return n;
}

static void others_prompts_are_not_found(struct hub_db *db, const char *url)
{
	char id[ID_BYTES], digest[SHA256_HEX_BYTES];
	struct scene scene;
	struct err err;
	int thing;

	scene_begin(&scene, db, url);
	for (thing = 0; thing < THINGS; thing++)
		prompt_make(&scene, (enum thing)thing, ROLE_CONSUMER, id, digest);
	CHECK(found_by(&scene, ROLE_CONSUMER, "team") == 0); /* not before they have words */
	CHECK(search_fill(db, &err) == 0);
	CHECK(found_by(&scene, ROLE_CONSUMER, "own") == 1);
	CHECK(found_by(&scene, ROLE_CONSUMER, "team") == 1);
	CHECK(found_by(&scene, ROLE_CONSUMER, "global") == 1);
	CHECK(found_by(&scene, ROLE_CONSUMER, "other") == 0);
	CHECK(found_by(&scene, ROLE_ADMIN, "other") == 1);
	CHECK(found_by(&scene, ROLE_ADMIN, "foreign") == 0);
	world_end(&scene.world);
}

/* ── tags ──────────────────────────────────────────────────────────────── */

static void a_tag_of_many_moves_each_of_them_once(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	const char *tenant;
	int64_t before;

	scene_begin(&scene, db, url);
	tenant = scene.here.tenant;
	make_many(&scene, 40);
	world_sql(db, tenant, "INSERT INTO tag (tenant, id, name) VALUES ($1, 't', 'old')",
		DB_ARGS(db_string(tenant)));
	world_sql(db, tenant,
		"INSERT INTO prompt_tag (tenant, prompt_id, tag_id) SELECT tenant, id, 't' FROM "
		"prompt WHERE tenant = $1",
		DB_ARGS(db_string(tenant)));
	before = world_number(
		db, tenant, "SELECT seq FROM tenant WHERE id = $1", DB_ARGS(db_string(tenant)));
	CHECK(ask_as(&scene, ROLE_ADMIN, HTTP_PATCH, "/api/v1/tags/t", "{\"name\":\"new\"}",
		      &answer) == 200);
	world_answer_fini(&answer);
	CHECK(world_number(db, tenant, "SELECT seq FROM tenant WHERE id = $1",
		      DB_ARGS(db_string(tenant))) == before + 40);
	CHECK(world_number(db, tenant,
		      "SELECT count(DISTINCT f.seq) FROM feed f JOIN feed_audience a ON a.tenant = "
		      "f.tenant AND a.object_id = f.object_id AND a.seq = f.seq WHERE f.tenant = "
		      "$1 AND f.seq > $2",
		      DB_ARGS(db_string(tenant), db_number(before))) == 40);
	CHECK(found_by(&scene, ROLE_CONSUMER, "new") == 40);
	CHECK(found_by(&scene, ROLE_CONSUMER, "old") == 0);
	world_end(&scene.world);
}

/* ── what time and a purge take away ───────────────────────────────────── */

static void an_answer_is_kept_for_a_day(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	struct world_request request = {.method = HTTP_POST,
		.path = "/api/v1/tags",
		.body = "{\"name\":\"once\"}",
		.headers = {[HTTP_IDEMPOTENCY_KEY] = "k"}};

	scene_begin(&scene, db, url);
	request.token = scene.here.people[ROLE_ADMIN].token;
	CHECK(world_status(&scene.world, db, &request) == 201);
	CHECK(world_status(&scene.world, db, &request) == 201); /* the same one */
	world_sql(db, scene.here.tenant, "UPDATE idempotency SET at_ms = $2 WHERE tenant = $1",
		DB_ARGS(db_string(scene.here.tenant),
			db_number(clock_now_ms() - WORLD_DAY_MS - 1000)));
	world_ask(&scene.world, db, &request, &answer);
	CHECK(answer.status == 409);
	CHECK_STR(world_code(&answer), "exists"); /* it was really asked */
	world_answer_fini(&answer);
	CHECK(world_number(db, scene.here.tenant,
		      "SELECT count(*) FROM idempotency WHERE tenant = $1",
		      DB_ARGS(db_string(scene.here.tenant))) <= 1);
	world_end(&scene.world);
}

/* Whether these bytes are in a file. */
static bool holds(const char *path, const char *word)
{
	struct buf text = BUF_INIT(64 * 1024 * 1024);
	FILE *file = fopen(path, "rb");
	size_t n, i, length = strlen(word);
	bool found = false;
	char *room;

	CHECK(file != NULL);
	while ((room = buf_reserve(&text, 65536)) != NULL && (n = fread(room, 1, 65536, file)) > 0)
		buf_grow(&text, n);
	(void)fclose(file);
	for (i = 0; i + length <= text.len && !found; i++)
		found = memcmp(text.data + i, word, length) == 0;
	buf_fini(&text);
	return found;
}

#define WORD "quetzalcoatlus"

/* Made, found, purged by an admin. */
static void make_and_purge(struct scene *scene, bool purge)
{
	struct world_request make = {.method = HTTP_POST,
		.path = "/api/v1/prompts",
		.body = "{\"slug\":\"bird/one\",\"title\":\"Bird\",\"text\":\"" WORD
			" flies\",\"description\":\"" WORD "\"}",
		.token = scene->here.people[ROLE_ADMIN].token,
		.headers = {[HTTP_IDEMPOTENCY_KEY] = "bird"}};
	struct world_answer answer;
	char path[256];

	world_ask(&scene->world, scene->db, &make, &answer);
	CHECK(answer.status == 201);
	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s/purge", json_text(answer.json, "id"));
	world_answer_fini(&answer);
	CHECK(found_by(scene, ROLE_ADMIN, WORD) == 1);
	if (!purge)
		return;
	CHECK(ask_as(scene, ROLE_ADMIN, HTTP_POST, path, "{}", &answer) == 204);
	world_answer_fini(&answer);
	CHECK(found_by(scene, ROLE_ADMIN, WORD) == 0);
}

/* Of SQLite's file not one byte of it is left; PostgreSQL's are its vacuum's affair. */
static void a_purge_leaves_no_word(bool purge)
{
	struct hub_place place;
	struct scene scene;
	struct hub_db *db;
	struct err err;
	char file[128];

	hub_place_make(&place, false);
	CHECK(hub_db_open(&db, place.url, &err) == 0 && hub_db_migrate(db, &err) == 0);
	scene_begin(&scene, db, place.url);
	make_many(&scene, 20);
	make_and_purge(&scene, purge);
	world_end(&scene.world);
	hub_db_close(db);
	(void)snprintf(file, sizeof file, "%.100s/hub.db", place.dir);
	CHECK(holds(file, WORD) == !purge);
	hub_place_remove(&place);
}

static void a_purge_leaves_no_word_behind(void)
{
	a_purge_leaves_no_word(false); /* so that it is seen to be looked for */
	a_purge_leaves_no_word(true);
}

int main(void)
{
	HUB_RUN(a_list_is_one_statement_however_long);
	HUB_RUN(pages_hold_still);
	HUB_RUN(others_prompts_are_not_found);
	HUB_RUN(a_tag_of_many_moves_each_of_them_once);
	HUB_RUN(an_answer_is_kept_for_a_day);
	RUN(a_purge_leaves_no_word_behind);
	return 0;
}
