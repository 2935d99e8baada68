/* What a change leaves behind for the agents; see feed.h. */
#include "hub/feed.h"

/* The tenant's next number. Its row stays locked until the transaction ends, so that
 * numbers become visible in their order: a reader who has seen 41 has seen 40. */
static int next_seq(struct request *request, int64_t *seq, struct err *err)
{
	return request_count(request, "UPDATE tenant SET seq = seq + 1 WHERE id = $1 RETURNING seq",
		DB_ARGS(TENANT(request)), seq, err);
}

int feed_touch(struct request *request, struct str prompt_id, const char *gone, struct err *err)
{
	int64_t seq;
	int rc = next_seq(request, &seq, err);

	if (rc == 0)
		rc = request_do(request,
			"INSERT INTO feed (tenant, object_id, seq, gone, at_ms) VALUES ($1, $2, "
			"$3, "
			"$4, $5) ON CONFLICT (tenant, object_id) DO UPDATE SET seq = excluded.seq, "
			"gone = excluded.gone, at_ms = excluded.at_ms",
			DB_ARGS(TENANT(request), db_text(prompt_id), db_number(seq),
				db_string(gone), db_number(request->now_ms)),
			err);
	/* Who may hold it now, and everybody who might have held it before. */
	if (rc == 0)
		rc = request_do(request,
			"INSERT INTO feed_audience (tenant, object_id, team_id, seq) SELECT "
			"tenant, "
			"id, coalesce(team_id, ''), $3 FROM prompt WHERE tenant = $1 AND id = $2 "
			"ON CONFLICT DO NOTHING",
			DB_ARGS(TENANT(request), db_text(prompt_id), db_number(seq)), err);
	if (rc == 0)
		rc = request_do(request,
			"UPDATE feed_audience SET seq = $3 WHERE tenant = $1 AND object_id = $2",
			DB_ARGS(TENANT(request), db_text(prompt_id), db_number(seq)), err);
	request->changed = true;
	return rc;
}
