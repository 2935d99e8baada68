/*
 * GET /stats?from=&to=&limit=: what is used most, how it is rated, by which team, what
 * fails, what is flagged; over whole days, 92 at most. A prompt owner is told of the
 * prompts that they see, an admin of all.
 */
#include <string.h>

#include "core/clock.h"
#include "hub/routes_all.h"

#define DAY_MS (24LL * 3600 * 1000)
#define DAYS_MAX 92
#define DAYS 30
#define TOP_MAX 100
#define TOP 10

struct range {
	int64_t from, to, limit; /* days since 1970, both counted in */
};

/* "2026-11-21" or a whole time. */
static bool parse_day(struct str text, int64_t *day)
{
	char whole[CLOCK_TEXT_BYTES];
	int64_t time_ms;

	if (text.n == 10) {
		memcpy(whole, text.p, 10);
		memcpy(whole + 10, "T00:00:00Z", 11);
		text = str_of(whole);
	}
	if (!clock_parse(text, &time_ms) || time_ms < 0)
		return false;
	*day = time_ms / DAY_MS;
	return true;
}

static int read_range(struct request *request, struct range *range)
{
	struct str query = request->http->query, text;

	*range = (struct range){.to = request->now_ms / DAY_MS, .limit = TOP};
	if (http_query_value(query, "to", &text) && !parse_day(text, &range->to))
		return request_refuse(request, 400, "bad_range", "to is a day, 2026-11-21");
	range->from = range->to - DAYS + 1;
	if (http_query_value(query, "from", &text) && !parse_day(text, &range->from))
		return request_refuse(request, 400, "bad_range", "from is a day, 2026-11-21");
	if (range->from > range->to || range->to - range->from >= DAYS_MAX)
		return request_refuse(request, 400, "bad_range",
			"from is before to, by %d days at most", DAYS_MAX);
	if (http_query_value(query, "limit", &text) && !str_to_int(text, 1, TOP_MAX, &range->limit))
		return request_refuse(
			request, 400, "bad_limit", "limit is a number from 1 to %d", TOP_MAX);
	return 0;
}

/* $1 tenant, $2 and $3 the days (or their milliseconds), $4 role, $5 who, $6 how many. */
#define SEEN_BY                                                                               \
	" ($4 = 3 OR p.team_id IS NULL OR p.owner_id = $5 OR EXISTS (SELECT 1 FROM member m " \
	"WHERE m.tenant = p.tenant AND m.team_id = p.team_id AND m.user_id = $5)) "
#define USED                                                                               \
	" FROM usage_count u JOIN prompt p ON p.tenant = u.tenant AND p.id = u.prompt_id " \
	"WHERE u.tenant = $1 AND u.day BETWEEN $2 AND $3 AND" SEEN_BY
#define EXECUTED                                                                               \
	" FROM execution x JOIN prompt p ON p.tenant = x.tenant AND p.id = x.prompt_id WHERE " \
	"x.tenant = $1 AND x.executed_ms BETWEEN $2 AND $3 AND" SEEN_BY

static const struct figure {
	const char *name, *shape, *sql;
	bool by_ms, limited;
} figures[] = {
	{"top_prompts", "id slug title uses errors",
		"SELECT p.id, p.slug, p.title, sum(u.uses), sum(u.errors)" USED
		"GROUP BY p.id, p.slug, p.title ORDER BY sum(u.uses) DESC, p.slug LIMIT $6",
		false, true},
	{"actions", "action client_type uses errors",
		"SELECT u.action, u.client_type, sum(u.uses), sum(u.errors)" USED
		"GROUP BY u.action, u.client_type ORDER BY u.action, u.client_type",
		false, false},
	/* Somebody of two teams counts for both; of none, for none. */
	{"teams", "id name uses errors people",
		"SELECT t.id, t.name, sum(u.uses), sum(u.errors), count(DISTINCT u.user_id) FROM "
		"usage_count u JOIN prompt p ON p.tenant = u.tenant AND p.id = u.prompt_id JOIN "
		"member b ON b.tenant = u.tenant AND b.user_id = u.user_id JOIN team t ON t.tenant "
		"= b.tenant AND t.id = b.team_id WHERE u.tenant = $1 AND u.day BETWEEN $2 AND $3 "
		"AND" SEEN_BY "GROUP BY t.id, t.name ORDER BY sum(u.uses) DESC, t.name LIMIT $6",
		false, true},
	{"ratings", "rating count",
		"SELECT x.rating, count(*)" EXECUTED
		"AND x.rating IS NOT NULL GROUP BY x.rating ORDER BY x.rating",
		true, false},
	{"models", "model executions failures",
		"SELECT x.model, count(*), sum(1 - x.success)" EXECUTED
		"GROUP BY x.model ORDER BY count(*) DESC, x.model LIMIT $6",
		true, true},
	{"failing_prompts", "id slug executions failures",
		"SELECT p.id, p.slug, count(*), sum(1 - x.success)" EXECUTED
		"GROUP BY p.id, p.slug HAVING sum(1 - x.success) > 0 ORDER BY sum(1 - x.success) "
		"DESC, p.slug LIMIT $6",
		true, true},
};

static int add_figure(struct request *request, const struct figure *figure,
	const struct range *range, json_t *stats, struct err *err)
{
	json_t *list = json_array();
	int64_t from = figure->by_ms ? range->from * DAY_MS : range->from;
	int64_t to = figure->by_ms ? (range->to + 1) * DAY_MS - 1 : range->to;
	const struct db_value args[] = {TENANT(request), db_number(from), db_number(to),
		db_number(request->who.role), USER(request), db_number(range->limit)};
	int rc = request_rows(
		request, figure->shape, figure->sql, args, figure->limited ? 6 : 5, list, err);

	(void)json_object_set_new(stats, figure->name, list);
	return rc;
}

/* Whatever the time: what is flagged now. */
static int add_flagged(
	struct request *request, const struct range *range, json_t *stats, struct err *err)
{
	json_t *list = json_array();
	int rc = request_rows(request, "id slug title flags",
		"SELECT p.id, p.slug, p.title, p.flags FROM prompt p WHERE p.tenant = $1 AND "
		"p.flags <> '' AND p.deleted IS NULL AND ($2 = 3 OR p.team_id IS NULL OR "
		"p.owner_id = $3 OR EXISTS (SELECT 1 FROM member m WHERE m.tenant = p.tenant AND "
		"m.team_id = p.team_id AND m.user_id = $3)) ORDER BY p.id LIMIT $4",
		DB_ARGS(TENANT(request), db_number(request->who.role), USER(request),
			db_number(range->limit)),
		list, err);

	(void)json_object_set_new(stats, "flagged", list);
	return rc;
}

/* Sums of what stands in a list already. */
static json_int_t sum(const json_t *list, const char *member)
{
	const json_t *row;
	json_int_t n = 0;
	size_t i;

	json_array_foreach (list, i, row)
		n += json_integer_value(json_object_get(row, member));
	return n;
}

static double rate(json_int_t part, json_int_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

static void add_totals(json_t *stats)
{
	const json_t *actions = json_object_get(stats, "actions");
	json_int_t uses = sum(actions, "uses"), errors = sum(actions, "errors");

	(void)json_object_set_new(stats, "totals",
		json_pack("{s:I, s:I, s:f}", "uses", uses, "errors", errors, "error_rate",
			rate(errors, uses)));
}

int route_stats(struct request *request, struct err *err)
{
	char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES];
	struct range range;
	json_t *stats;
	size_t i;
	int rc = read_range(request, &range);

	if (rc != 0)
		return rc;
	clock_format(range.from * DAY_MS, from);
	clock_format(range.to * DAY_MS, to);
	stats = json_pack("{s:s%, s:s%}", "from", from, (size_t)10, "to", to, (size_t)10);
	for (i = 0; rc == 0 && i < sizeof figures / sizeof *figures; i++)
		rc = add_figure(request, &figures[i], &range, stats, err);
	if (rc == 0)
		rc = add_flagged(request, &range, stats, err);
	if (rc != 0) {
		json_decref(stats);
		return rc;
	}
	add_totals(stats);
	return request_answer(request, 200, stats);
}
