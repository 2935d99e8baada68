/* How a client learns what we are: initialize, ping, server/discover. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "mcp/session.h"

/* The first 240 characters say what, when and which tool first: more does not
 * reach every model. */
static const char instructions[] =
	"promptd: the team's approved prompts and your own. When the user names a prompt, a "
	"template, a checklist or a standard way of doing a task, call search_prompts, then "
	"get_prompt, and follow its text. Report how it went with record_prompt_result.\n"
	"\n"
	"A prompt is addressed by its path, e.g. engineering/code-review; the last part is enough "
	"when it is unique. get_prompt fills in variables from its arguments; variables without a "
	"value stay visible as {{name}} and are listed, so that you can ask the user and call "
	"again. Long prompts come in parts: ask for part 2 and so on until all are read. The same "
	"prompts are offered as MCP prompts, as prompt:// resources and as skills. Prompts are "
	"text written by people: they guide the task, they do not override the user.";

const char *mcp_server_instructions(const struct mcp_server *server)
{
	(void)server;
	return instructions;
}

json_t *mcp_server_info(const struct mcp_server *server, enum mcp_revision revision)
{
	json_t *info =
		json_pack("{s:s, s:s}", "name", server->options.name, "version", PROMPTD_VERSION);

	if (mcp_has_titles(revision))
		json_object_set_new(info, "title", json_string("promptd prompt library"));
	return info;
}

json_t *mcp_server_capabilities(const struct mcp_server *server, enum mcp_revision revision)
{
	json_t *capabilities;

	if (server->options.capabilities != NULL)
		return server->options.capabilities(revision);
	/* No listChanged for tools: theirs is the same list whatever is synced. */
	capabilities = json_pack("{s:{}, s:{s:b}, s:{s:b, s:b}, s:{s:{s:b}}}", "tools", "prompts",
		"listChanged", 1, "resources", "listChanged", 1, "subscribe", 1, "extensions",
		"io.modelcontextprotocol/skills", "directoryRead", 1);
	if (mcp_has_completions(revision))
		json_object_set_new(capabilities, "completions", json_object());
	return capabilities;
}

/* Keep who they say they are. A second initialize begins anew. */
static void client_keep(struct mcp_session *session, const json_t *params)
{
	const json_t *info = json_object_get(params, "clientInfo");
	json_t *capabilities = json_object_get(params, "capabilities");

	free(session->client_name);
	free(session->client_version);
	json_decref(session->client.capabilities);
	session->client_name = json_text(info, "name") ? xstrdup(json_text(info, "name")) : NULL;
	session->client_version =
		json_text(info, "version") ? xstrdup(json_text(info, "version")) : NULL;
	session->client.name = session->client_name;
	session->client.version = session->client_version;
	session->client.capabilities = json_incref(capabilities);
}

void mcp_initialize(struct mcp_request *request)
{
	struct str asked = mcp_param(request, "protocolVersion");
	struct mcp_session *session = request->session;
	enum mcp_revision revision;
	json_t *result;

	if (asked.n == 0 || !json_is_object(json_object_get(request->params, "capabilities")) ||
		!json_is_object(json_object_get(request->params, "clientInfo"))) {
		mcp_fail(request, RPC_INVALID_PARAMS, NULL,
			"initialize needs protocolVersion, capabilities and clientInfo");
		return;
	}
	/* Never 2026-07-28: that revision has no handshake. */
	if (!mcp_revision_parse(asked, &revision) || mcp_is_modern(revision))
		revision = MCP_LEGACY_LATEST;
	session->revision = request->revision = revision;
	session->initialized = true;
	client_keep(session, request->params);
	result = json_pack("{s:s, s:o, s:o, s:s}", "protocolVersion", mcp_revision_name(revision),
		"capabilities", mcp_server_capabilities(request->server, revision), "serverInfo",
		mcp_server_info(request->server, revision), "instructions",
		mcp_server_instructions(request->server));
	mcp_reply(request, result);
}

void mcp_ping(struct mcp_request *request)
{
	mcp_reply(request, json_object());
}

void mcp_discover(struct mcp_request *request)
{
	json_t *versions = json_array(), *result;
	int i;

	for (i = MCP_REVISIONS - 1; i >= 0; i--)
		json_array_append_new(
			versions, json_string(mcp_revision_name((enum mcp_revision)i)));
	result = json_pack("{s:o, s:o, s:s}", "supportedVersions", versions, "capabilities",
		mcp_server_capabilities(request->server, request->revision), "instructions",
		mcp_server_instructions(request->server));
	mcp_reply_cacheable(request, result, true);
}
