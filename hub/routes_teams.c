/* Teams, and who is in them. */
#include "hub/credential.h"
#include "hub/etag.h"
#include "hub/feed.h"
#include "hub/routes_all.h"

#define NAME_MAX_BYTES 200

#define SHAPE "id name members created_at:t"
#define COLUMNS                                                                              \
	"SELECT t.id, t.name, (SELECT count(*) FROM member m WHERE m.tenant = t.tenant AND " \
	"m.team_id = t.id), t.created_ms FROM team t WHERE t.tenant = $1 "

int route_team_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "id", SHAPE,
		COLUMNS "AND t.id > $2 ORDER BY t.id LIMIT $3",
		DB_ARGS(TENANT(request), db_text(cursor), db_number(limit + 1)), err);
}

int route_team_create(struct request *request, struct err *err)
{
	char id[ID_BYTES];
	struct str name;
	int rc = request_required(request, "name", NAME_MAX_BYTES, &name);

	if (rc != 0)
		return rc;
	id_new(id);
	rc = request_do(request,
		"INSERT INTO team (tenant, id, name, created_ms) VALUES ($1, $2, $3, $4)",
		DB_ARGS(TENANT(request), db_string(id), db_text(name), db_number(request->now_ms)),
		err);
	if (rc == 0)
		rc = request_audit(request, "team.create", str_of(id), json_object(), err);
	return rc != 0 ? rc
		       : request_answer(request, 201,
				 json_pack("{s:s, s:s%}", "id", id, "name", name.p, name.n));
}

static int team_find(struct request *request, json_t **team, struct err *err)
{
	return request_row(request, SHAPE, COLUMNS "AND t.id = $2",
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

int route_team_patch(struct request *request, struct err *err)
{
	struct str name;
	int rc = team_match(request, ETAG_MUST, err);

	if (rc != 0 || (rc = request_required(request, "name", NAME_MAX_BYTES, &name)) != 0)
		return rc;
	rc = request_do(request, "UPDATE team SET name = $3 WHERE tenant = $1 AND id = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(name)), err);
	/* Agents are told the team of a prompt by its name. */
	if (rc == 0)
		rc = feed_touch_group(request, FEED_TEAM, request->words[0], err);
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

/* ── members ───────────────────────────────────────────────────────────── */

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

/* Somebody's scope changes with it: their agent hears of it at its next question. A team
 * or a person that is not there, or is another tenant's, is none. */
static int member_change(
	struct request *request, const char *sql, const char *action, struct err *err)
{
	int64_t n = 0;
	int rc = request_count(request,
		"SELECT count(*) FROM team t JOIN person p ON p.tenant = t.tenant WHERE t.tenant = "
		"$1 AND t.id = $2 AND p.id = $3",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(request->words[1])),
		&n, err);

	if (rc == 0 && n == 0)
		return DB_NONE;
	if (rc == 0)
		rc = request_do(request, sql,
			DB_ARGS(TENANT(request), db_text(request->words[0]),
				db_text(request->words[1])),
			err);
	if (rc == 0)
		rc = request_audit(request, action, request->words[1],
			json_pack("{s:s%}", "team", request->words[0].p, request->words[0].n), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}

/* Who is in more teams than a principal has room for could do nothing any more. */
int route_member_put(struct request *request, struct err *err)
{
	int64_t n;
	int rc = request_count(request,
		"SELECT count(*) FROM member WHERE tenant = $1 AND team_id <> $2 AND user_id = $3",
		DB_ARGS(TENANT(request), db_text(request->words[0]), db_text(request->words[1])),
		&n, err);

	if (rc != 0)
		return rc;
	if (n >= PRINCIPAL_TEAMS_MAX)
		return request_refuse(request, 409, "too_many_teams",
			"nobody is in more than %d teams", PRINCIPAL_TEAMS_MAX);
	return member_change(request,
		"INSERT INTO member (tenant, team_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO "
		"NOTHING",
		"team.join", err);
}

int route_member_delete(struct request *request, struct err *err)
{
	return member_change(request,
		"DELETE FROM member WHERE tenant = $1 AND team_id = $2 AND user_id = $3",
		"team.leave", err);
}
