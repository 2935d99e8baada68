/* Tests of what a connection hears of: what it can see, and nothing else. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "core/json.h"
#include "mcp/mcp.h"
#include "store/usage.h"
#include "tests/server.h"

#define INITIALIZE                                                                                 \
	"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
	"\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"

static struct store *other; /* another process's */

static void put(const char *path, const char *text)
{
	struct prompt *prompt = prompt_new();
	struct err err;

	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(path));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	CHECK(store_prompt_put(other, prompt, NULL, &err) == 0);
	prompt_free(prompt);
}

/* Use it so often that its place in the order of use changes. */
static void use(const char *path)
{
	struct store_want want = {0};
	struct prompt *prompt;
	struct err err;
	int i;

	CHECK(store_prompt_get(other, str_of(path), &want, &prompt, &err) == 0);
	for (i = 0; i < 40; i++) {
		struct usage_event event = {.prompt_id = str_of(prompt->id),
			.digest = str_of(prompt->digest),
			.version = prompt->version,
			.client_type = STR("cli"),
			.action = STR("render"),
			.outcome = STR("ok"),
			.success = -1};

		CHECK(store_usage_add(other, &event, &err) == 0);
	}
	CHECK(store_usage_commit(other, &err) == 0);
	CHECK(store_usage_rank(other, &err) == 0);
	prompt_free(prompt);
}

static bool hears(struct mcp_session *session)
{
	struct buf *out = mcp_session_out(session);
	bool some;

	buf_clear(out);
	mcp_session_library_changed(session);
	some = out->len > 0;
	CHECK(!some || strstr(buf_text(out), "notifications/prompts/list_changed") != NULL);
	return some;
}

static void a_connection_hears_of_what_it_can_see(struct mcp_session *session)
{
	CHECK(!hears(session));
	put("team/one", "One.");
	CHECK(hears(session));
	CHECK(!hears(session));
	put("team/one", "One, better.");
	CHECK(hears(session));
	put("team/one", "One, better."); /* the same again is no change */
	CHECK(!hears(session));
	use("team/one");
	CHECK(!hears(session));
	put("team/two", "Two.");
	CHECK(hears(session));
}

int main(void)
{
	struct mcp_server_options options = {0};
	struct mcp_session *session;
	struct mcp_server *server;
	struct store_options where;
	struct store *own;
	char home[64];
	struct err err;

	json_door_init();
	test_dir(home);
	where = (struct store_options){.dir = home};
	CHECK(store_open(&other, &where, &err) == 0 && store_open(&own, &where, &err) == 0);
	options.store = own;
	CHECK(mcp_server_new(&server, &options, &err) == 0);
	session = mcp_session_new(server, "test");
	mcp_session_receive(session, STR(INITIALIZE));
	a_connection_hears_of_what_it_can_see(session);
	(void)printf("ok a_connection_hears_of_what_it_can_see\n");
	mcp_session_free(session);
	mcp_server_free(server);
	store_close(own);
	store_close(other);
	test_dir_remove(home);
	return 0;
}
