/* promptd tags and promptd collections: what there is to choose from. */
#include "agent/lookup.h"

#include <inttypes.h>

#include "core/json.h"
#include "core/text_filter.h"

#define DESCRIPTION_BYTES_MAX 1000

struct groups {
	struct call *call;
	struct output_table *table;
	json_t *rows;
	const char *names; /* beginning of the names wanted; NULL: a table */
	size_t n;
};

typedef int group_list(struct store *store, store_group_fn *fn, void *data, struct err *err);

static int on_group(void *data, struct str name, struct str description, int64_t prompts)
{
	struct groups *groups = data;
	json_t *row;

	groups->n++;
	if (groups->names != NULL) {
		if (str_starts(name, groups->names)) {
			output_text(groups->call->out, name);
			output_print(groups->call->out, "\n");
		}
		return 0;
	}
	if (groups->rows == NULL) {
		output_table_add(groups->table, name);
		output_table_add_int(groups->table, prompts);
		output_table_add(groups->table, description);
		return 0;
	}
	row = json_object();
	(void)json_object_set_new(row, "name", json_from_str(name));
	(void)json_object_set_new(row, "prompts", json_integer(prompts));
	(void)json_object_set_new(
		row, "description", description.n > 0 ? json_from_str(description) : json_null());
	(void)json_array_append_new(groups->rows, row);
	return 0;
}

static int groups_run(struct call *call, const char *what, const char *title, group_list *list)
{
	const struct output_column columns[] = {
		{.title = title, .shrink_to = 16, .style = OUTPUT_NAME},
		{.title = "PROMPTS", .right = true},
		{.title = "DESCRIPTION", .shrink_to = 11},
	};
	struct groups groups = {.call = call, .names = call_value(call, "names")};
	struct store *store;
	struct err err;
	int result;

	if (call->json) {
		groups.rows = json_array();
		call_answer(call, what, groups.rows);
	}
	result = call_store(call, false, &store);
	if (result != COMMAND_DONE)
		return result;
	groups.table = output_table_new(call->out, columns, 3);
	if (list(store, on_group, &groups, &err) < 0)
		result = call_fail_err(call, &err);
	else if (groups.n == 0 && groups.names == NULL)
		result = call_fail(call, COMMAND_NOT_FOUND, "the library has no %s", what);
	else if (!call->json && groups.names == NULL)
		output_table_print(groups.table);
	output_table_free(groups.table);
	return result;
}

static int tags_run(struct call *call)
{
	return groups_run(call, "tags", "TAG", store_tag_list);
}

struct wanted {
	struct str name;
	bool found;
};

static int on_wanted(void *data, struct str name, struct str description, int64_t prompts)
{
	struct wanted *wanted = data;

	(void)description;
	(void)prompts;
	wanted->found |= str_equal(name, wanted->name);
	return 0;
}

/* What a collection is for, as assistants are told too. */
static int describe_run(struct call *call, struct str text)
{
	struct wanted wanted = {.name = str_of(call->words[0])};
	struct store *store;
	struct err err;
	int result;

	if (text.n > DESCRIPTION_BYTES_MAX || !str_is_utf8(text) || text_filter_find(text) < text.n)
		return call_fail(call, COMMAND_USAGE,
			"a description is text of at most %d bytes without control characters",
			DESCRIPTION_BYTES_MAX);
	result = call_store(call, true, &store);
	if (result != COMMAND_DONE)
		return result;
	if (store_collection_list(store, on_wanted, &wanted, &err) < 0)
		return call_fail_err(call, &err);
	if (!wanted.found) {
		call_hint(call, "promptd collections lists them");
		return call_fail(call, COMMAND_NOT_FOUND, "there is no collection of that name");
	}
	if (store_collection_put(store, wanted.name, text, &err) != 0)
		return call_fail_err(call, &err);
	call_answer(call, "collections",
		json_pack("[{s:o, s:o}]", "name", call_text_json(wanted.name), "description",
			call_text_json(text)));
	return COMMAND_DONE;
}

static int collections_run(struct call *call)
{
	const char *text = call_value(call, "description");

	if ((call->n_words > 0) != (text != NULL))
		return call_fail(call, COMMAND_USAGE, "NAME and --description go together");
	if (text != NULL)
		return describe_run(call, str_of(text));
	return groups_run(call, "collections", "COLLECTION", store_collection_list);
}

static const struct command_option options[] = {
	{"names", 0, "BEGINNING", "names only, for the shell's completion", COMMAND_TEXT, NULL,
		true},
	{0},
};

static const struct command_example tags_examples[] = {
	{"promptd list --tag review", "the prompts behind one of them"},
	{0},
};

const struct command command_tags = {
	.name = "tags",
	.summary = "list the tags and how many prompts have them",
	.words = "",
	.description = "Lists every tag with the number of prompts that have it.",
	.options = options,
	.examples = tags_examples,
	.answer = "tags (name, prompts, description)",
	.run = tags_run,
};

static const struct command_option collections_options[] = {
	{"description", 'd', "TEXT", "say what the collection NAME is for", COMMAND_TEXT, NULL,
		false},
	{"names", 0, "BEGINNING", "names only, for the shell's completion", COMMAND_TEXT, NULL,
		true},
	{0},
};

static const struct command_example collections_examples[] = {
	{"promptd collections writing --description 'Letters and reports'",
		"people and assistants see it"},
	{"promptd list --collection writing", "the prompts of one of them"},
	{0},
};

const struct command command_collections = {
	.name = "collections",
	.summary = "list the collections and how many prompts are in them",
	.words = "[NAME]",
	.description = "Lists every collection with the number of prompts in it. `promptd import "
		       "--collection NAME` puts prompts into one; --description says what the one "
		       "of that name is for.",
	.words_max = 1,
	.kind = COMMAND_COLLECTION,
	.options = collections_options,
	.examples = collections_examples,
	.answer = "collections (name, prompts, description)",
	.run = collections_run,
};
