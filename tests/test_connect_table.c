/* The table of assistants, and our entry in each one's notation. */
#include <dirent.h>
#include <unistd.h>

#include "agent/connect_report.h"
#include "agent/connect_table.h"
#include "agent/connect_target.h"
#include "core/json.h"
#include "tests/test.h"

static struct assistant_table table;

static const struct assistant *assistant(const char *name)
{
	const struct assistant *found = assistant_find(&table, name);

	CHECK(found);
	return found;
}

static void check_json(json_t *json, const char *expected)
{
	struct buf text = BUF_INIT(10000);

	CHECK(json_write(json, &text) == 0);
	CHECK_STR(buf_text(&text), expected);
	buf_fini(&text);
	json_decref(json);
}

static void check_words(char **words, const char *expected)
{
	struct buf text = BUF_INIT(10000);

	for (size_t i = 0; words[i]; i++)
		(void)buf_add_format(&text, "%s%s", i ? "|" : "", words[i]);
	CHECK_STR(buf_text(&text), expected);
	buf_fini(&text);
	assistant_arguments_free(words);
}

static void commands_name_the_assistants_of_the_table(void)
{
	struct buf names = BUF_INIT(1000);

	for (size_t i = 0; i < table.n; i++)
		(void)buf_add_format(&names, "%s%s", i ? " " : "", table.rows[i].name);
	CHECK_STR(buf_text(&names), CONNECT_CHOICES);
	buf_fini(&names);
}

static void entries_are_written_in_each_notation(void)
{
	json_t *env = json_pack("{s:s}", "PROMPTD_HOME", "/h");

	check_json(assistant_entry(assistant("codex"), "/x", NULL), "{\"command\":\"/x\"}");
	check_json(assistant_entry(assistant("codex"), "/x", env),
		"{\"command\":\"/x\",\"env\":{\"PROMPTD_HOME\":\"/h\"}}");
	check_json(assistant_entry(assistant("opencode"), "/x", env),
		"{\"type\":\"local\",\"command\":[\"/x\"],\"environment\":{\"PROMPTD_HOME\":\"/"
		"h\"}}");
	check_json(assistant_entry(assistant("zed"), "/x", NULL),
		"{\"source\":\"custom\",\"command\":\"/x\",\"args\":[]}");
	json_decref(env);
}

static void arguments_are_filled_in(void)
{
	const struct assistant *vscode = assistant("vscode"), *claude = assistant("claude");
	json_t *env = json_pack("{s:s, s:s}", "A", "1 2", "B", "");

	check_words(assistant_arguments(claude, claude->scope[0].add, "/bin/claude", "/x y", NULL),
		"/bin/claude|mcp|add|-s|user|promptd|--|/x y");
	check_words(assistant_arguments(claude, claude->scope[0].add, "claude", "/x", env),
		"claude|mcp|add|-s|user|promptd|-e|A=1 2|-e|B=|--|/x");
	check_words(assistant_arguments(vscode, vscode->scope[0].add, "code", "/x", NULL),
		"code|--add-mcp|{\"name\":\"promptd\",\"type\":\"stdio\",\"command\":\"/"
		"x\",\"args\":"
		"[]}");
	json_decref(env);
}

static void link_carries_the_entry(void)
{
	char *link = assistant_link(assistant("cursor"), "/usr/bin/promptd-mcp", NULL);

	/* {"command":"/usr/bin/promptd-mcp","args":[]} */
	CHECK_STR(link, "cursor://anysphere.cursor-deeplink/mcp/install?name=promptd&config="
			"eyJjb21tYW5kIjoiL3Vzci9iaW4vcHJvbXB0ZC1tY3AiLCJhcmdzIjpbXX0%3D");
	free(link);
}

static bool same(const char *name, const char *entry, const char *env_json)
{
	json_t *there = json_loads(entry, 0, NULL), *env = json_loads(env_json, 0, NULL);
	json_t *names = json_pack("[s, s]", "PROMPTD_HOME", "XDG_DATA_HOME");
	bool is;

	CHECK(there && env);
	is = assistant_entry_same(assistant(name), there, "/bin/sh", env, names);
	json_decref(there);
	json_decref(env);
	json_decref(names);
	return is;
}

static void entries_are_compared_by_what_they_start(void)
{
	CHECK(same("codex", "{\"command\": \"/bin/sh\"}", "{}"));
	CHECK(same("codex", "{\"command\": \"/bin/sh\", \"args\": [], \"env\": {\"X\": \"1\"}}",
		"{}"));
	CHECK(same("claude", "{\"command\": \"/bin/../bin/sh\", \"trust\": true}", "{}"));
	CHECK(!same("codex", "{\"command\": \"/bin/ls\"}", "{}"));
	CHECK(!same("codex", "{\"command\": \"sh\"}", "{}"));
	CHECK(!same("codex", "{\"command\": \"/bin/sh\", \"args\": [\"-x\"]}", "{}"));
	CHECK(!same("codex", "{\"url\": \"https://x\"}", "{}"));
	CHECK(!same("codex", "[]", "{}"));
	CHECK(same("opencode", "{\"command\": [\"/bin/sh\"]}", "{}"));
	CHECK(!same("opencode", "{\"command\": [\"/bin/sh\", \"-x\"]}", "{}"));
}

static void entries_are_compared_by_where_their_library_is(void)
{
	static const char *const here = "{\"PROMPTD_HOME\": \"/h\"}";

	CHECK(same(
		"codex", "{\"command\": \"/bin/sh\", \"env\": {\"PROMPTD_HOME\": \"/h\"}}", here));
	CHECK(!same(
		"codex", "{\"command\": \"/bin/sh\", \"env\": {\"PROMPTD_HOME\": \"/o\"}}", here));
	CHECK(!same("codex", "{\"command\": \"/bin/sh\"}", here));
	CHECK(!same(
		"codex", "{\"command\": \"/bin/sh\", \"env\": {\"PROMPTD_HOME\": \"/h\"}}", "{}"));
	CHECK(same("opencode",
		"{\"command\": [\"/bin/sh\"], \"environment\": {\"PROMPTD_HOME\": \"/h\"}}", here));
}

static void every_assistant_has_a_file_and_something_to_paste(void)
{
	for (size_t i = 0; i < table.n; i++) {
		json_t *entry = assistant_entry(&table.rows[i], "/x", NULL);
		char *path = target_path(&table.rows[i], "/nowhere", NULL);
		char *snippet = target_snippet(&table.rows[i], ASSISTANT_USER, entry);

		CHECK(path && !strncmp(path, "/nowhere/.", 10));
		CHECK(strstr(snippet, "promptd") && strstr(snippet, "/x"));
		free(path);
		free(snippet);
		json_decref(entry);
	}
}

/* The file beside the README in clients/examples/NAME. */
static void example_of(const char *name, char text[1000])
{
	char path[512];
	struct dirent *entry;
	FILE *file = NULL;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/clients/examples/%s", SOURCE_DIR, name);
	dir = opendir(path);
	CHECK(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "README.md"))
			continue;
		CHECK(!file);
		(void)snprintf(path, sizeof(path), "%s/clients/examples/%s/%s", SOURCE_DIR, name,
			entry->d_name);
		file = fopen(path, "r");
		CHECK(file);
	}
	CHECK(file);
	text[fread(text, 1, 999, file)] = '\0';
	(void)fclose(file);
	(void)closedir(dir);
}

static void examples_say_what_connect_would_write(void)
{
	for (size_t i = 0; i < table.n; i++) {
		json_t *entry = assistant_entry(&table.rows[i], "/usr/bin/promptd-mcp", NULL);
		char *snippet = target_snippet(&table.rows[i], ASSISTANT_USER, entry);
		char text[1000];

		example_of(table.rows[i].name, text);
		CHECK_STR(text, snippet);
		free(snippet);
		json_decref(entry);
	}
}

static void variable_that_names_a_folder_decides(void)
{
	char *path;

	CHECK(setenv("CODEX_HOME", "/elsewhere", 1) == 0);
	path = target_path(assistant("codex"), "/nowhere", NULL);
	CHECK_STR(path, "/elsewhere/config.toml");
	free(path);
	CHECK(setenv("CODEX_HOME", "relative", 1) == 0);
	path = target_path(assistant("codex"), "/nowhere", NULL);
	CHECK_STR(path, "/nowhere/.codex/config.toml");
	free(path);
	path = target_path(assistant("vscode"), "/nowhere", "/p");
	CHECK_STR(path, "/p/.vscode/mcp.json");
	free(path);
}

int main(void)
{
	struct err err = {.text = ""};
	static const char *const variables[] = {"CODEX_HOME", "CLAUDE_CONFIG_DIR",
		"GEMINI_CLI_HOME", "COPILOT_HOME", "XDG_CONFIG_HOME", "APPDATA", "VSCODE_PORTABLE"};

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		CHECK(unsetenv(variables[i]) == 0);
	json_door_init();
	if (assistant_table_load(&table, &err) < 0)
		(void)fprintf(stderr, "%s\n", err.text);
	CHECK(table.n > 0);
	RUN(commands_name_the_assistants_of_the_table);
	RUN(entries_are_written_in_each_notation);
	RUN(arguments_are_filled_in);
	RUN(link_carries_the_entry);
	RUN(entries_are_compared_by_what_they_start);
	RUN(entries_are_compared_by_where_their_library_is);
	RUN(every_assistant_has_a_file_and_something_to_paste);
	RUN(examples_say_what_connect_would_write);
	RUN(variable_that_names_a_folder_decides);
	assistant_table_fini(&table);
	return 0;
}
