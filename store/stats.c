/* Counts of executions and uses; see stats.h. */
#include "store/stats.h"

#include <string.h>

#include "core/clock.h"
#include "store/handle.h"

#define DAY_MS (24LL * 60 * 60 * 1000)

static const char stats_failed[] = "cannot count the results";

static struct str stats_any(struct str text)
{
	return text.n > 0 ? text : (struct str){NULL, 0};
}

static int stats_executions(
	struct db *db, struct str prompt_id, struct stats *stats, struct err *err)
{
	sqlite3_stmt *count;
	int result;

	if (db_statement(db, DB_STATS_EXECUTIONS,
		    "SELECT ifnull(rating, 0), count(*), sum(success IS 1), sum(success IS 0) "
		    "FROM execution WHERE ?1 IS NULL OR prompt_id = ?1 GROUP BY 1",
		    &count, err) != 0)
		return -1;
	db_bind_str(count, 1, stats_any(prompt_id));
	while ((result = db_step(db, count, stats_failed, err)) == 1) {
		int64_t rating = sqlite3_column_int64(count, 0);
		int64_t n = sqlite3_column_int64(count, 1);

		if (rating >= 0 && rating <= 5)
			stats->ratings[rating] += n;
		stats->executions += n;
		stats->succeeded += sqlite3_column_int64(count, 2);
		stats->failed += sqlite3_column_int64(count, 3);
	}
	db_done(count);
	return result;
}

static int stats_uses(struct db *db, struct str prompt_id, struct stats *stats, struct err *err)
{
	sqlite3_stmt *count;
	int result;

	if (db_statement(db, DB_STATS_USES,
		    "SELECT ifnull(sum(count), 0) FROM use WHERE ?1 IS NULL OR prompt_id = ?1",
		    &count, err) != 0)
		return -1;
	db_bind_str(count, 1, stats_any(prompt_id));
	result = db_step(db, count, stats_failed, err);
	if (result == 1)
		stats->uses = sqlite3_column_int64(count, 0);
	db_done(count);
	return result < 0 ? -1 : 0;
}

static int stats_days(struct db *db, struct str prompt_id, struct stats *stats, struct err *err)
{
	int64_t today = clock_now_ms() / DAY_MS;
	sqlite3_stmt *count;
	int result;

	if (db_statement(db, DB_STATS_DAYS,
		    "SELECT day, sum(n) FROM ("
		    "SELECT occurred_ms / 86400000 AS day, count(*) AS n FROM usage "
		    "WHERE occurred_ms >= ?2 * 86400000 AND ifnull(action, '') <> 'rate' "
		    "AND (?1 IS NULL OR prompt_id = ?1) GROUP BY 1 UNION ALL "
		    "SELECT day, sum(count) FROM daily WHERE day >= ?2 AND action <> 'rate' "
		    "AND (?1 IS NULL OR prompt_id = ?1) GROUP BY 1 UNION ALL "
		    "SELECT day, sum(count) FROM use_day WHERE day >= ?2 "
		    "AND (?1 IS NULL OR prompt_id = ?1) GROUP BY 1) GROUP BY 1",
		    &count, err) != 0)
		return -1;
	db_bind_str(count, 1, stats_any(prompt_id));
	db_bind_int(count, 2, today - STATS_DAYS + 1);
	while ((result = db_step(db, count, stats_failed, err)) == 1) {
		int64_t ago = today - sqlite3_column_int64(count, 0);

		if (ago >= 0 && ago < STATS_DAYS)
			stats->days[STATS_DAYS - 1 - ago] = sqlite3_column_int64(count, 1);
	}
	db_done(count);
	return result;
}

int store_stats(struct store *store, struct str prompt_id, struct stats *stats, struct err *err)
{
	struct db *db;

	memset(stats, 0, sizeof *stats);
	if (store_ledger(store, &db, err) != 0 ||
		stats_executions(db, prompt_id, stats, err) != 0 ||
		stats_uses(db, prompt_id, stats, err) != 0)
		return -1;
	return stats_days(db, prompt_id, stats, err);
}

int store_stats_prompts(
	struct store *store, unsigned limit, store_stats_fn *fn, void *data, struct err *err)
{
	sqlite3_stmt *list;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0)
		return -1;
	if (db_statement(db, DB_STATS_PROMPTS,
		    "SELECT u.prompt_id, u.count, u.last_ms, count(e.key), count(e.rating), "
		    "ifnull(sum(e.rating), 0), ifnull(sum(e.success IS 1), 0), "
		    "ifnull(sum(e.success IS 0), 0) FROM use u LEFT JOIN execution e "
		    "ON e.prompt_id = u.prompt_id GROUP BY u.prompt_id "
		    "ORDER BY u.count DESC, u.last_ms DESC, u.prompt_id LIMIT ?1",
		    &list, err) != 0)
		return -1;
	db_bind_int(list, 1, limit);
	while ((result = db_step(db, list, stats_failed, err)) == 1) {
		struct stats_prompt row = {
			.prompt_id = db_column_str(list, 0),
			.uses = sqlite3_column_int64(list, 1),
			.last_ms = sqlite3_column_int64(list, 2),
			.executions = sqlite3_column_int64(list, 3),
			.rated = sqlite3_column_int64(list, 4),
			.rating_sum = sqlite3_column_int64(list, 5),
			.succeeded = sqlite3_column_int64(list, 6),
			.failed = sqlite3_column_int64(list, 7),
		};

		if (fn(data, &row) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}
