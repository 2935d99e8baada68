/* skills/list and skills/get (SEP-2640); see skills.h and skill.h. */
#include "mcp/skills.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "mcp/listing.h"
#include "mcp/skill.h"
#include "mcp/uri.h"

/* Hosts must take skills of that size; a folder with more below is "dynamic". */
#define SKILL_FILES_MAX 512
#define SKILL_BYTES_MAX (16UL * 1024 * 1024)

/* One element of "resources" with the SKILL.md of delivery->prompt. */
static int add_file(struct delivery *delivery, struct str folder, struct buf *out, size_t *bytes,
	struct err *err)
{
	struct buf file = BUF_INIT(2 * DELIVERY_TEXT_MAX);
	char digest[SHA256_HEX_BYTES];
	int result = skill_write(delivery, &file, err);

	if (result == 0) {
		sha256_hex(file.data, file.len, digest);
		(void)buf_add_str(out, "{\"uri\":\"" URI_SKILL);
		uri_add_path(out, folder);
		(void)buf_add_format(out, SKILL_FILE "\",\"digest\":\"sha256:%s\",\"size\":%zu}",
			digest, file.len);
		*bytes += file.len;
	}
	buf_fini(&file);
	return result;
}

struct below {
	struct str folder; /* with its slash at the end */
	char *paths[SKILL_FILES_MAX];
	size_t n;
	bool full;
};

static int on_below(void *data, const struct store_row *row)
{
	struct below *below = data;

	if (row->path.n < below->folder.n ||
		memcmp(row->path.p, below->folder.p, below->folder.n) != 0)
		return 1;
	if (below->n == SKILL_FILES_MAX - 1) {
		below->full = true;
		return 1;
	}
	below->paths[below->n++] = str_dup(row->path);
	return 0;
}

/* A prompt whose path lies in the folder of another is a nested skill: its file
 * counts among the outer one's too. Rare. 0, 1: too many, negative. */
static int add_nested(struct mcp_request *request, const struct below *below, struct buf *out,
	size_t *bytes, struct err *err)
{
	struct buf folder = BUF_INIT(SKILL_PATH_MAX);
	int result = 0;
	size_t i;

	for (i = 0; i < below->n && result == 0; i++) {
		struct delivery delivery;
		int outcome;

		delivery_init(&delivery, request, "skill");
		buf_clear(&folder);
		skill_folder(str_of(below->paths[i]), &folder);
		outcome = skill_find(&delivery, (struct str){folder.data, folder.len}, err);
		if (outcome == STORE_OK) {
			(void)buf_add_char(out, ',');
			result = add_file(
				&delivery, (struct str){folder.data, folder.len}, out, bytes, err);
		} else if (outcome < 0) {
			result = outcome;
		}
		delivery_fini(&delivery);
	}
	buf_fini(&folder);
	return result;
}

static int add_resources(
	struct delivery *delivery, struct str folder, struct buf *out, struct err *err)
{
	const struct store_filter all = {.experimental = false};
	struct buf prefix = BUF_INIT(SKILL_PATH_MAX + 1);
	struct below below = {.n = 0};
	size_t start = out->len, bytes = 0;
	int result;

	(void)buf_add(&prefix, folder.p, folder.n);
	(void)buf_add_char(&prefix, '/');
	below.folder = (struct str){buf_text(&prefix), prefix.len};
	(void)buf_add_char(out, '[');
	result = add_file(delivery, folder, out, &bytes, err);
	if (result == 0)
		result = store_prompt_list(mcp_store(delivery->request), &all, below.folder,
			SKILL_FILES_MAX, on_below, &below, err);
	if (result == 0)
		result = add_nested(delivery->request, &below, out, &bytes, err);
	(void)buf_add_char(out, ']');
	if (below.full || bytes > SKILL_BYTES_MAX) {
		buf_truncate(out, start);
		(void)buf_add_str(out, "\"dynamic\"");
	}
	while (below.n > 0)
		free(below.paths[--below.n]);
	buf_fini(&prefix);
	return result;
}

/* The entry of delivery->prompt. On failure nothing is appended. */
static int add_entry(struct delivery *delivery, struct str folder, struct buf *out, struct err *err)
{
	size_t start = out->len;

	(void)buf_add_str(out, "{\"uri\":\"" URI_SKILL);
	uri_add_path(out, folder);
	(void)buf_add_str(out, SKILL_FILE "\",\"frontmatter\":");
	skill_front_matter(delivery, out);
	(void)buf_add_str(out, ",\"resources\":");
	if (add_resources(delivery, folder, out, err) != 0) {
		buf_truncate(out, start);
		return -1;
	}
	(void)buf_add_char(out, '}');
	return 0;
}

/* ── skills/list ───────────────────────────────────────────────────────── */

/* Paths first, the skills when the list is closed: making them asks the store. */
static int on_path(void *data, const struct store_row *row)
{
	struct buf *paths = data;

	(void)buf_add(paths, row->path.p, row->path.n);
	(void)buf_add_char(paths, '\n');
	return 0;
}

static void add_skill(struct mcp_request *request, struct str path, struct buf *out)
{
	struct buf folder = BUF_INIT(SKILL_PATH_MAX);
	struct delivery delivery;
	size_t start = out->len;
	struct err err;

	skill_folder(path, &folder);
	delivery_init(&delivery, request, "skill");
	if (start > 0 && out->data[start - 1] != '[')
		(void)buf_add_char(out, ',');
	/* One that cannot be rendered is left out; skills/get tells why. */
	if (skill_find(&delivery, (struct str){folder.data, folder.len}, &err) != STORE_OK ||
		!str_is(path, delivery.prompt->path) ||
		add_entry(&delivery, (struct str){folder.data, folder.len}, out, &err) != 0)
		buf_truncate(out, start);
	delivery_fini(&delivery);
	buf_fini(&folder);
}

void mcp_skills_list(struct mcp_request *request)
{
	struct buf paths = BUF_INIT(LISTING_MAX);
	struct listing listing;
	struct str rest, path;
	struct err err;
	int outcome;

	if (!listing_begin(&listing, request))
		return;
	(void)buf_add_str(&listing.members, "\"skills\":[");
	outcome = listing_rows(&listing, on_path, &paths, &err);
	rest = (struct str){buf_text(&paths), paths.len};
	while (outcome == 0 && str_next_line(&rest, &path))
		add_skill(request, path, &listing.members);
	(void)buf_add_char(&listing.members, ']');
	listing_end(&listing, outcome < 0 ? &err : NULL);
	buf_fini(&paths);
}

/* ── skills/get ────────────────────────────────────────────────────────── */

static void fail_unknown(struct mcp_request *request, struct str uri)
{
	char quote[RPC_QUOTE_BYTES];

	mcp_fail(request, RPC_INVALID_PARAMS,
		json_pack("{s:o}", "uri", json_from_str(str_prefix(uri, URI_BYTES_MAX))),
		"no skill is served at %s", rpc_quote(uri, quote));
}

static void get_found(struct mcp_request *request, struct delivery *delivery, struct str folder)
{
	struct buf members = BUF_INIT(LISTING_MAX);
	struct err err;

	(void)buf_add_str(&members, "\"skill\":");
	if (add_entry(delivery, folder, &members, &err) != 0)
		mcp_fail_err(request, &err);
	else
		mcp_reply_members(request, &members, MCP_PRIVATE);
	buf_fini(&members);
}

void mcp_skills_get(struct mcp_request *request)
{
	struct str uri = mcp_param(request, "uri"), folder;
	struct buf path = BUF_INIT(URI_BYTES_MAX);
	struct delivery delivery;
	struct err err;
	int outcome = STORE_NOT_FOUND;

	if (!json_is_string(json_object_get(request->params, "uri"))) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "uri must be a string");
		return;
	}
	delivery_init(&delivery, request, "skill");
	if (skill_uri_read(uri, &path, &folder))
		outcome = skill_find(&delivery, folder, &err);
	if (outcome == STORE_OK)
		get_found(request, &delivery, folder);
	else if (outcome < 0)
		mcp_fail_err(request, &err);
	else
		fail_unknown(request, uri);
	delivery_fini(&delivery);
	buf_fini(&path);
}
