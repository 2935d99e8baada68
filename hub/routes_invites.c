/* Invitations that are open: seen and taken back. An invitation is known by the beginning
 * of its token's hash, which leads nobody to the token. */
#include "hub/routes_all.h"

int route_invite_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	return request_list(request, limit, "id",
		"id email role team_id created_by created_at:t expires_at:t",
		"SELECT substr(hash, 1, 16), email, role, team_id, created_by, created_ms, "
		"expires_ms FROM invite WHERE tenant = $1 AND expires_ms > $2 AND substr(hash, 1, "
		"16) > $3 ORDER BY substr(hash, 1, 16) LIMIT $4",
		DB_ARGS(TENANT(request), db_number(request->now_ms), db_text(cursor),
			db_number(limit + 1)),
		err);
}

int route_invite_delete(struct request *request, struct err *err)
{
	int rc = request_do(request,
		"DELETE FROM invite WHERE tenant = $1 AND substr(hash, 1, 16) = $2",
		DB_ARGS(TENANT(request), db_text(request->words[0])), err);

	if (rc == 0 && hub_db_changes(request->db) == 0)
		return DB_NONE;
	if (rc == 0)
		rc = request_audit(request, "invite.delete", request->words[0], json_object(), err);
	return rc != 0 ? rc : request_answer(request, 204, NULL);
}
