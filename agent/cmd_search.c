/* promptd search: the prompts that fit a question, the best first. */
#include "agent/lookup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "store/search.h"

#define QUERY_BYTES_MAX 4096
#define OFFSET_MAX 500

struct found {
	struct call *call;
	struct output_table *table;
	json_t *rows;
	unsigned n;
};

static int on_row(void *data, const struct store_row *row)
{
	struct found *found = data;

	found->n++;
	if (found->rows != NULL) {
		(void)json_array_append_new(found->rows, lookup_row_json(row));
		return 0;
	}
	output_table_add(found->table, row->path);
	output_table_add_int(found->table, row->version);
	output_table_add(found->table, row->title);
	output_table_add(found->table, row->match);
	output_table_add(found->table, row->source);
	return 0;
}

static int join_words(struct call *call, struct buf *query)
{
	size_t i;

	for (i = 0; i < call->n_words; i++) {
		if (i > 0)
			(void)buf_add_char(query, ' ');
		(void)buf_add_str(query, call->words[i]);
	}
	if (buf_failed(query))
		return call_fail(
			call, COMMAND_USAGE, "the query is longer than %d bytes", QUERY_BYTES_MAX);
	if (!str_is_utf8(str_of(buf_text(query))))
		return call_fail(call, COMMAND_USAGE, "the query is not UTF-8");
	return COMMAND_DONE;
}

static int read_page(struct call *call, struct store_search *search)
{
	int64_t limit, page;
	int result = lookup_number(
		call, "limit", 1, STORE_SEARCH_LIMIT_MAX, call->config->search_limit, &limit);

	if (result == COMMAND_DONE)
		result = lookup_number(call, "page", 1, OFFSET_MAX / limit + 1, 1, &page);
	if (result != COMMAND_DONE)
		return result;
	search->limit = (unsigned)limit;
	search->offset = (unsigned)(limit * (page - 1));
	return COMMAND_DONE;
}

static int fail_nothing(struct call *call, const char *query)
{
	call_hint(call, "fewer or shorter words find more; promptd list shows all");
	return call_fail(call, COMMAND_NOT_FOUND, "nothing found for %.200s", query);
}

static int search_print(
	struct call *call, struct found *found, const struct store_search *search, bool *more)
{
	static const struct output_column columns[] = {
		{.title = "NAME", .shrink_to = 16, .style = OUTPUT_NAME},
		{.title = "VER", .right = true},
		{.title = "TITLE", .shrink_to = 5},
		{.title = "MATCH", .style = OUTPUT_DIM},
		{.title = "SOURCE", .shrink_to = 3, .style = OUTPUT_DIM},
	};
	struct store *store;
	struct err err;
	int result = call_store(call, false, &store);

	if (result != COMMAND_DONE)
		return result;
	found->table = output_table_new(call->out, columns, 5);
	if (store_search(store, search, on_row, found, more, &err) < 0)
		result = err.code == ERR_INVALID ? call_fail(call, COMMAND_USAGE, "%s", err.text)
						 : call_fail_err(call, &err);
	else if (!call->json && found->n > 0)
		output_table_print(found->table);
	output_table_free(found->table);
	return result;
}

static int search_run(struct call *call)
{
	struct buf query = BUF_INIT(QUERY_BYTES_MAX);
	struct store_search search = {
		.filter = {.tag = str_of(call_value(call, "tag")),
			.collection = str_of(call_value(call, "collection")),
			.experimental =
				call_flag(call, "experimental") || call->config->experimental,
			.count_uses = call->json},
		.titles_only = call_flag(call, "titles"),
	};
	struct found found = {.call = call};
	bool more = false;
	int result = join_words(call, &query);

	if (result == COMMAND_DONE)
		result = read_page(call, &search);
	if (result != COMMAND_DONE)
		goto out;
	search.text = (struct str){buf_text(&query), query.len};
	if (call->json) {
		found.rows = json_array();
		call_answer(call, "prompts", found.rows);
	}
	result = search_print(call, &found, &search, &more);
	if (result != COMMAND_DONE)
		goto out;
	call_answer(call, "more", json_boolean(more));
	if (found.n == 0)
		result = fail_nothing(call, buf_text(&query));
	else if (more && !call->json && call->out->terminal)
		output_print(call->notes, "there is more: add --page %u\n",
			search.offset / search.limit + 2);
out:
	buf_fini(&query);
	return result;
}

static const struct command_option options[] = {
	{"tag", 't', "TAG", "only prompts with this tag", COMMAND_TAG, NULL, false},
	{"collection", 'c', "NAME", "only prompts of this collection", COMMAND_COLLECTION, NULL,
		false},
	{"limit", 'n', "NUMBER", "rows to show, 1 to 100", COMMAND_TEXT, NULL, false},
	{"page", 'p', "NUMBER", "the next rows: page 2, 3, ...", COMMAND_TEXT, NULL, false},
	{"titles", 0, NULL, "look at titles, names and tags only, not at texts", COMMAND_TEXT, NULL,
		false},
	{"experimental", 0, NULL, "also drafts, experimental and deprecated ones", COMMAND_TEXT,
		NULL, false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd search code review", "both words must occur"},
	{"promptd search '\"pull request\" #git -draft'",
		"a phrase, a tag, and without a word; quote it, for the shell"},
	{0},
};

const struct command command_search = {
	.name = "search",
	.summary = "search names, titles, tags and texts",
	.words = "QUERY...",
	.description =
		"Searches the approved prompts and shows the best first, with the version and "
		"where "
		"it matched: title, tag, text, or fuzzy when the letters only nearly fit.\n\n"
		"All words must occur; the last one may be the beginning of a word. \"Some words\" "
		"in quotes are a phrase, tag:NAME or #NAME asks for a tag, in:NAME for a "
		"collection, -word leaves prompts out (after -- or inside quotes, so that it is "
		"not "
		"taken for an option).",
	.words_min = 1,
	.words_max = COMMAND_ANY_WORDS,
	.options = options,
	.examples = examples,
	.answer = "prompts (as of list, and match), more",
	.here = true,
	.run = search_run,
};
