/*
 * Random lives of prompts: people of every role make, change, submit, approve, reject,
 * activate, roll back, deprecate, delete and purge, several at a time on the same
 * prompts, while roles, teams and the approval mode change under them. Whatever is
 * answered, the rules below hold in the database, and an agent that followed all the
 * while holds what one holds that asks for everything at the end.
 *
 *	test_hub_histories [HISTORIES-PER-DATABASE [SEED [sqlite|postgresql]]]
 *
 * A history is one prompt from being made to being left alone.
 */
#include <pthread.h>
#include <time.h>

#include "core/log.h"
#include "hub/audit.h"
#include "tests/hub_histories.h"

#define SHORT 300
#define ROUNDS 4 /* after each of which all is looked at */

/* ── what people do ────────────────────────────────────────────────────── */

static uint64_t draw(struct actor *actor, uint64_t n)
{
	actor->random ^= actor->random << 13;
	actor->random ^= actor->random >> 7;
	actor->random ^= actor->random << 17;
	return actor->random % n;
}

/* One request by somebody; its status is counted, and 500 is a fault. */
static void ask(struct actor *actor, const struct world_person *who, enum http_method method,
	const char *path, const char *body, struct world_answer *answer)
{
	struct world_request request = {
		.method = method, .path = path, .body = body, .token = who->token};

	request.headers[HTTP_IF_MATCH] = "*";
	world_ask(&actor->play->world, actor->db, &request, answer);
	if (answer->status == 500 || answer->status == 0) {
		(void)fprintf(stderr, "%s %s %s\n%u %s\n", http_method_name(method), path,
			body != NULL ? body : "", answer->status, answer->text);
		exit(1);
	}
	actor->answers[answer->status / 100]++;
	actor->busy += answer->status == 503;
}

static void do_it(struct actor *actor, const struct world_person *who, enum http_method method,
	const char *path, const char *body)
{
	struct world_answer answer;

	ask(actor, who, method, path, body, &answer);
	world_answer_fini(&answer);
}

static void begin_history(struct actor *actor, struct stage *stage, struct slot *slot)
{
	const struct world_person *who = &stage->people[2 + draw(actor, PEOPLE - 2)];
	struct world_answer answer;
	char body[256], id[ID_BYTES], team[64] = "";

	id_new(id);
	if (draw(actor, 2) == 0)
		(void)snprintf(
			team, sizeof team, "\"team_id\":\"%s\",", stage->teams[draw(actor, TEAMS)]);
	(void)snprintf(body, sizeof body, "{\"slug\":\"h/%s\",\"title\":\"H\",%s\"text\":\"%s\"}",
		id, team, id);
	ask(actor, who, HTTP_POST, "/api/v1/prompts", body, &answer);
	if (answer.status == 201) {
		(void)pthread_mutex_lock(&actor->play->lock);
		(void)snprintf(slot->id, ID_BYTES, "%s", json_text(answer.json, "id"));
		slot->left = 4 + (int)draw(actor, 8);
		(void)pthread_mutex_unlock(&actor->play->lock);
		actor->histories++;
	}
	world_answer_fini(&answer);
}

/* Anybody, and more often somebody who may. */
static const struct world_person *somebody(struct actor *actor, const struct stage *stage)
{
	if (draw(actor, 4) == 0)
		return &stage->people[draw(actor, PEOPLE)];
	return &stage->people[2 + draw(actor, draw(actor, 2) == 0 ? 2 : 6)];
}

/* A step of a prompt's life. Half of them are refused, which is what they are for. */
static void step_on(struct actor *actor, const struct world_person *who, const char *id)
{
	static const char *const channels[] = {
		"production", "production", "staging", "experimental"};
	unsigned long long number = draw(actor, 4) == 0 ? 1 + draw(actor, 3) : 1;
	char path[256], body[256] = "{}";
	enum http_method method = HTTP_POST;
	const char *verb = "";

	(void)snprintf(path, sizeof path, "/api/v1/prompts/%s", id);
	switch (draw(actor, 20)) {
	case 0:
	case 1:
		verb = "/versions";
		(void)snprintf(body, sizeof body, "{\"text\":\"%llu\"}",
			(unsigned long long)draw(actor, 1000));
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		verb = "submit";
		break;
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
	case 11:
	case 12:
		verb = "approve";
		if (draw(actor, 10) == 0)
			(void)snprintf(body, sizeof body, "{\"digest\":\"%064d\"}", 7);
		break;
	case 13:
		verb = "reject";
		break;
	case 14:
	case 15:
		verb = "/activate";
		(void)snprintf(body, sizeof body, "{\"channel\":\"%s\",\"version\":%llu}",
			channels[draw(actor, 4)], number);
		break;
	case 16:
		verb = "/deprecate";
		break;
	case 17:
		method = HTTP_PATCH;
		(void)snprintf(body, sizeof body, "{\"title\":\"T%llu\"}", number);
		break;
	case 18:
		method = draw(actor, 3) == 0 ? HTTP_DELETE : HTTP_GET;
		break;
	default:
		verb = draw(actor, 4) == 0 ? "/purge" : "submit";
		break;
	}
	if (verb[0] == '/')
		(void)snprintf(path, sizeof path, "/api/v1/prompts/%s%s", id, verb);
	else if (verb[0] != '\0')
		(void)snprintf(
			path, sizeof path, "/api/v1/prompts/%s/versions/%llu/%s", id, number, verb);
	do_it(actor, who, method, path, method == HTTP_GET || method == HTTP_DELETE ? NULL : body);
}

/* Roles, teams and the mode change under everybody. */
static void change_people(struct actor *actor, struct stage *stage)
{
	const struct world_person *whom = &stage->people[2 + draw(actor, PEOPLE - 2)];
	char path[256], body[64];

	if (stage->flips && draw(actor, 4) == 0) {
		world_sql(actor->db, stage->tenant,
			"UPDATE tenant SET approval = CASE approval WHEN 'strict' THEN 'simple' "
			"ELSE 'strict' END WHERE id = $1",
			DB_ARGS(db_string(stage->tenant)));
		return;
	}
	if (draw(actor, 2) == 0) {
		(void)snprintf(path, sizeof path, "/api/v1/users/%s", whom->id);
		(void)snprintf(body, sizeof body, "{\"role\":\"%s\"}",
			role_name((enum role)draw(actor, ROLES)));
		do_it(actor, &stage->people[0], HTTP_PATCH, path, body);
		return;
	}
	(void)snprintf(path, sizeof path, "/api/v1/teams/%s/members/%s",
		stage->teams[draw(actor, TEAMS)], whom->id);
	do_it(actor, &stage->people[0], draw(actor, 2) == 0 ? HTTP_PUT : HTTP_DELETE, path, NULL);
}

static void *act(void *data)
{
	struct actor *actor = data;
	struct play *play = actor->play;
	struct stage *stage;
	struct slot *slot;
	char id[ID_BYTES];
	uint64_t a, b;
	int left;

	while (actor->histories < actor->wanted) {
		/* The first stages are the crowded ones. */
		a = draw(actor, play->n_stages);
		b = draw(actor, play->n_stages);
		stage = &play->stages[a < b ? a : b];
		slot = &stage->slots[draw(actor, SLOTS)];
		(void)pthread_mutex_lock(&play->lock);
		left = slot->left--;
		(void)snprintf(id, sizeof id, "%s", slot->id);
		(void)pthread_mutex_unlock(&play->lock);
		if (left <= 0)
			begin_history(actor, stage, slot);
		else
			step_on(actor, somebody(actor, stage), id);
		if (draw(actor, 60) == 0)
			change_people(actor, stage);
	}
	return NULL;
}

/* ── an agent that follows meanwhile ───────────────────────────────────── */

/* What is in the feed was approved: at that moment, so it may be deprecated by now. */
static void check_approved(struct actor *actor, struct stage *stage, const json_t *line)
{
	CHECK(world_number(actor->db, stage->tenant,
		      "SELECT count(*) FROM version WHERE tenant = $1 AND prompt_id = $2 AND "
		      "number "
		      "= $3 AND state NOT IN ('approved', 'deprecated')",
		      DB_ARGS(db_string(stage->tenant), db_string(json_text(line, "id")),
			      db_number(json_integer_value(json_object_get(line, "version"))))) ==
		0);
}

static void take_line(struct actor *actor, struct stage *stage, struct agent *agent, json_t *line)
{
	const char *kind = json_text(line, "t"), *id = json_text(line, "id");
	int64_t seq = json_integer_value(json_object_get(line, "seq"));

	if (strcmp(kind, "intent") == 0) {
		agent->seq = 0;
		return;
	}
	if (strcmp(kind, "commit") == 0) {
		(void)snprintf(
			agent->cursor, sizeof agent->cursor, "%s", json_text(line, "cursor"));
		agent->more = json_is_true(json_object_get(line, "more"));
		return;
	}
	CHECK(seq > agent->seq); /* within an answer they rise */
	agent->seq = seq;
	if (strcmp(kind, "put") == 0) {
		check_approved(actor, stage, line);
		(void)json_object_set_new(agent->held, id,
			json_pack("{s:O, s:O, s:O}", "version", json_object_get(line, "version"),
				"digest", json_object_get(line, "digest"), "meta",
				json_object_get(line, "meta")));
	} else {
		CHECK_STR(kind, "del");
		(void)json_object_del(agent->held, id);
	}
}

static void follow(struct actor *actor, struct stage *stage, struct agent *agent)
{
	struct world_answer answer;
	struct str rest, text;
	char path[512];
	json_t *line;

	do {
		(void)snprintf(path, sizeof path, "/api/v1/sync?limit=20&cursor=%s", agent->cursor);
		ask(actor, &stage->people[1], HTTP_GET, path, NULL, &answer);
		CHECK(answer.status == 200 || answer.status == 503);
		for (rest = str_of(answer.text);
			answer.status == 200 && str_next_line(&rest, &text);) {
			line = json_loadb(text.p, text.n, 0, NULL);
			CHECK(line != NULL);
			take_line(actor, stage, agent, line);
			json_decref(line);
		}
		world_answer_fini(&answer);
	} while (agent->more);
}

static void *follow_all(void *data)
{
	struct actor *actor = data;
	struct play *play = actor->play;
	struct stage *stage;

	while (!atomic_load(&play->over)) {
		stage = &play->stages[draw(actor, play->n_stages)];
		follow(actor, stage, &stage->agent);
		(void)nanosleep(&(const struct timespec){.tv_nsec = 2000000}, NULL);
	}
	return NULL;
}

/* Who followed holds what somebody holds who asks for all of it now. */
static void check_agent(struct actor *actor, struct stage *stage)
{
	struct agent fresh = {.held = json_object(), .cursor = ""};

	follow(actor, stage, &stage->agent);
	follow(actor, stage, &fresh);
	if (!json_equal(stage->agent.held, fresh.held)) {
		(void)fprintf(stderr, "followed: %s\nall: %s\n",
			json_dumps(stage->agent.held, JSON_SORT_KEYS),
			json_dumps(fresh.held, JSON_SORT_KEYS));
		exit(1);
	}
	actor->play->held += json_object_size(fresh.held);
	json_decref(fresh.held);
}

/* ── the play ──────────────────────────────────────────────────────────── */

static void stage_make(struct hub_db *db, struct stage *stage, bool strict)
{
	static const enum role roles[PEOPLE] = {ROLE_ADMIN, ROLE_CONSUMER, ROLE_ADMIN, ROLE_ADMIN,
		ROLE_OWNER, ROLE_OWNER, ROLE_OWNER, ROLE_CONTRIBUTOR, ROLE_CONTRIBUTOR,
		ROLE_CONSUMER};
	size_t i;

	*stage = (struct stage){.flips = !strict};
	stage->agent = (struct agent){.held = json_object(), .cursor = ""};
	world_tenant(db, stage->tenant, "T");
	if (strict)
		world_sql(db, stage->tenant, "UPDATE tenant SET approval = 'strict' WHERE id = $1",
			DB_ARGS(db_string(stage->tenant)));
	for (i = 0; i < TEAMS; i++)
		world_team(db, stage->tenant, i == 0 ? "a" : "b", stage->teams[i]);
	for (i = 0; i < PEOPLE; i++) {
		world_person(db, stage->tenant, roles[i], "P", &stage->people[i]);
		world_join(db, stage->teams[i % TEAMS], &stage->people[i]);
	}
}

static void actor_make(struct actor *actor, struct play *play, uint64_t seed)
{
	struct err err;

	*actor = (struct actor){.play = play, .random = seed * 0x9E3779B97F4A7C15ULL + 1};
	CHECK(hub_db_open(&actor->db, play->world.url, &err) == 0);
}

/* SQLite: the search's index is of what stands in its table, and whole. */
static void check_search(struct hub_db *db)
{
	static const char *const checks[] = {
		"INSERT INTO search_head (search_head, rank) VALUES ('integrity-check', 1)",
		"INSERT INTO search_text (search_text, rank) VALUES ('integrity-check', 1)"};
	struct err err = {.text = ""};
	size_t i;

	if (strcmp(hub_db_driver(db), "sqlite") != 0)
		return;
	for (i = 0; i < sizeof checks / sizeof *checks; i++)
		if (hub_db_run(db, checks[i], DB_NO_ARGS, NULL, NULL, &err) != 0) {
			(void)fprintf(stderr, "%s: %s\n", checks[i], err.text);
			exit(1);
		}
}

static void play_round(struct play *play, struct actor *actors, int64_t histories)
{
	pthread_t threads[ACTORS + 1];
	size_t i;

	atomic_store(&play->over, false);
	for (i = 0; i < ACTORS; i++) {
		actors[i].wanted += histories / ACTORS + 1;
		CHECK(pthread_create(&threads[i], NULL, act, &actors[i]) == 0);
	}
	CHECK(pthread_create(&threads[ACTORS], NULL, follow_all, &actors[ACTORS]) == 0);
	for (i = 0; i < ACTORS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	atomic_store(&play->over, true);
	CHECK(pthread_join(threads[ACTORS], NULL) == 0);
	check_search(actors[0].db);
	for (i = 0; i < play->n_stages; i++) {
		stage_check(actors[0].db, &play->stages[i], &play->found);
		check_agent(&actors[0], &play->stages[i]);
	}
}

static int64_t wanted = SHORT;
static uint64_t seed = 20261121;
static const char *only; /* this database; NULL: each */

static void tell(const struct play *play, const struct actor *actors, const char *driver)
{
	unsigned long long answers[6] = {0}, busy = 0;
	long long histories = 0;
	size_t i, k;

	for (i = 0; i <= ACTORS; i++) {
		histories += actors[i].histories;
		busy += actors[i].busy;
		for (k = 0; k < 6; k++)
			answers[k] += actors[i].answers[k];
	}
	(void)printf("{\"database\":\"%s\",\"seed\":%llu,\"histories\":%lld,\"done\":%llu,"
		     "\"refused\":%llu,\"busy\":%llu,\"versions\":%lld,\"approved\":%lld,"
		     "\"transitions\":%lld,\"audit\":%lld,\"violations\":0}\n",
		driver, (unsigned long long)seed, histories, answers[2], answers[4], busy,
		(long long)play->found.versions, (long long)play->found.approved,
		(long long)play->found.transitions, (long long)play->found.audit);
}

static void whatever_is_done_the_rules_hold(struct hub_db *db, const char *url)
{
	static struct play play;
	struct actor actors[ACTORS + 1];
	struct err err = {.text = ""};
	int64_t rows;
	size_t i;
	int round;

	if (only != NULL && strcmp(only, hub_db_driver(db)) != 0)
		return;
	play = (struct play){.n_stages = wanted > SHORT ? STAGES : 6};
	CHECK(pthread_mutex_init(&play.lock, NULL) == 0);
	world_begin(&play.world, url);
	for (i = 0; i < play.n_stages; i++)
		stage_make(db, &play.stages[i], i % 2 == 0);
	for (i = 0; i <= ACTORS; i++)
		actor_make(&actors[i], &play, seed + i);
	for (round = 0; round < ROUNDS; round++) {
		play.found = (struct found){.versions = 0};
		play.held = 0;
		play_round(&play, actors, wanted / ROUNDS);
	}
	if (audit_verify(db, &rows, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	CHECK(rows == play.found.audit);
	/* There was something to be wrong. */
	CHECK(play.found.approved > 0 && play.found.transitions > play.found.approved);
	CHECK(play.held > 0);
	tell(&play, actors, hub_db_driver(db));
	for (i = 0; i <= ACTORS; i++)
		hub_db_close(actors[i].db);
	for (i = 0; i < play.n_stages; i++)
		json_decref(play.stages[i].agent.held);
	world_end(&play.world);
	CHECK(pthread_mutex_destroy(&play.lock) == 0);
}

int main(int argc, char **argv)
{
	char socket[256];
	int64_t number;

	if (argc > 1)
		CHECK(str_to_int(str_of(argv[1]), 1, 10000000, &wanted));
	if (argc > 2) {
		CHECK(str_to_int(str_of(argv[2]), 0, INT32_MAX, &number));
		seed = (uint64_t)number;
	}
	log_open("histories", LOG_LEVEL_ERROR, STDERR_FILENO); /* why something failed inside */
	only = argc > 3 ? argv[3] : NULL;
	if (!hub_postgres(socket, sizeof socket))
		(void)printf("skipped: PostgreSQL's half (it is not running)\n");
	HUB_RUN(whatever_is_done_the_rules_hold);
	return 0;
}
