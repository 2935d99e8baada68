/*
 * search_prompts: from words to names. Written straight into text, without a
 * tree: it is called more than anything else, and most of its answer is copied.
 */
#include <string.h>

#include "core/json.h"
#include "mcp/row_inputs.h"
#include "mcp/tools.h"
#include "store/search.h"

#define FOUND_ROWS 10
/* Codex cuts results from about 12,000 characters, in the middle. */
#define FOUND_BYTES 10000
#define DESCRIPTION_BYTES 300
#define INPUT_BYTES 200

struct found {
	struct buf json; /* elements of "prompts" */
	struct buf text; /* the same for people, inside of a JSON string */
	unsigned n;
	bool full; /* more would be cut off by clients */
};

/* buf_add_format() would cost more than all the rest. */
static void add(struct buf *out, struct str text)
{
	(void)buf_add(out, text.p, text.n);
}

static void add_member(struct buf *out, struct str before, struct str value)
{
	if (value.n == 0)
		return;
	add(out, before);
	(void)buf_add_json_string(out, value.p, value.n);
}

static void add_tags(struct buf *out, struct str tags)
{
	struct str before = STR(",\"tags\":[");

	if (tags.n == 0)
		add(out, before);
	while (tags.n > 0) {
		struct str tag = str_cut(tags, ',', &tags);

		add_member(out, before, tag);
		before = STR(",");
	}
	add(out, STR("]"));
}

/* A piece that is the inside of a JSON string; left out when it is long. */
static void add_inside(struct buf *out, struct str before, struct str inside)
{
	if (inside.n == 0 || inside.n > INPUT_BYTES)
		return;
	add(out, before);
	add(out, inside);
	add(out, STR("\""));
}

static void add_input(struct buf *out, const struct row_input *input)
{
	add(out, STR("{\"name\":\""));
	add(out, input->name);
	add(out, STR("\",\"type\":\""));
	add(out, input->type);
	add(out, input->required ? STR("\",\"required\":true") : STR("\",\"required\":false"));
	add_inside(out, STR(",\"description\":\""), input->description);
	add_inside(out, STR(",\"default\":\""), input->initial);
	if (input->choices.n > 0 && input->choices.n <= INPUT_BYTES) {
		add(out, STR(",\"enum\":"));
		add(out, input->choices);
	}
	add(out, STR("}"));
}

static void add_inputs(struct buf *out, struct str rest)
{
	struct str before = STR(",\"arguments\":[");
	struct row_input input;

	if (!row_input_next(&rest, &input)) {
		add(out, STR(",\"arguments\":[]"));
		return;
	}
	do {
		add(out, before);
		add_input(out, &input);
		before = STR(",");
	} while (row_input_next(&rest, &input));
	add(out, STR("]"));
}

/* Told only when it is not what everybody is served. */
static struct str odd_status(const struct store_row *row)
{
	if (!str_is(row->status, "approved"))
		return row->status;
	return str_is(row->channel, "production") ? STR("") : row->channel;
}

static void add_json(struct buf *out, const struct store_row *row)
{
	add(out, STR("{\"name\":"));
	(void)buf_add_json_string(out, row->path.p, row->path.n);
	add(out, STR(",\"title\":"));
	(void)buf_add_json_string(out, row->title.p, row->title.n);
	add_member(out, STR(",\"description\":"), str_prefix(row->description, DESCRIPTION_BYTES));
	add_inputs(out, row->inputs);
	add_tags(out, row->tags);
	add_member(out, STR(",\"collection\":"), row->collection);
	(void)buf_add_format(out, ",\"version\":%lld", (long long)row->version);
	add_member(out, STR(",\"status\":"), odd_status(row));
	add_member(out, STR(",\"match\":"), row->match);
	add(out, STR("}"));
}

static void say(struct buf *out, struct str before, struct str text)
{
	if (text.n == 0)
		return;
	add(out, before);
	buf_add_json_inside(out, text);
}

static void say_inputs(struct buf *out, struct str rest)
{
	struct str before = STR("\\n   arguments: ");
	struct row_input input;

	while (row_input_next(&rest, &input)) {
		add(out, before);
		add(out, input.name);
		add(out, input.required ? STR(" [required] ") : STR(" "));
		if (input.description.n > INPUT_BYTES)
			input.description.n = 0;
		row_input_describe(&input, out);
		before = STR("; ");
	}
}

static void add_text(struct buf *out, const struct store_row *row)
{
	say(out, STR("- "), row->path);
	say(out, STR(": "), row->title);
	say(out, STR("\\n   "), str_prefix(row->description, DESCRIPTION_BYTES));
	say_inputs(out, row->inputs);
	say(out, STR("\\n   tags: "), row->tags);
	say(out, STR("\\n   collection: "), row->collection);
	(void)buf_add_format(out, "\\n   version %lld", (long long)row->version);
	say(out, STR(", "), odd_status(row));
	say(out, STR(", found in "), row->match);
	add(out, STR("\\n"));
}

static int on_row(void *data, const struct store_row *row)
{
	struct found *found = data;
	size_t start = found->json.len;

	if (found->n > 0)
		(void)buf_add_char(&found->json, ',');
	add_json(&found->json, row);
	if (found->n > 0 && found->json.len > FOUND_BYTES) {
		buf_truncate(&found->json, start);
		found->full = true;
		return 1;
	}
	add_text(&found->text, row);
	found->n++;
	return 0;
}

static void say_rest(struct found *found, const json_t *arguments, bool more, int64_t page)
{
	struct str query = json_str(arguments, "query");

	if (found->n == 0 && page > 1)
		(void)buf_add_str(&found->text, "No further prompts.");
	else if (found->n == 0 && query.n == 0)
		(void)buf_add_str(&found->text, "No prompt fits.");
	else if (found->n == 0)
		say(&found->text,
			STR("No prompt fits. Try fewer or other words, or list_collections to "
			    "browse. Searched for: "),
			str_prefix(query, 64));
	else if (found->full)
		(void)buf_add_str(&found->text,
			"More were found than can be shown at once: narrow the words, or ask with "
			"a smaller limit and go on by page.");
	else if (more)
		(void)buf_add_format(
			&found->text, "More: call again with page %lld.", (long long)page + 1);
	else
		(void)buf_add_str(&found->text, "Read one with get_prompt.");
}

static void answer(
	struct mcp_request *request, struct found *found, const json_t *arguments, bool more)
{
	int64_t page = mcp_tool_int(arguments, "page", 1);
	struct buf members = BUF_INIT(4 * FOUND_BYTES * 16);

	say_rest(found, arguments, more, page);
	(void)buf_add_str(&members, "\"content\":[{\"type\":\"text\",\"text\":\"");
	(void)buf_add(&members, found->text.data, found->text.len);
	(void)buf_add_str(&members, "\"}]");
	if (mcp_has_structured(request->revision)) {
		(void)buf_add_str(&members, ",\"structuredContent\":{\"prompts\":[");
		(void)buf_add(&members, found->json.data, found->json.len);
		(void)buf_add_format(&members, "],\"page\":%lld,\"more\":%s}", (long long)page,
			more || found->full ? "true" : "false");
	}
	mcp_reply_members(request, &members, MCP_NOT_CACHEABLE);
	buf_fini(&members);
}

static void search(struct mcp_request *request, const json_t *arguments)
{
	struct store_search search = {
		.text = json_str(arguments, "query"),
		.limit = (unsigned)mcp_tool_int(arguments, "limit", FOUND_ROWS),
	};
	struct found found = {
		.json = BUF_INIT(FOUND_BYTES * 16), .text = BUF_INIT(FOUND_BYTES * 16)};
	bool more = false;
	struct err err;

	search.offset = (unsigned)(mcp_tool_int(arguments, "page", 1) - 1) * search.limit;
	search.filter.tag = json_str(arguments, "tag");
	search.filter.collection = json_str(arguments, "collection");
	search.filter.experimental = json_flag(arguments, "include_experimental", false);
	if (store_search(mcp_store(request), &search, on_row, &found, &more, &err) < 0)
		mcp_reply(request, mcp_tool_fault(&err));
	else
		answer(request, &found, arguments, more);
	buf_fini(&found.json);
	buf_fini(&found.text);
}

const struct mcp_tool mcp_tool_search_prompts = {"search_prompts", NULL, search};
