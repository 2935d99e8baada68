/*
 * search_prompts: from words to names. Written straight into text, without a
 * tree: it is called more than anything else, and most of its answer is copied.
 */
#include <string.h>

#include "core/json.h"
#include "mcp/row_inputs.h"
#include "mcp/server.h"
#include "mcp/tools.h"
#include "mcp/workspace.h"
#include "store/search.h"

#define FOUND_ROWS 10
#define FOUND_ROWS_MAX 50
#define OFFSET_MAX 500 /* the store's */
#define LIKED_UP 3
/* Codex cuts results from about 12,000 characters, in the middle. */
#define FOUND_BYTES 10000
#define DESCRIPTION_BYTES 300
#define INPUT_BYTES 200

/* Where an element lies in json and text. */
struct found_row {
	size_t json, json_len, text, text_len;
	char kind[2]; /* of the match: its first letters */
	bool liked;   /* by the workspace */
};

struct found {
	struct buf json; /* elements of "prompts" */
	struct buf text; /* the same for people, inside of a JSON string */
	struct found_row rows[FOUND_ROWS_MAX];
	unsigned n;
	bool full; /* more would be cut off by clients */
	const struct workspace *workspace;
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

/* Likewise: the user's own prompts need no word of where they are from. */
static struct str odd_source(const struct store_row *row)
{
	bool own = str_is(row->source, "personal") || str_is(row->source, "local") ||
		   str_is(row->source, "starter");

	return own ? STR("") : row->source;
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
	add_member(out, STR(",\"source\":"), odd_source(row));
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
	say(out, STR(", from "), odd_source(row));
	say(out, STR(", found in "), row->match);
	add(out, STR("\\n"));
}

static int on_row(void *data, const struct store_row *row)
{
	struct found *found = data;
	struct found_row *at = &found->rows[found->n];

	if (found->n == FOUND_ROWS_MAX)
		return 1;
	*at = (struct found_row){.json = found->json.len, .text = found->text.len};
	add_json(&found->json, row);
	if (found->n > 0 && found->json.len > FOUND_BYTES) {
		buf_truncate(&found->json, at->json);
		found->full = true;
		return 1;
	}
	add_text(&found->text, row);
	at->json_len = found->json.len - at->json;
	at->text_len = found->text.len - at->text;
	if (row->match.n >= sizeof at->kind)
		memcpy(at->kind, row->match.p, sizeof at->kind);
	at->liked = workspace_likes(found->workspace, row->tags, row->collection, row->path);
	found->n++;
	return 0;
}

/* What fits the workspace goes up a few places, among those found as well as it. */
static void prefer_liked(struct found *found)
{
	struct found_row *rows = found->rows;
	unsigned i, j;

	for (i = 1; i < found->n; i++) {
		for (j = i; j > 0 && i - j < LIKED_UP && rows[j].liked && !rows[j - 1].liked &&
			    memcmp(rows[j].kind, rows[j - 1].kind, sizeof rows[j].kind) == 0;
			j--) {
			struct found_row row = rows[j];

			rows[j] = rows[j - 1];
			rows[j - 1] = row;
		}
	}
}

static void say_rest(struct buf *out, const struct found *found, struct str query, int64_t next)
{
	if (next > 0)
		(void)buf_add_format(
			out, "There are more: call again with offset %lld.", (long long)next);
	else if (found->n > 0)
		(void)buf_add_str(out, "Read one with get_prompt.");
	else if (query.n == 0)
		(void)buf_add_str(out, "No prompt fits.");
	else
		say(out,
			STR("No prompt fits. Try fewer or other words, or list_collections to "
			    "browse. Searched for: "),
			str_prefix(query, 64));
}

static void answer(
	struct mcp_request *request, const struct found *found, struct str query, int64_t next)
{
	struct buf members = BUF_INIT(4 * FOUND_BYTES * 16);
	unsigned i;

	add(&members, STR("\"content\":[{\"type\":\"text\",\"text\":\""));
	for (i = 0; i < found->n; i++)
		(void)buf_add(
			&members, found->text.data + found->rows[i].text, found->rows[i].text_len);
	say_rest(&members, found, query, next);
	add(&members, STR("\"}]"));
	if (mcp_has_structured(request->revision)) {
		add(&members, STR(",\"structuredContent\":{\"prompts\":["));
		for (i = 0; i < found->n; i++) {
			(void)buf_add(&members, ",", i > 0);
			(void)buf_add(&members, found->json.data + found->rows[i].json,
				found->rows[i].json_len);
		}
		(void)buf_add_format(&members, "],\"more\":%s", next > 0 ? "true" : "false");
		if (next > 0)
			(void)buf_add_format(&members, ",\"next_offset\":%lld", (long long)next);
		add(&members, STR("}"));
	}
	mcp_reply_members(request, &members, MCP_NOT_CACHEABLE);
	buf_fini(&members);
}

/* Read at the first search, not at the start. */
static const struct workspace *workspace_of(struct mcp_server *server)
{
	if (server->workspace == NULL) {
		server->workspace = xcalloc(1, sizeof *server->workspace);
		workspace_read(server->workspace, server->options.directory);
	}
	return server->workspace;
}

static void search(struct mcp_request *request, const json_t *arguments)
{
	struct store_search search = {
		.text = json_str(arguments, "query"),
		.limit = (unsigned)mcp_tool_int(arguments, "limit", FOUND_ROWS),
		.offset = (unsigned)mcp_tool_int(arguments, "offset", 0),
	};
	struct found found = {.json = BUF_INIT(FOUND_BYTES * 16),
		.text = BUF_INIT(FOUND_BYTES * 16),
		.workspace = workspace_of(request->server)};
	bool more = false;
	int64_t next = 0;
	struct err err;

	search.filter.tag = json_str(arguments, "tag");
	search.filter.collection = json_str(arguments, "collection");
	search.filter.experimental = json_flag(arguments, "include_experimental", false);
	if (store_search(mcp_store(request), &search, on_row, &found, &more, &err) < 0) {
		mcp_reply(request, mcp_tool_fault(&err));
	} else {
		if ((more || found.full) && search.offset + found.n <= OFFSET_MAX)
			next = search.offset + found.n;
		prefer_liked(&found);
		answer(request, &found, search.text, next);
	}
	buf_fini(&found.json);
	buf_fini(&found.text);
}

const struct mcp_tool mcp_tool_search_prompts = {.name = "search_prompts", .call = search};
