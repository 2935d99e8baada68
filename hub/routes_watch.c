/* What who runs the hub looks at: is it alive, is it ready, its figures, its log of
 * who did what. */
#include <string.h>

#include "core/json.h"
#include "hub/routes_all.h"
#include "schema/schema.h"

int route_livez(struct request *request, struct err *err)
{
	(void)err;
	return request_answer(request, 200, json_pack("{s:s}", "status", "ok"));
}

/* The database answers, and is as this program knows it. */
int route_readyz(struct request *request, struct err *err)
{
	int64_t number, last = 0;
	int rc = request_count(
		request, "SELECT max(number) FROM hub_schema", DB_NO_ARGS, &number, err);

	while (schema_hub[last].name != NULL)
		last++;
	if (rc != 0 || number != last)
		return request_refuse(request, 503, "not_ready", "the database is not ready");
	return request_answer(request, 200, json_pack("{s:s}", "status", "ok"));
}

int route_audit_list(struct request *request, struct err *err)
{
	struct str cursor;
	int64_t limit, before = INT64_MAX;
	int rc = request_page(request, &limit, &cursor);

	if (rc != 0)
		return rc;
	if (cursor.n > 0 && !str_to_int(cursor, 1, INT64_MAX, &before))
		return request_refuse(request, 400, "bad_cursor", "this cursor is none of ours");
	return request_list(request, limit, "number",
		"number at:t user_id action object_id details:j previous hash",
		"SELECT number, at_ms, user_id, action, object_id, details, previous, hash FROM "
		"audit WHERE tenant = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
		DB_ARGS(TENANT(request), db_number(before), db_number(limit + 1)), err);
}
