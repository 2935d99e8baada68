/* Tests of core/render: arguments against inputs, defaults, missing ones. */
#include "core/json.h"
#include "core/render.h"
#include "tests/test.h"

static struct prompt *make(const char *text, const char *inputs)
{
	struct prompt *prompt = prompt_new();
	json_t *json = NULL;

	prompt_set(&prompt->path, STR("test"));
	prompt_set(&prompt->title, STR("Test"));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	CHECK(json_door_parse(str_of(inputs), &json, NULL) == 0);
	CHECK(prompt_inputs_parse(prompt, json, NULL) == 0);
	CHECK(prompt_check(prompt, NULL) == 0);
	json_decref(json);
	return prompt;
}

/* Render; what comes out, or the error's text. */
static void check_render(
	const char *text, const char *inputs, const char *args, const char *expected)
{
	struct prompt *prompt = make(text, inputs);
	struct render render;
	struct err err = {.code = ERR_NONE};
	json_t *json = NULL;
	int result;

	CHECK(args == NULL || json_door_parse(str_of(args), &json, NULL) == 0);
	result = render_prompt(prompt, json, NULL, &render, &err);
	if (result == 0)
		CHECK_STR(render.messages[0].text, expected);
	else
		CHECK_STR(result < 0 ? err.text : "missing", expected);
	render_fini(&render);
	json_decref(json);
	prompt_free(prompt);
}

#define NUMBER "[{\"name\":\"x\",\"type\":\"number\"}]"
#define INTEGER "[{\"name\":\"x\",\"type\":\"integer\"}]"
#define BOOLEAN "[{\"name\":\"x\",\"type\":\"boolean\"}]"
#define TEXT "[{\"name\":\"x\",\"type\":\"string\"}]"
#define CHOICE "[{\"name\":\"x\",\"enum\":[\"red\",\"blue\"],\"default\":\"blue\"}]"

static void render_converts_text_to_the_declared_type(void)
{
	check_render("{{x}}", NUMBER, "{\"x\":\"1.50\"}", "1.50");
	check_render("{{x}}", NUMBER, "{\"x\":\" -2e3 \"}", "-2e3");
	check_render("{{x}}", NUMBER, "{\"x\":0.7}", "0.7");
	check_render("{{x}}", NUMBER, "{\"x\":0.1}", "0.1");
	check_render("{{x}}", NUMBER, "{\"x\":12345678901234567}", "12345678901234567");
	check_render("{{x}}", NUMBER, "{\"x\":\"inf\"}", "'x' must be a number");
	check_render("{{x}}", NUMBER, "{\"x\":\"0x10\"}", "'x' must be a number");
	check_render("{{x}}", NUMBER, "{\"x\":\"\"}", "'x' must be a number");
	check_render("{{x}}", NUMBER, "{\"x\":\"1e999\"}", "'x' must be a number");
	check_render("{{x}}", INTEGER, "{\"x\":\"5\"}", "5");
	check_render("{{x}}", INTEGER, "{\"x\":-5}", "-5");
	check_render("{{x}}", INTEGER, "{\"x\":5.0}", "5");
	check_render("{{x}}", INTEGER, "{\"x\":5.5}", "'x' must be a whole number of 64 bits");
	check_render("{{x}}", INTEGER, "{\"x\":\"5x\"}", "'x' must be a whole number of 64 bits");
	check_render("{{x}}", BOOLEAN, "{\"x\":\"Yes\"}", "true");
	check_render("{{x}}", BOOLEAN, "{\"x\":0}", "false");
	check_render("{{x}}", BOOLEAN, "{\"x\":true}", "true");
	check_render("{{x}}", BOOLEAN, "{\"x\":\"maybe\"}", "'x' must be true or false");
	check_render("{{x}}", TEXT, "{\"x\":5}", "5");
	check_render("{{x}}", TEXT, "{\"x\":[5]}", "'x' must be text");
	check_render("{{x}}", TEXT, "{\"x\":\"a\\u0000b\"}", "'x' holds a NUL");
}

static void render_names_what_is_allowed(void)
{
	check_render("{{x}}", CHOICE, "{\"x\":\"red\"}", "red");
	check_render("{{x}}", CHOICE, "{\"x\":\"green\"}", "'x' must be one of: red, blue");
	check_render("{{x}}", CHOICE, "{}", "blue");
	check_render("{{x}}", CHOICE, NULL, "blue");
	check_render("{{x}}", CHOICE, "{\"x\":null}", "blue");
	check_render(
		"{{x}}", CHOICE, "{\"y\":1}", "'y' is no argument of this prompt; it takes: x");
	check_render(
		"{{x}}", "[]", "{\"y\":1}", "'y' is no argument of this prompt; it takes none");
	check_render("{{x}}", "[]", "{\"\\u001b[31m\":1}",
		"'?' is no argument of this prompt; it takes none");
	check_render("{{x}}", TEXT, "[1]", "the arguments must be an object");
}

static void render_names_all_that_is_wrong(void)
{
	static const char inputs[] = "[{\"name\":\"a\",\"type\":\"integer\"},"
				     "{\"name\":\"b\",\"required\":true},"
				     "{\"name\":\"c\",\"type\":\"boolean\"}]";

	check_render("{{a}}", inputs, "{\"a\":\"x\",\"b\":\"y\",\"c\":\"z\"}",
		"'a' must be a whole number of 64 bits; 'c' must be true or false");
	check_render("{{a}}", inputs, "{\"c\":\"z\",\"d\":1,\"a\":[]}",
		"'a' must be a whole number of 64 bits; 'c' must be true or false; "
		"'d' is no argument of this prompt; it takes: a, b, c");
}

static void render_asks_sections_of_any_type(void)
{
	check_render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", BOOLEAN, "{\"x\":true}", "yes");
	check_render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", BOOLEAN, "{\"x\":\"false\"}", "no");
	check_render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", BOOLEAN, "{}", "no");
	check_render("{{#x}}yes {{x}}{{/x}}{{^x}}no{{/x}}", TEXT, "{\"x\":\"false\"}", "yes false");
	check_render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", TEXT, "{\"x\":\"\"}", "no");
}

static void render_names_all_that_is_missing_in_order(void)
{
	struct prompt *prompt = make("{{b}} {{a}} {{c}}",
		"[{\"name\":\"a\",\"required\":true},{\"name\":\"b\",\"required\":true},"
		"{\"name\":\"c\"}]");
	struct render_options options = {.holes = true};
	struct render render;
	json_t *args = json_pack("{s:s}", "a", "{{b}}");

	CHECK(render_prompt(prompt, NULL, NULL, &render, NULL) == RENDER_MISSING);
	CHECK(render.n_messages == 0);
	CHECK(render.n_missing == 2);
	CHECK_STR(render.missing[0], "a");
	CHECK_STR(render.missing[1], "b");
	render_fini(&render);
	/* A hole stays visible; a value that looks like a tag is only a value. */
	CHECK(render_prompt(prompt, args, &options, &render, NULL) == RENDER_DONE);
	CHECK_STR(render.messages[0].text, "{{b}} {{b}} ");
	CHECK(render.n_missing == 1);
	render_fini(&render);
	json_decref(args);
	prompt_free(prompt);
}

static void render_stops_at_the_ceiling_of_all_messages(void)
{
	struct prompt *prompt = make("{{x}}", TEXT);
	char *big = xmalloc(TEMPLATE_OUTPUT_MAX);
	struct render render;
	struct err err;
	json_t *args = json_object();

	memset(big, 'a', TEMPLATE_OUTPUT_MAX);
	CHECK(json_object_set_new(args, "x", json_stringn(big, TEMPLATE_OUTPUT_MAX)) == 0);
	CHECK(render_prompt(prompt, args, NULL, &render, &err) == 0);
	CHECK(strlen(render.messages[0].text) == TEMPLATE_OUTPUT_MAX);
	render_fini(&render);
	(void)prompt_add_message(prompt, PROMPT_USER, STR("one more"));
	CHECK(render_prompt(prompt, args, NULL, &render, &err) == -1);
	CHECK(err.code == ERR_LIMIT);
	render_fini(&render);
	json_decref(args);
	free(big);
	prompt_free(prompt);
}

int main(void)
{
	json_door_init();
	RUN(render_converts_text_to_the_declared_type);
	RUN(render_names_what_is_allowed);
	RUN(render_asks_sections_of_any_type);
	RUN(render_names_all_that_is_wrong);
	RUN(render_names_all_that_is_missing_in_order);
	RUN(render_stops_at_the_ceiling_of_all_messages);
	return 0;
}
