/* One team: its members, its name, its end; see routes_people.c for the rest. */
#include "hub/credential.h"
#include "hub/etag.h"
#include "hub/feed.h"
#include "hub/routes_all.h"

#define NAME_MAX_BYTES 200

static int team_find(struct request *request, json_t **team, struct err *err)
{
	return request_row(request, "id name members created_at:t",
		"SELECT t.id, t.name, (SELECT count(*) FROM member m WHERE m.tenant = t.tenant AND "
		"m.team_id = t.id), t.created_ms FROM team t WHERE t.tenant = $1 AND t.id = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0])), team, err);
}

int route_team_get(struct request *request, struct err *err)
{
	json_t *team;
	int rc = team_find(request, &team, err);

	return rc != 0 ? rc : etag_answer(request, 200, team);
}

/* Still as who asks has seen it? */
static int team_match(struct request *request, enum etag_wish wish, struct err *err)
{
	json_t *team;
	int rc = team_find(request, &team, err);

	if (rc != 0)
		return rc;
	rc = etag_match(request, team, wish);
	json_decref(team);
	return rc;
}

/* Agents are told the team of a prompt by its name. */
static int touch_prompts(struct request *request, struct err *err)
{
	return feed_touch_group(request, FEED_TEAM, request->words[0], err);
}

int route_team_patch(struct request *request, struct err *err)
{
	struct str name;
	int rc = team_match(request, ETAG_MUST, err);

	if (rc != 0 || (rc = request_required(request, "name", NAME_MAX_BYTES, &name)) != 0)
		return rc;
	rc = request_do(request, "UPDATE team SET name = $3 WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(name)), err);
	if (rc == 0)
		rc = touch_prompts(request, err);
	if (rc == 0)
		rc = request_audit(request, "team.change", request->words[0],
			request_changed(request, "name"), err);
	return rc != 0 ? rc : route_team_get(request, err);
}

/* Only when no prompt is its own: else somebody else would see them, or nobody. */
int route_team_delete(struct request *request, struct err *err)
{
	const struct db_value key[] = {TENANT(request), db_text(request->words[0])};
	static const char *const steps[] = {
		("UPDATE prompt SET team_id = NULL WHERE tenant = $1 AND team_id = $2 AND deleted "
		 "IS NOT NULL"),
		"DELETE FROM invite WHERE tenant = $1 AND team_id = $2",
		"DELETE FROM member WHERE tenant = $1 AND team_id = $2",
		"DELETE FROM team WHERE tenant = $1 AND id = $2"};
	int64_t n;
	size_t i;
	int rc = team_match(request, ETAG_MAY, err);

	if (rc == 0)
		rc = request_count(request,
			"SELECT count(*) FROM prompt WHERE tenant = $1 AND team_id = $2 AND "
			"deleted IS NULL",
			key, 2, &n, err);
	if (rc == 0 && n > 0)
		return request_refuse(
			request, 409, "not_empty", "%lld prompts are this team's", (long long)n);
	for (i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++)
		rc = request_do(request, steps[i], key, 2, err);
	if (rc == 0)
		rc = request_audit(request, "team.delete", request->words[0], json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* For admins, and for those who are in it. */
int route_member_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	json_t *team;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0 || (rc = team_find(request, &team, err)) != 0)
		return rc;
	json_decref(team);
	if ((request->route->may[request->who.role] &
		    credential_relation(&request->who, STR(""), request->words[0])) == 0)
		return request_refuse(request, 403, "role", "that is a team of others");
	return request_list(request, limit, "id", "id name role",
		"SELECT u.id, u.name, u.role FROM member m JOIN person u ON u.tenant = m.tenant "
		"AND u.id = m.user_id WHERE m.tenant = $1 AND m.team_id = $2 AND u.id > $3 ORDER "
		"BY u.id LIMIT $4",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(cursor),
			db_number(limit + 1)),
		err);
}
