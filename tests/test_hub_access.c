/*
 * Who may do what: every route of the table, by somebody of each role and by nobody, on
 * a thing of their own, of their team, of everybody, of another team and of another
 * tenant. What is expected is computed from route_table[].may and from nothing else;
 * the list `spots`, made by hand, would see a table that is wrong.
 */
#include "tests/hub_scene.h"

/* ── how each route is asked ───────────────────────────────────────────── */

/* What stands for the {…} of its path. */
enum object {
	NO_OBJECT,
	PROMPT,
	TAGGED, /* a prompt, and a tag that it has */
	KEY,
	SESSION,
	USER,
	MEMBER,
	GROUP, /* a team */
	TAG,
	COLLECTION,
	INVITE,
	BLOB
};

/* "@" in a body is something new each time. Of a route that is not named here it is
 * only seen who is let in. */
static const struct asked {
	const char *name;
	enum object object;
	unsigned status; /* when it may */
	const char *number, *body;
} asked[] = {
	{"livez", NO_OBJECT, 200, NULL, NULL},
	{"readyz", NO_OBJECT, 200, NULL, NULL},
	{"metrics", NO_OBJECT, 200, NULL, NULL},
	{"logout", NO_OBJECT, 204, NULL, "{}"},
	{"me", NO_OBJECT, 200, NULL, NULL},
	{"changeMe", NO_OBJECT, 200, NULL, "{\"name\":\"@\"}"},
	{"listSessions", NO_OBJECT, 200, NULL, NULL},
	{"deleteOtherSessions", NO_OBJECT, 204, NULL, NULL},
	{"deleteSession", SESSION, 204, NULL, NULL},
	{"getConfig", NO_OBJECT, 200, NULL, NULL},
	{"changeConfig", NO_OBJECT, 200, NULL, "{\"approval\":\"simple\"}"},
	{"listInvites", NO_OBJECT, 200, NULL, NULL},
	{"deleteInvite", INVITE, 204, NULL, NULL},
	{"deactivateUser", USER, 200, NULL, NULL},
	{"signOutUser", USER, 204, NULL, NULL},
	{"getTeam", GROUP, 200, NULL, NULL},
	{"changeTeam", GROUP, 200, NULL, "{\"name\":\"@\"}"},
	{"deleteTeam", GROUP, 204, NULL, NULL},
	{"listMembers", GROUP, 200, NULL, NULL},
	{"listTags", NO_OBJECT, 200, NULL, NULL},
	{"createTag", NO_OBJECT, 201, NULL, "{\"name\":\"@\"}"},
	{"getTag", TAG, 200, NULL, NULL},
	{"changeTag", TAG, 200, NULL, "{\"name\":\"@\"}"},
	{"deleteTag", TAG, 204, NULL, NULL},
	{"listCollections", NO_OBJECT, 200, NULL, NULL},
	{"createCollection", NO_OBJECT, 201, NULL, "{\"name\":\"@\"}"},
	{"getCollection", COLLECTION, 200, NULL, NULL},
	{"changeCollection", COLLECTION, 200, NULL, "{\"name\":\"@\"}"},
	{"deleteCollection", COLLECTION, 204, NULL, NULL},
	{"replacePrompt", PROMPT, 200, NULL, "{\"title\":\"T\",\"text\":\"t\"}"},
	{"tagPrompt", TAGGED, 200, NULL, "{}"},
	{"untagPrompt", TAGGED, 200, NULL, NULL},
	{"listExecutions", PROMPT, 200, NULL, NULL},
	{"createExecution", PROMPT, 201, NULL, "{\"rating\":4}"},
	{"listTemplates", NO_OBJECT, 200, NULL, NULL},
	{"instantiateTemplate", PROMPT, 200, NULL, "{}"},
	{"getStats", NO_OBJECT, 200, NULL, NULL},
	{"listKeys", NO_OBJECT, 200, NULL, NULL},
	{"createKey", NO_OBJECT, 201, NULL, "{\"name\":\"@\",\"scopes\":\"read\"}"},
	{"deleteKey", KEY, 204, NULL, NULL},
	{"createInvite", NO_OBJECT, 201, NULL, "{\"role\":\"consumer\"}"},
	{"listUsers", NO_OBJECT, 200, NULL, NULL},
	{"getUser", USER, 200, NULL, NULL},
	{"changeUser", USER, 200, NULL, "{\"experimental\":true}"},
	{"listTeams", NO_OBJECT, 200, NULL, NULL},
	{"createTeam", NO_OBJECT, 201, NULL, "{\"name\":\"@\"}"},
	{"addMember", MEMBER, 204, NULL, "{}"},
	{"removeMember", MEMBER, 204, NULL, NULL},
	{"listPrompts", NO_OBJECT, 200, NULL, NULL},
	{"createPrompt", NO_OBJECT, 201, NULL,
		"{\"slug\":\"new/@\",\"title\":\"N\",\"text\":\"t\"}"},
	{"getPrompt", PROMPT, 200, NULL, NULL},
	{"changePrompt", PROMPT, 200, NULL, "{\"title\":\"Another\"}"},
	{"deletePrompt", PROMPT, 204, NULL, NULL},
	{"purgePrompt", PROMPT, 204, NULL, "{}"},
	{"activatePrompt", PROMPT, 200, NULL, "{\"channel\":\"production\",\"version\":1}"},
	{"deprecatePrompt", PROMPT, 200, NULL, "{}"},
	{"listTransitions", PROMPT, 200, NULL, NULL},
	{"listVersions", PROMPT, 200, NULL, NULL},
	{"createVersion", PROMPT, 201, NULL, "{\"text\":\"other\"}"},
	{"getVersion", PROMPT, 200, "1", NULL},
	{"submitVersion", PROMPT, 200, "3", "{}"},
	{"approveVersion", PROMPT, 200, "2", "{}"},
	{"rejectVersion", PROMPT, 200, "2", "{}"},
	{"sync", NO_OBJECT, 200, NULL, NULL},
	{"getBlob", BLOB, 200, NULL, NULL},
	{"usageBatch", NO_OBJECT, 200, NULL,
		"{\"event_id\":\"@\",\"occurred_at\":\"2026-11-21T08:15:30Z\",\"prompt_id\":\"p\","
		"\"version\":1,\"client_type\":\"mcp\",\"action\":\"get\",\"outcome\":\"ok\"}\n"},
	{"listAudit", NO_OBJECT, 200, NULL, NULL},
};

static const struct asked *asked_of(const struct route *route)
{
	size_t i;

	for (i = 0; i < sizeof asked / sizeof *asked; i++)
		if (strcmp(asked[i].name, route->name) == 0)
			return &asked[i];
	return NULL;
}

/* A case: the request, and the texts that it is made of. */
struct attempt {
	const struct scene *scene;
	const struct route *route;
	const struct asked *how;
	enum role role;
	enum thing thing;
	char words[2][128], path[512], body[512], token[SECRET_TOKEN_BYTES];
	struct world_request request;
};

static void fill_path(struct attempt *attempt)
{
	struct str rest = str_of(attempt->route->path), part;
	struct buf path = BUF_INIT(sizeof attempt->path);
	size_t n = 0;

	(void)str_cut(rest, '/', &rest);
	while (rest.n > 0) {
		part = str_cut(rest, '/', &rest);
		if (str_starts(part, "{"))
			part = str_of(attempt->words[n++]);
		(void)buf_add_format(&path, "/%.*s", (int)part.n, part.p);
	}
	(void)snprintf(attempt->path, sizeof attempt->path, "%s", buf_text(&path));
	buf_fini(&path);
}

static void fill_body(struct attempt *attempt, const char *text)
{
	struct buf body = BUF_INIT(sizeof attempt->body);
	char id[ID_BYTES];

	id_new(id);
	for (; *text != '\0'; text++)
		if (*text == '@')
			(void)buf_add_str(&body, id);
		else
			(void)buf_add_char(&body, *text);
	(void)snprintf(attempt->body, sizeof attempt->body, "%s", buf_text(&body));
	buf_fini(&body);
	attempt->request.body = attempt->body;
}

/* Somebody to be looked at, in the team or about to be. */
static void fill_person(struct attempt *attempt, const struct side *side, enum object object)
{
	struct world_person somebody;

	world_person(attempt->scene->db, side->tenant, ROLE_CONSUMER, "somebody", &somebody);
	(void)snprintf(
		attempt->words[object == USER ? 0 : 1], sizeof *attempt->words, "%s", somebody.id);
	if (object == USER)
		return;
	(void)snprintf(attempt->words[0], sizeof *attempt->words, "%s", side->team);
	if (strcmp(attempt->route->name, "removeMember") == 0)
		world_join(attempt->scene->db, side->team, &somebody);
}

/* One's own, or another's. */
static void fill_credential(struct attempt *attempt, const struct side *side, const char *kind)
{
	char token[SECRET_TOKEN_BYTES], hash[SHA256_HEX_BYTES];
	bool own = attempt->thing == OWN && attempt->role < NOBODY;

	secret_token("k_", token, hash);
	id_new(attempt->words[0]);
	world_sql(attempt->scene->db, side->tenant,
		"INSERT INTO credential (hash, id, tenant, user_id, kind, name, scopes, "
		"created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, 'k', 'read', 1, "
		"9000000000000)",
		DB_ARGS(db_string(hash), db_string(attempt->words[0]), db_string(side->tenant),
			db_string(own ? side->people[attempt->role].id : side->author.id),
			db_string(kind)));
}

/* A team with who asks in it, or one of others. */
static void fill_group(struct attempt *attempt, const struct side *side)
{
	char name[ID_BYTES];

	id_new(name);
	world_team(attempt->scene->db, side->tenant, name, attempt->words[0]);
	if (attempt->role < NOBODY && relations[attempt->thing] != RELATION_OTHER)
		world_join(attempt->scene->db, attempt->words[0], &side->people[attempt->role]);
}

static void fill_row(struct attempt *attempt, const struct side *side, const char *sql)
{
	char id[ID_BYTES];

	id_new(id); /* an invitation is known by its first sixteen characters */
	world_sql(attempt->scene->db, side->tenant, sql,
		DB_ARGS(db_string(side->tenant), db_string(id)));
	(void)snprintf(attempt->words[0], sizeof *attempt->words, "%.*s",
		attempt->how->object == INVITE ? 16 : ID_BYTES, id);
}

static void fill_tagged(struct attempt *attempt, const struct side *side)
{
	char prompt[ID_BYTES];

	(void)snprintf(prompt, sizeof prompt, "%.36s", attempt->words[0]);
	fill_row(attempt, side, "INSERT INTO tag (tenant, id, name) VALUES ($1, $2, $2)");
	(void)snprintf(attempt->words[1], sizeof *attempt->words, "%s", attempt->words[0]);
	(void)snprintf(attempt->words[0], sizeof *attempt->words, "%s", prompt);
	world_sql(attempt->scene->db, side->tenant,
		"INSERT INTO prompt_tag (tenant, prompt_id, tag_id) VALUES ($1, $2, $3)",
		DB_ARGS(db_string(side->tenant), db_string(prompt), db_string(attempt->words[1])));
}

static bool is_of_prompt(const struct route *route)
{
	return strstr(route->path, "/prompts/{id}") != NULL ||
	       strstr(route->path, "/templates/{id}") != NULL;
}

static void fill_other(struct attempt *attempt, const struct side *side, enum object object)
{
	if (object == KEY || object == SESSION)
		fill_credential(attempt, side, object == KEY ? "key" : "session");
	else if (object == USER || object == MEMBER)
		fill_person(attempt, side, object);
	else if (object == GROUP)
		fill_group(attempt, side);
	else if (object == TAG)
		fill_row(attempt, side, "INSERT INTO tag (tenant, id, name) VALUES ($1, $2, $2)");
	else if (object == COLLECTION)
		fill_row(attempt, side,
			"INSERT INTO collection (tenant, id, name, created_ms) VALUES ($1, $2, $2, "
			"1)");
	else if (object == INVITE)
		fill_row(attempt, side,
			"INSERT INTO invite (hash, tenant, role, created_ms, expires_ms) VALUES "
			"($2, $1, 'consumer', 1, 9000000000000)");
	else
		id_new(attempt->words[0]);
}

static void fill_object(struct attempt *attempt)
{
	const struct side *side =
		attempt->thing == FOREIGN ? &attempt->scene->there : &attempt->scene->here;
	enum object object = attempt->how != NULL ? attempt->how->object : NO_OBJECT;
	bool prompt = is_of_prompt(attempt->route);
	char id[ID_BYTES], digest[SHA256_HEX_BYTES];

	if (prompt || object == BLOB) {
		prompt_make(attempt->scene, attempt->thing, attempt->role, id, digest);
		(void)snprintf(attempt->words[0], sizeof *attempt->words, "%s%s",
			prompt ? "" : "sha256-", prompt ? id : digest);
	} else {
		fill_other(attempt, side, object);
	}
	if (object == TAGGED)
		fill_tagged(attempt, side);
	if (attempt->words[1][0] == '\0')
		(void)snprintf(attempt->words[1], sizeof *attempt->words, "%s",
			attempt->how != NULL && attempt->how->number != NULL ? attempt->how->number
									     : "1");
}

static void attempt_make(struct attempt *attempt)
{
	const struct route *route = attempt->route;
	const struct side *here = &attempt->scene->here;

	attempt->how = asked_of(route);
	fill_object(attempt);
	fill_path(attempt);
	attempt->request.method = route->method;
	attempt->request.path = attempt->path;
	attempt->request.headers[HTTP_IF_MATCH] = "*";
	if (attempt->how != NULL && attempt->how->body != NULL)
		fill_body(attempt, attempt->how->body);
	if (attempt->role == NOBODY)
		return;
	/* Each time another: signing out is one of the routes. */
	world_token(attempt->scene->db, &here->people[attempt->role], "session",
		"read write sync admin", clock_now_ms() + WORLD_DAY_MS, attempt->token);
	attempt->request.token = attempt->token;
}

/* ── what the table says ───────────────────────────────────────────────── */

#define LET_IN 0
static unsigned may_of(const char *name, enum role role)
{
	size_t i;

	for (i = 0; i < route_count; i++)
		if (strcmp(route_table[i].name, name) == 0)
			return route_table[i].may[role];
	CHECK(!"there is no such route");
	return 0;
}

static unsigned expected(const struct attempt *attempt)
{
	const struct route *route = attempt->route;
	enum object object = attempt->how != NULL ? attempt->how->object : NO_OBJECT;
	bool prompt = is_of_prompt(route);
	unsigned relation = relations[attempt->thing], may, sees;

	if ((route->flags & ROUTE_OPEN) != 0)
		return LET_IN;
	if (attempt->role == NOBODY)
		return 401;
	may = route->may[attempt->role];
	if ((route->scope & ~credential_scopes_of(attempt->role)) != 0 || may == 0)
		return 403;
	if (!prompt && object == NO_OBJECT)
		return LET_IN;
	if (attempt->thing == FOREIGN)
		return 404;
	sees = may_of("getPrompt", attempt->role);
	if (object == BLOB) /* what is in the feed; an owner outside the team is not sent it */
		return (sees & relation) != 0 && (attempt->thing != OWN || sees == RELATION_ANY)
			       ? LET_IN
			       : 404;
	if (object == GROUP) /* everybody sees that a team is there */
		return (may & (relation == RELATION_OTHER ? RELATION_OTHER : RELATION_TEAM)) != 0
			       ? LET_IN
			       : 403;
	if (object == KEY || object == SESSION)
		return attempt->thing == OWN ? LET_IN : 404; /* keys are one's own */
	if (!prompt || (may & relation) != 0)
		return LET_IN;
	/* Who may not even see it does not hear that it is there. */
	return (sees & relation) != 0 ? 403 : 404;
}

static bool as_expected(
	const struct attempt *attempt, unsigned status, const struct world_answer *answer)
{
	if (status != LET_IN)
		return answer->status == status;
	if (attempt->how != NULL)
		return answer->status == attempt->how->status;
	if ((attempt->route->flags & ROUTE_OPEN) != 0)
		return answer->status != 403;
	return answer->status != 401 && answer->status != 403 && answer->status < 500;
}

static void try_one(struct scene *scene, const struct route *route, size_t role, enum thing thing)
{
	struct attempt attempt = {
		.scene = scene, .route = route, .role = (enum role)role, .thing = thing};
	struct world_answer answer;
	unsigned status;

	attempt_make(&attempt);
	status = expected(&attempt);
	world_ask(&scene->world, scene->db, &attempt.request, &answer);
	if (!as_expected(&attempt, status, &answer)) {
		(void)fprintf(stderr, "%s by %s on %s: expected %u, got %u\n%s\n", route->name,
			role < ROLES ? role_name((enum role)role) : "nobody", thing_names[thing],
			status, answer.status, answer.text);
		exit(1);
	}
	/* Nothing of the other tenant in any answer: its names hold this word. */
	if (strstr(answer.text, "foreign") != NULL || strstr(answer.text, scene->there.tenant)) {
		(void)fprintf(stderr, "%s tells of another tenant: %s\n", route->name, answer.text);
		exit(1);
	}
	world_answer_fini(&answer);
}

static void every_route_keeps_to_the_table(struct hub_db *db, const char *url)
{
	struct scene scene;
	size_t i, role, thing, n = 0;

	scene_begin(&scene, db, url);
	for (i = 0; i < route_count; i++)
		for (role = 0; role <= ROLES; role++)
			for (thing = 0; thing < THINGS; thing++, n++)
				try_one(&scene, &route_table[i], role, (enum thing)thing);
	(void)printf("%zu cases of %zu routes\n", n, route_count);
	world_end(&scene.world);
}

/* ── written by hand ───────────────────────────────────────────────────── */

static const struct spot {
	enum role role;
	const char *route;
	enum thing thing;
	unsigned status;
} spots[] = {
	{ROLE_CONSUMER, "createPrompt", GLOBAL, 403},
	{ROLE_CONSUMER, "createVersion", TEAM, 403},
	{ROLE_CONSUMER, "submitVersion", OWN, 403},
	{ROLE_CONSUMER, "changePrompt", OWN, 403},
	{ROLE_CONSUMER, "listTransitions", GLOBAL, 403},
	{ROLE_CONSUMER, "getPrompt", GLOBAL, 200},
	{ROLE_CONSUMER, "getPrompt", OTHER, 404},
	{ROLE_CONSUMER, "getBlob", OTHER, 404},
	{ROLE_CONSUMER, "usageBatch", GLOBAL, 200},
	{ROLE_CONSUMER, "createTag", GLOBAL, 403},
	{ROLE_CONSUMER, "getStats", GLOBAL, 403},
	{ROLE_CONSUMER, "instantiateTemplate", TEAM, 200},
	{ROLE_CONSUMER, "instantiateTemplate", OTHER, 404},
	{ROLE_CONSUMER, "createExecution", GLOBAL, 201},
	{ROLE_CONSUMER, "deleteSession", FOREIGN, 404},
	{ROLE_CONTRIBUTOR, "replacePrompt", TEAM, 403},
	{ROLE_CONTRIBUTOR, "tagPrompt", GLOBAL, 403},
	{ROLE_CONTRIBUTOR, "changeTag", GLOBAL, 403},
	{ROLE_CONTRIBUTOR, "createCollection", GLOBAL, 403},
	{ROLE_OWNER, "listMembers", OTHER, 403},
	{ROLE_OWNER, "changeConfig", GLOBAL, 403},
	{ROLE_OWNER, "deactivateUser", GLOBAL, 403},
	{ROLE_ADMIN, "deactivateUser", FOREIGN, 404},
	{ROLE_ADMIN, "deleteTeam", FOREIGN, 404},
	{ROLE_ADMIN, "deleteInvite", FOREIGN, 404},
	{ROLE_CONTRIBUTOR, "approveVersion", OWN, 403},
	{ROLE_CONTRIBUTOR, "approveVersion", TEAM, 403},
	{ROLE_CONTRIBUTOR, "activatePrompt", OWN, 403},
	{ROLE_CONTRIBUTOR, "deletePrompt", OWN, 204},
	{ROLE_CONTRIBUTOR, "deletePrompt", TEAM, 403},
	{ROLE_CONTRIBUTOR, "createPrompt", TEAM, 201},
	{ROLE_OWNER, "approveVersion", TEAM, 200},
	{ROLE_OWNER, "approveVersion", GLOBAL, 403},
	{ROLE_OWNER, "approveVersion", OTHER, 404},
	{ROLE_OWNER, "purgePrompt", OWN, 403},
	{ROLE_OWNER, "listUsers", GLOBAL, 403},
	{ROLE_OWNER, "createInvite", GLOBAL, 403},
	{ROLE_OWNER, "listAudit", GLOBAL, 403},
	{ROLE_ADMIN, "approveVersion", OTHER, 200},
	{ROLE_ADMIN, "getPrompt", FOREIGN, 404},
	{ROLE_ADMIN, "getUser", FOREIGN, 404},
	{ROLE_ADMIN, "changeUser", FOREIGN, 404},
	{ROLE_ADMIN, "addMember", FOREIGN, 404},
	{ROLE_ADMIN, "purgePrompt", FOREIGN, 404},
	{ROLE_ADMIN, "getBlob", FOREIGN, 404},
};

static const struct route *route_named(const char *name)
{
	size_t i;

	for (i = 0; i < route_count; i++)
		if (strcmp(route_table[i].name, name) == 0)
			return &route_table[i];
	(void)fprintf(stderr, "there is no route %s\n", name);
	exit(1);
}

static void the_table_is_what_was_meant(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct attempt attempt;
	unsigned status;
	size_t i;

	scene_begin(&scene, db, url);
	for (i = 0; i < sizeof spots / sizeof *spots; i++) {
		attempt = (struct attempt){.scene = &scene,
			.route = route_named(spots[i].route),
			.role = spots[i].role,
			.thing = spots[i].thing};
		attempt_make(&attempt);
		status = world_status(&scene.world, db, &attempt.request);
		if (status != spots[i].status)
			(void)fprintf(stderr, "%s by %s on %s: %u\n", spots[i].route,
				role_name(spots[i].role), thing_names[spots[i].thing], status);
		CHECK(status == spots[i].status);
	}
	world_end(&scene.world);
}

/* ── lists ─────────────────────────────────────────────────────────────── */

/* What a list shows is what could be got one by one. */
static void lists_show_what_may_be_got(struct hub_db *db, const char *url)
{
	static const char *const paths[] = {"/api/v1/prompts", "/api/v1/sync"};
	struct scene scene;
	struct attempt attempt;
	struct world_answer answer;
	char slug[64], id[ID_BYTES], digest[SHA256_HEX_BYTES];
	size_t role, thing, k;
	bool sees;

	scene_begin(&scene, db, url);
	for (role = 0; role < ROLES; role++) {
		for (thing = TEAM; thing < THINGS; thing++)
			for (k = 0; k < 2; k++) {
				prompt_make(&scene, (enum thing)thing, (enum role)role, id, digest);
				attempt = (struct attempt){.scene = &scene,
					.route = route_named("me"),
					.role = (enum role)role};
				attempt_make(&attempt);
				attempt.request.path = paths[k];
				world_ask(&scene.world, db, &attempt.request, &answer);
				(void)snprintf(slug, sizeof slug, "%s/%s", thing_names[thing], id);
				sees = (may_of("getPrompt", (enum role)role) & relations[thing]) !=
				       0;
				CHECK(answer.status == 200);
				CHECK((strstr(answer.text, slug) != NULL) == sees);
				world_answer_fini(&answer);
			}
	}
	world_end(&scene.world);
}

/* ── what a token may be used for ──────────────────────────────────────── */

static void ask_with(struct scene *scene, const struct route *route, const char *kind,
	const char *scopes, int64_t expires_ms, struct world_answer *answer)
{
	struct attempt attempt = {
		.scene = scene, .route = route, .role = ROLE_ADMIN, .thing = GLOBAL};
	char token[SECRET_TOKEN_BYTES];

	attempt_make(&attempt);
	world_token(scene->db, &scene->here.people[ROLE_ADMIN], kind, scopes, expires_ms, token);
	attempt.request.token = token;
	world_ask(&scene->world, scene->db, &attempt.request, answer);
}

static void a_token_does_what_it_is_for(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	struct buf text = BUF_INIT(64);
	unsigned scopes;
	size_t i;
	bool refused;

	scene_begin(&scene, db, url);
	for (i = 0; i < route_count; i++)
		for (scopes = 1; scopes < 16; scopes++) {
			buf_clear(&text);
			credential_scopes_text(scopes, &text);
			ask_with(&scene, &route_table[i], "key", buf_text(&text),
				clock_now_ms() + WORLD_DAY_MS, &answer);
			refused = answer.status == 403 &&
				  strstr(answer.text, "it needs the scope ") != NULL;
			if (refused != ((route_table[i].scope & ~scopes) != 0))
				(void)fprintf(stderr, "%s with %s: %s\n", route_table[i].name,
					buf_text(&text), answer.text);
			CHECK(refused == ((route_table[i].scope & ~scopes) != 0));
			world_answer_fini(&answer);
		}
	buf_fini(&text);
	world_end(&scene.world);
}

static void an_old_token_is_none(struct hub_db *db, const char *url)
{
	static const char all[] = "read write sync admin";
	struct scene scene;
	struct world_answer answer;
	const struct route *route;
	size_t i;
	int k;

	scene_begin(&scene, db, url);
	for (i = 0; i < route_count; i++) {
		route = &route_table[i];
		for (k = 0; k < 2; k++) {
			ask_with(&scene, route, k == 0 ? "session" : "refresh", all,
				clock_now_ms() + (k == 0 ? -1 : WORLD_DAY_MS), &answer);
			CHECK(((route->flags & ROUTE_OPEN) != 0) != (answer.status == 401));
			world_answer_fini(&answer);
		}
	}
	world_end(&scene.world);
}

static void who_has_left_is_nobody(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;
	size_t i;

	scene_begin(&scene, db, url);
	world_sql(db, scene.here.tenant,
		"UPDATE person SET active = 0 WHERE tenant = $1 AND id = $2",
		DB_ARGS(db_string(scene.here.tenant), db_string(scene.here.people[ROLE_ADMIN].id)));
	for (i = 0; i < route_count; i++) {
		ask_with(&scene, &route_table[i], "session", "read write sync admin",
			clock_now_ms() + WORLD_DAY_MS, &answer);
		if ((route_table[i].flags & ROUTE_OPEN) == 0)
			CHECK(answer.status == 401);
		world_answer_fini(&answer);
	}
	world_end(&scene.world);
}

/* A role that was taken away is gone from tokens that were given before. */
static void who_is_demoted_is_demoted_at_once(struct hub_db *db, const char *url)
{
	struct scene scene;
	struct world_answer answer;

	scene_begin(&scene, db, url);
	ask_with(&scene, route_named("listUsers"), "session", "read write sync admin",
		clock_now_ms() + WORLD_DAY_MS, &answer);
	CHECK(answer.status == 200);
	world_answer_fini(&answer);
	world_sql(db, scene.here.tenant,
		"UPDATE person SET role = 'contributor' WHERE tenant = $1 AND id = $2",
		DB_ARGS(db_string(scene.here.tenant), db_string(scene.here.people[ROLE_ADMIN].id)));
	ask_with(&scene, route_named("listUsers"), "session", "read write sync admin",
		clock_now_ms() + WORLD_DAY_MS, &answer);
	CHECK(answer.status == 403);
	world_answer_fini(&answer);
	world_end(&scene.world);
}

/* ── a browser's cookie ────────────────────────────────────────────────── */

static const struct cookie_case {
	const char *origin, *site;
	bool from_here;
} cookie_cases[] = {
	{NULL, NULL, false},
	{"null", NULL, false},
	{"https://evil.example", NULL, false},
	{"https://hub.example.evil", NULL, false},
	{"https://hub.example", NULL, true},
	{"http://hub.example", NULL, true},
	{"ftp://hub.example", NULL, false},
	{"https://hub.example", "cross-site", false},
	{"https://hub.example", "same-site", false},
	{"https://hub.example", "none", false},
	{NULL, "same-origin", true},
};

static void try_cookie(
	struct scene *scene, const struct route *route, const struct cookie_case *one)
{
	struct attempt attempt = {
		.scene = scene, .route = route, .role = ROLE_ADMIN, .thing = GLOBAL};
	struct world_answer answer;
	char cookie[256];
	bool refused;

	attempt_make(&attempt);
	(void)snprintf(cookie, sizeof cookie, "a=b; " CREDENTIAL_COOKIE "=%s", attempt.token);
	attempt.request.token = NULL;
	attempt.request.headers[HTTP_COOKIE] = cookie;
	attempt.request.headers[HTTP_HOST] = "hub.example";
	attempt.request.headers[HTTP_ORIGIN] = one->origin;
	attempt.request.headers[HTTP_SEC_FETCH_SITE] = one->site;
	attempt.request.headers[HTTP_CONTENT_TYPE] = "application/json";
	world_ask(&scene->world, scene->db, &attempt.request, &answer);
	refused = answer.status == 403 && strcmp(world_code(&answer), "cross_site") == 0;
	if (refused != (!one->from_here && route->method != HTTP_GET))
		(void)fprintf(stderr, "%s from %s: %s\n", route->name,
			one->origin != NULL ? one->origin : "-", answer.text);
	CHECK(refused == (!one->from_here && route->method != HTTP_GET));
	CHECK(answer.status != 401);
	world_answer_fini(&answer);
}

static void a_cookie_is_good_from_here_only(struct hub_db *db, const char *url)
{
	struct scene scene;
	size_t i, k;

	if (strcmp(hub_db_driver(db), "sqlite") != 0)
		return; /* the database has no part in it */
	scene_begin(&scene, db, url);
	for (i = 0; i < route_count; i++)
		for (k = 0; k < sizeof cookie_cases / sizeof *cookie_cases; k++)
			if ((route_table[i].flags & ROUTE_OPEN) == 0)
				try_cookie(&scene, &route_table[i], &cookie_cases[k]);
	world_end(&scene.world);
}

int main(void)
{
	char socket[256];

	if (!hub_postgres(socket, sizeof socket))
		(void)printf("skipped: PostgreSQL's half (it is not running)\n");
	HUB_RUN(every_route_keeps_to_the_table);
	HUB_RUN(the_table_is_what_was_meant);
	HUB_RUN(lists_show_what_may_be_got);
	HUB_RUN(a_token_does_what_it_is_for);
	HUB_RUN(an_old_token_is_none);
	HUB_RUN(who_has_left_is_nobody);
	HUB_RUN(who_is_demoted_is_demoted_at_once);
	HUB_RUN(a_cookie_is_good_from_here_only);
	return 0;
}
