/* Tests of mcp/workspace, and of the search that leans on it. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "mcp/workspace.h"
#include "tests/mcp_fixture.h"

static char folder[64];

static void folder_clear(void)
{
	char command[128];

	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (folder[0] != '\0')
		(void)!system(command);
}

static void folder_new(void)
{
	static bool registered;

	folder_clear();
	(void)snprintf(folder, sizeof folder, "/tmp/promptd-work-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	if (!registered)
		CHECK(atexit(folder_clear) == 0);
	registered = true;
}

static void folder_put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void folder_make(const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK(mkdir(path, 0700) == 0);
}

static const char *words_of(const char *below)
{
	static struct buf out = BUF_INIT(4096);
	struct workspace workspace;
	char path[256];
	size_t i;

	(void)snprintf(path, sizeof path, "%s%s", folder, below);
	workspace_read(&workspace, path);
	buf_clear(&out);
	for (i = 0; i < workspace.n; i++)
		(void)buf_add_format(&out, "%s%s", i > 0 ? " " : "", workspace.words[i]);
	return buf_text(&out);
}

static void files_tell_languages(void)
{
	folder_new();
	CHECK_STR(words_of(""), "");
	folder_put("go.mod", "module x\n");
	folder_put("AGENTS.md", "Be brief.\n");
	folder_put("main.go", "package main\n");
	CHECK_STR(words_of(""), "agents go golang");
	CHECK_STR(words_of("/not-there"), "");
}

static void a_repository_tells_its_names_from_any_folder_in_it(void)
{
	folder_new();
	folder_make(".git");
	folder_make("deep");
	folder_make("deep/deeper");
	folder_put(".git/config", "[core]\n\turl = no\n[remote \"fork\"]\n\turl = x:a/b\n"
				  "[remote \"origin\"]\n\tfetch = +refs\n"
				  "\turl = git@example.com:Acme/Shop.git\n");
	CHECK_STR(words_of(""), "shop acme");
	CHECK_STR(words_of("/deep/deeper"), "shop acme");
	folder_put(".git/config", "[remote \"origin\"]\nurl=https://example.com/acme/web-shop\n");
	CHECK_STR(words_of(""), "web-shop acme");
	folder_put(".git/config", "[remote \"origin\"]\nurl = ../shop\n");
	CHECK_STR(words_of(""), "shop");
	folder_put(".git/config", "[remote \"origin\"]\nurl\n");
	CHECK_STR(words_of(""), "");
}

static void a_pipe_in_place_of_a_file_is_not_waited_for(void)
{
	char path[256];

	folder_new();
	folder_make(".git");
	(void)snprintf(path, sizeof path, "%s/.git/config", folder);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK_STR(words_of(""), "");
}

static void words_are_few_and_short(void)
{
	char text[600];

	folder_new();
	folder_make(".git");
	(void)snprintf(text, sizeof text, "[remote \"origin\"]\nurl = h:%0200d/%0200d\n", 7, 7);
	folder_put(".git/config", text);
	CHECK_STR(words_of(""), "");
}

static void likes_go_by_tags_collection_and_folders(void)
{
	struct workspace workspace = {.words = {"go", "acme"}, .n = 2};

	CHECK(workspace_likes(&workspace, STR("review,Go"), STR(""), STR("x")));
	CHECK(!workspace_likes(&workspace, STR("golang"), STR(""), STR("x")));
	CHECK(workspace_likes(&workspace, STR(""), STR("teams/acme"), STR("x")));
	CHECK(workspace_likes(&workspace, STR(""), STR(""), STR("acme/x")));
	CHECK(!workspace_likes(&workspace, STR(""), STR(""), STR("x/go")));
	workspace.n = 0;
	CHECK(!workspace_likes(&workspace, STR("go"), STR("go"), STR("go/x")));
}

static void put_tagged(struct store *store, const char *path, const char *tag)
{
	struct prompt *prompt = fixture_prompt(path, "Write tests", "Text.");

	prompt_add_tag(prompt, str_of(tag));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
}

/* Names in the order search_prompts gives them. */
static const char *order(struct mcp_fixture *fixture, const char *query)
{
	static struct buf out = BUF_INIT(4096);
	json_t *answer = mcp_fixture_tool(
		       fixture, "search_prompts", json_pack("{s:s}", "query", query)),
	       *prompt;
	size_t i;

	buf_clear(&out);
	json_array_foreach (
		json_object_get(json_object_get(answer, "structuredContent"), "prompts"), i, prompt)
		(void)buf_add_format(&out, "%s%s", i > 0 ? " " : "", json_text(prompt, "name"));
	json_decref(answer);
	return buf_text(&out);
}

static void a_search_leans_to_the_workspace_and_no_further(void)
{
	struct mcp_server_options options = {.directory = folder};
	const char *names[] = {"a/one", "a/two", "a/three", "a/four", "a/five", "a/six"};
	struct mcp_fixture fixture;
	char plain[256];
	struct err err;
	size_t i;

	folder_new();
	folder_put("Cargo.toml", "[package]\n");
	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	for (i = 0; i < 6; i++)
		put_tagged(fixture.store, names[i], "any");
	(void)snprintf(plain, sizeof plain, "%s", order(&fixture, "write tests"));
	CHECK(strlen(plain) > 30);
	/* The last of them is now for Rust, and this is a Rust folder. */
	put_tagged(fixture.store, strrchr(plain, ' ') + 1, "rust");
	CHECK_STR(order(&fixture, "write tests"), plain);
	mcp_session_free(fixture.session);
	mcp_server_free(fixture.server);
	options.store = fixture.store;
	CHECK(mcp_server_new(&fixture.server, &options, &err) == 0);
	fixture.session = mcp_session_new(fixture.server, "test");
	json_decref(mcp_fixture_ask(&fixture, "initialize",
		json_pack("{s:s, s:{}, s:{s:s, s:s}}", "protocolVersion", "2025-11-25",
			"capabilities", "clientInfo", "name", "t", "version", "1")));
	{
		char *last = strrchr(plain, ' ') + 1, expected[600];
		const char *at = plain;
		size_t n = 0;

		/* Three places up from the sixth is the third. */
		for (i = 0; i < 2; i++)
			at = strchr(at, ' ') + 1;
		n = (size_t)(at - plain);
		last[-1] = '\0';
		(void)snprintf(expected, sizeof expected, "%.*s%s %s", (int)n, plain, last, at);
		CHECK_STR(order(&fixture, "write tests"), expected);
	}
	mcp_fixture_free(&fixture);
}

int main(void)
{
	json_door_init();
	RUN(files_tell_languages);
	RUN(a_repository_tells_its_names_from_any_folder_in_it);
	RUN(a_pipe_in_place_of_a_file_is_not_waited_for);
	RUN(words_are_few_and_short);
	RUN(likes_go_by_tags_collection_and_folders);
	RUN(a_search_leans_to_the_workspace_and_no_further);
	return 0;
}
