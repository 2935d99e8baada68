/* promptd list: every prompt of the library, by name. */
#include "agent/lookup.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "store/picks.h"

#define PAGE_ROWS 500

struct list {
	struct call *call;
	struct output_table *table;
	json_t *rows;
	const char *names; /* beginning of the names wanted; NULL: a table */
	char after[PROMPT_PATH_MAX + 1];
	int64_t n, limit;
	unsigned page; /* rows of this page */
	bool favourites;
};

static struct str last_part(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return (struct str){path.p + i, path.n - i};
}

/* For completion: the whole name, or the last part where one began with that. */
static void list_name(struct list *list, const struct store_row *row)
{
	struct str last = last_part(row->path);

	if (str_starts(row->path, list->names))
		output_text(list->call->out, row->path);
	else if (str_starts(last, list->names))
		output_text(list->call->out, last);
	else
		return;
	output_print(list->call->out, "\n");
	list->n++;
}

static void list_row(struct list *list, const struct store_row *row)
{
	char version[24];

	list->n++;
	if (list->rows != NULL) {
		(void)json_array_append_new(list->rows, lookup_row_json(row));
		return;
	}
	(void)snprintf(version, sizeof version, "%" PRId64, row->version);
	output_table_add(list->table, row->path);
	output_table_add(list->table, str_of(version));
	output_table_add(list->table, row->title);
	output_table_add(list->table, row->tags);
	output_table_add(list->table, row->source);
}

static int on_row(void *data, const struct store_row *row)
{
	struct list *list = data;

	if (list->n >= list->limit)
		return 1;
	if (list->names != NULL)
		list_name(list, row);
	else
		list_row(list, row);
	(void)snprintf(list->after, sizeof list->after, "%.*s", (int)row->path.n, row->path.p);
	list->page++;
	return 0;
}

static int walk(struct list *list, struct store *store, const struct store_filter *filter)
{
	struct err err;

	if (list->favourites)
		return store_favourite_list(store, filter, UINT_MAX, on_row, list, &err) < 0
			       ? call_fail_err(list->call, &err)
			       : COMMAND_DONE;
	do {
		list->page = 0;
		if (store_prompt_list(
			    store, filter, str_of(list->after), PAGE_ROWS, on_row, list, &err) < 0)
			return call_fail_err(list->call, &err);
		if (call_cancelled())
			return call_cancel(list->call);
	} while (list->page == PAGE_ROWS && list->n < list->limit);
	return COMMAND_DONE;
}

static int fail_empty(struct call *call, const struct store_filter *filter)
{
	if (filter->tag.n > 0)
		call_hint(call, "promptd tags lists the tags there are");
	else if (filter->collection.n > 0)
		call_hint(call, "promptd collections lists the collections there are");
	else if (call_flag(call, "favourites"))
		call_hint(call, "promptd favourite NAME makes one");
	else
		call_hint(call, "promptd import FOLDER fills the library");
	return call_fail(call, COMMAND_NOT_FOUND,
		filter->tag.n + filter->collection.n > 0 ? "no prompt is like that"
		: call_flag(call, "favourites")		 ? "there are no favourites"
							 : "the library is empty");
}

static int list_print(struct list *list, struct store *store, const struct store_filter *filter)
{
	static const struct output_column columns[] = {
		{.title = "NAME", .shrink_to = 16, .style = OUTPUT_NAME},
		{.title = "VER", .right = true},
		{.title = "TITLE", .shrink_to = 6},
		{.title = "TAGS", .shrink_to = 4, .style = OUTPUT_DIM},
		{.title = "SOURCE", .shrink_to = 3, .style = OUTPUT_DIM},
	};
	int result;

	list->table = output_table_new(list->call->out, columns, 5);
	result = walk(list, store, filter);
	if (result == COMMAND_DONE && list->names == NULL && !list->call->json)
		output_table_print(list->table);
	output_table_free(list->table);
	return result;
}

static int list_run(struct call *call)
{
	struct list list = {.call = call,
		.names = call_value(call, "names"),
		.favourites = call_flag(call, "favourites")};
	struct store_filter filter = {
		.tag = str_of(call_value(call, "tag")),
		.collection = str_of(call_value(call, "collection")),
		.experimental = call_flag(call, "experimental") || call->config->experimental,
		.count_uses = call->json,
	};
	struct store *store;
	int result = lookup_number(call, "limit", 1, INT64_MAX, INT64_MAX, &list.limit);

	if (call->json) {
		list.rows = json_array();
		call_answer(call, "prompts", list.rows);
	}
	if (result == COMMAND_DONE && list.favourites && filter.tag.n + filter.collection.n > 0)
		result = call_fail(call, COMMAND_USAGE,
			"--favourites are all of them, whatever their tag or collection");
	if (result == COMMAND_DONE)
		result = call_store(call, false, &store);
	if (result != COMMAND_DONE)
		return result;
	result = list_print(&list, store, &filter);
	if (result == COMMAND_DONE && list.n == 0 && list.names == NULL)
		return fail_empty(call, &filter);
	return result;
}

static const struct command_option options[] = {
	{"tag", 't', "TAG", "only prompts with this tag", COMMAND_TAG, NULL, false},
	{"collection", 'c', "NAME", "only prompts of this collection", COMMAND_COLLECTION, NULL,
		false},
	{"limit", 'n', "NUMBER", "no more than so many", COMMAND_TEXT, NULL, false},
	{"favourites", 'f', NULL, "only favourites, in the order of the picker", COMMAND_TEXT, NULL,
		false},
	{"experimental", 0, NULL, "also drafts, experimental and deprecated ones", COMMAND_TEXT,
		NULL, false},
	{"names", 0, "BEGINNING", "names only, for the shell's completion", COMMAND_TEXT, NULL,
		true},
	{0},
};

static const struct command_example examples[] = {
	{"promptd list --tag review", "prompts tagged review"},
	{"promptd list | cut -f1", "the names alone: on a pipe the columns are tabs apart"},
	{0},
};

const struct command command_list = {
	.name = "list",
	.summary = "list the prompts of the library by name",
	.words = "",
	.description = "Lists every approved prompt: name, version, title and tags.",
	.words_max = 0,
	.options = options,
	.examples = examples,
	.answer = "prompts (name, title, description, version, tags, collection, inputs, source, "
		  "status, channel, id, sha256, uses, bytes, updated)",
	.here = true,
	.run = list_run,
};
