/*
 * resources/directory/read (SEP-2640): the folders that skills lie in, which are
 * the paths of prompts cut at their slashes.
 *
 * A folder's children are its SKILL.md, if it is a skill's, and the next parts of
 * all paths below it. Paths are ordered by bytes: "a/b", "a/b-c", "a/b/c". So one
 * name's rows need not lie together: the prompt a/b comes before a/b-c, what is
 * below it after. The child is told at the prompt, or else at the first below.
 */
#include <string.h>

#include "core/json.h"
#include "mcp/skill.h"
#include "mcp/skills.h"
#include "mcp/uri.h"

#define CHILDREN_MAX 200 /* a page */
#define PAGE_BYTES_MAX (1024 * 1024)
/* No path is behind this one and begins with the same. */
#define PATH_LAST "\xF4\x8F\xBF\xBF"

struct walk {
	struct mcp_request *request;
	struct buf prefix; /* of paths below: the folder and a slash, or empty */
	struct buf after;  /* the path to go on behind */
	struct buf path;   /* the one that was found there */
	struct buf own;	   /* child made for a name that no skill may have */
	struct buf members;
	unsigned n;
};

static struct str text_of(const struct buf *buf)
{
	return (struct str){buf_text(buf), buf->len};
}

static void set(struct buf *buf, struct str text)
{
	buf_clear(buf);
	(void)buf_add(buf, text.p, text.n);
}

static int on_first(void *data, const struct store_row *row)
{
	set(data, row->path);
	return 1;
}

/* The next path below the folder. 1 found, 0 none, negative. */
static int walk_next(struct walk *walk, struct err *err)
{
	const struct store_filter all = {.experimental = false};

	buf_clear(&walk->path);
	if (store_prompt_list(mcp_store(walk->request), &all, text_of(&walk->after), 1, on_first,
		    &walk->path, err) != 0)
		return -1;
	return walk->path.len > walk->prefix.len &&
	       str_starts(text_of(&walk->path), buf_text(&walk->prefix));
}

static void add_folder(struct walk *walk, struct str name)
{
	struct buf *out = &walk->members;

	(void)buf_add_str(out, walk->n++ > 0 ? ",{\"uri\":\"" URI_SKILL : "{\"uri\":\"" URI_SKILL);
	uri_add_path(out, text_of(&walk->prefix));
	uri_add_path(out, name);
	(void)buf_add_str(out, "\",\"name\":");
	(void)buf_add_json_string(out, name.p, name.n);
	(void)buf_add_str(out, ",\"mimeType\":\"inode/directory\"}");
}

/* A SKILL.md is called what the skill is called, not as its file is. */
static void add_file(struct walk *walk, const struct prompt *prompt)
{
	struct buf *out = &walk->members;
	struct str about = skill_description(prompt);
	char name[SKILL_NAME_BYTES];

	skill_name(str_of(prompt->path), name);
	(void)buf_add_str(out, walk->n++ > 0 ? ",{\"uri\":\"" URI_SKILL : "{\"uri\":\"" URI_SKILL);
	uri_add_path(out, text_of(&walk->prefix));
	(void)buf_add_format(out, "SKILL.md\",\"name\":\"%s\",\"description\":", name);
	(void)buf_add_json_string(out, about.p, about.n);
	(void)buf_add_str(out, ",\"mimeType\":\"text/markdown\"}");
}

static bool prompt_exists(struct walk *walk, struct str path)
{
	struct delivery delivery;
	struct err err;
	bool exists;

	delivery_init(&delivery, walk->request, "skill");
	exists = delivery_find_path(&delivery, path, &err) == STORE_OK;
	delivery_fini(&delivery);
	return exists;
}

/* The child that walk->path lies in, and where to go on. */
static void walk_take(struct walk *walk)
{
	struct str path = text_of(&walk->path), rest;
	struct str below = {path.p + walk->prefix.len, path.n - walk->prefix.len};
	struct str name = str_cut(below, '/', &rest);
	bool direct = name.n == below.n;
	struct str whole = {path.p, walk->prefix.len + name.n};

	if (!str_equal(name, text_of(&walk->own)) && (direct || !prompt_exists(walk, whole)))
		add_folder(walk, name);
	set(&walk->after, whole);
	if (!direct)
		(void)buf_add_str(&walk->after, "/" PATH_LAST);
}

/* What the folder has of itself: its SKILL.md, or the folder below it that has
 * one under a legal name. */
static int walk_own(struct walk *walk, struct str folder, struct err *err)
{
	struct buf legal = BUF_INIT(SKILL_PATH_MAX);
	struct delivery delivery;
	int outcome;

	delivery_init(&delivery, walk->request, "skill");
	outcome = skill_find(&delivery, folder, err);
	if (outcome == STORE_OK)
		add_file(walk, delivery.prompt);
	delivery_fini(&delivery);
	skill_folder(folder, &legal);
	if (outcome != STORE_NOT_FOUND || legal.len == folder.n)
		goto out;
	delivery_init(&delivery, walk->request, "skill");
	outcome = skill_find(&delivery, text_of(&legal), err);
	if (outcome == STORE_OK && str_is(folder, delivery.prompt->path)) {
		set(&walk->own, (struct str){legal.data + folder.n + 1, legal.len - folder.n - 1});
		add_folder(walk, text_of(&walk->own));
	}
	delivery_fini(&delivery);
out:
	buf_fini(&legal);
	return outcome < 0 ? outcome : 0;
}

/* 0 done, 1 there is more, negative. */
static int walk_run(struct walk *walk, struct err *err)
{
	int more;

	while ((more = walk_next(walk, err)) == 1 && walk->n < CHILDREN_MAX)
		walk_take(walk);
	return more;
}

static bool walk_begin(struct walk *walk, struct str folder)
{
	const json_t *cursor = json_object_get(walk->request->params, "cursor");

	(void)buf_add(&walk->prefix, folder.p, folder.n);
	if (folder.n > 0)
		(void)buf_add_char(&walk->prefix, '/');
	if (cursor == NULL) {
		set(&walk->after, text_of(&walk->prefix));
		return true;
	}
	return json_is_string(cursor) &&
	       mcp_cursor_read(mcp_param(walk->request, "cursor"), &walk->after) &&
	       str_starts(text_of(&walk->after), buf_text(&walk->prefix));
}

static void walk_answer(struct walk *walk, bool more)
{
	json_t *cursor;

	(void)buf_add_char(&walk->members, ']');
	if (more) {
		cursor = mcp_cursor_make(text_of(&walk->after));
		(void)buf_add_format(
			&walk->members, ",\"nextCursor\":\"%s\"", json_string_value(cursor));
		json_decref(cursor);
	}
	mcp_reply_members(walk->request, &walk->members, MCP_PRIVATE);
}

static void read_folder(struct walk *walk, struct str folder, struct str uri)
{
	bool first = json_object_get(walk->request->params, "cursor") == NULL;
	char quote[RPC_QUOTE_BYTES];
	struct err err;
	int result = 0;

	(void)buf_add_str(&walk->members, "\"resources\":[");
	if (!walk_begin(walk, folder)) {
		mcp_fail(walk->request, RPC_INVALID_PARAMS, NULL,
			"unknown cursor: begin again without one");
		return;
	}
	if (first && folder.n > 0)
		result = walk_own(walk, folder, &err);
	if (result == 0)
		result = walk_run(walk, &err);
	if (result < 0)
		mcp_fail_err(walk->request, &err);
	else if (walk->n == 0 && first && folder.n > 0)
		mcp_fail(walk->request, RPC_INVALID_PARAMS, NULL, "%s is no directory",
			rpc_quote(uri, quote));
	else
		walk_answer(walk, result == 1);
}

void mcp_resources_directory_read(struct mcp_request *request)
{
	struct walk walk = {.request = request,
		.prefix = BUF_INIT(URI_BYTES_MAX),
		.after = BUF_INIT(URI_BYTES_MAX),
		.path = BUF_INIT(PROMPT_PATH_MAX),
		.own = BUF_INIT(SKILL_PATH_MAX),
		.members = BUF_INIT(PAGE_BYTES_MAX)};
	struct str uri = mcp_param(request, "uri");
	struct buf path = BUF_INIT(URI_BYTES_MAX - 1);
	char quote[RPC_QUOTE_BYTES];

	if (!json_is_string(json_object_get(request->params, "uri")))
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "uri must be a string");
	else if (!uri_read(uri, URI_SKILL, &path))
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "%s is no directory",
			rpc_quote(uri, quote));
	else
		read_folder(&walk, text_of(&path), uri);
	buf_fini(&path);
	buf_fini(&walk.prefix);
	buf_fini(&walk.after);
	buf_fini(&walk.path);
	buf_fini(&walk.own);
	buf_fini(&walk.members);
}
