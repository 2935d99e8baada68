/* What `connect` does to other programs' files: one key, and nothing else. */
#include "agent/connect_jsonc.h"
#include "agent/connect_toml.h"
#include "core/json.h"
#include "tests/test.h"

static const char *const in_servers[] = {"mcpServers", "promptd", NULL};
static const unsigned lenient = JSONC_COMMENTS | JSONC_TRAILING;

static json_t *entry(void)
{
	return json_pack("{s:s, s:[]}", "command", "/usr/bin/promptd-mcp", "args");
}

/* `before` with the entry set is `after`; with the entry taken out again `left`. */
static void check_jsonc(const char *before, const char *after, const char *left, bool is_empty)
{
	struct buf set = BUF_INIT(10000), unset = BUF_INIT(10000);
	struct err err = {.text = ""};
	json_t *value = entry();
	unsigned made = 9;
	bool empty = !is_empty;

	if (jsonc_set(str_of(before), lenient, in_servers, value, &set, &made, &err) < 0)
		(void)fprintf(stderr, "%s\n", err.text);
	CHECK_STR(buf_text(&set), after);
	CHECK(jsonc_unset(str_of(after), lenient, in_servers, made, &unset, &empty, &err) == 0);
	CHECK_STR(buf_text(&unset), left);
	CHECK(empty == is_empty);
	buf_fini(&set);
	buf_fini(&unset);
	json_decref(value);
}

static void jsonc_adds_the_object_and_takes_it_out_again(void)
{
	check_jsonc("{}\n",
		"{\n  \"mcpServers\": {\n    \"promptd\": {\n      \"command\": "
		"\"/usr/bin/promptd-mcp\",\n      \"args\": []\n    }\n  }\n}\n",
		"{}\n", true);
}

static void jsonc_starts_an_empty_file(void)
{
	check_jsonc("",
		"{\n  \"mcpServers\": {\n    \"promptd\": {\n      \"command\": "
		"\"/usr/bin/promptd-mcp\",\n      \"args\": []\n    }\n  }\n}\n",
		"{}\n", true);
	check_jsonc("// mine",
		"// mine\n{\n  \"mcpServers\": {\n    \"promptd\": {\n      \"command\": "
		"\"/usr/bin/promptd-mcp\",\n      \"args\": []\n    }\n  }\n}\n",
		"// mine\n{}\n", false);
}

static void jsonc_keeps_comments_and_trailing_commas(void)
{
	check_jsonc("{\n\t// one\n\t\"theme\": \"x\", /* two */\n\t\"mcpServers\": {\n"
		    "\t\t// three\n\t\t\"other\": {\"command\": \"x\",}, // four\n"
		    "\t\t// five\n\t},\n}\n",
		"{\n\t// one\n\t\"theme\": \"x\", /* two */\n\t\"mcpServers\": {\n"
		"\t\t// three\n\t\t\"other\": {\"command\": \"x\",}, // four\n"
		"\t\t\"promptd\": {\n\t\t\t\"command\": \"/usr/bin/promptd-mcp\",\n"
		"\t\t\t\"args\": []\n\t\t},\n"
		"\t\t// five\n\t},\n}\n",
		"{\n\t// one\n\t\"theme\": \"x\", /* two */\n\t\"mcpServers\": {\n"
		"\t\t// three\n\t\t\"other\": {\"command\": \"x\",}, // four\n"
		"\t\t// five\n\t},\n}\n",
		false);
}

static void jsonc_puts_the_comma_before_the_comment(void)
{
	check_jsonc("{\r\n  \"mcpServers\": {\r\n    \"a\": 1 // c\r\n  }\r\n}",
		"{\r\n  \"mcpServers\": {\r\n    \"a\": 1, // c\r\n    \"promptd\": {\r\n"
		"      \"command\": \"/usr/bin/promptd-mcp\",\r\n      \"args\": []\r\n"
		"    }\r\n  }\r\n}",
		"{\r\n  \"mcpServers\": {\r\n    \"a\": 1 // c\r\n  }\r\n}", false);
}

static void jsonc_stays_on_one_line_where_the_file_does(void)
{
	check_jsonc("{\"mcpServers\":{\"a\":{}}}",
		"{\"mcpServers\":{\"a\":{}, \"promptd\": {\"command\": \"/usr/bin/promptd-mcp\", "
		"\"args\": []}}}",
		"{\"mcpServers\":{\"a\":{}}}", false);
	check_jsonc("\xef\xbb\xbf{\"x\":1}",
		"\xef\xbb\xbf{\"x\":1, \"mcpServers\": {\"promptd\": {\"command\": "
		"\"/usr/bin/promptd-mcp\", \"args\": []}}}",
		"\xef\xbb\xbf{\"x\":1}", false);
}

int main(void)
{
	RUN(jsonc_adds_the_object_and_takes_it_out_again);
	RUN(jsonc_starts_an_empty_file);
	RUN(jsonc_keeps_comments_and_trailing_commas);
	RUN(jsonc_puts_the_comma_before_the_comment);
	RUN(jsonc_stays_on_one_line_where_the_file_does);
	return 0;
}
