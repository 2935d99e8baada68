/* What a change leaves behind for the agents; see feed.h. */
#include "hub/feed.h"

#include <stdio.h>

#include "hub/search.h"

/* The tenant's next number. Its row stays locked until the transaction ends, so that
 * numbers become visible in their order: a reader who has seen 41 has seen 40. */
static int next_seq(struct request *request, int64_t *seq, struct err *err)
{
	return request_count(request, "UPDATE tenant SET seq = seq + 1 WHERE id = $1 RETURNING seq",
		DB_ARGS(TENANT(request)), seq, err);
}

int feed_touch(struct request *request, struct str prompt_id, const char *gone, struct err *err)
{
	char id[ID_BYTES];
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
	/* And who searches finds it by what it is now. */
	(void)snprintf(id, sizeof id, "%.*s", (int)prompt_id.n, prompt_id.p);
	if (rc == 0)
		rc = search_put(request->db, request->who.tenant, id, err);
	return rc;
}

/* In the order of enum feed_group. */
#define TAGGED "SELECT prompt_id FROM prompt_tag WHERE tenant = $1 AND tag_id = $2"
#define COLLECTED "SELECT id AS prompt_id FROM prompt WHERE tenant = $1 AND collection_id = $2"
#define OF_TEAM "SELECT id AS prompt_id FROM prompt WHERE tenant = $1 AND team_id = $2"
#define NUMBERED "SELECT g.prompt_id, row_number() OVER (ORDER BY g.prompt_id) AS n FROM "
static const struct {
	const char *count, *revise, *renumber;
} groups[] = {
#define GROUP(members)                                                                           \
	{                                                                                        \
		"SELECT count(*) FROM (" members ") g",                                          \
			"UPDATE prompt SET revision = revision + 1 WHERE tenant = $1 AND id IN " \
			"(" members ")",                                                         \
			"UPDATE feed SET seq = $3 + x.n, at_ms = $4 FROM (" NUMBERED "(" members \
			") g) x WHERE feed.tenant = $1 AND feed.object_id = x.prompt_id AND "    \
			"feed.gone IS NULL"                                                      \
	}
	GROUP(TAGGED),
	GROUP(COLLECTED),
	GROUP(OF_TEAM),
};

int feed_touch_group(struct request *request, enum feed_group group, struct str id, struct err *err)
{
	int64_t n, last;
	int rc = request_count(
		request, groups[group].count, DB_ARGS(TENANT(request), db_text(id)), &n, err);

	if (rc != 0 || n == 0)
		return rc;
	rc = request_count(request, "UPDATE tenant SET seq = seq + $2 WHERE id = $1 RETURNING seq",
		DB_ARGS(TENANT(request), db_number(n)), &last, err);
	if (rc == 0)
		rc = request_do(
			request, groups[group].revise, DB_ARGS(TENANT(request), db_text(id)), err);
	if (rc == 0)
		rc = request_do(request, groups[group].renumber,
			DB_ARGS(TENANT(request), db_text(id), db_number(last - n),
				db_number(request->now_ms)),
			err);
	if (rc == 0)
		rc = request_do(request,
			"UPDATE feed_audience SET seq = f.seq FROM feed f WHERE "
			"feed_audience.tenant = $1 AND f.tenant = $1 AND f.seq > $2 AND "
			"feed_audience.object_id = f.object_id",
			DB_ARGS(TENANT(request), db_number(last - n)), err);
	return rc;
}
