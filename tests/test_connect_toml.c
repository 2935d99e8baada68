/* One table of somebody else's TOML file, and nothing else. */
#include "agent/connect_toml.h"
#include "core/json.h"
#include "tests/test.h"

static const char *const path[] = {"mcp_servers", "promptd", NULL};

static void check_set(const char *before, json_t *table, const char *after)
{
	struct buf out = BUF_INIT(10000);
	struct err err = {.text = ""};

	if (toml_set(str_of(before), path, table, &out, &err) < 0)
		(void)fprintf(stderr, "%s\n", err.text);
	CHECK_STR(buf_text(&out), after);
	buf_fini(&out);
	json_decref(table);
}

static void check_unset(const char *before, const char *after, bool is_empty)
{
	struct buf out = BUF_INIT(10000);
	bool empty = !is_empty;

	CHECK(toml_unset(str_of(before), path, &out, &empty, NULL) == 0);
	CHECK_STR(buf_text(&out), after);
	CHECK(empty == is_empty);
	buf_fini(&out);
}

#define OURS "[mcp_servers.promptd]\ncommand = \"/x\"\n"

static json_t *ours(void)
{
	return json_pack("{s:s}", "command", "/x");
}

static void toml_adds_a_table_at_the_end_and_takes_it_out_again(void)
{
	check_set("", ours(), OURS);
	check_unset(OURS, "", true);
	check_set("a = 1 # c\n", ours(), "a = 1 # c\n\n" OURS);
	check_unset("a = 1 # c\n\n" OURS, "a = 1 # c\n", false);
	check_set("a = 1\n\n", ours(), "a = 1\n\n\n" OURS);
	check_unset("a = 1\n\n\n" OURS, "a = 1\n\n", false);
	check_set("a = 1", ours(), "a = 1\n\n" OURS);
	check_set(
		"a = 1\r\n", ours(), "a = 1\r\n\r\n[mcp_servers.promptd]\r\ncommand = \"/x\"\r\n");
}

static void toml_writes_lists_switches_and_tables(void)
{
	check_set("",
		json_pack("{s:[s, s], s:{s:s}, s:b}", "args", "a", "\"\\", "env", "A B", "1\n",
			"enabled", 0),
		"[mcp_servers.promptd]\nargs = [\"a\", \"\\\"\\\\\"]\nenabled = false\n\n"
		"[mcp_servers.promptd.env]\n\"A B\" = \"1\\n\"\n");
}

static void toml_takes_out_what_is_spread_over_the_file(void)
{
	check_unset("a = 1\n\n[mcp_servers.promptd]\ncommand = \"/x\"\n\n"
		    "[mcp_servers.promptd.env]\nA = \"1\"\n\n[z]\nb = 2\n",
		"a = 1\n\n[z]\nb = 2\n", false);
	check_unset("[mcp_servers.promptd]\n# mine\ncommand = \"/x\" # this\nargs = [\n  \"a\", # "
		    "b\n\n]\n[z]\n",
		"# mine\n # this\n[z]\n", false);
	check_unset("[mcp_servers]\nother.command = 1\npromptd.command = \"/x\"\n",
		"[mcp_servers]\nother.command = 1\n", false);
	check_unset("[mcp_servers]\npromptd = { command = \"/x\" }\nb = 1\n",
		"[mcp_servers]\nb = 1\n", false);
	check_unset("mcp_servers.\"promptd\".'command' = '/x'\nb = 1\n", "b = 1\n", false);
}

static void check_find(const char *text, json_t *expected)
{
	struct err err = {.text = ""};
	json_t *found = NULL;
	int r = toml_find(str_of(text), path, &found, &err);

	if (r < 0)
		(void)fprintf(stderr, "%s: %s\n", text, err.text);
	CHECK(r == (expected ? 0 : 1));
	CHECK(!expected || json_equal(found, expected));
	json_decref(found);
	json_decref(expected);
}

static void toml_finds_a_table_however_it_is_written(void)
{
	check_find("", NULL);
	check_find("# mcp_servers.promptd\n", NULL);
	check_find("s = \"\"\"\n[mcp_servers.promptd]\n\"\"\"\n", NULL);
	check_find("[[other]]\n[[other]]\na.b = 1\n", NULL);
	check_find("[mcp_servers.promptd]\n", json_object());
	check_find("[ mcp_servers . \"promptd\" ]\ncommand = 'C:\\x'\n",
		json_pack("{s:s}", "command", "C:\\x"));
	check_find("mcp_servers = { promptd = { command = \"/x\", args = [\"a\",] }, }\n",
		json_pack("{s:s, s:[s]}", "command", "/x", "args", "a"));
	check_find("mcp_servers.promptd.command = \"/x\"\nmcp_servers.promptd.enabled = false\n",
		json_pack("{s:s, s:b}", "command", "/x", "enabled", 0));
	check_find("[mcp_servers.promptd.env]\nA = '''\n1'2\n'''\n",
		json_pack("{s:{s:s}}", "env", "A", "1'2\n"));
	check_find("[mcp_servers]\n[mcp_servers.promptd]\nt = 10.5\nd = 2026-11-21 07:32:00Z\n"
		   "i = -inf\nh = 0xfF_0\n",
		json_pack("{s:s, s:s, s:s, s:s}", "t", "10.5", "d", "2026-11-21 07:32:00Z", "i",
			"-inf", "h", "0xfF_0"));
}

static void toml_reads_the_escapes_of_strings(void)
{
	check_find("[mcp_servers.promptd]\nc = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F600\"\n",
		json_pack("{s:s}", "c", "\b\t\n\f\r\"\\\xc3\xa9\xf0\x9f\x98\x80"));
	check_find("[mcp_servers.promptd]\nc = \"\"\"\none \\\n\n  two\"\"\"\"\n",
		json_pack("{s:s}", "c", "one two\""));
	check_find(
		"[mcp_servers.promptd]\nc = '''''a''b'''''\n", json_pack("{s:s}", "c", "''a''b''"));
}

static void toml_exchanges_a_table(void)
{
	check_set("# c\n\n[mcp_servers.promptd]\ncommand = \"/old\"\n\n[z]\na = 1\n", ours(),
		"# c\n\n[z]\na = 1\n\n" OURS);
}

static void refuse(const char *text, const char *why)
{
	struct buf out = BUF_INIT(10000);
	struct err err = {.text = ""};
	json_t *table = ours(), *found;

	CHECK(toml_set(str_of(text), path, table, &out, &err) == -1);
	CHECK_STR(err.text, why);
	CHECK(out.len == 0);
	CHECK(toml_find(str_of(text), path, &found, &err) == -1);
	CHECK(toml_unset(str_of(text), path, &out, NULL, &err) == -1);
	CHECK(out.len == 0);
	json_decref(table);
	buf_fini(&out);
}

static void toml_refuses_what_it_does_not_understand(void)
{
	refuse("a = [\n", "line 2: expected a value");
	refuse("a = \"x\n", "line 1: a string without end, or a control character in it");
	refuse("a = '''x\n", "line 2: a string without end, or a control character in it");
	refuse("a = \"\\q\"\n", "line 1: an unknown escape");
	refuse("a = \"\\ud800\"\n", "line 1: an escape that is no character");
	refuse("a 1\n", "line 1: expected = after the key");
	refuse("a = 1 b = 2\n", "line 1: expected the end of the line");
	refuse("a = \n", "line 1: expected a value");
	refuse("a = yes\n", "line 1: expected a value");
	refuse("= 1\n", "line 1: expected a key");
	refuse("\n[a\n", "line 2: expected ] after the table's name");
	refuse("[[a]\n", "line 1: expected ] after the table's name");
	refuse("[]\n", "line 1: expected a key");
	refuse("a = {b = 1, b = 2}\n", "line 1: a key that is there twice");
	refuse("a = \"\xff\"\n", "not UTF-8 text");
	refuse("a = 1\rb = 2\n", "line 1: expected the end of the line");
	refuse("[[mcp_servers]]\n", "line 1: a list where a table was expected");
	refuse("[[mcp_servers.promptd]]\n", "line 1: a list where a table was expected");
	refuse("[mcp_servers.promptd]\na = 1\na = 2\n", "line 3: defined a second time");
	refuse("mcp_servers.promptd = 1\n", "line 1: defined a second time");
}

/* Understood and found, but where nothing can be added without rewriting it. */
static void toml_leaves_inline_tables_to_a_person(void)
{
	struct buf out = BUF_INIT(10000);
	struct err err = {.text = ""};
	json_t *table = ours();

	CHECK(toml_set(STR("mcp_servers = {}\n"), path, table, &out, &err) == -1);
	CHECK_STR(err.text, "\"mcp_servers\" is written as an inline table");
	CHECK(toml_unset(STR("mcp_servers = {promptd = {}}\n"), path, &out, NULL, &err) == -1);
	CHECK(out.len == 0);
	json_decref(table);
}

int main(void)
{
	RUN(toml_adds_a_table_at_the_end_and_takes_it_out_again);
	RUN(toml_writes_lists_switches_and_tables);
	RUN(toml_takes_out_what_is_spread_over_the_file);
	RUN(toml_finds_a_table_however_it_is_written);
	RUN(toml_reads_the_escapes_of_strings);
	RUN(toml_exchanges_a_table);
	RUN(toml_refuses_what_it_does_not_understand);
	RUN(toml_leaves_inline_tables_to_a_person);
	return 0;
}
