/* promptd stats: how often prompts are used, and how they did. */
#include "agent/lookup.h"

#include <stdio.h>

#include "core/json.h"
#include "store/stats.h"

#define BAR_COLUMNS 40

/* A bar of n in most; at least one sign when there is anything. */
static void print_bar(struct output *out, int64_t n, int64_t most)
{
	const char *sign = out->utf8 ? "\xe2\x96\x88" : "#";
	int64_t columns = most > 0 ? (n * BAR_COLUMNS + most - 1) / most : 0;

	while (columns-- > 0)
		output_print(out, "%s", sign);
}

static void print_ratings(struct output *out, const struct stats *stats)
{
	int64_t most = 0;
	int i;

	for (i = 1; i <= 5; i++)
		most = stats->ratings[i] > most ? stats->ratings[i] : most;
	if (most == 0)
		return;
	output_print(out, "\nratings\n");
	for (i = 5; i >= 1; i--) {
		output_print(out, "  %d %6lld  ", i, (long long)stats->ratings[i]);
		output_style(out, OUTPUT_GOOD);
		print_bar(out, stats->ratings[i], most);
		output_style(out, OUTPUT_PLAIN);
		output_print(out, "\n");
	}
}

static void print_days(struct output *out, const struct stats *stats)
{
	static const char *const steps[] = {"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83",
		"\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88"};
	static const char *const plain[] = {".", ":", "-", "=", "+", "*", "%", "#"};
	int64_t most = 0;
	int i;

	for (i = 0; i < STATS_DAYS; i++)
		most = stats->days[i] > most ? stats->days[i] : most;
	if (most == 0)
		return;
	output_print(out, "\nlast %d days  ", STATS_DAYS);
	for (i = 0; i < STATS_DAYS; i++) {
		int64_t step = (stats->days[i] * 8 + most - 1) / most;
		const char *const *signs = out->utf8 ? steps : plain;

		output_print(out, "%s", step == 0 ? " " : signs[step - 1]);
	}
	output_print(out, "  at most %lld a day\n", (long long)most);
}

static void print_whole(struct output *out, const struct stats *stats)
{
	int64_t told = stats->succeeded + stats->failed;

	output_print(out, "%lld use%s, %lld result%s", (long long)stats->uses,
		stats->uses == 1 ? "" : "s", (long long)stats->executions,
		stats->executions == 1 ? "" : "s");
	if (told > 0)
		output_print(out, ", %lld%% of %lld successful",
			(long long)(stats->succeeded * 100 / told), (long long)told);
	output_print(out, "\n");
}

static json_t *whole_json(const struct stats *stats)
{
	json_t *ratings = json_object(), *days = json_array(), *object = json_object();
	char name[2] = "1";
	int i;

	for (i = 1; i <= 5; i++) {
		name[0] = (char)('0' + i);
		(void)json_object_set_new(ratings, name, json_integer(stats->ratings[i]));
	}
	for (i = 0; i < STATS_DAYS; i++)
		(void)json_array_append_new(days, json_integer(stats->days[i]));
	(void)json_object_set_new(object, "uses", json_integer(stats->uses));
	(void)json_object_set_new(object, "results", json_integer(stats->executions));
	(void)json_object_set_new(object, "succeeded", json_integer(stats->succeeded));
	(void)json_object_set_new(object, "failed", json_integer(stats->failed));
	(void)json_object_set_new(object, "ratings", ratings);
	(void)json_object_set_new(object, "days", days);
	return object;
}

struct rows {
	struct call *call;
	struct output_table *table;
	json_t *prompts;
	size_t n;
	struct store *store;
};

static void row_json(struct rows *rows, const struct stats_prompt *row, struct str name)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "name", json_from_str(name));
	(void)json_object_set_new(object, "uses", json_integer(row->uses));
	(void)json_object_set_new(object, "last", lookup_time_json(row->last_ms));
	(void)json_object_set_new(object, "results", json_integer(row->executions));
	(void)json_object_set_new(object, "rating",
		row->rated > 0 ? json_real((double)row->rating_sum / (double)row->rated)
			       : json_null());
	(void)json_object_set_new(object, "succeeded", json_integer(row->succeeded));
	(void)json_object_set_new(object, "failed", json_integer(row->failed));
	(void)json_array_append_new(rows->prompts, object);
}

static void row_add(struct rows *rows, const struct stats_prompt *row, struct str name)
{
	char rating[32] = "", success[48] = "";
	int64_t told = row->succeeded + row->failed;

	if (row->rated > 0)
		(void)snprintf(rating, sizeof rating, "%.1f",
			(double)row->rating_sum / (double)row->rated);
	if (told > 0)
		(void)snprintf(success, sizeof success, "%lld%%",
			(long long)(row->succeeded * 100 / told));
	output_table_add(rows->table, name);
	output_table_add_int(rows->table, row->uses);
	output_table_add_int(rows->table, row->executions);
	output_table_add(rows->table, str_of(rating));
	output_table_add(rows->table, str_of(success));
}

static int on_row(void *data, const struct stats_prompt *row)
{
	struct store_want want = {.experimental = true};
	struct rows *rows = data;
	struct prompt *prompt = NULL;
	struct err ignored;
	struct str name;

	/* What was removed since is told by its id. */
	if (store_prompt_get(rows->store, row->prompt_id, &want, &prompt, &ignored) != STORE_OK)
		prompt = NULL;
	name = prompt != NULL ? str_of(prompt->path) : row->prompt_id;
	rows->n++;
	if (rows->prompts != NULL)
		row_json(rows, row, name);
	else
		row_add(rows, row, name);
	prompt_free(prompt);
	return 0;
}

static int most_used(struct call *call, struct store *store, unsigned limit)
{
	static const struct output_column columns[] = {
		{.title = "PROMPT", .shrink_to = 16, .style = OUTPUT_NAME},
		{.title = "USES", .right = true},
		{.title = "RESULTS", .right = true},
		{.title = "RATING", .right = true},
		{.title = "SUCCESS", .right = true},
	};
	struct rows rows = {.call = call, .store = store};
	struct err err;
	int result = COMMAND_DONE;

	if (call->json) {
		rows.prompts = json_array();
		call_answer(call, "prompts", rows.prompts);
	}
	rows.table = output_table_new(call->out, columns, 5);
	if (store_stats_prompts(store, limit, on_row, &rows, &err) != 0)
		result = call_fail_err(call, &err);
	else if (!call->json && rows.n > 0) {
		output_print(call->out, "\n");
		output_table_print(rows.table);
	}
	output_table_free(rows.table);
	return result;
}

static int stats_tell(struct call *call, const char *id, unsigned limit)
{
	struct store *store;
	struct stats stats;
	struct err err;
	int result = call_store(call, false, &store);

	if (result != COMMAND_DONE)
		return result;
	if (store_stats(store, str_of(id), &stats, &err) != 0)
		return call_fail_err(call, &err);
	if (call->json)
		call_answer(call, "all", whole_json(&stats));
	else
		print_whole(call->out, &stats);
	if (id == NULL)
		result = most_used(call, store, limit);
	if (!call->json) {
		print_ratings(call->out, &stats);
		print_days(call->out, &stats);
	}
	return result;
}

static int stats_run(struct call *call)
{
	struct prompt *prompt = NULL;
	int64_t limit;
	int result = lookup_number(call, "limit", 1, 1000, 10, &limit);

	if (result == COMMAND_DONE && call->n_words > 0)
		result = lookup_prompt(call, call->words[0], true, &prompt);
	if (result == COMMAND_DONE)
		result = stats_tell(call, prompt != NULL ? prompt->id : NULL, (unsigned)limit);
	prompt_free(prompt);
	return result;
}

static const struct command_option options[] = {
	{"limit", 'n', "N", "the N most used prompts (10)", COMMAND_TEXT, NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd stats", "all prompts together, and the most used"},
	{"promptd stats code-review", "one of them"},
	{0},
};

const struct command command_stats = {
	.name = "stats",
	.summary = "show how often prompts are used and how they did",
	.words = "[NAME]",
	.description = "Counts uses and results: the most used prompts, how ratings are "
		       "distributed, how many succeeded, and how many were delivered on each of "
		       "the last 14 days. Results come from `promptd rate` and from assistants. "
		       "The ledger they are counted from never holds texts.",
	.words_max = 1,
	.kind = COMMAND_PROMPT,
	.options = options,
	.examples = examples,
	.answer = "all (uses, results, succeeded, failed, ratings, days), "
		  "prompts (name, uses, last, results, rating, succeeded, failed)",
	.run = stats_run,
};
