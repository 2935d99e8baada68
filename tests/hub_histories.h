/* The rules that hold whatever people do with prompts, looked for in the tables. */
#ifndef TESTS_HUB_HISTORIES_H
#define TESTS_HUB_HISTORIES_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/hub_world.h"

#define PEOPLE 10 /* the first two stay what they are: an admin, and who follows */
#define TEAMS 2
#define SLOTS 4
#define STAGES 48
#define ACTORS 3

struct agent {
	json_t *held; /* id → what the feed said of it */
	char cursor[256];
	int64_t seq;
	bool more;
};

struct slot {
	char id[ID_BYTES];
	int left; /* steps until another prompt takes its place */
};

/* A tenant. */
struct stage {
	char tenant[ID_BYTES], teams[TEAMS][ID_BYTES];
	struct world_person people[PEOPLE];
	struct slot slots[SLOTS]; /* under play's lock */
	struct agent agent;	  /* of who follows */
	bool flips;		  /* its approval mode; otherwise it is strict for ever */
};

/* How much there was to look at. */
struct found {
	int64_t versions, approved, transitions, audit;
};

struct play {
	struct world world;
	struct stage stages[STAGES];
	size_t n_stages, held;
	pthread_mutex_t lock;
	atomic_bool over;
	struct found found;
};

/* A thread. */
struct actor {
	struct play *play;
	struct hub_db *db;
	uint64_t random;
	int64_t histories, wanted;
	unsigned long long answers[6], busy;
};

/* ── rules that are one count ──────────────────────────────────────────── */

#define OF_VERSION "a.tenant = v.tenant AND a.prompt_id = v.prompt_id AND a.number = v.number"
#define PASSED "v.tenant = $1 AND v.state IN ('approved', 'deprecated')"

/* Each counts what may not be. */
static const struct {
	const char *rule, *sql;
	bool strict; /* only where the mode never changes */
} rules_of_stage[] = {
	{"nobody approves their own version",
		"SELECT count(*) FROM approval a JOIN version v ON " OF_VERSION
		" WHERE v.tenant = $1 AND a.user_id = v.created_by",
		false},
	{"what was approved is what was looked at",
		"SELECT count(*) FROM approval a JOIN version v ON " OF_VERSION
		" WHERE v.tenant = $1 AND a.digest <> v.digest",
		false},
	{"what is approved has an approval",
		"SELECT count(*) FROM version v WHERE " PASSED
		" AND NOT EXISTS (SELECT 1 FROM approval a WHERE " OF_VERSION ")",
		false},
	{"everybody's prompts have two, where that is strict",
		"SELECT count(*) FROM version v JOIN prompt p ON p.tenant = v.tenant AND p.id = "
		"v.prompt_id WHERE " PASSED " AND p.team_id IS NULL AND (SELECT count(DISTINCT "
		"a.user_id) FROM approval a WHERE " OF_VERSION ") < 2",
		true},
	{"production points to what is approved",
		"SELECT count(*) FROM channel c LEFT JOIN version v ON v.tenant = c.tenant AND "
		"v.prompt_id = c.prompt_id AND v.number = c.number WHERE c.tenant = $1 AND c.name "
		"= 'production' AND (v.state IS NULL OR v.state <> 'approved')",
		false},
	{"versions are numbered without a gap",
		"SELECT count(*) FROM prompt p WHERE p.tenant = $1 AND (p.latest <> (SELECT "
		"count(*) FROM version v WHERE v.tenant = p.tenant AND v.prompt_id = p.id) OR "
		"p.latest <> (SELECT max(v.number) FROM version v WHERE v.tenant = p.tenant AND "
		"v.prompt_id = p.id))",
		false},
	{"the feed has no number that was not given",
		"SELECT count(*) FROM feed f JOIN tenant t ON t.id = f.tenant WHERE f.tenant = $1 "
		"AND (f.seq > t.seq OR f.seq < 1)",
		false},
	{"the audience of an object is at its number",
		"SELECT count(*) FROM feed f JOIN feed_audience a ON a.tenant = f.tenant AND "
		"a.object_id = f.object_id WHERE f.tenant = $1 AND a.seq <> f.seq",
		false},
	{"what is deleted is gone from the feed",
		"SELECT count(*) FROM prompt p JOIN feed f ON f.tenant = p.tenant AND f.object_id "
		"= p.id WHERE p.tenant = $1 AND p.deleted IS NOT NULL AND f.gone IS NULL",
		false},
	{"what is purged left no text",
		"SELECT count(*) FROM feed f JOIN version v ON v.tenant = f.tenant AND v.prompt_id "
		"= f.object_id WHERE f.tenant = $1 AND f.gone = 'purged'",
		false},
	{"every step is in the audit log",
		"SELECT count(*) - (SELECT count(*) FROM audit a WHERE a.tenant = $1 AND EXISTS "
		"(SELECT 1 FROM prompt p WHERE p.tenant = a.tenant AND p.id = a.object_id) AND "
		"a.action IN ('version.submit', 'version.approve', 'version.reject', "
		"'prompt.activate', 'prompt.deprecate')) FROM transition WHERE tenant = $1",
		false},
};

/* ── every step is written down ────────────────────────────────────────── */

enum { DRAFT, IN_REVIEW, APPROVED, REJECTED, DEPRECATED, STATES };

static inline int state_of(struct str name)
{
	static const char *const names[STATES] = {
		"draft", "in_review", "approved", "rejected", "deprecated"};
	int i;

	for (i = 0; i < STATES && !str_is(name, names[i]); i++)
		;
	CHECK(i < STATES);
	return i;
}

/* Steps of one version, in any order: what came into each state and what left it. The
 * rest must be where it is, and nothing else. */
struct walk {
	char prompt[ID_BYTES];
	int64_t number, balance[STATES], transitions;
	int now;
};

static inline void walk_end(struct walk *walk)
{
	int i;

	if (walk->number > 0)
		for (i = 0; i < STATES; i++)
			if (walk->balance[i] != (i == walk->now) - (i == DRAFT)) {
				(void)fprintf(stderr, "version %lld of %s: a step is missing\n",
					(long long)walk->number, walk->prompt);
				exit(1);
			}
	walk->number = 0;
}

static inline int on_step(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct walk *walk = data;

	(void)n;
	(void)err;
	if (walk->number != columns[1].number || !str_is(columns[0].text, walk->prompt)) {
		walk_end(walk);
		memset(walk->balance, 0, sizeof walk->balance);
		walk->number = columns[1].number;
		(void)snprintf(walk->prompt, sizeof walk->prompt, "%.*s", (int)columns[0].text.n,
			columns[0].text.p);
	}
	walk->now = state_of(columns[2].text);
	if (columns[3].kind != DB_TEXT)
		return 0; /* no step yet */
	walk->balance[state_of(columns[3].text)]--;
	walk->balance[state_of(columns[4].text)]++;
	walk->transitions++;
	return 0;
}

/* ── and in their order, in the audit log ──────────────────────────────── */

static inline int on_audit(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	json_t *states = data, *details, *before;
	char key[128];

	(void)n;
	(void)err;
	details = json_loadb(columns[1].text.p, columns[1].text.n, 0, NULL);
	CHECK(details != NULL);
	(void)snprintf(key, sizeof key, "%.*s %lld", (int)columns[0].text.n, columns[0].text.p,
		(long long)json_integer_value(json_object_get(details, "number")));
	before = json_object_get(states, key);
	if (strcmp(json_text(details, "from"),
		    before != NULL ? json_string_value(before) : "draft") != 0) {
		(void)fprintf(stderr, "%s: after %s comes %.*s\n", key,
			before != NULL ? json_string_value(before) : "draft",
			(int)columns[1].text.n, columns[1].text.p);
		exit(1);
	}
	(void)json_object_set(states, key, json_object_get(details, "to"));
	json_decref(details);
	return 0;
}

/* ── texts are what their digests say ──────────────────────────────────── */

static inline int on_text(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct buf text = BUF_INIT(65536);
	char hex[SHA256_HEX_BYTES];

	(void)n;
	(void)err;
	(void)buf_add_str(&text, "{\"inputs\":");
	(void)buf_add(&text, columns[0].text.p, columns[0].text.n);
	(void)buf_add_str(&text, ",\"messages\":");
	(void)buf_add(&text, columns[1].text.p, columns[1].text.n);
	(void)buf_add_char(&text, '}');
	sha256_hex(buf_text(&text), text.len, hex);
	CHECK(str_is(columns[2].text, hex));
	buf_fini(&text);
	++*(int64_t *)data;
	return 0;
}

static inline void stage_rows(
	struct hub_db *db, const struct stage *stage, const char *sql, db_row_fn *fn, void *data)
{
	struct world_statement one = {
		sql, &(struct db_value){DB_TEXT, 0, str_of(stage->tenant)}, 1, fn, data};
	struct err err = {.text = ""};

	if (hub_transaction(db, DB_READ, stage->tenant, world_run_one, &one, &err) != 0) {
		(void)fprintf(stderr, "%s\n%s\n", sql, err.text);
		exit(1);
	}
}

static inline void stage_check(struct hub_db *db, const struct stage *stage, struct found *found)
{
	struct walk walk = {.number = 0};
	json_t *states = json_object();
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof rules_of_stage / sizeof *rules_of_stage; i++) {
		if (rules_of_stage[i].strict && stage->flips)
			continue;
		n = world_number(db, stage->tenant, rules_of_stage[i].sql,
			DB_ARGS(db_string(stage->tenant)));
		if (n != 0) {
			(void)fprintf(stderr, "%s: %lld times not so, tenant %s\n",
				rules_of_stage[i].rule, (long long)n, stage->tenant);
			exit(1);
		}
	}
	stage_rows(db, stage,
		"SELECT v.prompt_id, v.number, v.state, t.from_state, t.to_state FROM version v "
		"LEFT JOIN transition t ON t.tenant = v.tenant AND t.prompt_id = v.prompt_id AND "
		"t.number = v.number WHERE v.tenant = $1 ORDER BY v.prompt_id, v.number",
		on_step, &walk);
	walk_end(&walk);
	stage_rows(db, stage,
		"SELECT object_id, details FROM audit WHERE tenant = $1 AND action IN "
		"('version.submit', 'version.approve', 'version.reject', 'prompt.activate', "
		"'prompt.deprecate') ORDER BY number",
		on_audit, states);
	json_decref(states);
	stage_rows(db, stage, "SELECT inputs, messages, digest FROM version WHERE tenant = $1",
		on_text, &found->versions);
	found->transitions += walk.transitions;
	found->approved += world_number(db, stage->tenant,
		"SELECT count(*) FROM version v WHERE " PASSED, DB_ARGS(db_string(stage->tenant)));
	found->audit += world_number(db, stage->tenant,
		"SELECT count(*) FROM audit WHERE tenant = $1", DB_ARGS(db_string(stage->tenant)));
}

#endif
