/* What routes of prompts share; see prompts.h. */
#include "hub/prompts.h"

#include <stdio.h>
#include <string.h>

#include "hub/credential.h"
#include "hub/feed.h"
#include "hub/routes.h"

struct finding {
	struct prompt_facts *facts;
	bool found, approved;
};

static int on_prompt(void *data, const struct db_value *columns, size_t n, struct err *err)
{
	struct finding *finding = data;
	struct prompt_facts *facts = finding->facts;

	(void)n;
	(void)err;
	/* Of several the first: not one whose slug looks like the id of another, and not one
	 * that is deleted. */
	if (finding->found)
		return 0;
	finding->found = true;
	db_copy(&columns[0], facts->id, sizeof facts->id);
	db_copy(&columns[1], facts->slug, sizeof facts->slug);
	db_copy(&columns[2], facts->owner_id, sizeof facts->owner_id);
	db_copy(&columns[3], facts->team_id, sizeof facts->team_id);
	facts->latest = columns[4].number;
	facts->revision = columns[5].number;
	facts->deleted = columns[6].kind == DB_TEXT;
	finding->approved = columns[7].number != 0;
	return 0;
}

int prompt_find(struct request *request, struct prompt_facts *facts, struct err *err)
{
	struct finding finding = {.facts = facts};
	unsigned relation;
	int rc;

	*facts = (struct prompt_facts){.latest = 0};
	rc = hub_db_run(request->db,
		"SELECT p.id, p.slug, p.owner_id, p.team_id, p.latest, p.revision, p.deleted, "
		"(SELECT count(*) FROM channel c WHERE c.tenant = p.tenant AND c.prompt_id = p.id "
		"AND c.name = 'production') FROM prompt p WHERE p.tenant = $1 AND (p.id = $2 OR "
		"p.slug = $2) ORDER BY CASE WHEN p.id = $2 THEN 0 WHEN p.deleted IS NULL THEN 1 "
		"ELSE 2 END",
		DB_ARGS(TENANT(request), db_text(request->words[0])), on_prompt, &finding, err);
	if (rc != 0)
		return rc;
	relation =
		credential_relation(&request->who, str_of(facts->owner_id), str_of(facts->team_id));
	/* Who may not know of it hears what they would hear if it were not there. */
	if (!finding.found || (facts->deleted && request->who.role != ROLE_ADMIN) ||
		(relation == RELATION_OTHER && request->who.role != ROLE_ADMIN) ||
		(request->who.role == ROLE_CONSUMER && !finding.approved))
		return request_refuse(request, 404, "not_found", "there is no such prompt");
	if ((request->route->may[request->who.role] & relation) == 0)
		return request_refuse(request, 403, "role", "the role %s may not do that here",
			role_name(request->who.role));
	/* An admin looks at it, and purges it; nothing brings it back to the agents. */
	if (facts->deleted && (request->route->flags & ROUTE_WRITE) != 0 &&
		request->route->scope != SCOPE_ADMIN)
		return request_refuse(request, 409, "deleted", "this prompt is deleted");
	return 0;
}

static int add_tags(struct request *request, const char *id, json_t *object, struct err *err)
{
	json_t *rows = json_array(), *tags = json_array(), *row;
	size_t i;
	int rc = request_rows(request, "name",
		"SELECT t.name FROM prompt_tag pt JOIN tag t ON t.tenant = pt.tenant AND t.id = "
		"pt.tag_id WHERE pt.tenant = $1 AND pt.prompt_id = $2 ORDER BY t.name",
		DB_ARGS(TENANT(request), db_string(id)), rows, err);

	json_array_foreach (rows, i, row)
		(void)json_array_append(tags, json_object_get(row, "name"));
	json_decref(rows);
	(void)json_object_set_new(object, "tags", tags);
	return rc;
}

#define VERSION_SHAPE                                                                   \
	"number messages:j inputs:j parameters:j digest size message state created_by " \
	"created_at:t"
#define VERSION_COLUMNS                                                                     \
	"v.number, v.messages, v.inputs, v.parameters, v.digest, v.size_bytes, v.message, " \
	"v.state, v.created_by, v.created_ms"

/* The member "active": what production points to; and "latest", but for consumers. */
static int add_versions(
	struct request *request, const struct prompt_facts *facts, json_t *object, struct err *err)
{
	json_t *version;
	int rc = request_row(request, VERSION_SHAPE,
		"SELECT " VERSION_COLUMNS " FROM channel c JOIN version v ON v.tenant = c.tenant "
		"AND v.prompt_id = c.prompt_id AND v.number = c.number WHERE c.tenant = $1 AND "
		"c.prompt_id = $2 AND c.name = 'production'",
		DB_ARGS(TENANT(request), db_string(facts->id)), &version, err);

	if (rc != 0 && rc != DB_NONE)
		return rc;
	(void)json_object_set_new(
		object, "active_version", version != NULL ? version : json_null());
	if (request->who.role == ROLE_CONSUMER)
		return 0;
	rc = request_row(request, VERSION_SHAPE,
		"SELECT " VERSION_COLUMNS
		" FROM version v WHERE v.tenant = $1 AND v.prompt_id = $2 "
		"AND v.number = $3",
		DB_ARGS(TENANT(request), db_string(facts->id), db_number(facts->latest)), &version,
		err);
	if (rc == 0)
		(void)json_object_set_new(object, "latest_version", version);
	return rc == DB_NONE ? 0 : rc;
}

static void etag_of(int64_t revision, char etag[ETAG_BYTES])
{
	(void)snprintf(etag, ETAG_BYTES, "\"%lld\"", (long long)revision);
}

int prompt_answer(
	struct request *request, unsigned status, const struct prompt_facts *facts, struct err *err)
{
	char etag[ETAG_BYTES];
	json_t *object;
	int rc = request_row(request,
		"id slug title description owner_id team_id collection_id aliases:j is_template:b "
		"locked:b flags latest revision deleted created_at:t updated_at:t",
		"SELECT id, slug, title, description, owner_id, team_id, collection_id, aliases, "
		"is_template, locked, flags, latest, revision, deleted, created_ms, updated_ms "
		"FROM "
		"prompt WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_string(facts->id)), &object, err);

	if (rc != 0)
		return rc;
	if ((rc = add_tags(request, facts->id, object, err)) != 0 ||
		(rc = add_versions(request, facts, object, err)) != 0) {
		json_decref(object);
		return rc;
	}
	etag_of(json_integer_value(json_object_get(object, "revision")), etag);
	return etag_answer_as(request, status, object, etag);
}

int prompt_match(struct request *request, const struct prompt_facts *facts, enum etag_wish wish)
{
	char etag[ETAG_BYTES];

	etag_of(facts->revision, etag);
	return etag_match_as(request, etag, wish);
}

int prompt_touch(struct request *request, const char *id, struct err *err)
{
	int rc = request_do(request,
		"UPDATE prompt SET revision = revision + 1, updated_ms = $3 WHERE tenant = $1 AND "
		"id = $2",
		DB_ARGS(TENANT(request), db_string(id), db_number(request->now_ms)), err);

	return rc != 0 ? rc : feed_touch(request, str_of(id), NULL, err);
}
