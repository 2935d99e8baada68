/* Tests of core/prompt: making, checking, slugs, JSON and digests. */
#include "core/json.h"
#include "core/prompt.h"
#include "core/text_filter.h"
#include "tests/messages.h"
#include "tests/test.h"

static struct prompt *sample(void)
{
	struct prompt *prompt = prompt_new();
	struct prompt_input *input;

	prompt_set(&prompt->path, STR("team/area/code-review"));
	prompt_set(&prompt->title, STR("Code review"));
	(void)prompt_add_message(prompt, PROMPT_SYSTEM, STR("You review code."));
	(void)prompt_add_message(prompt, PROMPT_USER, STR("Review {{language}}: {{code}}"));
	input = prompt_add_input(prompt, STR("language"));
	prompt_input_add_choice(input, STR("C"));
	prompt_input_add_choice(input, STR("Rust"));
	prompt_set(&input->initial, STR("C"));
	input = prompt_add_input(prompt, STR("code"));
	input->required = true;
	prompt_add_tag(prompt, STR("review"));
	prompt_add_tag(prompt, STR("code"));
	prompt_add_tag(prompt, STR("review"));
	return prompt;
}

static void prompt_slugs_are_legal_parts_of_a_path(void)
{
	static const struct {
		const char *text, *slug;
	} cases[] = {
		{"Code Review", "code-review"},
		{"  --C++ (modern)!  ", "c-modern"},
		{"Node.js v1.2", "node.js-v1.2"},
		{"...hidden", "hidden"},
		{"a . b", "a-b"},
		{"snake_case", "snake_case"},
		{"\xc3\x9c"
		 "bersetzung f\xc3\xbcr T\xc3\xbcrk\xc3\xa7"
		 "e",
			"\xc3\x9c"
			"bersetzung-f\xc3\xbcr-t\xc3\xbcrk\xc3\xa7"
			"e"},
		{"\xe4\xbb\xa3\xe7\xa0\x81\xe3\x80\x80\xe5\xae\xa1\xe6\x9f\xa5",
			"\xe4\xbb\xa3\xe7\xa0\x81-\xe5\xae\xa1\xe6\x9f\xa5"},
		{"\xf0\x9f\x98\x80 hi \xff\xfe there", "hi-there"},
		{"\xf0\x9f\x98\x80", "prompt"},
		{"", "prompt"},
	};
	char longest[1000];
	char *slug;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		slug = prompt_slug(str_of(cases[i].text));
		CHECK_STR(slug, cases[i].slug);
		CHECK(prompt_check_path(str_of(slug), NULL) == 0);
		free(slug);
	}
	memset(longest, 'a', sizeof longest);
	slug = prompt_slug((struct str){longest, sizeof longest});
	CHECK(strlen(slug) <= PROMPT_SLUG_MAX && strlen(slug) > PROMPT_SLUG_MAX - 8);
	free(slug);
}

static void prompt_check_takes_a_whole_prompt(void)
{
	struct prompt *prompt = sample();
	struct err err = {0};

	CHECK(prompt_check(prompt, &err) == 0);
	CHECK(prompt->n_tags == 2);
	CHECK(str_is(prompt_name(prompt), "code-review"));
	prompt_free(prompt);
}

/* --- What prompt_check() refuses ------------------------------------------------- */

static char *text_of(size_t len)
{
	char *text = xmalloc(len + 1);

	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

static void set_long(char **field, size_t len)
{
	free(*field);
	*field = text_of(len);
}

/* Each does one thing to a good prompt. */
static void no_path(struct prompt *prompt)
{
	prompt_set(&prompt->path, (struct str){NULL, 0});
}

static void long_path(struct prompt *prompt)
{
	set_long(&prompt->path, PROMPT_PATH_MAX + 1);
}

static void blank_title(struct prompt *prompt)
{
	prompt_set(&prompt->title, STR(" \n"));
}

static void title_of_lines(struct prompt *prompt)
{
	prompt_set(&prompt->title, STR("two\nlines"));
}

static void long_title(struct prompt *prompt)
{
	set_long(&prompt->title, PROMPT_TITLE_MAX + 1);
}

static void title_not_utf8(struct prompt *prompt)
{
	prompt_set(&prompt->title, STR("\xff"));
}

static void long_description(struct prompt *prompt)
{
	set_long(&prompt->description, PROMPT_DESCRIPTION_MAX + 1);
}

static void blank_text(struct prompt *prompt)
{
	prompt_set(&prompt->messages[0].text, STR("  \n"));
	prompt_set(&prompt->messages[1].text, STR(""));
}

static void long_text(struct prompt *prompt)
{
	set_long(&prompt->messages[0].text, PROMPT_TEXT_MAX - 5);
}

static void text_not_utf8(struct prompt *prompt)
{
	prompt_set(&prompt->messages[1].text, STR("a\xc0\x80"));
}

static void many_messages(struct prompt *prompt)
{
	while (prompt->n_messages <= PROMPT_MESSAGES_MAX)
		(void)prompt_add_message(prompt, PROMPT_USER, STR("more"));
}

static void bad_input_name(struct prompt *prompt)
{
	prompt_set(&prompt->inputs[0].name, STR("not a name"));
}

static void input_twice(struct prompt *prompt)
{
	prompt_set(&prompt->inputs[0].name, STR("code"));
}

static void default_no_choice(struct prompt *prompt)
{
	prompt_set(&prompt->inputs[0].initial, STR("Perl"));
}

static void default_of_wrong_type(struct prompt *prompt)
{
	prompt->inputs[1].type = PROMPT_INTEGER;
	prompt->inputs[1].required = false;
	prompt_set(&prompt->inputs[1].initial, STR("1.5"));
}

static void required_with_default(struct prompt *prompt)
{
	prompt->inputs[0].required = true;
}

static void choice_of_wrong_type(struct prompt *prompt)
{
	prompt->inputs[0].type = PROMPT_NUMBER;
	prompt_set(&prompt->inputs[0].initial, STR("1"));
}

static void choice_twice(struct prompt *prompt)
{
	prompt_input_add_choice(&prompt->inputs[0], STR("C"));
}

static void empty_choice(struct prompt *prompt)
{
	prompt_set(&prompt->inputs[0].choices[0], STR(""));
}

static void many_choices(struct prompt *prompt)
{
	while (prompt->inputs[0].n_choices <= PROMPT_CHOICES_MAX)
		prompt_input_add_choice(&prompt->inputs[0], STR("more"));
}

static void many_inputs(struct prompt *prompt)
{
	while (prompt->n_inputs <= PROMPT_INPUTS_MAX)
		(void)prompt_add_input(prompt, STR("more"));
}

static void long_input_description(struct prompt *prompt)
{
	set_long(&prompt->inputs[1].description, PROMPT_DESCRIPTION_MAX + 1);
}

static void many_tags(struct prompt *prompt)
{
	char name[16];
	int i;

	for (i = 0; i < 10 * PROMPT_TAGS_MAX; i++) {
		(void)snprintf(name, sizeof name, "t%d", i);
		prompt_add_tag(prompt, str_of(name));
	}
	CHECK(prompt->n_tags == PROMPT_TAGS_MAX + 1);
}

static void empty_tag(struct prompt *prompt)
{
	prompt_add_tag(prompt, STR(""));
}

static void long_tag(struct prompt *prompt)
{
	set_long(&prompt->tags[0], PROMPT_TAG_MAX + 1);
}

static void alias_that_acts(struct prompt *prompt)
{
	prompt_add_alias(prompt, STR("a\x1b[31m"));
}

static void long_extra(struct prompt *prompt)
{
	set_long(&prompt->extra, PROMPT_EXTRA_MAX + 1);
}

static void unknown_status(struct prompt *prompt)
{
	prompt_set(&prompt->status, STR("published"));
}

static void collection_with_tab(struct prompt *prompt)
{
	prompt_set(&prompt->collection, STR("a\tb"));
}

static const struct {
	void (*do_it)(struct prompt *prompt);
	const char *said;
} faults[] = {
	{no_path, "path: empty"},
	{long_path, "path: longer than 255 bytes"},
	{blank_title, "title: empty"},
	{title_of_lines, "title: control character U+000A"},
	{long_title, "title: longer than 512 bytes"},
	{title_not_utf8, "title: not UTF-8"},
	{long_description, "description: longer than 4096 bytes"},
	{blank_text, "text: empty"},
	{long_text, "text: longer than 1048576 bytes"},
	{text_not_utf8, "text: not UTF-8"},
	{many_messages, "messages: more than 64"},
	{bad_input_name, "inputs: not a legal name: 'not a name'"},
	{input_twice, "input 'code': twice"},
	{default_no_choice, "input 'language': default 'Perl' is not a choice"},
	{default_of_wrong_type, "input 'code': default '1.5' is no integer"},
	{required_with_default, "input 'language': required, but it has a default"},
	{choice_of_wrong_type, "input 'language': choice 'C' is no number"},
	{choice_twice, "input 'language': choice 'C' twice"},
	{empty_choice, "choices: an empty one"},
	{many_choices, "choices: more than 256"},
	{many_inputs, "inputs: more than 64"},
	{long_input_description, "code: longer than 4096 bytes"},
	{many_tags, "tags: more than 64"},
	{empty_tag, "tags: an empty one"},
	{long_tag, "tags: longer than 100 bytes"},
	{alias_that_acts, "aliases: control character U+001B"},
	{long_extra, "front matter: longer than 65536 bytes"},
	{unknown_status, "status: 'published' is not approved, draft or deprecated"},
	{collection_with_tab, "collection: control character U+0009"},
};

static void prompt_check_names_what_is_wrong(void)
{
	size_t i;

	for (i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct prompt *prompt = sample();
		struct err err = {.code = ERR_NONE};

		faults[i].do_it(prompt);
		CHECK(prompt_check(prompt, &err) == -1);
		CHECK_STR(err.text, faults[i].said);
		CHECK(err.code == ERR_INVALID);
		prompt_free(prompt);
	}
}

static void prompt_paths_are_parts_of_letters_digits_and_three_signs(void)
{
	static const char *const good[] = {"a", "a/b/c", "0-9_.z", "a.b", "a.", "-", "\xc3\xa4",
		"\xe4\xbb\xa3/\xd0\xb6", "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d"};
	static const char *const bad[] = {"/a", "a/", "a//b", ".a", "a/.b", "..", "a/../b", "A",
		"a b", "a\\b", "a\nb", "a:b", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\xae",
		"\xf0\x9f\x98\x80", "a\xff", "\xef\xbb\xbf", "\xf3\xa0\x81\x81", "\xe2\x88\x95",
		"\xef\xbc\x8f", "\xe3\x85\xa4"};
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(prompt_check_path(str_of(good[i]), NULL) == 0);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(prompt_check_path(str_of(bad[i]), NULL) == -1);
	CHECK(prompt_check_path(STR("a\0b"), NULL) == -1);
}

/* What text_filter.h refuses hides in no path, and no slug is refused. */
static void prompt_slugs_of_all_characters_are_legal(void)
{
	uint32_t code;

	for (code = 1; code <= 0x10FFFF; code++) {
		char bytes[5] = {'\0'}, *slug, *again;
		struct str text = {bytes, str_encode(code, bytes)};

		if (text.n == 0)
			continue;
		if (text_filter_find(text) < text.n)
			CHECK(prompt_check_path(text, NULL) == -1);
		slug = prompt_slug(text);
		CHECK(prompt_check_path(str_of(slug), NULL) == 0);
		again = prompt_slug(str_of(slug));
		CHECK_STR(again, slug);
		free(again);
		free(slug);
	}
}

static void prompt_input_names_are_ascii_words(void)
{
	char *longest = text_of(PROMPT_NAME_MAX + 1);

	CHECK(prompt_is_input_name(STR("a")) && prompt_is_input_name(STR("_")));
	CHECK(prompt_is_input_name(STR("A9.b-c_")));
	CHECK(!prompt_is_input_name(STR("")) && !prompt_is_input_name(STR("9a")));
	CHECK(!prompt_is_input_name(STR("-a")) && !prompt_is_input_name(STR(".a")));
	CHECK(!prompt_is_input_name(STR("a b")) && !prompt_is_input_name(STR("\xc3\xa4")));
	CHECK(!prompt_is_input_name(STR("a\0")));
	CHECK(prompt_is_input_name((struct str){longest, PROMPT_NAME_MAX}));
	CHECK(!prompt_is_input_name((struct str){longest, PROMPT_NAME_MAX + 1}));
	free(longest);
}

static void prompt_types_know_what_fits(void)
{
	static const char *const numbers[] = {
		"0", "-1", "1.5", "1e3", "-0.0", "1E-400", "123456789012345678901234567890"};
	static const char *const others[] = {"", " 1", "1 ", "+1", ".5", "5.", "01", "0x1", "inf",
		"nan", "1e999", "1,5", "--1", "1a", "true", "\"1\"", "[1]"};
	size_t i;

	for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
		CHECK(prompt_type_fits(PROMPT_NUMBER, str_of(numbers[i])));
	for (i = 0; i < sizeof others / sizeof *others; i++)
		CHECK(!prompt_type_fits(PROMPT_NUMBER, str_of(others[i])));
	CHECK(!prompt_type_fits(PROMPT_NUMBER, STR("1\0")));
	CHECK(prompt_type_fits(PROMPT_INTEGER, STR("-9223372036854775808")));
	CHECK(!prompt_type_fits(PROMPT_INTEGER, STR("9223372036854775808")));
	CHECK(!prompt_type_fits(PROMPT_INTEGER, STR("1.0")));
	CHECK(prompt_type_fits(PROMPT_BOOLEAN, STR("true")));
	CHECK(!prompt_type_fits(PROMPT_BOOLEAN, STR("True")));
	CHECK(prompt_type_fits(PROMPT_STRING, STR("")));
}

/* --- Copies, JSON, digests --------------------------------------------------------- */

static char *inputs_text(const struct prompt *prompt)
{
	struct buf out = BUF_INIT(100000);
	json_t *json = prompt_inputs_json(prompt);

	CHECK(json_write(json, &out) == 0);
	json_decref(json);
	return buf_take(&out);
}

static void prompt_json_comes_back_as_it_was(void)
{
	struct prompt *prompt = sample(), *again = prompt_new();
	char before[SHA256_HEX_BYTES], after[SHA256_HEX_BYTES], *text, *text_again;
	json_t *inputs, *messages;

	prompt->inputs[1].type = PROMPT_NUMBER;
	prompt->inputs[1].required = false;
	prompt_set(&prompt->inputs[1].initial, STR("1e3"));
	prompt_set(&prompt->inputs[1].description, STR("how many"));
	text = inputs_text(prompt);
	CHECK_STR(text, "[{\"name\":\"language\",\"type\":\"string\",\"required\":false,"
			"\"default\":\"C\",\"enum\":[\"C\",\"Rust\"]},"
			"{\"name\":\"code\",\"type\":\"number\",\"description\":\"how many\","
			"\"required\":false,\"default\":\"1e3\"}]");
	inputs = prompt_inputs_json(prompt);
	messages = prompt_messages_json(prompt);
	/* What was there before gives way. */
	(void)prompt_add_input(again, STR("old"));
	CHECK(prompt_inputs_parse(again, inputs, NULL) == 0);
	add_messages(again, messages);
	text_again = inputs_text(again);
	CHECK_STR(text_again, text);
	CHECK(again->n_messages == 2 && again->messages[0].role == PROMPT_SYSTEM);
	CHECK(prompt_digest(prompt, before, NULL) == 0);
	CHECK(prompt_digest(again, after, NULL) == 0);
	CHECK_STR(after, before);
	free(text);
	free(text_again);
	json_decref(inputs);
	json_decref(messages);
	prompt_free(prompt);
	prompt_free(again);
}

static void input_says_where_it_is_from_only_when_it_does(void)
{
	struct prompt *prompt = prompt_new(), *again = prompt_new();
	struct prompt_input *input = prompt_add_input(prompt, STR("a"));
	json_t *inputs;
	struct err err;
	char *text;

	input->from = PROMPT_FROM_CLIPBOARD;
	input->secret = input->multiline = true;
	text = inputs_text(prompt);
	CHECK_STR(text, "[{\"name\":\"a\",\"type\":\"string\",\"required\":false,"
			"\"source\":\"clipboard\",\"secret\":true,\"multiline\":true}]");
	free(text);
	inputs = prompt_inputs_json(prompt);
	CHECK(prompt_inputs_parse(again, inputs, NULL) == 0);
	CHECK(again->inputs[0].from == PROMPT_FROM_CLIPBOARD);
	CHECK(again->inputs[0].secret && again->inputs[0].multiline);
	(void)json_object_set_new(json_array_get(inputs, 0), "source", json_string("cloud"));
	CHECK(prompt_inputs_parse(again, inputs, &err) != 0);
	json_decref(inputs);
	prompt_free(prompt);
	prompt_free(again);
}

static void check_refused(const char *text, const char *expected)
{
	struct prompt *prompt = sample();
	json_t *json = NULL;
	struct err err;

	CHECK(json_door_parse(str_of(text), &json, NULL) == 0);
	CHECK(prompt_inputs_parse(prompt, json, &err) == -1);
	CHECK_STR(err.text, expected);
	/* And everything is as it was. */
	CHECK(prompt->n_inputs == 2 && prompt->n_messages == 2);
	CHECK(prompt_check(prompt, NULL) == 0);
	json_decref(json);
	prompt_free(prompt);
}

static void prompt_json_of_the_wrong_shape_changes_nothing(void)
{
	check_refused("{}", "inputs: not a list");
	check_refused("[1]", "inputs[0]: 'name' is not text");
	check_refused("[{\"name\":\"a\\u0000b\"}]", "inputs[0]: 'name' is not text");
	check_refused("[{\"name\":\"a\"},{\"name\":\"b\",\"type\":\"array\"}]",
		"inputs[1]: 'type' is unknown");
	check_refused("[{\"name\":\"a\",\"type\":1}]", "inputs[0]: 'type' is unknown");
	check_refused(
		"[{\"name\":\"a\",\"description\":[]}]", "inputs[0]: 'description' is not text");
	check_refused("[{\"name\":\"a\",\"default\":{}}]", "inputs[0]: 'default' is not text");
	check_refused("[{\"name\":\"a\",\"enum\":\"b\"}]", "inputs[0]: 'enum' is not a list");
	check_refused("[{\"name\":\"a\",\"enum\":[1]}]",
		"inputs[0]: 'enum' holds something else than text");
}

static void prompt_defaults_may_come_typed(void)
{
	struct prompt *prompt = prompt_new();
	json_t *json = NULL;

	CHECK(json_door_parse(
		      STR("[{\"name\":\"a\",\"type\":\"integer\",\"default\":5,"
			  "\"required\":true},"
			  "{\"name\":\"b\",\"type\":\"boolean\",\"default\":false},"
			  "{\"name\":\"c\",\"type\":\"number\",\"default\":0.1,\"enum\":null}]"),
		      &json, NULL) == 0);
	CHECK(prompt_inputs_parse(prompt, json, NULL) == 0);
	CHECK_STR(prompt->inputs[0].initial, "5");
	CHECK(!prompt->inputs[0].required);
	CHECK_STR(prompt->inputs[1].initial, "false");
	CHECK_STR(prompt->inputs[2].initial, "0.1");
	json_decref(json);
	prompt_free(prompt);
}

static void prompt_digest_is_of_text_and_inputs_alone(void)
{
	struct prompt *prompt = sample();
	char first[SHA256_HEX_BYTES], second[SHA256_HEX_BYTES];

	CHECK(prompt_digest(prompt, first, NULL) == 0);
	/* Pinned: stored versions are known by it. */
	CHECK_STR(first, "d2415b5e3359091b4ff729b094cfdbb7059b0a48e23566c241c1d991a74b557b");
	prompt_set(&prompt->title, STR("Another"));
	prompt_add_tag(prompt, STR("another"));
	CHECK(prompt_digest(prompt, second, NULL) == 0);
	CHECK_STR(second, first);
	prompt_set(&prompt->messages[1].text, STR("Review {{language}}: {{code}}."));
	CHECK(prompt_digest(prompt, second, NULL) == 0);
	CHECK(strcmp(first, second) != 0);
	prompt_set(&prompt->messages[1].text, STR("Review {{language}}: {{code}}"));
	prompt->inputs[1].required = false;
	CHECK(prompt_digest(prompt, second, NULL) == 0);
	CHECK(strcmp(first, second) != 0);
	prompt_free(prompt);
}

static void prompt_copies_stand_alone(void)
{
	struct prompt *prompt = sample(), *copy;
	char *text, *text_again;

	prompt_set(&prompt->description, STR("d"));
	prompt_set(&prompt->status, STR("draft"));
	prompt_add_alias(prompt, STR("cr"));
	prompt->flags = PROMPT_FLAG_EXECUTABLE;
	prompt->version = 7;
	prompt->created_ms = 1;
	prompt->updated_ms = 2;
	CHECK(prompt_digest(prompt, prompt->digest, NULL) == 0);
	text = inputs_text(prompt);
	copy = prompt_copy(prompt);
	prompt_free(prompt);
	CHECK(prompt_check(copy, NULL) == 0);
	text_again = inputs_text(copy);
	CHECK_STR(text_again, text);
	CHECK_STR(copy->messages[1].text, "Review {{language}}: {{code}}");
	CHECK_STR(copy->tags[1], "code");
	CHECK_STR(copy->aliases[0], "cr");
	CHECK_STR(copy->description, "d");
	CHECK_STR(copy->status, "draft");
	CHECK(copy->id == NULL && copy->model == NULL);
	CHECK(copy->flags == PROMPT_FLAG_EXECUTABLE && copy->version == 7);
	CHECK(copy->created_ms == 1 && copy->updated_ms == 2 && strlen(copy->digest) == 64);
	free(text);
	free(text_again);
	prompt_free(copy);
	prompt_free(NULL);
}

static void prompt_set_takes_a_piece_of_what_it_replaces(void)
{
	char *field = xstrdup("team/area");

	prompt_set(&field, (struct str){field + 5, 4});
	CHECK_STR(field, "area");
	prompt_set(&field, (struct str){NULL, 0});
	CHECK(field == NULL);
	prompt_set(&field, STR(""));
	CHECK_STR(field, "");
	free(field);
}

int main(void)
{
	json_door_init();
	RUN(prompt_slugs_are_legal_parts_of_a_path);
	RUN(prompt_check_takes_a_whole_prompt);
	RUN(prompt_check_names_what_is_wrong);
	RUN(prompt_paths_are_parts_of_letters_digits_and_three_signs);
	RUN(prompt_slugs_of_all_characters_are_legal);
	RUN(prompt_input_names_are_ascii_words);
	RUN(prompt_types_know_what_fits);
	RUN(prompt_json_comes_back_as_it_was);
	RUN(input_says_where_it_is_from_only_when_it_does);
	RUN(prompt_json_of_the_wrong_shape_changes_nothing);
	RUN(prompt_defaults_may_come_typed);
	RUN(prompt_digest_is_of_text_and_inputs_alone);
	RUN(prompt_copies_stand_alone);
	RUN(prompt_set_takes_a_piece_of_what_it_replaces);
	return 0;
}
