/* hub/credential: scopes, relations, and which token a request carries. */
#include "tests/hub_scene.h"

static void scopes_are_words(void)
{
	static const char *const none[] = {"", "x", "read x", "readwrite", "READ", " "};
	struct buf text = BUF_INIT(64);
	unsigned scopes, all;
	size_t i;

	for (all = 1; all < 16; all++) {
		buf_clear(&text);
		credential_scopes_text(all, &text);
		CHECK(credential_scopes_parse(str_of(buf_text(&text)), &scopes) && scopes == all);
	}
	buf_clear(&text);
	credential_scopes_text(0, &text);
	CHECK_STR(buf_text(&text), "");
	buf_fini(&text);
	CHECK(credential_scopes_parse(STR("sync read sync"), &scopes));
	CHECK(scopes == (SCOPE_SYNC | SCOPE_READ));
	for (i = 0; i < sizeof none / sizeof *none; i++)
		CHECK(!credential_scopes_parse(str_of(none[i]), &scopes));
	CHECK((credential_scopes_of(ROLE_ADMIN) & SCOPE_ADMIN) != 0);
	CHECK((credential_scopes_of(ROLE_OWNER) & SCOPE_ADMIN) == 0);
}

static void a_thing_is_ones_own_before_all(void)
{
	struct principal who = {.user_id = "me", .teams = {"a", "b"}, .n_teams = 2};

	CHECK(credential_relation(&who, STR("me"), STR("")) == RELATION_OWN);
	CHECK(credential_relation(&who, STR("me"), STR("a")) == RELATION_OWN);
	CHECK(credential_relation(&who, STR("me"), STR("z")) == RELATION_OWN);
	CHECK(credential_relation(&who, STR("you"), STR("")) == RELATION_GLOBAL);
	CHECK(credential_relation(&who, STR("you"), STR("b")) == RELATION_TEAM);
	CHECK(credential_relation(&who, STR("you"), STR("c")) == RELATION_OTHER);
	CHECK(credential_relation(&who, STR("m"), STR("ab")) == RELATION_OTHER);
}

/* GET /me by what stands in these fields; its status. */
static unsigned me(struct scene *scene, const char *authorization, const char *cookie)
{
	struct world_request request = {.method = HTTP_GET, .path = "/api/v1/me"};

	request.headers[HTTP_AUTHORIZATION] = authorization;
	request.headers[HTTP_COOKIE] = cookie;
	return world_status(&scene->world, scene->db, &request);
}

static void a_token_is_found_where_it_may_stand(struct hub_db *db, const char *url)
{
	struct scene scene;
	const char *token;
	char text[256];

	scene_begin(&scene, db, url);
	token = scene.here.people[ROLE_CONSUMER].token;
	(void)snprintf(text, sizeof text, "Bearer %s", token);
	CHECK(me(&scene, text, NULL) == 200);
	(void)snprintf(text, sizeof text, "bearer   %s  ", token);
	CHECK(me(&scene, text, NULL) == 200);
	(void)snprintf(text, sizeof text, "Basic %s", token);
	CHECK(me(&scene, text, NULL) == 401);
	CHECK(me(&scene, token, NULL) == 401);
	CHECK(me(&scene, "Bearer ", NULL) == 401);
	CHECK(me(&scene, NULL, NULL) == 401);
	(void)snprintf(text, sizeof text, "Bearer %sx", token);
	CHECK(me(&scene, text, NULL) == 401);
	(void)snprintf(text, sizeof text, "a=b; " CREDENTIAL_COOKIE "=%s;c=d", token);
	CHECK(me(&scene, NULL, text) == 200);
	/* The field goes before the cookie: a wrong one is not made good by it. */
	CHECK(me(&scene, "Bearer nonsense", text) == 401);
	(void)snprintf(text, sizeof text, "x" CREDENTIAL_COOKIE "=%s", token);
	CHECK(me(&scene, NULL, text) == 401);
	/* What is kept is the hash, which is no token. */
	secret_token_hash(str_of(token), text + 64);
	(void)snprintf(text, 64, "Bearer %.50s", text + 64);
	CHECK(me(&scene, text, NULL) == 401);
	world_end(&scene.world);
}

int main(void)
{
	RUN(scopes_are_words);
	RUN(a_thing_is_ones_own_before_all);
	HUB_RUN(a_token_is_found_where_it_may_stand);
	return 0;
}
