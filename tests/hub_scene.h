/*
 * Two tenants with somebody of each role, their teams, and prompts that stand to them in
 * every relation: for tests of who may do what.
 */
#ifndef TESTS_HUB_SCENE_H
#define TESTS_HUB_SCENE_H

#include "tests/hub_world.h"

enum thing { OWN, TEAM, GLOBAL, OTHER, FOREIGN, THINGS };
static const unsigned relations[THINGS] = {
	RELATION_OWN, RELATION_TEAM, RELATION_GLOBAL, RELATION_OTHER, 0};
static const char *const thing_names[THINGS] = {"own", "team", "global", "other", "foreign"};

#define NOBODY ROLES
struct side {
	char tenant[ID_BYTES], team[ID_BYTES], other_team[ID_BYTES];
	struct world_person people[ROLES], author, approver;
};

struct scene {
	struct world world;
	struct hub_db *db;
	struct side here, there;
};

static inline void side_make(struct hub_db *db, struct side *side, const char *word)
{
	size_t i;

	world_tenant(db, side->tenant, word);
	world_team(db, side->tenant, word, side->team);
	world_team(db, side->tenant, "others", side->other_team);
	for (i = 0; i < ROLES; i++) {
		world_person(db, side->tenant, (enum role)i, word, &side->people[i]);
		world_join(db, side->team, &side->people[i]);
	}
	world_person(db, side->tenant, ROLE_OWNER, word, &side->author);
	world_person(db, side->tenant, ROLE_OWNER, word, &side->approver);
	world_join(db, side->team, &side->author);
}

struct prompt_making {
	const struct side *side;
	const char *id, *slug, *owner, *team, *digest;
};

static inline int run_sql(struct hub_db *db, const char *sql, const struct db_value *args,
	size_t n_args, struct err *err)
{
	return hub_db_run(db, sql, args, n_args, NULL, NULL, err);
}

#define STATE(to)                                                                              \
	"UPDATE version SET state = '" to "' WHERE tenant = $1 AND prompt_id = $2 AND number " \
	"= $3"

static inline int make_versions(
	struct hub_db *db, const struct prompt_making *making, struct err *err)
{
	struct db_value tenant = db_string(making->side->tenant), id = db_string(making->id);
	int64_t number;
	int rc = 0;

	for (number = 1; number <= 3 && rc == 0; number++)
		rc = run_sql(db,
			"INSERT INTO version (tenant, prompt_id, number, messages, inputs, digest, "
			"size_bytes, created_by, created_ms) VALUES ($1, $2, $3, $4, '[]', $5, 2, "
			"$6, 1)",
			DB_ARGS(tenant, id, db_number(number),
				db_string("[{\"role\":\"user\",\"text\":\"x\"}]"),
				db_string(making->digest), db_string(making->side->author.id)),
			err);
	for (number = 1; number <= 2 && rc == 0; number++)
		rc = run_sql(db, STATE("in_review"), DB_ARGS(tenant, id, db_number(number)), err);
	if (rc == 0)
		rc = run_sql(db,
			"INSERT INTO approval (tenant, prompt_id, number, user_id, digest, at_ms) "
			"VALUES ($1, $2, 1, $3, $4, 1)",
			DB_ARGS(tenant, id, db_string(making->side->approver.id),
				db_string(making->digest)),
			err);
	if (rc == 0)
		rc = run_sql(db, STATE("approved"), DB_ARGS(tenant, id, db_number(1)), err);
	if (rc == 0)
		rc = run_sql(db,
			"INSERT INTO channel (tenant, prompt_id, name, number, updated_ms) VALUES "
			"($1, $2, 'production', 1, 1)",
			DB_ARGS(tenant, id), err);
	return rc;
}

static inline int make_prompt(struct hub_db *db, void *data, struct err *err)
{
	const struct prompt_making *making = data;
	struct db_value tenant = db_string(making->side->tenant), id = db_string(making->id);
	int rc = run_sql(db,
		"INSERT INTO prompt (tenant, id, slug, title, owner_id, team_id, latest, "
		"created_ms, updated_ms) VALUES ($1, $2, $3, $3, $4, $5, 3, 1, 1)",
		DB_ARGS(tenant, id, db_string(making->slug), db_string(making->owner),
			db_string(making->team)),
		err);

	if (rc == 0)
		rc = make_versions(db, making, err);
	if (rc == 0)
		rc = run_sql(
			db, "UPDATE tenant SET seq = seq + 1 WHERE id = $1", DB_ARGS(tenant), err);
	if (rc == 0)
		rc = run_sql(db,
			"INSERT INTO feed (tenant, object_id, seq, at_ms) SELECT id, $2, seq, 1 "
			"FROM tenant WHERE id = $1",
			DB_ARGS(tenant, id), err);
	if (rc == 0)
		rc = run_sql(db,
			"INSERT INTO feed_audience (tenant, object_id, team_id, seq) SELECT id, "
			"$2, $3, seq FROM tenant WHERE id = $1",
			DB_ARGS(tenant, id, db_string(making->team != NULL ? making->team : "")),
			err);
	return rc;
}

/* Version 1 is in production, 2 in review, 3 a draft; none is by who asks. */
static inline void prompt_make(const struct scene *scene, enum thing thing, enum role role,
	char id[ID_BYTES], char digest[SHA256_HEX_BYTES])
{
	const struct side *side = thing == FOREIGN ? &scene->there : &scene->here;
	struct prompt_making making = {side, id, id, side->author.id, NULL, digest};
	char slug[64];
	struct err err = {.text = ""};

	id_new(id);
	sha256_hex(id, strlen(id), digest);
	(void)snprintf(slug, sizeof slug, "%s/%s", thing_names[thing], id);
	making.slug = slug;
	if (thing == OWN && role < NOBODY)
		making.owner = side->people[role].id;
	if (thing == OWN || thing == OTHER)
		making.team = side->other_team;
	if (thing == TEAM)
		making.team = side->team;
	if (hub_transaction(scene->db, DB_WRITE, side->tenant, make_prompt, &making, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
}

static inline void scene_begin(struct scene *scene, struct hub_db *db, const char *url)
{
	*scene = (struct scene){.db = db};
	world_begin(&scene->world, url);
	side_make(db, &scene->here, "here");
	side_make(db, &scene->there, "foreign");
}

/* By somebody of this role, with what the answer holds. */
static inline unsigned ask_as(struct scene *scene, enum role role, enum http_method method,
	const char *path, const char *body, struct world_answer *answer)
{
	struct world_request request = {.method = method,
		.path = path,
		.body = body,
		.token = scene->here.people[role].token};

	request.headers[HTTP_IF_MATCH] = "*";
	world_ask(&scene->world, scene->db, &request, answer);
	return answer->status;
}

#endif
