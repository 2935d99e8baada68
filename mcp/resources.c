/* resources/list, resources/read and the template; see resources.h. */
#include "mcp/resources.h"

#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "mcp/listing.h"
#include "mcp/row_inputs.h"
#include "mcp/server.h"
#include "mcp/skill.h"
#include "mcp/uri.h"

/* ── resources/list ────────────────────────────────────────────────────── */

static void add_resource(
	const struct mcp_request *request, const struct store_row *row, struct buf *out)
{
	char modified[CLOCK_TEXT_BYTES];
	bool titles = mcp_has_titles(request->revision);

	(void)buf_add_str(out, "{\"uri\":\"" URI_PROMPT);
	uri_add_path(out, row->path);
	(void)buf_add_str(out, "\",\"name\":");
	(void)buf_add_json_string(out, row->path.p, row->path.n);
	if (titles) {
		(void)buf_add_str(out, ",\"title\":");
		(void)buf_add_json_string(out, row->title.p, row->title.n);
	}
	if (row->description.n > 0 || !titles) {
		(void)buf_add_str(out, ",\"description\":\"");
		if (!titles) {
			buf_add_json_inside(out, row->title);
			(void)buf_add_str(out, row->description.n > 0 ? ": " : "");
		}
		buf_add_json_inside(out, row->description);
		(void)buf_add_char(out, '"');
	}
	(void)buf_add_str(out, ",\"mimeType\":\"text/markdown\"");
	if (titles) {
		clock_format(row->updated_ms, modified);
		(void)buf_add_format(out, ",\"annotations\":{\"lastModified\":\"%s\"}", modified);
		listing_provenance(out, row);
	}
	(void)buf_add_char(out, '}');
}

void mcp_resources_list(struct mcp_request *request)
{
	listing_reply(request, "resources", add_resource);
}

void mcp_resources_templates_list(struct mcp_request *request)
{
	json_t *template;

	if (json_object_get(request->params, "cursor") != NULL) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "unknown cursor: there is one page");
		return;
	}
	template = json_pack("{s:s, s:s}", "uriTemplate", URI_PROMPT_TEMPLATE, "name", "prompt");
	if (mcp_has_titles(request->revision))
		json_object_set_new(template, "title", json_string("A prompt by its path"));
	json_object_set_new(template, "description",
		json_string(
			"The text of an approved prompt, e.g. prompt://engineering/code-review; "
			"variables without a default stay visible as {{name}}."));
	json_object_set_new(template, "mimeType", json_string("text/markdown"));
	mcp_reply_cacheable(request, json_pack("{s:[o]}", "resourceTemplates", template), false);
}

/* ── what a URI stands for ─────────────────────────────────────────────── */

/* prompt://path. As skill_find(). */
static int find_prompt(struct delivery *delivery, struct str path, struct err *err)
{
	return prompt_check_path(path, NULL) == 0 ? delivery_find_path(delivery, path, err)
						  : STORE_NOT_FOUND;
}

/* Append the text of the resource. 0, STORE_NOT_FOUND, negative. */
static int resource_text(
	struct delivery *delivery, struct str uri, struct buf *text, struct err *err)
{
	struct buf path = BUF_INIT(URI_BYTES_MAX);
	struct str folder;
	int outcome = STORE_NOT_FOUND;

	if (skill_uri_read(uri, &path, &folder)) {
		delivery->surface = "skill";
		outcome = skill_find(delivery, folder, err);
		if (outcome == STORE_OK)
			outcome = skill_write(delivery, text, err);
	} else {
		buf_clear(&path);
		if (uri_read(uri, URI_PROMPT, &path))
			outcome =
				find_prompt(delivery, (struct str){buf_text(&path), path.len}, err);
		if (outcome == STORE_OK)
			outcome = delivery_fill_holes(delivery, err);
		if (outcome == STORE_OK)
			delivery_text(delivery, text);
	}
	buf_fini(&path);
	return outcome;
}

/* ── resources/read ────────────────────────────────────────────────────── */

static void fail_unknown(struct mcp_request *request, struct str uri)
{
	int code = mcp_is_modern(request->revision) ? RPC_INVALID_PARAMS : RPC_RESOURCE_NOT_FOUND;

	mcp_fail(request, code,
		json_pack("{s:o}", "uri", json_from_str(str_prefix(uri, URI_BYTES_MAX))),
		"no such resource");
}

static void answer(struct delivery *delivery, struct str uri, const struct buf *text)
{
	struct buf members = BUF_INIT(DELIVERY_JSON_MAX);

	(void)buf_add_str(&members, "\"contents\":[{\"uri\":");
	(void)buf_add_json_string(&members, uri.p, uri.n);
	(void)buf_add_str(&members, ",\"mimeType\":\"text/markdown\",\"text\":");
	(void)buf_add_json_string(&members, buf_text(text), text->len);
	(void)buf_add_str(&members, "}]");
	delivery_record(delivery);
	mcp_reply_members(delivery->request, &members, MCP_PRIVATE);
	buf_fini(&members);
}

void mcp_resources_read(struct mcp_request *request)
{
	struct buf text = BUF_INIT(2 * DELIVERY_TEXT_MAX);
	struct str uri = mcp_param(request, "uri");
	struct delivery delivery;
	struct err err;
	int outcome;

	if (!json_is_string(json_object_get(request->params, "uri"))) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL, "uri must be a string");
		return;
	}
	delivery_init(&delivery, request, "resource");
	outcome = resource_text(&delivery, uri, &text, &err);
	if (outcome == STORE_OK)
		answer(&delivery, uri, &text);
	else if (outcome < 0)
		mcp_fail_err(request, &err);
	else
		fail_unknown(request, uri);
	delivery_fini(&delivery);
	buf_fini(&text);
}

/* The text itself is the measure, so that a change of a prompt it includes, or of
 * a name in its front matter, counts too. */
uint64_t mcp_resource_stamp(struct mcp_server *server, struct str uri)
{
	struct mcp_request request = {.server = server};
	struct buf text = BUF_INIT(2 * DELIVERY_TEXT_MAX);
	char digest[SHA256_HEX_BYTES];
	struct delivery delivery;
	uint64_t stamp = 0;
	struct err err;
	size_t i;

	delivery_init(&delivery, &request, "resource");
	if (resource_text(&delivery, uri, &text, &err) == STORE_OK) {
		sha256_hex(buf_text(&text), text.len, digest);
		for (i = 0; i < 15; i++)
			stamp = stamp << 4 | (uint64_t)(digest[i] <= '9' ? digest[i] - '0'
									 : digest[i] - 'a' + 10);
		stamp++; /* never 0 */
	}
	delivery_fini(&delivery);
	buf_fini(&text);
	return stamp;
}
