/* One key of somebody else's JSON file, and nothing else. */
#include "agent/connect_jsonc.h"
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

#define SERVERS                                                                                 \
	"{\n    \"promptd\": {\n      \"command\": \"/usr/bin/promptd-mcp\",\n      \"args\": " \
	"[]\n    }\n  }"

static void jsonc_adds_beside_other_members(void)
{
	check_jsonc("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"mcpServers\": " SERVERS "\n}\n",
		"{\n  \"a\": 1\n}\n", false);
	check_jsonc("{\n  \"a\": 1  \n}\n", "{\n  \"a\": 1,  \n  \"mcpServers\": " SERVERS "\n}\n",
		"{\n  \"a\": 1  \n}\n", false);
	check_jsonc("{\n  \"a\": 1 }", "{\n  \"a\": 1,\n  \"mcpServers\": " SERVERS " }",
		"{\n  \"a\": 1 }", false);
}

static void jsonc_keeps_a_comment_in_an_empty_object(void)
{
	check_jsonc("{\n  // none yet\n}\n", "{\n  // none yet\n  \"mcpServers\": " SERVERS "\n}\n",
		"{\n  // none yet\n}\n", false);
	check_jsonc("{ /* none */ }\n", "{ /* none */\n  \"mcpServers\": " SERVERS "\n}\n",
		"{ /* none */\n}\n", false);
}

static void jsonc_leaves_strings_that_look_like_comments(void)
{
	check_jsonc("{\n  \"u\": \"http://x/*y*/\",\n  \"v\": \"\\\"//\"\n}\n",
		"{\n  \"u\": \"http://x/*y*/\",\n  \"v\": \"\\\"//\",\n  \"mcpServers\": " SERVERS
		"\n}\n",
		"{\n  \"u\": \"http://x/*y*/\",\n  \"v\": \"\\\"//\"\n}\n", false);
}

/* The object was there before and held nothing: it stays. */
static void jsonc_leaves_the_object_it_did_not_make(void)
{
	check_jsonc("{\n  \"mcpServers\": {}\n}\n", "{\n  \"mcpServers\": " SERVERS "\n}\n",
		"{\n  \"mcpServers\": {}\n}\n", false);
}

static void exchange(const char *before, const char *after)
{
	struct buf out = BUF_INIT(10000);
	json_t *value = entry();
	unsigned made = 9;

	CHECK(jsonc_set(str_of(before), lenient, in_servers, value, &out, &made, NULL) == 0);
	CHECK_STR(buf_text(&out), after);
	CHECK(made == 0);
	buf_fini(&out);
	json_decref(value);
}

static void jsonc_exchanges_a_value_where_it_stands(void)
{
	exchange("{\"mcpServers\":{\"promptd\":{\"command\":\"/old\"},\"z\":1}}",
		"{\"mcpServers\":{\"promptd\":{\"command\": \"/usr/bin/promptd-mcp\", \"args\": "
		"[]},\"z\":1}}");
	exchange("{\n\t\"mcpServers\": {\n\t\t// ours\n\t\t\"promptd\": 1 // end\n\t}\n}",
		"{\n\t\"mcpServers\": {\n\t\t// ours\n\t\t\"promptd\": {\n\t\t\t\"command\": "
		"\"/usr/bin/promptd-mcp\",\n\t\t\t\"args\": []\n\t\t} // end\n\t}\n}");
	exchange("{\"mcp\\u0053ervers\": {\"promptd\": 1}}",
		"{\"mcp\\u0053ervers\": {\"promptd\": {\"command\": \"/usr/bin/promptd-mcp\", "
		"\"args\": []}}}");
}

static void take_out(const char *before, const char *after)
{
	struct buf out = BUF_INIT(10000);

	CHECK(jsonc_unset(str_of(before), lenient, in_servers, 1, &out, NULL, NULL) == 0);
	CHECK_STR(buf_text(&out), after);
	buf_fini(&out);
}

static void jsonc_takes_out_the_first_the_last_and_one_between(void)
{
	take_out("{\"mcpServers\":{\"promptd\":{}, \"b\":2}}", "{\"mcpServers\":{\"b\":2}}");
	take_out("{\"mcpServers\":{\"a\":1, \"promptd\":{}, \"b\":2}}",
		"{\"mcpServers\":{\"a\":1, \"b\":2}}");
	take_out("{\"mcpServers\":{\"a\":1 , \"promptd\":{}}}", "{\"mcpServers\":{\"a\":1 }}");
	take_out("{\"mcpServers\": {\n  \"promptd\": {}, // mine\n  \"b\": 2\n}}",
		"{\"mcpServers\": {\n  // mine\n  \"b\": 2\n}}");
	take_out("{\"mcpServers\": {\n  \"a\": 1, // one\n  \"promptd\": {}\n}}",
		"{\"mcpServers\": {\n  \"a\": 1 // one\n}}");
	take_out("{\"mcpServers\": {\n  \"a\": 1,\n  \"promptd\": /* x */ {} /* y */,\n}}",
		"{\"mcpServers\": {\n  \"a\": 1,\n  /* y */\n}}");
}

static void jsonc_says_when_there_is_nothing_to_take_out(void)
{
	static const char *const texts[] = {"", "{}", "{\"mcpServers\": {}}", "// x"};

	for (size_t i = 0; i < 4; i++) {
		struct buf out = BUF_INIT(100);

		CHECK(jsonc_unset(str_of(texts[i]), lenient, in_servers, 1, &out, NULL, NULL) == 1);
		CHECK(out.len == 0);
		buf_fini(&out);
	}
}

static void refuse(const char *text, unsigned liberties, const char *why)
{
	struct buf out = BUF_INIT(10000);
	struct err err = {.text = ""};
	json_t *value = entry();
	struct str found;

	CHECK(jsonc_find(str_of(text), liberties, in_servers, &found, &err) == -1);
	CHECK_STR(err.text, why);
	CHECK(jsonc_set(str_of(text), liberties, in_servers, value, &out, NULL, NULL) == -1);
	CHECK(jsonc_unset(str_of(text), liberties, in_servers, 1, &out, NULL, NULL) == -1);
	CHECK(out.len == 0);
	buf_fini(&out);
	json_decref(value);
}

static void jsonc_refuses_values_that_are_not_json(void)
{
	refuse("{\"a\": 01}", lenient, "line 1: not a JSON value");
	refuse("{\"a\": +1}", lenient, "line 1: not a JSON value");
	refuse("{\"a\": .5}", lenient, "line 1: not a JSON value");
	refuse("{\"a\": 1.}", lenient, "line 1: a number without digits after the point");
	refuse("{\"a\": 1e}", lenient, "line 1: a number without an exponent after the e");
	refuse("{\"a\": NaN}", lenient, "line 1: not a JSON value");
	refuse("{\"a\": \"\n\"}", lenient,
		"line 1: a string without end, or a raw control character in it");
	refuse("{\"a\": \"\\x\"}", lenient, "line 1: an unknown escape");
	refuse("{\"a\": \"\\u12g4\"}", lenient, "line 1: \\u without four hexadecimal digits");
	refuse("{\"a\": \"\xff\"}", lenient, "not UTF-8 text");
}

static void jsonc_refuses_what_it_does_not_understand(void)
{
	refuse("{", lenient, "line 1: the text ends too early");
	refuse("{\n\"a\": 1\n\"b\": 2}", lenient, "line 3: expected a comma or }");
	refuse("{'a': 1}", lenient, "line 1: expected a name in double quotes");
	refuse("{a: 1}", lenient, "line 1: expected a name in double quotes");
	refuse("{\"a\" 1}", lenient, "line 1: expected a colon after the name");
	refuse("{\"a\": [1 2]}", lenient, "line 1: expected a comma or ]");
	refuse("{\"a\": 1}}", lenient, "line 1: something follows the end");
	refuse("{\"a\": 1} {}", lenient, "line 1: something follows the end");
	refuse("{,}", lenient, "line 1: expected a name in double quotes");
	refuse("{\"a\": [,]}", lenient, "line 1: not a JSON value");
	refuse("{\"a\": 1,,}", lenient, "line 1: expected a name in double quotes");
	refuse("{} /* no end", lenient, "line 1: a / that begins no comment, or one without end");
	refuse("{ # x\n}", lenient, "line 1: expected a name in double quotes");
	refuse("{} // x\ry", lenient, "line 1: a carriage return alone");
	refuse("[]", lenient, "line 1: an object was expected here");
	refuse("\n1", lenient, "line 2: an object was expected here");
	refuse("{\"mcpServers\": []}", lenient, "line 1: an object was expected here");
	refuse("{\"mcpServers\": null}", lenient, "line 1: an object was expected here");
	refuse("{\"mcpServers\": {},\n\"mcpServers\": {}}", lenient,
		"line 2: a name that must be there once is there twice");
	refuse("{\"mcpServers\": {\"promptd\": 1, \"prompt\\u0064\": 2}}", lenient,
		"line 1: a name that must be there once is there twice");
}

static void jsonc_refuses_liberties_the_file_may_not_take(void)
{
	refuse("{\"a\": 1,}", JSONC_STRICT, "line 1: a comma with nothing after it");
	refuse("{\"a\": [1,]}", JSONC_COMMENTS, "line 1: a comma with nothing after it");
	refuse("{\n// x\n}", JSONC_STRICT, "line 2: a comment, which this file may not have");
	refuse("{} /**/", JSONC_TRAILING, "line 1: a comment, which this file may not have");
}

/* {"a":[[…]]} with so many brackets. */
static int nested(size_t brackets)
{
	struct buf text = BUF_INIT(1000);
	struct str found;
	int r;

	(void)buf_add_str(&text, "{\"a\":");
	for (size_t i = 0; i < 2 * brackets; i++)
		(void)buf_add_char(&text, i < brackets ? '[' : ']');
	(void)buf_add_char(&text, '}');
	r = jsonc_find((struct str){text.data, text.len}, 0, in_servers, &found, NULL);
	buf_fini(&text);
	return r;
}

static void jsonc_refuses_what_is_nested_too_deeply(void)
{
	CHECK(nested(JSONC_DEPTH_MAX - 1) == 1);
	CHECK(nested(JSONC_DEPTH_MAX) == -1);
}

static void jsonc_reads_a_value_without_its_comments(void)
{
	struct str value;
	json_t *json = NULL;
	json_t *expected = json_pack("{s:s, s:[i, i]}", "command", "/*x*/", "a", 1, 2);

	CHECK(jsonc_find(STR("{\"mcpServers\": {\"promptd\": { // x\n\"command\": \"/*x*/\", "
			     "\"a\": [1, /*,*/ 2 , ], }}}"),
		      lenient, in_servers, &value, NULL) == 0);
	CHECK(jsonc_parse(value, &json, NULL) == 0);
	CHECK(json_equal(json, expected));
	json_decref(json);
	json_decref(expected);
}

int main(void)
{
	RUN(jsonc_adds_the_object_and_takes_it_out_again);
	RUN(jsonc_starts_an_empty_file);
	RUN(jsonc_keeps_comments_and_trailing_commas);
	RUN(jsonc_puts_the_comma_before_the_comment);
	RUN(jsonc_stays_on_one_line_where_the_file_does);
	RUN(jsonc_adds_beside_other_members);
	RUN(jsonc_keeps_a_comment_in_an_empty_object);
	RUN(jsonc_leaves_strings_that_look_like_comments);
	RUN(jsonc_leaves_the_object_it_did_not_make);
	RUN(jsonc_exchanges_a_value_where_it_stands);
	RUN(jsonc_takes_out_the_first_the_last_and_one_between);
	RUN(jsonc_says_when_there_is_nothing_to_take_out);
	RUN(jsonc_refuses_values_that_are_not_json);
	RUN(jsonc_refuses_what_it_does_not_understand);
	RUN(jsonc_refuses_liberties_the_file_may_not_take);
	RUN(jsonc_refuses_what_is_nested_too_deeply);
	RUN(jsonc_reads_a_value_without_its_comments);
	return 0;
}
