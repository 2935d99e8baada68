/* Lists over the library; see listing.h. */
#include "mcp/listing.h"

#include <stdio.h>
#include <string.h>

#define PAGE_ROWS_MIN 100
#define PAGES_MAX 60
#define CURSOR_BYTES_MAX (PROMPT_PATH_MAX + 64)

/* A cursor is "method:path", so that another list's is not taken for ours. */
static bool cursor_read(struct listing *listing)
{
	const json_t *cursor = json_object_get(listing->request->params, "cursor");
	struct buf text = BUF_INIT(CURSOR_BYTES_MAX);
	struct str method, path;
	bool legal;

	if (cursor == NULL)
		return true;
	listing->cursor = mcp_param(listing->request, "cursor");
	legal = json_is_string(cursor) && mcp_cursor_read(listing->cursor, &text);
	method = str_cut((struct str){buf_text(&text), text.len}, ':', &path);
	legal = legal && str_is(method, listing->request->method) &&
		prompt_check_path(path, NULL) == 0;
	if (legal)
		(void)buf_add(&listing->after, path.p, path.n);
	buf_fini(&text);
	return legal;
}

static void add_cursor(struct listing *listing)
{
	struct buf text = BUF_INIT(CURSOR_BYTES_MAX);
	json_t *cursor;

	(void)buf_add_format(&text, "%s:%s", listing->request->method, buf_text(&listing->last));
	cursor = mcp_cursor_make((struct str){buf_text(&text), text.len});
	(void)buf_add_format(
		&listing->members, ",\"nextCursor\":\"%s\"", json_string_value(cursor));
	json_decref(cursor);
	buf_fini(&text);
}

static void listing_fini(struct listing *listing)
{
	buf_fini(&listing->members);
	buf_fini(&listing->after);
	buf_fini(&listing->last);
}

bool listing_begin(struct listing *listing, struct mcp_request *request)
{
	struct store *store = mcp_store(request);
	const struct store_filter all = {.experimental = false};
	int64_t count;
	struct err err;

	*listing = (struct listing){.request = request,
		.members = BUF_INIT(LISTING_MAX),
		.after = BUF_INIT(PROMPT_PATH_MAX),
		.last = BUF_INIT(PROMPT_PATH_MAX)};
	/* Before anything is read: what changes later makes a new version. */
	listing->data_version = store_data_version(store);
	if (!cursor_read(listing)) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"unknown cursor: begin again without one");
	} else if (mcp_reply_again(request, listing->cursor, listing->data_version)) {
		/* answered */
	} else if (store_prompt_count(store, &all, &count, &err) != 0) {
		mcp_fail_err(request, &err);
	} else {
		listing->limit = (unsigned)(count / PAGES_MAX) + 1;
		if (listing->limit < PAGE_ROWS_MIN)
			listing->limit = PAGE_ROWS_MIN;
		return true;
	}
	listing_fini(listing);
	return false;
}

struct pass {
	struct listing *listing;
	store_row_fn *fn;
	void *data;
};

static int on_row(void *data, const struct store_row *row)
{
	struct pass *pass = data;
	struct listing *listing = pass->listing;

	if (listing->n == listing->limit) {
		listing->more = true;
		return 1;
	}
	listing->n++;
	buf_clear(&listing->last);
	(void)buf_add(&listing->last, row->path.p, row->path.n);
	return pass->fn(pass->data, row);
}

int listing_rows(struct listing *listing, store_row_fn *fn, void *data, struct err *err)
{
	const struct store_filter all = {.experimental = false};
	struct str after = {listing->after.data, listing->after.len};
	struct pass pass = {.listing = listing, .fn = fn, .data = data};

	return store_prompt_list(
		mcp_store(listing->request), &all, after, listing->limit + 1, on_row, &pass, err);
}

void listing_end(struct listing *listing, const struct err *err)
{
	if (err != NULL) {
		mcp_fail_err(listing->request, err);
	} else {
		if (listing->more)
			add_cursor(listing);
		mcp_reply_kept(listing->request, &listing->members, MCP_PRIVATE, listing->cursor,
			listing->data_version);
	}
	listing_fini(listing);
}

struct writing {
	struct listing *listing;
	listing_row *row;
};

static int on_write(void *data, const struct store_row *row)
{
	struct writing *writing = data;

	if (writing->listing->n > 1)
		(void)buf_add_char(&writing->listing->members, ',');
	writing->row(writing->listing->request, row, &writing->listing->members);
	return 0;
}

void listing_reply(struct mcp_request *request, const char *member, listing_row *row)
{
	struct listing listing;
	struct writing writing = {.listing = &listing, .row = row};
	struct err err;
	int outcome;

	if (!listing_begin(&listing, request))
		return;
	(void)buf_add_format(&listing.members, "\"%s\":[", member);
	outcome = listing_rows(&listing, on_write, &writing, &err);
	(void)buf_add_char(&listing.members, ']');
	listing_end(&listing, outcome < 0 ? &err : NULL);
}

void listing_provenance(struct buf *out, const struct store_row *row)
{
	if (!str_is(row->source, STORE_HUB))
		return;
	(void)buf_add_format(out,
		",\"_meta\":{\"promptd/source\":\"" STORE_HUB "\",\"promptd/version\":%lld,"
		"\"promptd/status\":",
		(long long)row->version);
	(void)buf_add_json_string(out, row->status.p, row->status.n);
	(void)buf_add_str(out, ",\"promptd/channel\":");
	(void)buf_add_json_string(out, row->channel.p, row->channel.n);
	(void)buf_add_char(out, '}');
}
