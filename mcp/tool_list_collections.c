/* list_collections: how the library is organised. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "mcp/tools.h"
#include "store/prompts.h"

#define COLLECTIONS_MAX 200
#define TAGS_MAX 100
#define TAGS_READ_MAX 4096
#define TEXT_MAX (64 * 1024)

struct tag {
	char *name;
	int64_t prompts;
};

struct groups {
	json_t *collections;
	struct tag *tags;
	size_t n_tags;
	bool more;
};

static int on_collection(void *data, struct str name, struct str description, int64_t prompts)
{
	struct groups *groups = data;
	json_t *collection;

	if (json_array_size(groups->collections) == COLLECTIONS_MAX) {
		groups->more = true;
		return 1;
	}
	collection = json_pack("{s:o}", "name", json_from_str(name));
	if (description.n > 0)
		json_object_set_new(
			collection, "description", json_from_str(str_prefix(description, 200)));
	json_object_set_new(collection, "prompts", json_integer(prompts));
	json_array_append_new(groups->collections, collection);
	return 0;
}

static int on_tag(void *data, struct str name, struct str description, int64_t prompts)
{
	struct groups *groups = data;

	(void)description; /* tags have none */
	if (groups->n_tags == TAGS_READ_MAX) {
		groups->more = true;
		return 1;
	}
	groups->tags[groups->n_tags++] = (struct tag){str_dup(name), prompts};
	return 0;
}

/* The most used first; equals by name. */
static int tag_order(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;

	if (x->prompts != y->prompts)
		return x->prompts < y->prompts ? 1 : -1;
	return strcmp(x->name, y->name);
}

static json_t *tags_json(struct groups *groups)
{
	json_t *tags = json_array();
	size_t i;

	qsort(groups->tags, groups->n_tags, sizeof *groups->tags, tag_order);
	for (i = 0; i < groups->n_tags && i < TAGS_MAX; i++)
		json_array_append_new(
			tags, json_pack("{s:s, s:I}", "name", groups->tags[i].name, "prompts",
				      (json_int_t)groups->tags[i].prompts));
	groups->more = groups->more || groups->n_tags > TAGS_MAX;
	return tags;
}

static void say_groups(const json_t *list, const char *heading, struct buf *out)
{
	const json_t *group;
	size_t i;

	if (json_array_size(list) > 0)
		(void)buf_add_format(out, "\n%s:\n", heading);
	json_array_foreach (list, i, group) {
		const char *description = json_text(group, "description");

		(void)buf_add_format(out, "- %s (%" JSON_INTEGER_FORMAT ")%s%s\n",
			json_text(group, "name"),
			json_integer_value(json_object_get(group, "prompts")),
			description != NULL ? ": " : "", description != NULL ? description : "");
	}
}

static json_t *answer(const struct mcp_request *request, struct groups *groups, int64_t count)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	json_t *facts, *result;

	facts = json_pack("{s:O, s:o, s:I, s:b}", "collections", groups->collections, "tags",
		tags_json(groups), "prompts", (json_int_t)count, "more", groups->more);
	(void)buf_add_format(&text, "%lld prompts.\n", (long long)count);
	say_groups(groups->collections, "Collections", &text);
	say_groups(json_object_get(facts, "tags"), "Tags, the most used first", &text);
	if (groups->more)
		(void)buf_add_str(&text, "\nThere are more than are shown.\n");
	result = mcp_tool_text((struct str){buf_text(&text), text.len}, false);
	if (mcp_has_structured(request->revision))
		json_object_set(result, "structuredContent", facts);
	json_decref(facts);
	buf_fini(&text);
	return result;
}

static void list(struct mcp_request *request, const json_t *arguments)
{
	struct groups groups = {
		.collections = json_array(), .tags = xcalloc(TAGS_READ_MAX, sizeof *groups.tags)};
	const struct store_filter all = {.experimental = false};
	struct store *store = mcp_store(request);
	int64_t count = 0;
	struct err err;
	size_t i;

	(void)arguments; /* it takes none */
	if (store_collection_list(store, on_collection, &groups, &err) < 0 ||
		store_tag_list(store, on_tag, &groups, &err) < 0 ||
		store_prompt_count(store, &all, &count, &err) < 0)
		mcp_reply(request, mcp_tool_fault(&err));
	else
		mcp_reply(request, answer(request, &groups, count));
	for (i = 0; i < groups.n_tags; i++)
		free(groups.tags[i].name);
	free(groups.tags);
	json_decref(groups.collections);
}

const struct mcp_tool mcp_tool_list_collections = {.name = "list_collections", .call = list};
